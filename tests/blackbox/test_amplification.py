"""An attacker who forges a source address makes the server send at most three times the bytes of a datagram there (RFC
9175, section 2.4).

`pytest -s` prints the worst ratio of each resource.
"""

import itertools
import json
import random
from pathlib import Path

import _coap
import _demo
import pytest
from _coap import ACCEPT, BLOCK1, BLOCK2, CON, CONTENT_FORMAT, ETAG, GET, NON, OBSERVE, POST, PUT, SIZE1, code

LIMIT = 3
SIZE2, ECHO, NO_RESPONSE = 28, 252, 258
ELECTIVE = 2048  # the server does not know this option
BUFFER_SIZE = 1152

PATHS = ["", "time", "count", "slow", "cbor", "message/info", "message/warn", "log", "poem", "upload", ".well-known/core", "nowhere"]
METHODS = range(1, 8)
TYPES = [CON, NON]
TOKENS = [b"12345678"[:size] for size in range(9)]
BLOCK_VALUES = [_coap.uint(number << 4 | more << 3 | exponent)
                for number in (0, 1, 20) for more in (0, 1) for exponent in (0, 2, 6, 7)]
EXTRAS = [
    [],
    *([(BLOCK2, value)] for value in BLOCK_VALUES),
    *([(BLOCK1, value)] for value in BLOCK_VALUES),
    [(BLOCK1, b""), (BLOCK2, b"\6"), (SIZE2, b"")],
    [(SIZE2, b"")], [(SIZE2, b"")] * 2, [(SIZE1, _coap.uint(1 << 20))],
    [(OBSERVE, b"")], [(OBSERVE, b"\1")],
    *([(NO_RESPONSE, bytes([value]))] for value in (0, 2, 8, 16, 26)),
    *([(ECHO, bytes(size))] for size in (0, 1, 7, 8, 9, 40, 41)), [(ECHO, bytes(8))] * 2,
    *([(ACCEPT, _coap.uint(value))] for value in (0, 40, 42, 60)),
    *([(CONTENT_FORMAT, _coap.uint(value))] for value in (0, 42, 60)),
    [(ETAG, b"12345678")], [(_coap.IF_MATCH, b"")], [(_coap.IF_NONE_MATCH, b"")],
    [(_coap.URI_QUERY, b"rt=demo.*")], [(_coap.HOP_LIMIT, b"\x10")], [(65001, b"critical")],
    [(_coap.PROXY_URI, b"coap://a")], [(_coap.PROXY_SCHEME, b"coap")],
]


class Forger:
    """A peer that never sees an answer, so its address is never confirmed. The test counts the bytes of the answers."""

    def __init__(self, port):
        self.peer = _demo.Peer(port)
        self.worst = {}

    def send(self, about, datagram):
        answers = self.peer.ask(datagram)
        size = sum(map(len, answers))
        assert size <= LIMIT * len(datagram), f"{datagram.hex(' ')} made {size} bytes of {len(datagram)}"
        ratio = size / max(len(datagram), 1)
        self.worst[about] = max(self.worst.get(about, (0, 0, 0)), (ratio, len(datagram), size))
        return answers

    def request(self, method, path, options=(), payload=b"", message_type=CON, token=b""):
        """Each request is a message of its own, of which the server keeps no answer yet."""
        mid = next(self.peer.mids)
        datagram = _coap.message(message_type, method, mid, token, [*_coap.path(path), *options], payload)
        return self.send("/" + path, datagram)

    def fill(self):
        """Everything that can be large is."""
        self.request(PUT, "upload", [(CONTENT_FORMAT, _coap.uint(42))], bytes(1000))
        for _ in range(10):
            self.request(POST, "message/info", payload=b"x" * 100)

    def print_worst(self):
        print("\nresource\trequest\tanswer\tratio")
        for about, (ratio, received, sent) in self.worst.items():
            print(f"{about}\t{received}\t{sent}\t{ratio:.2f}")


@pytest.fixture(scope="module")
def guarded(demo):
    with _demo.running(demo, "--trust", "none") as running:
        yield running


@pytest.fixture(scope="module")
def forger(guarded):
    forging = Forger(guarded.port)
    forging.fill()
    yield forging
    forging.print_worst()
    forging.peer.close()


