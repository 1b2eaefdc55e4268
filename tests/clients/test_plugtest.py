"""The ETSI CoAP plugtests (London, 2014) with third-party clients: TD_COAP_CORE, LINK and BLOCK.

Each test has the number of its test description. It has a client send the requests through a relay, and looks at the
messages on the wire. The tests that wait are in test_plugtest_slow.py: separate responses, losses and observations.
coap-cli takes half a second to start and drops the query of a URI, so some tests leave it out.
"""

import _coap
import pytest
from _coap import ACCEPT, ACK, CON, CONTENT_FORMAT, ETAG, IF_MATCH, IF_NONE_MATCH, number_in, values
from _plugtest import (AIOCOAP, ALL, KINDS, LIBCOAP, LIBCOAP_NEW, Raw, is_piggybacked, is_unconfirmed, running, says)
from _wire import Wire

LOCATION_PATH, LOCATION_QUERY = 8, 20
ECHO = 252
XML = 41
BODY = "The quick brown fox jumps over the lazy dog. " * 60


@pytest.fixture(scope="module")
def server(plugtest):
    with running(plugtest) as running_server:
        yield running_server


@pytest.fixture
def wire(server):
    with Wire(server.port) as relay:
        yield relay


@pytest.fixture
def raw(server):
    with Raw(server.port) as peer:
        yield peer


@pytest.fixture
def client(request):
    return KINDS[request.param](request.getfixturevalue(request.param))


def by(*names):
    """Runs a test with each of these clients."""
    return pytest.mark.parametrize("client", names, ids=str, indirect=True)


by_all = by(*ALL)
by_all_but_node = by(LIBCOAP, LIBCOAP_NEW, AIOCOAP)


def asked(client, wire, path, method="get", **given):
    """Has the client send a request. Returns the request and the response on the wire."""
    before = len(wire.requests())
    client.ask(wire.uri(path), method, **given)
    requests, responses = wire.requests()[before:], wire.responses()[before:]
    assert len(requests) == len(responses) == 1, wire.all
    return requests[0], responses[0]


# ---- CORE


@by_all
def test_core_01_get(client, wire):
    request, response = asked(client, wire, "test")
    assert is_piggybacked(request, response, "2.05")
    assert values(response, CONTENT_FORMAT) and response.payload


@by_all
def test_core_02_delete(client, wire):
    assert is_piggybacked(*asked(client, wire, "test", "delete"), "2.02")


@by_all
def test_core_03_put(client, wire):
    request, response = asked(client, wire, "test", "put", payload="a text", content_format=0)
    assert is_piggybacked(request, response, "2.04")
    assert asked(client, wire, "test")[1].payload == b"a text"


@by_all
def test_core_04_post(client, wire):
    assert is_piggybacked(*asked(client, wire, "test", "post", payload="a text", content_format=0), "2.01")


@by_all
def test_core_05_get_non_confirmable(client, wire):
    request, response = asked(client, wire, "test", non=True)
    assert is_unconfirmed(request, response, "2.05")
    assert values(response, CONTENT_FORMAT) and response.payload


@by_all
def test_core_06_delete_non_confirmable(client, wire):
    assert is_unconfirmed(*asked(client, wire, "test", "delete", non=True), "2.02")


@by_all
def test_core_07_put_non_confirmable(client, wire):
    request, response = asked(client, wire, "test", "put", non=True, payload="a text", content_format=0)
    assert is_unconfirmed(request, response, "2.04")


@by_all
def test_core_08_post_non_confirmable(client, wire):
    request, response = asked(client, wire, "test", "post", non=True, payload="a text", content_format=0)
    assert is_unconfirmed(request, response, "2.01")


@by_all_but_node
def test_core_10_token(client, wire):
    request, response = asked(client, wire, "test")
    assert 1 <= len(request.token) <= 8
    assert is_piggybacked(request, response, "2.05")


def test_core_12_empty_token(raw):
    """No client here can send one."""
    answer = raw.ask(_coap.GET, "test", token=b"")
    assert (answer.type, answer.token, answer.mid) == (ACK, b"", raw.mid)
    assert says(answer, "2.05") and answer.payload


@by_all_but_node
def test_core_13_segments(client, wire):
    request, response = asked(client, wire, "seg1/seg2/seg3")
    assert values(request, _coap.URI_PATH) == [b"seg1", b"seg2", b"seg3"]
    assert is_piggybacked(request, response, "2.05") and response.payload == b"Three segments"
    assert asked(client, wire, "seg1")[1].payload == b"One segment"
    assert asked(client, wire, "seg1/seg2")[1].payload == b"Two segments"


@by_all_but_node
def test_core_14_query(client, wire):
    request, response = asked(client, wire, "query?first=1&second=2&third=3")
    assert values(request, _coap.URI_QUERY) == [b"first=1", b"second=2", b"third=3"]
    assert is_piggybacked(request, response, "2.05")
    assert b"first=1\nsecond=2\nthird=3\n" in response.payload


