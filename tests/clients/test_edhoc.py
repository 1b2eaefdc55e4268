"""EDHOC (RFC 9528) and combined requests (RFC 9668) with real messages, against the example that agrees on keys."""

import asyncio
import dataclasses
import sys
import types

import _coap
import _edhoc_keys
import _guide
import _lakers
import pytest
from _edhoc import WRONG_SUITE, ErrorMessage, Initiator, decode, ead, encode, encode_identifier
from _edhoc_client import CID_EDHOC_FORMAT, EDHOC, EDHOC_FORMAT, PATH, Client
from _oscore_context import OSCORE, NotProtected
from _plugtest import Raw
from _wire import Wire
from test_examples import port_of, running

CHANGED, CONTENT = "2.04", "2.05"
LONGEST_S = 20
SLOTS, PLACES = 2, 4  # the example has so many half-open sessions and contexts


@pytest.fixture
def keys(tmp_path):
    """The keys of three clients. Two have the same kid, which takes more than one byte."""
    return _edhoc_keys.write(tmp_path, (b"\x01", b"\x02\x03", b"\x02\x03"))


@pytest.fixture
def start(examples, tmp_path, keys):
    """Returns a function that starts the server, again if it runs, and returns its port."""
    started = []

    def start():
        for process in started:
            process.__exit__(None, None, None)
        started[:] = [running(examples / "mincoap-example-handshake", tmp_path)]
        return int(port_of(started[0].__enter__()))

    yield start
    for process in started:
        process.__exit__(None, None, None)


@pytest.fixture
def port(start):
    return start()


@pytest.fixture
def client(port, keys):
    with Client(port, keys[0]) as client:
        yield client


def is_error_1(response, dotted="4.00"):
    """An error message of EDHOC (RFC 9528, section 6.2), which is no context."""
    assert response.code == _coap.code(dotted), response
    assert _coap.number_in(response, _coap.CONTENT_FORMAT) == EDHOC_FORMAT
    assert response.payload[:1] == encode(1) and 0x60 <= response.payload[1] < 0x80
    return True


def damaged(message, at=-1):
    at %= len(message)
    return message[:at] + bytes([message[at] ^ 1]) + message[at + 1:]


# ---- A session, and the requests after it


def test_a_led_is_read_and_switched(client):
    client.connect()
    assert client.protected("get", "led") == (CONTENT, b"0")
    assert client.protected("put", "led", b"1") == (CHANGED, b"")
    assert client.protected("get", "led") == (CONTENT, b"1")
    assert client.protected("get", "nowhere") == ("4.04", b"")


def test_each_known_client_gets_in(port, keys):
    for each in keys:
        with Client(port, each) as client:
            client.connect()
            assert client.protected("get", "led") == (CONTENT, b"0")


def test_an_observer_is_told(port, keys):
    with Client(port, keys[0]) as observer, Client(port, keys[1]) as other:
        observer.connect()
        other.connect()
        assert observer.observe("led") == b"0"
        for value in (b"1", b"0"):
            assert other.protected("put", "led", value) == (CHANGED, b"")
            assert observer.notification() == value


@pytest.mark.parametrize("c_i", [b"", b"\x18", b"\x37", b"1234567"], ids=bytes.hex)
def test_a_client_may_choose_any_identifier(port, keys, c_i):
    with Client(port, keys[0], c_i) as client:
        session = client.connect()
        assert session.c_r != c_i
        assert client.protected("get", "led") == (CONTENT, b"0")


def test_external_data_that_is_not_critical_is_ignored(client):
    session = client.begin(ead(0, b"padding") + ead(7))
    assert client.finish(session, session.message_3(ead(9, b"value") + ead(0))).payload == b""
    assert client.protected("get", "led") == (CONTENT, b"0")


def test_the_messages_have_the_formats_of_the_rfc(port, keys):
    with Wire(port) as wire, Client(wire.port, keys[0]) as client:
        client.connect()
        assert [_coap.number_in(m, _coap.CONTENT_FORMAT) for m in wire.requests()] == [CID_EDHOC_FORMAT] * 2
        second, fourth = wire.responses()
        assert (second.code, _coap.number_in(second, _coap.CONTENT_FORMAT)) == (_coap.code(CHANGED), EDHOC_FORMAT)
        assert (fourth.code, fourth.options, fourth.payload) == (_coap.code(CHANGED), (), b"")