@pytest.mark.parametrize("path", PATHS)
def test_every_method_type_token_and_option(forger, path):
    forger.fill()
    for method, message_type, token, extra in itertools.product(METHODS, TYPES, TOKENS, EXTRAS):
        for payload in (b"", b"x" * 16):
            forger.request(method, path, extra, payload, message_type, token)


@pytest.mark.parametrize("path", PATHS)
def test_requests_that_grow(forger, path):
    """Lengthens a request by an option or a payload, until it allows an answer of any size."""
    forger.fill()
    for size in range(0, 500):
        forger.request(GET, path, [(ELECTIVE, bytes(size))])
        forger.request(GET, path, payload=bytes(size + 1))
        forger.request(GET, path, [(ELECTIVE, bytes(size)), (BLOCK2, b"\2"), (SIZE2, b"")], token=b"12345678")


@pytest.mark.parametrize("path", PATHS)
def test_requests_that_are_larger_than_the_buffer(forger, path):
    for method, message_type, token in itertools.product(METHODS, TYPES, TOKENS):
        forger.request(method, path, payload=bytes(BUFFER_SIZE), message_type=message_type, token=token)


def test_what_is_no_request(forger):
    """Pings, responses, and undefined codes, of every type."""
    for message_code, message_type, token in itertools.product(range(256), range(4), (b"", b"12345678")):
        if not 1 <= message_code < 32 or message_type > NON:
            forger.send("no request", _coap.message(message_type, message_code, 0x1234, token))


def test_what_is_malformed(forger):
    for packet in json.loads((Path(__file__).parent / "known_bad_packets.json").read_text())["packets"]:
        forger.send("malformed", bytes.fromhex(packet["packet"]))


def test_requests_with_errors(forger):
    """Good requests with some bytes changed, left out or cut off."""
    chance = random.Random(1)
    for _ in range(5000):
        extra = chance.choice(EXTRAS)
        request = bytearray(_coap.message(chance.choice(TYPES), chance.choice(METHODS), 0x1234, chance.choice(TOKENS),
                                          [*_coap.path(chance.choice(PATHS)), *extra], bytes(chance.randrange(20))))
        for _ in range(chance.randrange(4)):
            request[chance.randrange(len(request))] = chance.randrange(256)
        forger.send("with errors", bytes(request[:chance.randrange(len(request) + 1)] if chance.random() < 0.5 else request))


def echo_in(answers):
    """The value of the Echo option of a 4.01 without other content."""
    answer = _coap.decode(answers[0])
    ((number, value),) = answer.options
    assert (answer.code, number, answer.payload) == (code("4.01"), ECHO, b"")
    return value


def test_option_that_was_sent_to_somebody_else(forger, guarded):
    """Another port is another address. An Echo value sent to one address confirms no other."""
    client = _demo.Peer(guarded.port)
    echo = echo_in(client.ask(_coap.message(CON, GET, 1, b"tok", _coap.path("poem"))))
    for bit in range(64):
        wrong = (int.from_bytes(echo, "big") ^ 1 << bit).to_bytes(8, "big")
        forger.request(GET, "poem", [(ECHO, wrong)])
    assert echo_in(forger.request(GET, "poem", [(ECHO, echo)])) != echo
    forger.request(GET, "poem", [(ECHO, echo[:7])])
    forger.request(GET, "poem", [(ECHO, echo + b"\0")])
    answer = client.request(GET, "poem", [(ECHO, echo)])
    assert (answer.code, len(answer.payload)) == (code("2.05"), 1024)
    client.close()


def test_what_is_posted_is_logged_once(forger):
    """The server executes it before it knows the address, so it never asks for a repetition."""
    for answer in forger.request(POST, "message/warn", payload=b"once and for all"):
        assert _coap.decode(answer).code == code("2.04")
    confirmed = _coap.message(CON, GET, 2, b"", [*_coap.path("log"), (ECHO, echo_in(forger.request(GET, "log")))])
    (answer,) = forger.peer.ask(confirmed)
    assert _coap.decode(answer).payload.count(b"warn: once and for all\n") == 1
