"""Message formats, types and codes: answers and rejections of the server (RFC 7252, sections 3 and 4)."""

import _coap
import pytest
from _coap import ACK, CON, EMPTY, GET, NON, RST, code, header, message, option

MID = 0x1234
TYPES = {"CON": CON, "NON": NON, "ACK": ACK, "RST": RST}
RICH_OPTIONS = [
    (_coap.URI_HOST, b"demo.example"), (_coap.URI_PORT, _coap.uint(5683)), *_coap.path("message/info"),
    (_coap.ACCEPT, b""), (_coap.SIZE1, _coap.uint(70000)), (65000, b"e" * 300),
]

# Bytes behind a good header and token. The header has the code of a request.
BAD_REMAINDERS = {
    "delta 15": bytes.fromhex("f1 61"),
    "length 15": bytes.fromhex("1f 61"),
    "delta 15 and length 15 with a nibble off": bytes.fromhex("fe 00 00"),
    "marker without payload": bytes.fromhex("ff"),
    "option, marker without payload": option(11, b"time") + b"\xff",
    "value missing": bytes.fromhex("b4"),
    "value cut off": bytes.fromhex("b4 74 69 6d"),
    "delta's byte missing": bytes.fromhex("d0"),
    "delta's second byte missing": bytes.fromhex("e0 00"),
    "length's byte missing": bytes.fromhex("0d"),
    "length's second byte missing": bytes.fromhex("0e 00"),
    "length's byte missing behind that of the delta": bytes.fromhex("dd 00"),
    "extended value missing": bytes.fromhex("0d 00"),
    "extended value cut off": bytes.fromhex("0d 00") + b"a" * 12,
    "twice extended value cut off": bytes.fromhex("0e 00 00") + b"a" * 268,
    "length that wraps 16 bits": bytes.fromhex("0e ff f0 41"),
    "longest length": bytes.fromhex("0e ff ff 41"),
    "number 65536": bytes.fromhex("e0 fe f3"),
    "number above 65535 by a sum": bytes.fromhex("e0 fe f2 10"),
    "largest delta": bytes.fromhex("e0 ff ff"),
    "number that wraps to Uri-Path": option(65535) + option(12, b"time"),
    "bad option behind twenty good ones": option(65000) + 20 * option(2) + b"\xf0",
}


def rejection(message_type, mid=MID):
    """The answers to a message that the server cannot process (sections 4.2 and 4.3)."""
    return [_coap.reset(mid)] if message_type == CON else []


def by_type(test):
    return pytest.mark.parametrize("message_type", TYPES.values(), ids=TYPES)(test)


def test_reset_is_exactly_four_bytes():
    """RFC 7252, section 4.2: "the Reset message MUST echo the Message ID of the Confirmable message and MUST be
    Empty"."""
    assert _coap.reset(MID) == bytes.fromhex("70 00 12 34")


def test_get_byte_by_byte(peer):
    """RFC 7252, section 5.2.1: the response is piggybacked in an Acknowledgement with the request's Message ID, and by
    5.3.1 with its token."""
    assert peer.ask(bytes.fromhex("42 01 be ef 01 02")) == [
        bytes.fromhex("62 45 be ef 01 02 c0 ff") + b"Hello CoAP"]


@pytest.mark.parametrize("size", range(4))
def test_shorter_than_a_header(peer, size):
    """RFC 7252, section 3: a message has a header of four bytes; without it, there is no Message ID to reset."""
    assert peer.ask(header(CON, GET, MID)[:size]) == []


@by_type
@pytest.mark.parametrize("version", [0, 2, 3])
def test_other_versions(peer, version, message_type):
    """RFC 7252, section 3: "Messages with unknown version numbers MUST be silently ignored." """
    assert peer.ask(header(message_type, GET, MID, version=version)) == []