def test_discovery_shows_the_resource(port):
    with Raw(port) as raw:
        links = raw.ask(_coap.GET, ".well-known/core").payload.decode().split(",")
    (link,) = [link for link in links if link.startswith(f"</{PATH}>")]
    attributes = set(link.split(";")[1:])
    assert {"rt=core.edhoc", "ed-r", "ed-comb-req", "ed-method=3"} <= {a.replace('"', "") for a in attributes}


# ---- Sessions that fail


def test_a_client_that_the_server_does_not_know_gets_no_context(port, tmp_path):
    with Client(port, _edhoc_keys.stranger(tmp_path)) as client:
        session = client.begin()
        with pytest.raises(ErrorMessage) as error:
            client.finish(session, session.message_3())
        assert error.value.code == 1
        client.adopt(session)
        with pytest.raises(NotProtected) as plain:
            client.protected("get", "led")
        assert plain.value.response.code == _coap.code("4.01")


@pytest.mark.parametrize("supported, tries", [([6, 2], [[6], [6, 2]]), ([2, 3], [[2]]), ([7, 3, 2], [[7], [7, 3]])],
                         ids=str)
def test_a_client_whose_suite_is_refused_takes_another(port, keys, supported, tries):
    keys = dataclasses.replace(keys[0], suites=supported)
    with Wire(port) as wire, Client(wire.port, keys) as client:
        client.connect()
        assert client.suites == tries[-1]
        assert len(wire.requests()) == len(tries) + 1
        for refused in wire.responses()[:len(tries) - 1]:
            assert refused.code == _coap.code("4.00")
            assert _coap.number_in(refused, _coap.CONTENT_FORMAT) == EDHOC_FORMAT
            assert refused.payload == encode(WRONG_SUITE, [2, 3])
        assert client.protected("get", "led") == (CONTENT, b"0")


def test_a_suite_behind_one_that_the_server_has_is_refused(client):
    client.suites = [2, 3]
    session = Initiator(client.keys.own, client.keys.peers, client.suites, client.c_i)
    with pytest.raises(ErrorMessage) as error:
        session.take_message_2(client.post(b"\xf5" + session.message_1()).payload)
    assert error.value.code == WRONG_SUITE and 2 in error.value.info


G_X = bytes.fromhex("8af6f430ebe18d34184017a9a11bf511c8dff8f834730b96c1b7c8dbca2fc3b6")
WRONG_MESSAGES = {
    "nothing": b"",
    "true alone": b"\xf5",
    "no true in front": encode(3, 2, G_X, -24),
    "method 0": b"\xf5" + encode(0, 2, G_X, -24),
    "an array of one suite": b"\xf5" + encode(3, [2], G_X, -24),
    "a short key": b"\xf5" + encode(3, 2, G_X[1:], -24),
    "a long key": b"\xf5" + encode(3, 2, G_X + b"\0", -24),
    "a key on no curve": b"\xf5" + encode(3, 2, b"\xff" * 32, -24),
    "no C_I": b"\xf5" + encode(3, 2, G_X),
    "C_I as a text": b"\xf5" + encode(3, 2, G_X, "a"),
    "C_I of one byte as a string": b"\xf5" + encode(3, 2, G_X, b"\x07"),
    "a long C_I": b"\xf5" + encode(3, 2, G_X, b"12345678"),
    "critical external data": b"\xf5" + encode(3, 2, G_X, -24, -1),
    "the largest critical label": b"\xf5" + encode(3, 2, G_X, -24) + b"\x3b" + b"\xff" * 8,
    "surplus": b"\xf5" + encode(3, 2, G_X, -24, b"x"),
    "a long head": b"\xf5\x18\x03" + encode(2, G_X, -24),
    "C_R alone": encode(7),
    "message_3 of no session": encode(7, b"x" * 18),
    "message_3 with surplus": encode(7, b"x" * 18, 1),
}


