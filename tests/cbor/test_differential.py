"""Compares how the library and cbor2 read CBOR, well-formed or not.

The functions below correct cbor2 if it differs from RFC 8949, and name the reason.
"""

import io
import json
import random
import struct
import subprocess

import pytest

pytest.importorskip("cbor2")
# The Python implementation of cbor2 can be corrected. The C implementation, which the names in cbor2 itself refer to,
# also writes some halves, such as 56800.0, as singles.
from cbor2 import decoder, encoder, types  # noqa: E402

BREAK = types.break_marker


# ---- cbor2, corrected


class Pairs(list):
    """The pairs of a map. All count, even those with equal keys."""


def decode_pairs(reader, subtype):
    """cbor2 takes a break for a value. If keys are equal, such as 1 and 1.0, it keeps only the last value."""
    length = reader._decode_length(subtype, allow_indefinite=True)
    pairs = Pairs()
    while length is None or len(pairs) < length:
        key = reader._decode()
        if key is BREAK and length is None:
            break
        pairs.append((key, reader._decode()))
    return pairs


def decode_simple_value(reader):
    """cbor2 accepts a simple value below 32 in two bytes, which is not well-formed (section 3.3)."""
    value = reader.read(1)[0]
    if value < 32:
        raise types.CBORDecodeValueError("a simple value that is longer than need be")
    return types.CBORSimpleValue(value)


@pytest.fixture(scope="module")
def oracle():
    """A function from bytes to the value they stand for, or None if they are not one well-formed item."""
    with pytest.MonkeyPatch.context() as patch:
        # cbor2 interprets the content of tags, and refuses some of it.
        patch.setattr(decoder, "semantic_decoders", {})
        patch.setitem(decoder.major_decoders, 5, decode_pairs)
        patch.setitem(decoder.special_decoders, 24, decode_simple_value)
        yield decoded


def decoded(data):
    with io.BytesIO(data) as stream:
        try:
            value = decoder.CBORDecoder(stream).decode()
        except (types.CBORDecodeError, UnicodeDecodeError, TypeError):  # cbor2 raises TypeError if a chunk lacks length
            return None
        # cbor2 ignores bytes behind an item, and takes a break for an item anywhere (section 3.2.1).
        return None if stream.tell() != len(data) or has_break(value) else canonical(value)


def has_break(value):
    if isinstance(value, Pairs):
        return any(has_break(key) or has_break(item) for key, item in value)
    if isinstance(value, list):
        return any(map(has_break, value))
    return value is BREAK or (isinstance(value, types.CBORTag) and has_break(value.value))


def float_bits(value):
    """All NaNs are one."""
    return "nan" if value != value else struct.pack(">d", value).hex()


def canonical(value):
    """Told apart by type, so that 1, 1.0 and True are not equal."""
    if isinstance(value, Pairs):
        return "map", [(canonical(key), canonical(item)) for key, item in value]
    if isinstance(value, list):
        return "array", [canonical(item) for item in value]
    if isinstance(value, types.CBORTag):
        return "tag", value.tag, canonical(value.value)
    if isinstance(value, types.CBORSimpleValue):
        return "simple", value.value
    if isinstance(value, float):
        return "float", float_bits(value)
    for index, simple in enumerate((False, True, None, types.undefined)):
        if value is simple:
            return "simple", 20 + index
    return type(value).__name__, value


# ---- The library


@pytest.fixture(scope="module")
def describe(cbor_describe):
    """A function from a list of bytes to the library's description of each: see describe.cpp."""

    def run(items):
        lines = "".join(f"{data.hex()}\n" for data in items)
        output = subprocess.run([cbor_describe], input=lines, capture_output=True, text=True, check=True).stdout
        told = [json.loads(line) for line in output.splitlines()]
        assert len(told) == len(items)
        return told

    return run


class NotUtf8(Exception):
    """A string of indefinite length holds invalid UTF-8. The library does not check such strings."""


def canonical_node(node):
    name, content = node[0], node[1]
    if name == "raw":
        try:
            return canonical(decoder.loads(bytes.fromhex(content)))
        except UnicodeDecodeError as error:
            raise NotUtf8 from error
    if name == "array":
        return "array", [canonical_node(item) for item in content]
    if name == "map":
        return "map", [(canonical_node(key), canonical_node(item)) for key, item in content]
    if name == "tag":
        return "tag", content, canonical_node(node[2])
    if name == "float":
        return "float", float_bits(struct.unpack(">d", bytes.fromhex(content))[0])
    if name == "simple":
        return "simple", content
    plain = {"uint": int, "nint": lambda n: -1 - n, "bytes": bytes.fromhex, "text": lambda t: bytes.fromhex(t).decode()}
    return canonical(plain[name](content))


