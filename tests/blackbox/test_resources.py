"""The demo's resources: paths, methods, formats and stored values (RFC 7252, sections 5.8 to 5.10)."""

import dataclasses
import datetime
import re

import _coap
import pytest
from _coap import CON, GET, NON, POST, PUT, code, message

MID = 0x1234
TOKEN = b"12345678"
AS_TEXT = (_coap.CONTENT_FORMAT, _coap.uint(_coap.TEXT))
AS_CBOR = (_coap.CONTENT_FORMAT, _coap.uint(_coap.CBOR))
AS_LINKS = (_coap.CONTENT_FORMAT, _coap.uint(_coap.LINK_FORMAT))
METHODS = {
    "": {GET}, "time": {GET}, "count": {GET, POST}, "slow": {GET}, "cbor": {GET, PUT}, "message/info": {POST}, "message/warn": {POST}, "log": {GET},
    "poem": {GET}, "upload": {GET, PUT}, ".well-known/core": {GET},
}
PROTECTED = ["private"]
NOWHERE = [
    "nowhere", "tim", "times", "Time", "time/x", "message", "message/infos", "message/info/x", "info", ".well-known",
    ".well-known/core/x", "core", "%2e", "..", "p" * 200, "/".join("p" * 300),
]

# {0: false, 1: 32, 2: "Hello", 3: [1, 2, 3]}
DEFAULT = bytes.fromhex("a4 00f4 011820 026548656c6c6f 0383010203")


def record(hidden="f4", number="01", label="6161", numbers="80", head="a4", tail=""):
    return bytes.fromhex(f"{head} 00{hidden} 01{number} 02{label} 03{numbers} {tail}")


def text(data):
    """A CBOR text of 24 bytes or more, as hexadecimal."""
    return f"78{len(data):02x}{data.hex()}"


GOOD = {
    "default": DEFAULT,
    "small": record(),
    "other order": bytes.fromhex("a4 0381182a 026161 01182a 00f4"),
    "empty label": record(label="60"),
    "label of 32 bytes": record(label=text(b"x" * 32)),
    "label of 32 bytes in 8 characters": record(label=text("😀".encode() * 8)),
    "label with a zero": record(label="6100"),
    "largest characters of each size": record(label="6a 7f dfbf efbfbf f48fbfbf"),
    "16 numbers": record(numbers="90" + "17" * 16),
    "numbers of each size": record(number="1bffffffffffffffff", numbers="85 17 1818 190100 1a00010000 1b0000000100000000"),
}
GOOD_BUT_NOT_SHORTEST = {
    "number": record(number="1b0000000000000001"),
    "key": bytes.fromhex("a4 1800f4 0101 026161 0380"),
    "lengths": bytes.fromhex("b804 00f4 0101 02780161 03990000"),
    "list of indefinite length": record(numbers="9fff"),
    "map of indefinite length": bytes.fromhex("bf 00f4 0101 026161 0380 ff"),
}
MALFORMED = {
    "nothing": b"",
    "a fifth entry without its head": record(tail="0401"),
    "four entries, the fourth missing": bytes.fromhex("a4 00f4 0101 026161"),
    "a trailing byte": DEFAULT + b"\x00",
    "a second record": DEFAULT + DEFAULT,
    "hidden: false in two bytes": record(hidden="f814"),
    "number: reserved length 28": record(number="1c"),
    "number: reserved length 31": record(number="1f"),
    "label: past the end": record(label="7bffffffffffffffff"),
    "label: UTF-8 that goes on alone": record(label="6180"),
    "label: UTF-8 that stops": record(label="6261e2"),
    "label: UTF-8 in too many bytes": record(label="62c080"),
    "label: UTF-8 in too many bytes, 3": record(label="63e09fbf"),
    "label: UTF-8 in too many bytes, 4": record(label="64f08fbfbf"),
    "label: UTF-8 of a surrogate": record(label="63eda080"),
    "label: UTF-8 beyond U+10FFFF": record(label="64f4908080"),
    "label: no UTF-8": record(label="61ff"),
    "list: of indefinite length, without end": record(numbers="9f01"),
    "list: huge": record(numbers="9bffffffffffffffff"),
    "list: fewer than it says": record(numbers="830102"),
    "map of indefinite length, without end": bytes.fromhex("bf 00f4 0101 026161 0380"),
    "map of indefinite length, a key without its value": bytes.fromhex("bf 00f4 0101 026161 03 ff"),
    "huge map": bytes.fromhex("bbffffffffffffffff 00f4 0101 026161 0380"),
    "a break": bytes.fromhex("ff"),
    **{f"cut off at {n}": DEFAULT[:n] for n in range(1, len(DEFAULT))},
}
REFUSED = {
    "no map": bytes.fromhex("84 f4 01 6161 80"),
    "an empty map": bytes.fromhex("a0"),
    "three entries": bytes.fromhex("a3 00f4 0101 026161"),
    "five entries": record(head="a5", tail="0401"),
    "an unknown key": bytes.fromhex("a4 00f4 0101 026161 0480"),
    "a huge key": bytes.fromhex("a4 00f4 0101 026161 1b000000010000000380"),
    "a key that is 64 more": bytes.fromhex("a4 00f4 0101 026161 184380"),
    "a key twice": bytes.fromhex("a4 00f4 0101 026161 00f4"),
    "a key twice, once not in its shortest form": bytes.fromhex("a4 00f4 0101 026161 180101"),
    "a text as key": bytes.fromhex("a4 00f4 0101 026161 613380"),
    "hidden: 0": record(hidden="00"),
    "hidden: 1": record(hidden="01"),
    "hidden: null": record(hidden="f6"),
    "hidden: undefined": record(hidden="f7"),
    "number: -1": record(number="20"),
    "number: text": record(number="6131"),
    "number: float": record(number="f93c00"),
    "number: true": record(number="f5"),
    "number: tagged": record(number="c101"),
    "number: bignum": record(number="c24101"),
    "label: bytes": record(label="4161"),
    "label: number": record(label="01"),
    "label: opens a tag": record(label="63613c62"),
    "label: 33 bytes": record(label=text(b"x" * 33)),
    "label: of indefinite length": record(label="7f6161ff"),
    "list: 17 numbers": record(numbers="91" + "01" * 17),
    "list: a text in it": record(numbers="826131 01"),
    "list: a negative number in it": record(numbers="8120"),
    "list: a list in it": record(numbers="8180"),
    "list: map": record(numbers="a0"),
    "list: of indefinite length, 17 numbers": record(numbers="9f" + "01" * 17 + "ff"),
    "map of indefinite length, three entries": bytes.fromhex("bf 00f4 0101 026161 ff"),
    "map of indefinite length, five entries": bytes.fromhex("bf 00f4 0101 026161 0380 0401 ff"),
}