@pytest.mark.parametrize("message", WRONG_MESSAGES.values(), ids=WRONG_MESSAGES)
def test_a_wrong_message_is_refused(client, message):
    """A payload that is no message of EDHOC may draw the code alone (RFC 9528, section 6)."""
    client.connect()
    response = client.post(message)
    assert is_error_1(response) if response.payload else response.code == _coap.code("4.00")
    assert client.protected("get", "led") == (CONTENT, b"0")


# ---- message_3 that is forged, or comes again


@pytest.mark.parametrize("at", [1, 5, -1])
def test_a_forged_message_3_does_not_end_the_session(client, at):
    session = client.begin()
    message_3 = session.message_3()
    with Raw(client.raw.socket.getpeername()[1]) as attacker:
        forged = encode_identifier(session.c_r) + damaged(message_3, at)
        assert is_error_1(attacker.ask(_coap.POST, PATH, payload=forged))
    client.finish(session, message_3)
    assert client.protected("get", "led") == (CONTENT, b"0")


def test_message_3_that_comes_again_makes_no_second_context(client):
    """A second context would have a new replay window, and would take the request again."""
    session = client.begin()
    message_3 = session.message_3()
    client.finish(session, message_3)
    assert client.protected("post", "count") == (CHANGED, b"1")
    assert is_error_1(client.post(encode_identifier(session.c_r) + message_3))
    client.context.next_number -= 1
    with pytest.raises(NotProtected) as plain:
        client.protected("post", "count")
    assert plain.value.response.code == _coap.code("4.01")
    client.context.next_number += 1
    assert client.protected("post", "count") == (CHANGED, b"2")


def test_a_copy_of_message_3_gets_the_same_answer(client):
    """The client sends again if the response was lost."""
    session = client.begin()
    payload = encode_identifier(session.c_r) + session.message_3()
    answers = copies_of(client, _coap.POST, _coap.path(PATH), payload)
    assert answers[0] == answers[1] and answers[0].code == _coap.code(CHANGED)
    client.adopt(session)
    assert client.protected("get", "led") == (CONTENT, b"0")


def copies_of(client, *request):
    """Sends the same bytes twice. Returns the answers."""
    first = client.exchange(*request, token=b"copy")
    client.raw.mid -= 1
    return first, client.exchange(*request, token=b"copy")


# ---- Slots and places


def test_50_sessions_one_after_another_need_two_slots(port, keys):
    for number in range(50):
        with Client(port, keys[number % len(keys)]) as client:
            client.connect()
            assert client.protected("get", "led") == (CONTENT, b"0")


def test_half_open_sessions_do_not_end_a_context(port, keys):
    with Client(port, keys[0]) as client, Client(port, keys[1]) as other:
        client.connect()
        for _ in range(3 * SLOTS):
            other.begin()
        assert client.protected("get", "led") == (CONTENT, b"0")
        other.connect()
        assert other.protected("get", "led") == (CONTENT, b"0")


def test_a_client_that_runs_edhoc_again_has_one_context(port, keys):
    with Client(port, keys[0]) as client, Client(port, keys[1]) as other:
        other.connect()
        for _ in range(2 * PLACES):
            client.connect()
            assert client.protected("get", "led") == (CONTENT, b"0")
        assert other.protected("get", "led") == (CONTENT, b"0")


def test_the_old_context_of_a_client_is_gone(client):
    client.connect()
    old = client.context
    client.connect()
    client.context = old
    with pytest.raises(NotProtected) as plain:
        client.protected("get", "led")
    assert plain.value.response.code == _coap.code("4.01")


def test_a_client_goes_on_after_a_restart_of_the_server(start, keys):
    with Client(start(), keys[0]) as client:
        client.connect()
        assert client.ask("put", "led", b"1") == (CHANGED, b"")
        client.raw = Raw(start())
        with pytest.raises(NotProtected) as plain:
            client.protected("get", "led")
        assert plain.value.response.code == _coap.code("4.01")
        assert client.ask("get", "led") == (CONTENT, b"0")


# ---- message_3 and the first request in one message (RFC 9668)