@pytest.mark.parametrize("size", range(9))
@pytest.mark.parametrize("message_type", [CON, NON], ids=["CON", "NON"])
def test_tokens(peer, size, message_type):
    """RFC 7252, section 5.3.1: the token, of 0 to 8 bytes, is echoed in any resulting response."""
    token = bytes(range(0xF8, 0xF8 + size))
    answer = peer.request(GET, "", token=token, message_type=message_type)
    assert (answer.code, answer.payload) == (code("2.05"), b"Hello CoAP")


@by_type
@pytest.mark.parametrize("size", range(9, 16))
def test_reserved_token_lengths(peer, size, message_type):
    """RFC 7252, section 3: "Lengths 9-15 are reserved, MUST NOT be sent, and MUST be processed as a message format
    error." """
    assert peer.ask(header(message_type, GET, MID, size) + bytes(300)) == rejection(message_type)
    assert peer.ask(header(message_type, GET, MID, size)) == rejection(message_type)


@by_type
def test_token_past_the_end(peer, message_type):
    """RFC 7252, section 3: the token has as many bytes as the header says."""
    for size in range(1, 9):
        assert peer.ask(header(message_type, GET, MID, size) + bytes(size - 1)) == rejection(message_type)


@by_type
@pytest.mark.parametrize("remainder", BAD_REMAINDERS.values(), ids=BAD_REMAINDERS)
def test_message_format_errors(peer, remainder, message_type):
    """RFC 7252, sections 3 and 3.1: message format errors; 4.2 and 4.3: a Confirmable one is rejected with a Reset,
    others by silence."""
    with pytest.raises(_coap.FormatError):
        _coap.decode(header(CON, GET, MID) + remainder)
    for token in (b"", b"12345678"):
        start = header(message_type, GET, MID, len(token)) + token
        assert peer.ask(start + remainder) == rejection(message_type)


@by_type
@pytest.mark.parametrize("remainder", [b"\x00", b"\xff", b"\xffpayload", option(11, b"time")],
                         ids=["a zero", "a marker", "a payload", "an option"])
def test_empty_message_with_something_in_it(peer, remainder, message_type):
    """RFC 7252, section 4.1: an Empty message has a token length of 0 and ends after the Message ID. Any other is a
    message format error."""
    assert peer.ask(header(message_type, EMPTY, MID) + remainder) == rejection(message_type)
    assert peer.ask(header(message_type, EMPTY, MID, 1) + b"t") == rejection(message_type)


@by_type
def test_empty_message(peer, message_type):
    """RFC 7252, section 4.3: an Empty Confirmable message elicits a Reset ("CoAP ping"). Any other Empty message gets
    no answer (4.2, 4.3)."""
    assert peer.ask(header(message_type, EMPTY, MID)) == rejection(message_type)


@by_type
@pytest.mark.parametrize("its_class", [1, 3, 6, 7])
@pytest.mark.parametrize("detail", [0, 1, 5, 31])
def test_reserved_classes(peer, its_class, detail, message_type):
    """RFC 7252, sections 3 and 4.2: "a Confirmable message with a code that uses a reserved class" is rejected."""
    datagram = message(message_type, code(f"{its_class}.{detail}"), MID, b"tok", _coap.path("time"), b"payload")
    assert peer.ask(datagram) == rejection(message_type)


@by_type
@pytest.mark.parametrize("response", ["2.00", "2.05", "2.31", "4.04", "4.31", "5.00", "5.03"])
def test_responses(peer, response, message_type):
    """RFC 7252, section 5.3.2: the server sends no requests, so a response is unexpected. The server rejects a
    Confirmable one with a Reset (4.2), and others by silence (4.3)."""
    for datagram in (message(message_type, code(response), MID),
                     message(message_type, code(response), MID, b"tok", [(_coap.CONTENT_FORMAT, b"")], b"a payload")):
        assert peer.ask(datagram) == rejection(message_type)


