"""EDHOC (RFC 9528) and the demo: clients whose addresses are not trusted, beside clients with keys of their own."""

import subprocess

import _coap
import _demo
import _edhoc_keys
import pytest
from _edhoc import Initiator, encode
from _edhoc_client import CID_EDHOC_FORMAT, ECHO, PATH, Client
from _oscore import Libcoap, write_peer
from _oscore_context import NotProtected
from _plugtest import Raw
from _wire import Wire

SLOTS = PLACES = 16  # the demo has so many half-open sessions and contexts
CID_EDHOC = (_coap.CONTENT_FORMAT, _coap.uint(CID_EDHOC_FORMAT))


@pytest.fixture
def keys(tmp_path):
    return _edhoc_keys.write(tmp_path, [bytes([kid]) for kid in range(PLACES)], server_kid=b"\x20")


def serving(demo, folder, *arguments):
    return _demo.running(demo, "--edhoc", folder / "server.keys", "--trust", "none", *arguments)


@pytest.fixture
def server(demo, keys, tmp_path):
    with serving(demo, tmp_path) as running:
        yield running


def says_plainly(dotted, client, *request):
    with pytest.raises(NotProtected) as plain:
        client.protected(*request)
    return plain.value.response.code == _coap.code(dotted)


def test_a_client_confirms_its_address_first(server, keys):
    with Wire(server.port) as wire, Client(wire.port, keys[0]) as client:
        client.connect()
        first, second, *_ = wire.responses()
        assert (first.code, first.payload) == (_coap.code("4.01"), b"") and _coap.values(first, ECHO)
        assert second.code == _coap.code("2.04") and second.payload
        assert client.protected("put", "private", b"secret") == ("2.01", b"")
        assert client.protected("get", "private") == ("2.05", b"secret")


def test_a_forged_address_takes_no_slot(server, keys):
    with Client(server.port, keys[0]) as client, Raw(server.port) as attacker:
        session = client.begin()
        for _ in range(2 * SLOTS):
            message_1 = b"\xf5" + Initiator(None, []).message_1()
            refused = attacker.ask(_coap.POST, PATH, [CID_EDHOC], message_1)
            assert refused.code == _coap.code("4.01") and not refused.payload
        client.finish(session, session.message_3())
        assert client.protected("get", "time")[0] == "2.05"


def test_message_2_comes_as_a_response_of_its_own(server, keys):
    """An Empty ACK comes at once, so the client does not send message_1 again while the server computes."""
    with Wire(server.port) as wire, Client(wire.port, keys[0]) as client:
        session = client.begin()
        challenge, acknowledged, message_2 = [p.message for p in wire.all if not p.by_client]
        assert (acknowledged.type, acknowledged.code) == (_coap.ACK, _coap.EMPTY)
        assert (message_2.type, message_2.code) == (_coap.CON, _coap.code("2.04"))
        assert challenge.type == _coap.ACK
        client.finish(session, session.message_3())
        assert client.protected("get", "count") == ("2.05", b"0")


def test_a_copy_of_message_1_gets_no_second_message_2(server, keys):
    with Wire(server.port) as wire, Client(wire.port, keys[0]) as client:
        session = client.begin()
        message_1 = wire.requests()[-1]
        client.raw.socket.send(bytes(message_1))
        again = client.raw.receive()
        assert (again.type, again.code, again.mid) == (_coap.ACK, _coap.EMPTY, message_1.mid)
        client.finish(session, session.message_3())
        assert [m.token for m in wire.responses()].count(message_1.token) == 1


def test_a_combined_request_needs_no_second_challenge(server, keys):
    with Wire(server.port) as wire, Client(wire.port, keys[0]) as client:
        assert client.ask_at_once("post", "count") == ("2.04", b"1")
        assert len(wire.requests()) == 3


def test_a_client_of_edhoc_does_not_displace_one_with_keys(demo, keys, tmp_path, coap_client_oscore):
    write_peer(tmp_path, 2)  # has a server.keys of its own
    (tmp_path / "server.keys").rename(tmp_path / "oscore.keys")
    keys = _edhoc_keys.write(tmp_path, [bytes([kid]) for kid in range(PLACES)], server_kid=b"\x20")
    (tmp_path / "oscore").mkdir()
    write_peer(tmp_path / "oscore", 2)
    with serving(demo, tmp_path, "--oscore", tmp_path / "oscore/server.keys", "--oscore-state", tmp_path) as server:
        clients = [Client(server.port, each) for each in keys]
        for each in clients:
            each.connect()
        assert says_plainly("4.01", clients[0], "get", "count"), "the last client has its place"
        assert clients[1].protected("get", "count") == ("2.05", b"0")
        with Wire(server.port) as wire:
            assert Libcoap(coap_client_oscore, tmp_path / "oscore").ask("post", wire.uri("count")) == b"1"
        for each in clients:
            each.raw.socket.close()


def test_without_keys_there_is_no_resource(demo, keys):
    with _demo.running(demo, "--trust", "none") as server, Client(server.port, keys[0]) as client:
        assert client.post(encode(True)).code == _coap.code("4.04")
        assert PATH.encode() not in client.raw.ask(_coap.GET, ".well-known/core").payload


def test_discovery_finds_the_resource(demo, keys, tmp_path):
    with _demo.running(demo, "--edhoc", tmp_path / "server.keys") as server, Raw(server.port) as raw:
        found = raw.ask(_coap.GET, ".well-known/core", [(_coap.URI_QUERY, b"rt=core.edhoc")]).payload
    assert found.startswith(f"</{PATH}>;".encode()) and b"ed-comb-req" in found


@pytest.mark.parametrize("content, complaint", [
    (None, ": No such file or directory"), ("", ": private_key is missing"), ("# keys\nkey\n", ":2: key is no name,")])
def test_a_file_that_is_wrong_is_told(demo, tmp_path, content, complaint):
    file = tmp_path / "keys"
    if content is not None:
        file.write_text(content)
    done = subprocess.run([demo, "--port", "0", "--edhoc", file], capture_output=True, text=True, timeout=20)
    assert done.returncode == 1 and done.stderr.startswith(f"{file}{complaint}"), done