def test_a_combined_request_takes_two_exchanges(port, keys):
    with Wire(port) as wire, Client(wire.port, keys[0]) as client:
        assert client.ask_at_once("put", "led", b"1") == (CHANGED, b"")
        assert client.protected("get", "led") == (CONTENT, b"1")
        first, second, third = wire.requests()
        assert [len(_coap.values(m, EDHOC)) for m in (first, second, third)] == [0, 1, 0]
        assert second.payload[0] >> 5 == 2 and len(_coap.values(second, OSCORE)) == 1
        assert all(len(_coap.values(m, OSCORE)) == 1 for m in wire.responses()[1:])


def combined(client, session, message_3, method=_coap.POST, path="count"):
    """The outer options and the payload of a combined request."""
    client.adopt(session)
    request = client.context.protect(method, _coap.path(path))
    return request, [*request.options, (EDHOC, b"")], message_3 + request.payload


def test_a_copy_of_a_combined_request_is_carried_out_once(client):
    session = client.begin()
    request, options, payload = combined(client, session, session.message_3())
    answers = copies_of(client, request.code, options, payload)
    assert answers[0] == answers[1]
    assert client.context.open(request, answers[0])[2] == b"1"
    assert client.protected("post", "count") == (CHANGED, b"2")


def test_a_combined_request_with_a_forged_message_3_draws_a_plain_error(client):
    session = client.begin()
    message_3 = session.message_3()
    request, options, payload = combined(client, session, damaged(message_3))
    assert is_error_1(client.exchange(request.code, options, payload))
    _, options, payload = combined(client, session, message_3)
    answer = client.exchange(request.code, options, payload)
    assert client.context.open(request, answer)[0] == _coap.code(CHANGED)


def test_a_combined_request_whose_second_part_is_forged_has_a_context(client):
    """RFC 9668, section 3.3.1: EDHOC is done, and RFC 8613 refuses the rest."""
    session = client.begin()
    request, options, payload = combined(client, session, session.message_3())
    answer = client.exchange(request.code, options, damaged(payload))
    assert (answer.code, _coap.values(answer, OSCORE)) == (_coap.code("4.00"), [])
    assert client.protected("post", "count") == (CHANGED, b"1")


@pytest.mark.parametrize("case", ["no OSCORE", "no byte string", "message_3 alone", "nothing"])
def test_a_combined_request_that_is_malformed_gets_4_00(client, case):
    session = client.begin()
    message_3 = session.message_3()
    request, options, payload = combined(client, session, message_3)
    if case == "no OSCORE":
        options = [(number, value) for number, value in options if number != OSCORE]
    payload = {"no byte string": request.payload.replace(request.payload[:1], b"\x01", 1),
               "message_3 alone": message_3, "nothing": b""}.get(case, payload)
    assert client.exchange(request.code, options, payload).code == _coap.code("4.00")
    client.finish(session, message_3)
    assert client.protected("post", "count") == (CHANGED, b"1")


# ---- aiocoap


@pytest.fixture
def aiocoap_with_edhoc(aiocoap, monkeypatch):
    sys.modules.setdefault("ge25519", types.ModuleType("ge25519"))  # for groups
    sys.modules.setdefault("lakers", _lakers)
    import aiocoap.edhoc

    monkeypatch.setattr(aiocoap.edhoc, "lakers", _lakers)
    return aiocoap


def test_aiocoap_agrees_on_keys_and_reads(aiocoap_with_edhoc, port, keys):
    """aiocoap sends no Content-Format, and agrees on keys anew for each request."""
    with Wire(port) as wire:
        assert asyncio.run(asked(aiocoap_with_edhoc, wire.uri("led"), keys[0])) == [b"0", b"", b"1"]
        requests = wire.requests()
        assert [len(_coap.values(m, EDHOC)) for m in requests] == [0, 1] * 3
        assert not any(_coap.values(m, _coap.CONTENT_FORMAT) for m in requests)