@pytest.mark.parametrize("message_type", [ACK, RST], ids=["ACK", "RST"])
@pytest.mark.parametrize("method", range(1, 32))
def test_requests_where_none_can_be(peer, method, message_type):
    """RFC 7252, section 4.2: an Acknowledgement with a request, or a Reset that is not Empty, is to be ignored."""
    assert peer.ask(message(message_type, method, MID, b"tok")) == []
    assert peer.ask(message(message_type, method, MID, b"tok", _coap.path("time"), b"payload")) == []


def test_non_confirmable_request(peer):
    """RFC 7252, section 5.2.3: the response to a Non-confirmable request is Non-confirmable, too. It has the token of
    the request, here one of 8 bytes, and by 4.4 a Message ID of the server's own, each time another."""
    answers = [peer.request(GET, "", token=b"12345678", message_type=NON) for _ in range(20)]
    assert all(a.payload == b"Hello CoAP" for a in answers)
    assert [a.mid for a in answers] == [(answers[0].mid + i) & 0xFFFF for i in range(20)]


def test_message_ids_of_two_starts_differ(peer, new_peer):
    """RFC 7252, section 4.4: it is strongly recommended to begin with a random Message ID."""
    first, second = (p.request(GET, "", message_type=NON).mid for p in (peer, new_peer))
    if first == second:
        pytest.xfail("one chance in 65,536")


def test_message_ids_are_numbers_of_16_bits(peer):
    """RFC 7252, section 3: the Message ID is a 16-bit number; all of them are good."""
    for mid in (0, 1, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF):
        assert peer.request(GET, "", mid=mid).code == code("2.05")


def test_repeated_request(peer):
    """RFC 7252, section 4.2: each copy of a Confirmable message is acknowledged, the same way for a GET (4.5)."""
    datagram = message(CON, GET, MID, b"tok")
    assert peer.ask(datagram) == peer.ask(datagram) != []


def test_payload_of_a_get(peer):
    """RFC 7252, section 5.5: a payload in a method that defines none has no meaning and no effect, even if its bytes
    look like a marker or like options."""
    for payload in (b"\xff", b"\xff" * 20, b"\xb4time", b"\x00" * 900):
        assert peer.request(GET, "", payload=payload).payload == b"Hello CoAP"


@pytest.mark.parametrize("message_type", [CON, NON], ids=["CON", "NON"])
def test_every_truncation_of_a_rich_request(peer, message_type):
    """RFC 7252, section 3: a message that ends between two options is a shorter message, one that ends anywhere else
    is malformed."""
    whole = message(message_type, GET, MID, b"12345678", RICH_OPTIONS, b"a payload")
    ends = {len(message(message_type, GET, MID, b"12345678", RICH_OPTIONS[:n])): n for n in range(len(RICH_OPTIONS) + 1)}
    marker = max(ends)
    for size in range(len(whole) + 1):
        answers = peer.ask(whole[:size])
        if size in ends or size > marker + 1:
            expected = {0: "2.05", 1: "2.05", 2: "2.05", 3: "4.04"}.get(ends.get(size), "4.05")
            assert [_coap.decode(a).code for a in answers] == [code(expected)], size
            assert [_coap.decode(a).token for a in answers] == [b"12345678"], size
        else:
            assert answers == (rejection(message_type) if size >= 4 else []), size


def test_larger_than_the_buffer(peer):
    """RFC 7252, section 4.6: a client that does not know the server sends up to 1152 bytes. The server accepts them.
    It does not process the beginning of a longer message. The answer is 4.13 (section 5.9.2.9) with the block size that
    would fit, since one of the resources is written in blocks (RFC 7959, section 2.9.3)."""
    request = message(CON, GET, MID, b"tok", (), b"x")
    assert [a[1] for a in peer.ask(request.ljust(1152, b"x"))] == [code("2.05")]
    for size in (1153, 2000, 60000):
        too_large = message(ACK, code("4.13"), MID, b"tok", [(_coap.BLOCK1, b"\x06")])
        assert peer.ask(request.ljust(size, b"x")) == [too_large]