@pytest.fixture
def cbor(peer):
    """A peer that finds the record in its initial state, and restores it in the end."""
    assert put(peer, DEFAULT) == code("2.04")
    yield peer
    assert put(peer, DEFAULT) == code("2.04")


def put(peer, payload, options=(AS_CBOR,)):
    answer = peer.request(PUT, "cbor", options, payload)
    assert (answer.options, answer.payload) == ((), b"")
    return answer.code


def get(peer, path, options=()):
    return peer.request(GET, path, options)


def without_etag(answer):
    """Returns the answer and its ETag. RFC 7252, section 5.10.6: it has 1 to 8 bytes, and a response has at most
    one."""
    (number, tag), *others = answer.options
    assert number == _coap.ETAG and 1 <= len(tag) <= 8
    return dataclasses.replace(answer, options=tuple(others)), tag


def content(peer, path):
    answer = get(peer, path)
    assert answer.code == code("2.05")
    return answer.payload


def test_greeting(peer):
    """RFC 7252, section 5.8.1: GET retrieves a representation, in a 2.05 with its Content-Format (5.10.3)."""
    expected = message(_coap.ACK, code("2.05"), MID, TOKEN, [AS_TEXT], b"Hello CoAP")
    assert peer.ask(message(CON, GET, MID, TOKEN)) == [expected]


