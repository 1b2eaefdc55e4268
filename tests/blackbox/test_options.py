"""Options: critical ones, elective ones, and unknown ones (RFC 7252, sections 5.4 and 5.10)."""

import _coap
import pytest
from _coap import CON, GET, NON, code, message

MID = 0x1234
UNKNOWN_CRITICAL = [9, 13, 25, 65, 255, 269, 301, 2049, 65001, 65535]
UNKNOWN_ELECTIVE = [2, 10, 18, 64, 256, 268, 270, 65000, 65534]

# Options that the server or one of its resources could recognise, but not like this. All are critical.
UNRECOGNISABLE = {
    "Uri-Host without a host": [(_coap.URI_HOST, b"")],
    "Uri-Host of 256 bytes": [(_coap.URI_HOST, b"h" * 256)],
    "two of Uri-Host": [(_coap.URI_HOST, b"a"), (_coap.URI_HOST, b"a")],
    "Uri-Port of 3 bytes": [(_coap.URI_PORT, b"\x00\x16\x33")],
    "two of Uri-Port": [(_coap.URI_PORT, b"\x16\x33"), (_coap.URI_PORT, b"\x16\x33")],
    "Uri-Path of 256 bytes": [(_coap.URI_PATH, b"p" * 256)],
    "Accept of 3 bytes": [(_coap.ACCEPT, b"\x00\x00\x00")],
    "two of Accept": [(_coap.ACCEPT, b""), (_coap.ACCEPT, b"")],
    "Uri-Query of 256 bytes": [(_coap.URI_QUERY, b"q" * 256)],
    "Proxy-Uri without a URI": [(_coap.PROXY_URI, b"")],
    "Proxy-Uri of 1035 bytes": [(_coap.PROXY_URI, b"u" * 1035)],
    "Proxy-Scheme without a scheme": [(_coap.PROXY_SCHEME, b"")],
    "Proxy-Scheme of 256 bytes": [(_coap.PROXY_SCHEME, b"s" * 256)],
    "If-None-Match with a value": [(_coap.IF_NONE_MATCH, b"x")],
    "If-Match of 9 bytes": [(_coap.IF_MATCH, b"123456789")],
}

# Critical options that change the meaning of a request, and that no resource here understands.
NOT_LOOKED_AT = {
    "If-Match": [(_coap.IF_MATCH, b"etag")],
    "If-None-Match": [(_coap.IF_NONE_MATCH, b"")],
    "Uri-Query": [(_coap.URI_QUERY, b"a=1")],
    "an empty Uri-Query": [(_coap.URI_QUERY, b"")],
    "Block1": [(_coap.BLOCK1, b"\x08")],
    "OSCORE": [(9, b"")],
}


def error(dotted, mid=MID, token=b"tok"):
    """An error response has a code, but neither options nor payload."""
    return [message(_coap.ACK, code(dotted), mid, token)]


def greeting(peer, options, message_type=CON):
    """Sends GET / with some options, and returns all answers."""
    return peer.ask(message(message_type, GET, MID, b"tok", options))


def is_greeting(answers):
    return [_coap.decode(a).payload for a in answers] == [b"Hello CoAP"]


@pytest.mark.parametrize("number", UNKNOWN_CRITICAL)
@pytest.mark.parametrize("value", [b"", b"v", b"v" * 300], ids=["empty", "short", "long"])
def test_unknown_critical_option(peer, number, value):
    """RFC 7252, section 5.4.1: in a Confirmable request it "MUST cause the return of a 4.02 (Bad Option) response". In
    a Non-confirmable one it "MUST cause the message to be rejected", so the server is silent (4.3)."""
    assert greeting(peer, [(number, value)]) == error("4.02")
    assert greeting(peer, [(number, value)], NON) == []


@pytest.mark.parametrize("number", UNKNOWN_ELECTIVE)
@pytest.mark.parametrize("value", [b"", b"v", b"v" * 300], ids=["empty", "short", "long"])
def test_unknown_elective_option(peer, number, value):
    """RFC 7252, section 5.4.1: "unrecognized options of class 'elective' MUST be silently ignored"."""
    assert is_greeting(greeting(peer, [(number, value)]))
    assert is_greeting(greeting(peer, [(number, value)], NON))