async def asked(aiocoap, uri, keys):
    """Reads, switches and reads the LED."""
    context = await aiocoap.Context.create_client_context(transports=["oscore", "udp6"])
    base = "/".join(uri.split("/")[:3])
    (server,) = keys.peers
    context.client_credentials.load_from_dict({f"{base}/*": {"edhoc-oscore": {
        "suite": 2, "method": 3, "own_cred_style": "by-key-id", "peer_cred": {14: decode(server.ccs)[0]},
        "own_cred": {14: decode(keys.own.credential.ccs)[0]}, "private_key": {1: 2, -1: 1, -4: keys.own.private}}}})
    try:
        return [(await asyncio.wait_for(context.request(aiocoap.Message(
            code=code, uri=uri, payload=payload)).response, LONGEST_S)).payload
            for code, payload in ((aiocoap.GET, b""), (aiocoap.PUT, b"1"), (aiocoap.GET, b""))]
    finally:
        await context.shutdown()


# ---- The key file, and the commands of the guide


def said_by(example, folder):
    """The output of the program, which ends by itself."""
    with running(example, folder) as process:
        said = process.communicate(timeout=LONGEST_S)[0].decode().strip()
        assert process.returncode == 1
        return said


def lines_of(folder):
    return (folder / "server.keys").read_text().splitlines(keepends=True)


OTHER_CURVE = _edhoc_keys.make("X25519", b"\x05", "other")[1].split('"')[1]


@pytest.mark.parametrize("line, complaint", [
    ("password", "password is no name,type,value"),
    ('password,hex,"00"', "password is no name of a value"),
    ('private_key,hex,"00"', "private_key is given twice"),
    ('credential,hex,"00"', "credential is given twice"),
    ('peer,hex,"0"', "peer is not hexadecimal"),
    ('peer,hex,00', "peer is not in quotes"),
    ('peer,text,"00"', "peer is neither hex nor ascii"),
    ('peer,hex,"a0"', "peer is no CWT claims set with a key on P-256"),
    (f'peer,hex,"{OTHER_CURVE}"', "peer is no CWT claims set with a key on P-256"),
    ('suites,text,"0,1"', "suites: this server has only 2,3"),
    ('suites,hex,"23"', "suites is not text"),
])
def test_a_line_that_is_wrong_is_told(examples, keys, tmp_path, line, complaint):
    with (tmp_path / "server.keys").open("a") as file:
        file.write(f"# a comment\n\n{line}\n")
    number = len(lines_of(tmp_path))
    assert said_by(examples / "mincoap-example-handshake", tmp_path) == f"server.keys:{number}: {complaint}"


@pytest.mark.parametrize("name, line, complaint", [
    ("private_key", "", "private_key is missing"),
    ("credential", "", "credential is missing"),
    ("peer", "", "peer is missing"),
    ("private_key", f'private_key,hex,"{"01" * 32}"', "private_key is not that of the credential"),
    ("private_key", f'private_key,hex,"{"ff" * 32}"', "private_key is not that of the credential"),
])
def test_keys_that_cannot_be_are_refused(examples, keys, tmp_path, name, line, complaint):
    others = [kept for kept in lines_of(tmp_path) if not kept.startswith(name)]
    (tmp_path / "server.keys").write_text("".join([*others, line]))
    assert said_by(examples / "mincoap-example-handshake", tmp_path) == f"server.keys: {complaint}"


def test_a_peer_with_the_key_of_the_server_is_refused(examples, keys, tmp_path):
    (own,) = [line for line in lines_of(tmp_path) if line.startswith("credential")]
    with (tmp_path / "server.keys").open("a") as file:
        file.write(own.replace("credential", "peer"))
    said = said_by(examples / "mincoap-example-handshake", tmp_path)
    assert said == "server.keys: a peer has the credential of this server"


def test_a_file_that_is_missing_is_told(examples, tmp_path):
    said = said_by(examples / "mincoap-example-handshake", tmp_path)
    assert said == "server.keys: No such file or directory"


def test_the_commands_of_the_guide_agree_on_keys(examples, coap_client, tmp_path):
    server = examples / "mincoap-example-handshake"
    if not server.exists():
        pytest.skip(f"{server.name} is not built")
    (tmp_path / "scripts").symlink_to(_edhoc_keys.SCRIPT.parent)
    path = _guide.path_with(tmp_path / "bin", {server.name: server, "coap-client-notls": coap_client})
    assert _guide.run("Keys by EDHOC", tmp_path, path) == ["4.01", "1"]
