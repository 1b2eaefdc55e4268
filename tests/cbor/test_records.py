"""Compares how the library reads and writes a record with cbor2 and with the rules below: see record.cpp."""

import struct
import subprocess
from pathlib import Path

import pytest

pytest.importorskip("cbor2")
from test_differential import Items, oracle  # noqa: E402, F401

# key -> (initial value, whether a value is allowed), in the order of the encoded keys (RFC 8949, section 4.2.1).
FIELDS = {
    1: (False, lambda v: v in (("simple", 20), ("simple", 21))),
    2: (50, lambda v: is_integer(v, 0, 100)),
    7: (1.5, lambda v: v[0] == "float" or is_integer(v, -2**53, 2**53)),
    500: (b"", lambda v: v[0] == "bytes" and len(v[1]) <= 4),
    -3: (-3, lambda v: is_integer(v, -40, 85)),
    -100: (7, lambda v: is_integer(v, 0, 2**64 - 1)),
    "l": ([60, 120], lambda v: v[0] == "array" and len(v[1]) <= 3 and all(is_integer(n, 0, 2**32 - 1) for n in v[1])),
    "text": ("lamp", lambda v: v[0] == "str" and len(v[1].encode()) <= 8),
}


def is_integer(value, least, largest):
    return value[0] == "int" and least <= value[1] <= largest


def is_record(value, whole):
    """Returns whether a value from the oracle is a map of these fields. If `whole`, it must have all of them."""
    if value is None or value[0] != "map" or any(key[0] not in ("int", "str") for key, _ in value[1]):
        return False
    keys = [key[1] for key, _ in value[1]]
    if len(set(keys)) != len(keys) or (whole and len(keys) != len(FIELDS)):
        return False
    return all(key[1] in FIELDS and FIELDS[key[1]][1](item) for key, item in value[1])


class Records(Items):
    """Random records: heads in any of their forms and keys in any order, or deterministically encoded."""

    def __init__(self, seed):
        super().__init__(seed)
        self.shortest = self.random.random() < 0.3

    def integer(self, n):
        return self.head(0, n, self.shortest) if n >= 0 else self.head(1, -1 - n, self.shortest)

    def exactly(self, value):
        data = value.encode() if isinstance(value, str) else value
        return self.head(3 if isinstance(value, str) else 2, len(data), self.shortest) + data

    def value(self, key):
        pick = self.random
        if pick.random() < 0.02:
            return self.item(4)
        if key == 1:
            return pick.choice((b"\xf4", b"\xf5"))
        if key in (2, -3, -100):
            low, high = {2: (0, 100), -3: (-40, 85), -100: (0, 2**64 - 1)}[key]
            return self.integer(pick.choice((low, high, pick.randint(low, high), 0)))
        if key == 7:
            return pick.choice((self.float(), self.integer(pick.randint(-9, 9))))
        if key == "l":
            return self.head(4, 2, self.shortest) + self.integer(pick.randrange(2**32)) + self.integer(pick.randrange(99))
        return self.exactly(pick.choice(("", "ä", "12345678")) if key == "text" else pick.randbytes(pick.randrange(5)))

    def record(self, whole):
        keys = list(FIELDS)
        if not self.shortest:
            self.random.shuffle(keys)
        if not whole:
            keys = [key for key in keys if self.random.random() < 0.5]
        if self.random.random() < 0.05:
            keys.append(self.random.choice((*FIELDS, 3, "", "tex", -1)))
        pairs = ((self.exactly(k) if isinstance(k, str) else self.integer(k)) + self.value(k) for k in keys)
        data = bytearray(self.head(5, len(keys), self.shortest) + b"".join(pairs))
        if self.random.random() < 0.2:
            data[self.random.randrange(len(data))] = self.random.randrange(256)
        return bytes(data)


@pytest.fixture(scope="module")
def told(cbor_describe):
    """A function from a list of bytes to pairs of the library's error and the record that it writes then."""
    program = Path(cbor_describe).with_name("mincoap-cbor-record")

    def run(items, kind, mode="lenient"):
        lines = "".join(f"{kind} {mode} {data.hex()}\n" for data in items)
        output = subprocess.run([program], input=lines, capture_output=True, text=True, check=True).stdout
        lines = [line.split() for line in output.splitlines()]
        assert len(lines) == len(items)
        return [(error, bytes.fromhex(digits)) for error, digits in lines]

    return run


def has_pieces(data):
    """The bytes may hold a string of indefinite length. The oracle joins its chunks, but a record refuses it."""
    return b"\x5f" in data or b"\x7f" in data


def same(told_value, given):
    """A floating-point number may have been given as an integer."""
    if told_value[0] == "float" and given[0] == "int":
        return told_value[1] == struct.pack(">d", given[1]).hex()
    return told_value == given


@pytest.mark.parametrize("kind", ["whole", "patch"])
def test_takes_what_is_a_record(told, oracle, kind):  # noqa: F811
    items = [Records(seed).record(kind == "whole") for seed in range(20_000)]
    taken = 0
    for data, (error, written) in zip(items, told(items, kind)):
        value = oracle(data)
        if has_pieces(data):
            continue
        assert (error == "none") == is_record(value, kind == "whole"), (data.hex(), error, value)
        assert value is not None or error != "none", data.hex()
        assert value is None or error != "malformed", data.hex()
        if error != "none":
            continue
        taken += 1
        keys, now = zip(*oracle(written)[1])
        assert [key[1] for key in keys] == list(FIELDS), "the order of the keys"
        given = {key[1]: item for key, item in value[1]}
        for key, item in zip(keys, now):
            if key[1] in given:
                assert same(item, given[key[1]]), data.hex()
            elif isinstance(FIELDS[key[1]][0], (int, bytes, str)) and key[1] != 1:
                assert item[1] == FIELDS[key[1]][0], data.hex()
    assert 5_000 < taken < 19_000, "the items tell little if all are of one kind"


def test_takes_one_encoding_where_it_is_strict(told):
    """Section 4.2.1: the deterministic mode accepts only the bytes that the library writes."""
    items = [Records(seed).record(True) for seed in range(20_000)]
    strict = 0
    for data, (error, written) in zip(items, told(items, "whole", "deterministic")):
        if error == "none":
            assert written == data
            strict += 1
    for data, (error, written), (lenient, again) in zip(
            items, told(items, "whole", "deterministic"), told(items, "whole")):
        assert (error == "none") == (lenient == "none" and again == data), data.hex()
    assert strict > 1_000