# ---- Items


class Items:
    """Random items, well-formed, in any of their forms."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def number(self):
        return self.random.getrandbits(self.random.randrange(65))

    def head(self, major, argument, shortest=False):
        least = next(size for size in (0, 1, 2, 4, 8) if argument < (24 if size == 0 else 1 << 8 * size))
        sizes = [size for size in (0, 1, 2, 4, 8) if size >= least]
        size = least if shortest or self.random.random() < 0.7 else self.random.choice(sizes)
        information = argument if size == 0 else 24 + (1, 2, 4, 8).index(size)
        return bytes([major << 5 | information]) + (argument.to_bytes(size, "big") if size else b"")

    def text(self):
        alphabet = "a\0\x7f\x80\u07ff\u0800\ud7ff\ue000\uffff\U00010000\U0010ffff"
        return "".join(self.random.choices(alphabet, k=self.random.choice((0, 1, 5, 30)))).encode()

    def string(self, major):
        content = self.text() if major == 3 else self.random.randbytes(self.random.choice((0, 1, 23, 24, 300)))
        return self.head(major, len(content)) + content

    def strings(self, major):
        """Returns a string of indefinite length."""
        chunks = (self.string(major) for _ in range(self.random.randrange(3)))
        return bytes([major << 5 | 31]) + b"".join(chunks) + b"\xff"

    def container(self, major, depth):
        count = self.random.choice((0, 1, 2, 3, 5, 25 if depth == 0 else 1))
        content = b"".join(self.item(depth + 1) for _ in range(count * (major - 3)))
        if self.random.random() < 0.3:
            return bytes([major << 5 | 31]) + content + b"\xff"
        return self.head(major, count) + content

    def float(self):
        size, form = self.random.choice(((2, 25), (4, 26), (8, 27)))
        special = self.random.choice((0, 0x7C00, 0x7E00, 0x8000, 0x0001)) << 8 * size - 16
        bits = self.random.choice((self.random.getrandbits(8 * size), special))
        if self.random.random() < 0.3:  # one with a shorter form
            bits, size, form = int.from_bytes(struct.pack(">d", self.random.randrange(-99, 99) / 8), "big"), 8, 27
        return bytes([7 << 5 | form]) + bits.to_bytes(size, "big")

    def simple(self):
        value = self.random.choice((*range(24), *range(32, 256)))
        return bytes([7 << 5 | value]) if value < 24 else bytes([0xF8, value])

    def item(self, depth=0):
        kind = self.random.randrange(12 if depth < 5 else 8)
        if kind in (0, 1):
            return self.head(kind, self.number())
        if kind in (2, 3):
            return self.string(kind)
        if kind in (4, 5):
            return self.float() if kind == 4 else self.simple()
        if kind in (6, 7):
            return self.strings(kind - 4)
        if kind in (8, 9, 10):
            return self.container(4 + kind % 2, depth)
        return self.head(6, self.number()) + self.item(depth + 1)

    def tampered(self):
        data = bytearray(self.item())
        for _ in range(self.random.choice((1, 1, 1, 2, 4))):
            at = self.random.randrange(len(data) + 1)
            change = self.random.randrange(5)
            if change == 0:
                data = data[:at]
            elif change == 1:
                data[at:at] = self.random.choice((b"\xff", b"\x5f", b"\x9f", b"\xbf", b"\xf8", b"\0", self.item(5)))
            elif change == 2:
                del data[at : at + self.random.randrange(1, 4)]
            elif at < len(data):
                data[at] = data[at] ^ 1 << self.random.randrange(8) if change == 3 else self.random.randrange(256)
        return bytes(data)

    def noise(self):
        return self.random.randbytes(self.random.randrange(12))


# ---- The comparison


def compare(data, told, expected):
    """Asserts that both accept the item with equal values, or both refuse it. Returns whether it is well-formed."""
    try:
        item = None if told["item"] is None else canonical_node(told["item"])
    except NotUtf8:
        assert expected is None
        return True
    assert told["error"] == ("none" if expected is not None else "malformed")
    assert item == expected
    return expected is not None


def compare_all(describe, oracle, items):
    """Returns the well-formed items, each with its description and the oracle's value."""
    taken = []
    for data, told in zip(items, describe(items)):
        expected = oracle(data)
        try:
            if compare(data, told, expected):
                taken.append((data, told, expected))
        except AssertionError as error:
            raise AssertionError(f"{data.hex()}: {told}, but cbor2: {expected}") from error
    return taken