@by_all
def test_core_18_location_path(client, wire):
    request, response = asked(client, wire, "test", "post", payload="a text", content_format=0)
    assert is_piggybacked(request, response, "2.01")
    assert values(response, LOCATION_PATH) == [b"location1", b"location2", b"location3"]


@by_all_but_node
def test_core_19_location_query(client, wire):
    request, response = asked(client, wire, "location-query", "post", payload="a text", content_format=0)
    assert is_piggybacked(request, response, "2.01")
    assert values(response, LOCATION_QUERY) == [b"first=1", b"second=2"]


@by_all
def test_core_20_accept(client, wire):
    for accept, payload in ((0, b"In plain text"), (XML, b"<text>In XML</text>")):
        request, response = asked(client, wire, "multi-format", accept=accept)
        assert number_in(request, ACCEPT) == number_in(response, CONTENT_FORMAT) == accept
        assert is_piggybacked(request, response, "2.05") and response.payload == payload
    assert says(asked(client, wire, "multi-format", accept=_coap.CBOR)[1], "4.06")


def etag_of(message):
    (etag,) = values(message, ETAG)
    return etag


@by_all_but_node
def test_core_21_etag(client, wire):
    first = asked(client, wire, "validate")[1]
    old = etag_of(first)
    assert says(first, "2.05") and first.payload
    request, response = asked(client, wire, "validate", options=[(ETAG, old)])
    assert values(request, ETAG) == [old] and is_piggybacked(request, response, "2.03")
    assert etag_of(response) == old and response.payload == b""
    asked(client, wire, "validate", "put", payload=f"of port {wire.port}", content_format=0)
    request, response = asked(client, wire, "validate", options=[(ETAG, old)])
    assert is_piggybacked(request, response, "2.05")
    assert etag_of(response) != old and response.payload != first.payload


@by_all_but_node
def test_core_22_if_match(client, wire):
    def put(payload, *options):
        return asked(client, wire, "validate", "put", payload=payload, content_format=0, options=options)[1]

    first = etag_of(asked(client, wire, "validate")[1])
    assert says(put(f"first of port {wire.port}", (IF_MATCH, first)), "2.04")
    second = asked(client, wire, "validate")[1]
    assert etag_of(second) != first and second.payload.startswith(b"first of port")
    assert says(put("once more"), "2.04")
    assert says(put("too late", (IF_MATCH, etag_of(second))), "4.12")
    assert asked(client, wire, "validate")[1].payload == b"once more"


@pytest.mark.parametrize("path", ["create1", "create2", "create3"])
@by_all_but_node
def test_core_23_if_none_match(client, wire, path):
    """coap-cli has no way to give an option an empty value."""
    def create():
        return asked(client, wire, path, "put", payload="a text", content_format=0, options=[(IF_NONE_MATCH, b"")])

    assert says(asked(client, wire, path)[1], "4.04")
    assert is_piggybacked(*create(), "2.01")
    assert is_piggybacked(*create(), "4.12")
    assert asked(client, wire, path)[1].payload == b"a text"
    assert says(asked(client, wire, path, "delete")[1], "2.02"), "the next test finds no resource"


def test_core_31_ping(raw):
    raw.socket.send(_coap.header(CON, 0, 0x1234))
    assert raw.receive() == _coap.decode(_coap.reset(0x1234))


@by(LIBCOAP, LIBCOAP_NEW)
def test_unknown_addresses_confirm_themselves(client, plugtest):
    """The server starts nothing for an address before the client has repeated its request with the Echo option."""
    with running(plugtest, "--trust", "none") as wary, Wire(wary.port) as wire:
        assert b"A separate response" in client.ask(wire.uri("separate"))
        first, repeated = wire.requests()
        challenge, response = wire.responses()
        assert is_piggybacked(first, challenge, "4.01") and says(response, "2.05")
        assert values(challenge, ECHO) == values(repeated, ECHO) != []


# ---- LINK


@pytest.fixture
def links(client, wire):
    """Asks discovery with a query. Returns the paths of the links."""
    def find(query=""):
        request, response = asked(client, wire, ".well-known/core" + query)
        assert is_piggybacked(request, response, "2.05")
        assert number_in(response, CONTENT_FORMAT) == _coap.LINK_FORMAT
        return {link.split(">")[0][1:]: link for link in response.payload.decode().split(",")}

    return find


@by_all
def test_link_01_discovery(links):
    assert {"/test", "/separate", "/seg1/seg2/seg3", "/query", "/validate", "/multi-format", "/path", "/large",
            "/obs", "/obs-non", "/obs-large", "/obs-pumping", "/obs-pumping-non", "/obs-reset"} <= set(links())


@by_all_but_node
def test_link_02_resource_type(links):
    assert set(links("?rt=Type1")) == {"/link1", "/link3"}


@by_all_but_node
def test_link_03_any_resource_type(links):
    assert set(links("?rt=*")) == {"/link1", "/link2", "/link3"}