def test_time(peer):
    """ISO 8601, UTC, to the second."""
    answer = get(peer, "time")
    assert (answer.code, answer.options) == (code("2.05"), (AS_TEXT,))
    assert re.fullmatch(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", answer.payload)
    told = datetime.datetime.strptime(answer.payload.decode(), "%Y-%m-%dT%H:%M:%S%z")
    assert abs(datetime.datetime.now(datetime.timezone.utc) - told) < datetime.timedelta(seconds=60)


@pytest.mark.parametrize("path", METHODS)
@pytest.mark.parametrize("method", range(1, 32))
def test_method_that_is_not_offered(peer, method, path):
    """RFC 7252, section 5.8: "A request with an unrecognized or unsupported Method Code MUST generate a 4.05 (Method
    Not Allowed) piggybacked response." """
    if method in METHODS[path]:
        return
    request = message(CON, method, MID, TOKEN, _coap.path(path), b"payload")
    assert peer.ask(request) == [message(_coap.ACK, code("4.05"), MID, TOKEN)]
    assert peer.request(method, path, message_type=NON).code == code("4.05")


@pytest.mark.parametrize("path", NOWHERE, ids=lambda path: path[:20])
def test_path_where_nothing_is(peer, path):
    """RFC 7252, section 5.9.2.5: 4.04 (Not Found). The server compares segments byte by byte (6.4). Case, percent signs
    and dots have no special meaning."""
    request = message(CON, GET, MID, TOKEN, _coap.path(path))
    assert peer.ask(request) == [message(_coap.ACK, code("4.04"), MID, TOKEN)]
    assert peer.request(GET, path, message_type=NON).code == code("4.04")


@pytest.mark.parametrize("segments", [[b"", b""], [b"time", b""], [b"", b"time"], [b"message/info"], [b"t", b"ime"],
                                      [b"message", b"", b"info"], [b"messag", b"e", b"info"], [b"time\x00"]])
def test_segments_are_not_joined(peer, segments):
    """RFC 7252, section 5.10.1: each Uri-Path Option is one segment, and an empty one is one, too."""
    answer = get(peer, "", [(_coap.URI_PATH, segment) for segment in segments])
    assert answer.code == code("4.04")


def test_discovery(peer):
    """RFC 6690, section 4: /.well-known/core lists the resources in the Link Format, Content-Format 40."""
    answer = get(peer, ".well-known/core")
    assert answer.code == code("2.05") and AS_LINKS in answer.options
    links = dict(link.split(b">", 1) for link in answer.payload.split(b",<"))
    assert [target.strip(b"</").decode() for target in links] == [
        *(path for path in METHODS if path[:1] != "."), *PROTECTED]
    for target, attributes in links.items():
        assert re.fullmatch(rb'(;[a-z]+=("[^"]+"|\d+))*(;obs)?(;osc)?', attributes), target
        assert b';rt="demo.' in attributes and b";title=" in attributes
    assert links[b"/cbor"].endswith(b";ct=60")
    assert links[b"/time"].endswith(b";ct=0;obs")
    assert [target for target, attributes in links.items() if attributes.endswith(b";osc")] == [b"/private"]
    assert [target for target, attributes in links.items() if attributes.endswith(b";obs")] == [b"/time", b"/count"]


def test_what_is_for_clients_with_keys(peer):
    """RFC 7252, section 5.9.2.2, without the Echo option of a challenge."""
    for method in (GET, PUT):
        answer = peer.request(method, "private", payload=b"x" * (method == PUT))
        assert (answer.code, answer.options) == (code("4.01"), ())
    assert peer.request(POST, "private").code == code("4.05")


@pytest.mark.parametrize("queries, targets", [
    ([b"rt=nothing"], []), ([b"rt=demo.clock"], ["time"]), ([b"href=/time"], ["time"]), ([b"q" * 255], []),
    ([b"rt=demo.m*"], ["message/info", "message/warn"]), ([b"rt=demo.m*", b"title=*error*"], []),
    ([b"rt=demo.m*", b"title=Log a w*"], ["message/warn"]), ([b"sz=1338"], ["poem"])])
def test_discovery_filters(peer, queries, targets):
    """RFC 6690, section 4.1: the links that match all queries."""
    answer = get(peer, ".well-known/core", [(_coap.URI_QUERY, query) for query in queries])
    assert answer.code == code("2.05")
    assert re.findall(rb"</([^>]*)>", answer.payload) == [target.encode() for target in targets]


def test_accept(peer):
    """RFC 7252, section 5.10.4: "If the preferred Content-Format cannot be returned, then a 4.06 (Not Acceptable) MUST
    be sent as a response"."""
    peer.request(PUT, "upload", [(_coap.CONTENT_FORMAT, _coap.uint(42))], b"x")
    for path, its in (("time", _coap.TEXT), ("cbor", _coap.CBOR), ("log", _coap.TEXT), ("poem", _coap.TEXT),
                      ("upload", 42), (".well-known/core", _coap.LINK_FORMAT)):
        for wanted in (_coap.TEXT, _coap.CBOR, _coap.LINK_FORMAT, 42, 50, 65535):
            expected = "2.05" if wanted == its else "4.06"
            assert get(peer, path, [(_coap.ACCEPT, _coap.uint(wanted))]).code == code(expected)


def test_record_at_first(new_peer):
    """RFC 7252, section 5.8.1, byte by byte."""
    request = message(CON, GET, MID, TOKEN, _coap.path("cbor"))
    (answer,) = new_peer.ask(request)
    _, tag = without_etag(_coap.decode(answer))
    assert answer == message(_coap.ACK, code("2.05"), MID, TOKEN, [(_coap.ETAG, tag), AS_CBOR], DEFAULT)


@pytest.mark.parametrize("payload", GOOD.values(), ids=GOOD)
def test_put_then_get(cbor, payload):
    """RFC 7252, section 5.8.3: a PUT that modifies a resource is answered with 2.04 (Changed), and GET returns the new
    record, in the order of the keys."""
    assert put(cbor, payload) == code("2.04")
    expected = record(label="6161", number="182a", numbers="81182a") if payload == GOOD["other order"] else payload
    assert content(cbor, "cbor") == expected


@pytest.mark.parametrize("payload", GOOD_BUT_NOT_SHORTEST.values(), ids=GOOD_BUT_NOT_SHORTEST)
def test_put_of_what_could_be_shorter(cbor, payload):
    """RFC 8949, section 4.1: shortest forms are preferred, others are well-formed. The server sends the shortest."""
    assert put(cbor, payload) == code("2.04")
    assert content(cbor, "cbor") == record()


@pytest.mark.parametrize("payload", MALFORMED.values(), ids=MALFORMED)
def test_malformed_put_changes_nothing(cbor, payload):
    """RFC 7252, section 5.9.2.1: 4.00 (Bad Request) for a malformed payload. The server rejects all of it."""
    assert put(cbor, payload) == code("4.00")
    assert content(cbor, "cbor") == DEFAULT


@pytest.mark.parametrize("payload", REFUSED.values(), ids=REFUSED)
def test_refused_put_changes_nothing(cbor, payload):
    """RFC 8132, section 3.4: 4.22 (Unprocessable Entity) for a well-formed payload that is not a record."""
    assert put(cbor, payload) == code("4.22")
    assert content(cbor, "cbor") == DEFAULT


def test_conditional_put(cbor):
    """RFC 7252, section 5.10.8: 4.12 (Precondition Failed) if the record is another one. The record stays unchanged."""
    _, tag = without_etag(get(cbor, "cbor"))
    assert put(cbor, record(), [(_coap.IF_NONE_MATCH, b""), AS_CBOR]) == code("4.12")
    assert put(cbor, record(), [(_coap.IF_MATCH, b"other"), AS_CBOR]) == code("4.12")
    assert content(cbor, "cbor") == DEFAULT
    assert put(cbor, record(), [(_coap.IF_MATCH, tag), AS_CBOR]) == code("2.04")
    assert put(cbor, DEFAULT, [(_coap.IF_MATCH, tag), AS_CBOR]) == code("4.12")


def test_hidden_record(cbor):
    """RFC 7252, section 5.9.2.4: 4.03 (Forbidden), until the record is visible again."""
    assert put(cbor, record(hidden="f5")) == code("2.04")
    assert cbor.ask(message(CON, GET, MID, TOKEN, _coap.path("cbor"))) == [
        message(_coap.ACK, code("4.03"), MID, TOKEN)]
    assert put(cbor, record()) == code("2.04")
    assert content(cbor, "cbor") == record()


def test_etag_of_the_record(cbor):
    """RFC 7252, section 5.10.6: each record has its own ETag. The client gets 2.03 (Valid) for the record that it has,
    but gets neither while the record is hidden."""
    _, tag = without_etag(get(cbor, "cbor"))
    mine = [(_coap.ETAG, b"other"), (_coap.ETAG, tag)]
    valid = get(cbor, "cbor", mine)
    assert (valid.code, valid.options, valid.payload) == (code("2.03"), ((_coap.ETAG, tag),), b"")
    assert put(cbor, record()) == code("2.04")
    changed, other = without_etag(get(cbor, "cbor", mine))
    assert (changed.code, changed.payload) == (code("2.05"), record()) and other != tag
    assert put(cbor, record(hidden="f5")) == code("2.04")
    assert get(cbor, "cbor", [(_coap.ETAG, other)]).code == code("4.03")
    assert get(cbor, "cbor", [(_coap.BLOCK2, b"")]).code == code("4.03")


def test_record_by_blocks(cbor):
    """RFC 7959, section 2.4."""
    long = record(label=text(b"x" * 32), numbers="90" + "17" * 16)
    assert put(cbor, long) == code("2.04")
    read = b""
    while len(read) < len(long):
        answer = get(cbor, "cbor", [(_coap.BLOCK2, _coap.uint(len(read) // 16 << 4))])
        assert answer.code == code("2.05")
        read += answer.payload
    assert read == long


def test_content_format_of_a_put(cbor):
    """RFC 7252, section 5.9.2.11: 4.15 (Unsupported Content-Format). Without the option (5.5.1), the resource reads the
    payload in its own format."""
    for other in (_coap.TEXT, _coap.LINK_FORMAT, 59, 61, 65535):
        assert put(cbor, record(), [(_coap.CONTENT_FORMAT, _coap.uint(other))]) == code("4.15")
    assert content(cbor, "cbor") == DEFAULT
    assert put(cbor, record(), []) == code("2.04")
    assert put(cbor, record(), [(_coap.CONTENT_FORMAT, b"\x00\x3c")]) == code("2.04")


def test_content_format_twice(cbor):
    """RFC 7252, section 5.4.5: a supernumerary occurrence of an elective option is ignored."""
    assert put(cbor, record(), [AS_CBOR, AS_TEXT]) == code("2.04")
    assert put(cbor, record(), [AS_TEXT, AS_CBOR]) == code("4.15")


def test_refused_options_of_a_put_change_nothing(cbor):
    """RFC 7252, section 5.4.1: a request with an unknown critical option has no effect, even without an answer."""
    for option in ((_coap.BLOCK1, b"\x08"), (_coap.URI_QUERY, b"a")):
        assert put(cbor, record(), [AS_CBOR, option]) == code("4.02")
        request = message(NON, PUT, MID, TOKEN, [*_coap.path("cbor"), AS_CBOR, option], record())
        assert cbor.ask(request) == []
    assert content(cbor, "cbor") == DEFAULT


def test_non_confirmable_put(cbor):
    """RFC 7252, section 5.2.3."""
    assert cbor.request(PUT, "cbor", [AS_CBOR], record(), message_type=NON).code == code("2.04")
    assert content(cbor, "cbor") == record()


def test_log(new_peer):
    """RFC 7252, section 5.8.2: POST has the resource process the payload; 2.04 (Changed)."""
    assert content(new_peer, "log") == b""
    request = message(CON, POST, MID, TOKEN, [*_coap.path("message/info"), AS_TEXT], "grün".encode())
    assert new_peer.ask(request) == [message(_coap.ACK, code("2.04"), MID, TOKEN)]
    assert new_peer.request(POST, "message/warn", payload=b"red", message_type=NON).code == code("2.04")
    assert without_etag(new_peer.request(GET, "log", mid=MID))[0] == _coap.Message(
        _coap.ACK, code("2.05"), MID, b"tok", (AS_TEXT,), "info: grün\nwarn: red\n".encode())


@pytest.mark.parametrize("payload", [
    b"", b"two\nlines", b"tab\t", b"\x00", b"\x7f", b"\xff", b"\xe2\x82", b"\xed\xa0\x80",
    "\u0085".encode(), "\u009b2J".encode(), "two\u2028lines".encode(), "two\u2029lines".encode()])
def test_what_is_no_line_is_not_logged(new_peer, payload):
    """RFC 7252, section 5.9.2.1: 4.00 (Bad Request)."""
    assert new_peer.request(POST, "message/info", payload=payload).code == code("4.00")
    assert content(new_peer, "log") == b""


def test_log_takes_text_alone(new_peer):
    """RFC 7252, section 5.9.2.11: 4.15 (Unsupported Content-Format)."""
    assert new_peer.request(POST, "message/info", [AS_CBOR], b"line").code == code("4.15")
    assert content(new_peer, "log") == b""


def test_log_drops_its_oldest_lines_whole(new_peer):
    """The log has 1024 characters at most, line ends included, for lines of any length."""
    lines = []
    for n in range(200):
        line = f"{n:03} " + "." * (n * 37 % 150)
        assert new_peer.request(POST, "message/warn", payload=line.encode()).code == code("2.04")
        lines.append(f"warn: {line}\n".encode())
        while sum(map(len, lines)) > 1024:
            lines.pop(0)
        assert content(new_peer, "log") == b"".join(lines)


def test_line_as_long_as_the_log(new_peer):
    """RFC 7252, section 5.9.2.9: 4.13 (Request Entity Too Large) for a line that would never fit. The other lines
    stay."""
    longest = 1024 - len("info: \n")
    assert new_peer.request(POST, "message/info", payload=b"short").code == code("2.04")
    assert new_peer.request(POST, "message/info", payload=b"x" * (longest + 1)).code == code("4.13")
    assert content(new_peer, "log") == b"info: short\n"
    assert new_peer.request(POST, "message/info", payload=b"x" * longest).code == code("2.04")
    assert content(new_peer, "log") == b"info: " + b"x" * longest + b"\n"
    assert new_peer.request(POST, "message/info", payload=b"y").code == code("2.04")
    assert content(new_peer, "log") == b"info: y\n"