def test_many_elective_options_then_a_critical_one(peer):
    """RFC 7252, section 5.4.1: the server finds a critical option after any number of other options."""
    elective = [(2048 + 2 * n, bytes([n]) * n) for n in range(20)]
    assert is_greeting(greeting(peer, elective))
    assert greeting(peer, [*elective, (2089, b"")]) == error("4.02")
    assert greeting(peer, [*elective, (2089, b"")], NON) == []
    assert greeting(peer, [(1000, b"")] * 300) != error("4.02")
    assert greeting(peer, [*[(1000, b"")] * 300, (65535, b"")]) == error("4.02")


@pytest.mark.parametrize("options", UNRECOGNISABLE.values(), ids=UNRECOGNISABLE)
def test_critical_option_of_forbidden_length_or_repetition(peer, options):
    """RFC 7252, sections 5.4.3 and 5.4.5: the server treats it like an unrecognized option."""
    assert greeting(peer, options) == error("4.02")
    assert greeting(peer, options, NON) == []


@pytest.mark.parametrize("options", NOT_LOOKED_AT.values(), ids=NOT_LOOKED_AT)
def test_critical_option_that_the_resource_does_not_look_at(peer, options):
    """RFC 7252, section 5.4.1: a resource that ignored it would misunderstand the request."""
    assert greeting(peer, options) == error("4.02")
    assert greeting(peer, options, NON) == []
    assert peer.request(GET, "time", options).code == code("4.02")


def test_elective_option_of_forbidden_length_or_repetition(peer):
    """RFC 7252, sections 5.4.3 and 5.4.5: like an unrecognized option, which an elective one may be."""
    for options in ([(_coap.ETAG, b"")], [(_coap.ETAG, b"123456789")], [(_coap.SIZE1, b"12345")],
                    [(_coap.CONTENT_FORMAT, b"123")], [(_coap.HOP_LIMIT, b"")], [(_coap.SIZE1, b"1")] * 2,
                    [(_coap.OBSERVE, b"1234")], [(_coap.HOP_LIMIT, b"\x08")] * 2, [(14, b"12345")]):
        assert is_greeting(greeting(peer, options)), options


def test_host_and_port(peer):
    """RFC 7252, section 5.10.1: Uri-Host and Uri-Port name the server. This server accepts any name."""
    for options in ([(_coap.URI_HOST, b"h")], [(_coap.URI_HOST, b"h" * 255)], [(_coap.URI_HOST, b"\xff")],
                    [(_coap.URI_PORT, b"")], [(_coap.URI_PORT, b"\x16")], [(_coap.URI_PORT, b"\x16\x33")],
                    [(_coap.URI_HOST, b"demo.example"), (_coap.URI_PORT, b"\x00\x01")]):
        assert is_greeting(greeting(peer, options)), options


@pytest.mark.parametrize("number", [_coap.PROXY_URI, _coap.PROXY_SCHEME], ids=["Proxy-Uri", "Proxy-Scheme"])
def test_proxying(peer, number):
    """RFC 7252, section 5.10.2: "An endpoint receiving a request with a Proxy-Uri Option that is unable or unwilling to
    act as a forward-proxy for the request MUST cause the return of a 5.05 (Proxying Not Supported) response." """
    assert greeting(peer, [(number, b"coap://[::1]/")]) == error("5.05")
    assert peer.request(GET, "", [(number, b"coap")], message_type=NON).code == code("5.05")
    assert peer.request(GET, "nowhere", [(_coap.URI_HOST, b"h"), (number, b"coap")]).code == code("5.05")


def test_accept(peer):
    """RFC 7252, section 5.10.4: if the preferred Content-Format cannot be returned, the answer is 4.06. A number may
    have leading zeros (3.2)."""
    for same in (b"", b"\x00", b"\x00\x00"):
        assert is_greeting(greeting(peer, [(_coap.ACCEPT, same)]))
    for other in (b"\x3c", b"\x00\x3c", b"\x01\x00", b"\xff\xff"):
        assert greeting(peer, [(_coap.ACCEPT, other)]) == error("4.06")
    assert peer.request(GET, "", [(_coap.ACCEPT, b"\x3c")], message_type=NON).code == code("4.06")


def test_observe(peer):
    """RFC 7641, section 4.1: a server that is unwilling to add the client to a list of observers answers as if Observe
    was not there."""
    for value in (b"", b"\x01"):
        assert greeting(peer, [(_coap.OBSERVE, value)]) == greeting(peer, [])


def test_errors_have_no_payload(peer):
    """RFC 7252, section 5.5.2: a diagnostic payload is optional, and here there is none."""
    for path, options in (("nowhere", []), ("", [(65535, b"")]), ("", [(_coap.ACCEPT, b"\x3c")])):
        answer = peer.request(GET, path, options)
        assert (answer.options, answer.payload) == ((), b"")