@by_all_but_node
def test_link_04_one_of_several_resource_types(links):
    assert set(links("?rt=Type2")) == {"/link1", "/link2"}


@by_all_but_node
def test_link_05_prefix_of_an_interface(links):
    assert set(links("?if=If*")) == {"/link1", "/link2"}


@by_all_but_node
def test_link_06_any_size(links):
    assert set(links("?sz=*")) == {"/large"}


@by_all_but_node
def test_link_07_path(links):
    assert set(links("?href=/link1")) == {"/link1"}


@by_all_but_node
def test_link_08_prefix_of_a_path(links):
    assert set(links("?href=/link*")) == {"/link1", "/link2", "/link3"}


@by_all_but_node
def test_link_09_links_below_a_link(client, wire, links):
    assert links()["/path"] == "</path>;ct=40"
    request, response = asked(client, wire, "path")
    assert is_piggybacked(request, response, "2.05") and number_in(response, CONTENT_FORMAT) == _coap.LINK_FORMAT
    assert response.payload == b"</path/sub1>,</path/sub2>,</path/sub3>"
    for sub in ("path/sub1", "path/sub2", "path/sub3"):
        assert asked(client, wire, sub)[1].payload.decode() == "/" + sub


# ---- BLOCK


def blocks_of(messages, option):
    """The number, the flag "more" and the size of each block, and None for each message without one."""
    found = [number_in(m, option) for m in messages]
    return [None if b is None else (b >> 4, bool(b & 8), 16 << (b & 7)) for b in found]


def check_all_blocks(messages, size):
    """Each block but the last one is full, and the numbers go up by one."""
    blocks = blocks_of(messages, _coap.BLOCK2)
    last = len(blocks) - 1
    assert last > 0 and blocks == [(n, n < last, size) for n in range(last + 1)]
    assert all(len(m.payload) == size for m in messages[:-1]) and 0 < len(messages[-1].payload) <= size
    return b"".join(m.payload for m in messages)


def check_lines(body, count):
    lines = body.decode().splitlines()
    assert [line.split(" .")[0] for line in lines] == [f"line {n} of {count}" for n in range(1, count + 1)]


@by_all
def test_block_01_early_negotiation(client, wire):
    client.ask(wire.uri("large"), block=128)
    assert blocks_of(wire.requests(), _coap.BLOCK2)[0] == (0, False, 128)
    check_lines(check_all_blocks(wire.responses(), 128), 40)


@by_all
def test_block_02_late_negotiation(client, wire):
    client.ask(wire.uri("large"))
    assert blocks_of(wire.requests(), _coap.BLOCK2)[0] is None
    check_lines(check_all_blocks(wire.responses(), 1024), 40)


@by_all_but_node
def test_block_03_put(client, wire):
    """coap-cli sends a large body in one datagram."""
    client.ask(wire.uri("large-update"), "put", payload=BODY, content_format=0)
    check_upload(wire, _coap.PUT, "2.04")
    with Wire(wire.server[1]) as reading:
        client.ask(reading.uri("large-update"))
        assert b"".join(m.payload for m in reading.responses()).decode() == BODY


def check_upload(wire, method, last):
    """The blocks of BODY in requests, and 2.31 for each of them but the last one."""
    uploads = [m for m in wire.requests() if number_in(m, _coap.BLOCK1) is not None]
    answers = [m for m in wire.responses() if number_in(m, _coap.BLOCK1) is not None]
    assert len(uploads) > 2 and all(m.code == method for m in uploads)
    assert "".join(m.payload.decode() for m in uploads) == BODY
    assert blocks_of(uploads, _coap.BLOCK1) == blocks_of(answers, _coap.BLOCK1)
    assert all(says(m, "2.31") for m in answers[:-1]) and says(answers[-1], last)
    return answers[-1]


@by_all_but_node
def test_block_04_post_creates(client, wire):
    client.ask(wire.uri("large-create"), "post", payload=BODY, content_format=0)
    location = values(check_upload(wire, _coap.POST, "2.01"), LOCATION_PATH)
    assert location[0] == b"large-create" and len(location) == 2
    with Wire(wire.server[1]) as reading:
        client.ask(reading.uri(b"/".join(location).decode()))
        assert b"".join(m.payload for m in reading.responses()).decode() == BODY


@by_all_but_node
def test_block_05_post_in_both_directions(client, wire):
    client.ask(wire.uri("large-post"), "post", payload=BODY, content_format=0)
    last = check_upload(wire, _coap.POST, "2.04")
    parts = wire.responses()[wire.responses().index(last):]
    assert all(says(m, "2.04") for m in parts)
    assert check_all_blocks(parts, 1024).decode() == BODY.upper()


@by_all_but_node
def test_block_06_early_negotiation_of_16_bytes(client, wire):
    """coap-cli offers no block size below 32 bytes."""
    client.ask(wire.uri("large"), block=16)
    assert blocks_of(wire.requests(), _coap.BLOCK2)[0] == (0, False, 16)
    check_lines(check_all_blocks(wire.responses(), 16), 40)