def test_takes_and_reads_what_is_well_formed(describe, oracle):
    items = [Items(seed).item() for seed in range(10_000)]
    assert len(compare_all(describe, oracle, items)) == len(items)


def test_takes_and_refuses_the_same_of_what_was_tampered_with(describe, oracle):
    items = [Items(seed).tampered() for seed in range(30_000)]
    taken = len(compare_all(describe, oracle, items))
    assert 3_000 < taken < 27_000, "the items tell little if all are of one kind"


def test_takes_and_refuses_the_same_of_noise(describe, oracle):
    items = [Items(seed).noise() for seed in range(30_000)]
    assert len(compare_all(describe, oracle, items)) > 1_000


def test_takes_and_refuses_the_same_of_every_short_item(describe, oracle):
    items = [bytes([first, second]) for first in range(256) for second in range(256)]
    items += [bytes([first]) for first in range(256)] + [b""]
    compare_all(describe, oracle, items)


def test_skips_what_is_well_formed(describe):
    items = [Items(seed).item() for seed in range(10_000)]
    for data, told in zip(items, describe(items)):
        assert told["skipped"] == "none", data.hex()


def test_skips_nothing_else(describe, oracle):
    """A text that is not UTF-8 is well-formed, though not valid (section 5.3.1), so the library can skip it."""
    items = [make() for seed in range(20_000) for make in (Items(seed).tampered, Items(seed).noise)]
    for data, told in zip(items, describe(items)):
        if told["error"] == "none":
            assert told["skipped"] == "none", data.hex()
        elif told["skipped"] == "none":
            as_bytes = bytes_for_texts(data)
            assert oracle(as_bytes) is not None, data.hex()


def bytes_for_texts(data):
    """The same well-formed item with a byte string for each text string."""
    out = bytearray()
    at = 0
    while at < len(data):
        major, information = data[at] >> 5, data[at] & 31
        size = 1 + (1 << information - 24 if 24 <= information < 28 else 0)
        argument = int.from_bytes(data[at + 1 : at + size], "big") if size > 1 else information
        out += bytes([data[at] - 0x20 if major == 3 else data[at]]) + data[at + 1 : at + size]
        at += size
        if major in (2, 3) and information < 28:
            out += data[at : at + argument]
            at += argument
    return bytes(out)


def test_writes_what_cbor2_reads_as_the_same(describe, oracle):
    items = [Items(seed).item() for seed in range(10_000)]
    for data, told in zip(items, describe(items)):
        assert oracle(bytes.fromhex(told["again"])) == oracle(data), data.hex()


def test_writes_what_cbor2_writes(describe):
    """Compares with cbor2's canonical form. It sorts maps, interprets tags and joins strings, so items have none."""
    compared = 0
    items = [Items(seed).item() for seed in range(10_000)]
    for data, told in zip(items, describe(items)):
        if any(f'["{name}",' in json.dumps(told["item"]) for name in ("map", "tag", "raw")):
            continue
        written = encoder.dumps(decoder.loads(data), canonical=True)
        assert written.hex() == told["again"], data.hex()
        compared += 1
    assert compared > 3_000


def test_is_strict_about_all_that_it_would_write_otherwise(describe):
    """Section 4.2.1: an item is deterministic if writing it gives the same bytes. The order of keys is not checked."""
    items = [make() for seed in range(10_000) for make in (Items(seed).item, Items(seed).tampered)]
    strict = 0
    for data, told in zip(items, describe(items)):
        if told["error"] == "none" and "raw" not in json.dumps(told["item"]):
            assert (told["strict"] == "none") == (told["again"] == data.hex()), data.hex()
            strict += told["strict"] == "none"
        elif told["skipped"] != "none" or "raw" in json.dumps(told["item"]):
            assert told["strict"] == "malformed", data.hex()
    assert strict > 1_000
