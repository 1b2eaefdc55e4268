"""Third-party clients with OSCORE (RFC 8613) against the example that has an LED for clients with a key."""

import random

import _coap
import _guide
import _plugtest
import pytest
from _bad_network import DOUBLED, LOST, BadNetwork
from _clients import run
from _oscore import KINDS, OTHER_SECRET, SECRET, Aiocoap, Libcoap, is_protected, write_keys, write_peer
from _wire import Wire
from test_examples import port_of, running

BODY = random.Random(1).randbytes(5000)
POSTS = 20
SPACE_S = 3.2  # a client gets one notification in 3 s


@pytest.fixture
def start(examples, tmp_path):
    """Returns a function that starts the server and returns its port. Its files are in a folder of the test's."""
    write_keys(tmp_path)
    started = []

    def start():
        for process in started:
            process.__exit__(None, None, None)
        started[:] = [running(examples / "mincoap-example-protected", tmp_path)]
        return int(port_of(started[0].__enter__()))

    yield start
    for process in started:
        process.__exit__(None, None, None)


@pytest.fixture
def wire(start):
    """The server behind a relay, which records the messages."""
    with Wire(start()) as relay:
        yield relay


@pytest.fixture(params=KINDS)
def client(request, tmp_path):
    kind, fixture = KINDS[request.param]
    return kind(request.getfixturevalue(fixture), tmp_path)


def all_are_protected(wire):
    messages = [*wire.requests(), *wire.responses()]
    assert messages and all(map(is_protected, messages)), messages
    return True


def test_a_led_is_read_and_switched(wire, client):
    assert client.ask("get", wire.uri("led")) == b"0"
    assert client.ask("put", wire.uri("led"), b"1") == b""
    assert client.ask("get", wire.uri("led")) == b"1"
    assert client.ask("post", wire.uri("count")) == b"1"
    assert client.ask("get", wire.uri("hello")) == b"Hello"
    assert all_are_protected(wire)


def test_errors_are_protected_too(wire, client):
    assert client.ask("get", wire.uri("nowhere")) == b"4.04"
    assert client.ask("put", wire.uri("led"), b"bright") == b"4.00"
    assert all_are_protected(wire)


def test_a_body_goes_both_ways_in_blocks_inside(wire, client):
    assert client.ask("get", wire.uri("notes")) == b"4.04", "libcoap 4.3.4 cannot repeat a block with an Echo option"
    assert client.ask("put", wire.uri("notes"), BODY) == b""
    assert client.ask("get", wire.uri("notes")) == BODY.rstrip(b"\n")
    assert len(wire.requests()) >= 2 * len(BODY) / 1024
    assert all_are_protected(wire)


def test_a_slow_answer_comes_on_its_own(wire, client):
    assert client.ask("get", wire.uri("measure")) == b"42"
    from_server = [p.message for p in wire.all if not p.by_client]
    acknowledged = [m for m in from_server if (m.type, m.code) == (_coap.ACK, _coap.EMPTY)]
    assert acknowledged and from_server[-1].type == _coap.CON
    assert all_are_protected(wire)


def test_an_observer_is_told(wire, client):
    assert client.observe(wire.uri("led"), ["1", "0"], SPACE_S) == [b"0", b"1", b"0"]
    assert all_are_protected(wire)


def test_a_server_that_starts_again_uses_no_number_twice(start, client):
    """The client's requests go on. The server asks for an Echo once, because it does not know which were there."""
    sent = []
    for number in range(3):
        with Wire(start()) as wire:
            for _ in range(2):
                assert client.ask("get", wire.uri("led")) == b"0"
            assert len(set(wire.requests())) == 3, "one more than without a restart"
            sent += [v for m in set(wire.responses()) for n, v in m.options if n == 9 and v]
            assert all_are_protected(wire)
    assert len(sent) == len(set(sent)) == 3


def test_a_post_whose_answer_is_lost_counts_once(start, client):
    """The third message of the server is the answer to the second POST; the first one is the challenge."""
    def is_third(passed, before):
        return not passed.by_client and len([p for p in before if not p.by_client]) == 2

    with Wire(start(), is_third) as wire:
        assert client.post(wire.uri("count"), 3) == [b"1", b"2", b"3"]
        assert [p.lost for p in wire.all].count(True) == 1
        assert len(wire.requests()) > len(set(wire.requests())), "the same bytes again"
        assert all_are_protected(wire)


def test_each_post_counts_once_in_a_bad_network(start, aiocoap, tmp_path):
    """Not for libcoap 4.3.4, which ends the session if an answer comes twice."""
    with BadNetwork(start(), 1) as relay:
        answers = Aiocoap(aiocoap, tmp_path).post(relay.uri("count"), POSTS)
        assert [int(a) for a in answers] == list(range(1, POSTS + 1))
        assert relay.counted[LOST] > POSTS / 5 and relay.counted[DOUBLED] > POSTS / 5


@pytest.mark.parametrize("keys, code", [((OTHER_SECRET,), "4.00"), ((SECRET, "03"), "4.01")],
                         ids=["another secret", "an unknown ID"])
def test_a_client_with_other_keys_gets_a_plain_error(wire, client, tmp_path, keys, code):
    write_keys(tmp_path, *keys)
    said = client.ask("put", wire.uri("led"), b"1")
    request, response = wire.exchange()
    assert is_protected(request)
    assert (response.code, response.payload) == (_coap.code(code), b"")
    assert said == code.encode()


def test_a_client_without_a_key_gets_what_is_for_everybody(start, coap_client):
    port = start()

    def ask(*arguments):
        return run(coap_client, "-B", "5", *arguments[:-1], f"coap://127.0.0.1:{port}/{arguments[-1]}").strip()

    assert ask("-m", "get", "hello") == b"Hello"
    for method, path in (("get", "led"), ("put", "led"), ("post", "count"), ("get", "notes"), ("get", "measure")):
        assert ask("-m", method, "-e", "1", path) == b"4.01"
    assert b"</led>;obs;osc" in ask("-m", "get", ".well-known/core")


def said_by(example, folder):
    """The output of the program, which ends by itself."""
    with running(example, folder) as process:
        said = process.communicate(timeout=20)[0].decode().strip()
        assert process.returncode == 1
        return said


@pytest.mark.parametrize("line, complaint", [
    ('master_secret,hex,"00"', "master_secret is given twice"),
    ('id_context,hex,"0"', "id_context is not hexadecimal"),
    ('master_salt,hex,"0g"', "master_salt is not hexadecimal"),
    ('master_salt,hex,"', "master_salt is not in quotes"),
    ('master_salt,hex,00', "master_salt is not in quotes"),
    ('master_salt,text,"00"', "master_salt is neither hex nor ascii"),
    ('id_context,ascii,"123456789"', "id_context has more than 8 bytes"),
    ('aead_alg,integer,1', "aead_alg: this server has only aead_alg,integer,10"),
    ('replay_window,integer,64', "replay_window: this server has only replay_window,integer,32"),
    ('group_id,hex,"00"', "group_id is no name of a value"),
    ('00112233', "00112233 is no name,type,value"),
])
def test_a_key_file_that_is_wrong_is_refused(examples, tmp_path, line, complaint):
    write_keys(tmp_path)
    with (tmp_path / "server.keys").open("a") as file:
        file.write(line + "\n")
    assert said_by(examples / "mincoap-example-protected", tmp_path) == f"server.keys:4: {complaint}"


@pytest.mark.parametrize("name, value, complaint", [
    ("master_secret", None, "server.keys: master_secret is missing"),
    ("sender_id", None, "server.keys: sender_id is missing"),
    ("recipient_id", None, "server.keys: recipient_id is missing"),
    ("sender_id", "02", "server.keys: sender_id and recipient_id are the same"),
    ("recipient_id", "0102030405060708", "server.keys:3: recipient_id has more than 7 bytes"),
    ("master_secret", "", "server.keys:1: master_secret is empty"),
])
def test_keys_that_cannot_be_are_refused(examples, tmp_path, name, value, complaint):
    write_keys(tmp_path)
    lines = (tmp_path / "server.keys").read_text().splitlines(keepends=True)
    changed = [l if not l.startswith(name) else f'{name},hex,"{value}"\n' if value is not None else "" for l in lines]
    (tmp_path / "server.keys").write_text("".join(changed))
    assert said_by(examples / "mincoap-example-protected", tmp_path) == complaint


def test_a_key_file_may_say_more(start, coap_client_oscore, tmp_path):
    """Ids as text, a salt, an ID Context, comments, and two settings of libcoap's own server."""
    more = 'master_salt,hex,"9e7ca92223786340"\nid_context,hex,"37cbf321"\n'
    keys = '# those of {0}\n\nmaster_secret,ascii,"0123456789abcdef"\nsender_id,ascii,"{0}"\nrecipient_id,ascii,"{1}"\n'
    (tmp_path / "server.keys").write_text(
        keys.format("server", "client") + more + "replay_window,integer,32\nrfc8613_b_1_2,bool,true\naead_alg,integer,10\n")
    (tmp_path / "client.keys").write_text(keys.format("client", "server") + more)
    port = start()
    assert Libcoap(coap_client_oscore, tmp_path).ask("get", f"coap://127.0.0.1:{port}/led") == b"0"


def test_a_number_that_cannot_be_read_is_not_taken_for_none(examples, tmp_path):
    write_keys(tmp_path)
    (tmp_path / "oscore-02").write_text("")
    assert said_by(examples / "mincoap-example-protected", tmp_path) == "the file with the sequence number is damaged"


@pytest.fixture
def keys(tmp_path):
    """Three folders with keys. Those of the first one are libcoap's, and of the second one aiocoap's."""
    folders = [tmp_path / name for name in ("libcoap", "aiocoap", "nobody")]
    for number, folder in enumerate(folders):
        folder.mkdir()
        write_peer(folder, number + 2)
    return folders


def test_the_plugtest_server_has_several_clients_with_keys(plugtest, coap_client_oscore, aiocoap, keys, tmp_path):
    files = [argument for folder in keys[:2] for argument in ("--oscore", folder / "server.keys")]
    with _plugtest.running(plugtest, *files, "--oscore-state", tmp_path) as server:
        for client in (Libcoap(coap_client_oscore, keys[0]), Aiocoap(aiocoap, keys[1])):
            with Wire(server.port) as wire:
                assert client.ask("get", wire.uri("test")) == b"A resource to GET, PUT, POST and DELETE"
                assert len(client.ask("get", wire.uri("large"))) > 1024
                assert client.ask("get", wire.uri("separate")) == b"A separate response"
                assert all_are_protected(wire)
        with Wire(server.port) as wire:
            assert Aiocoap(aiocoap, keys[2]).ask("get", wire.uri("test")) == b"4.01"
    assert sorted(p.name for p in tmp_path.glob("oscore-*")) == ["oscore-02", "oscore-03"]


@pytest.fixture
def path(examples, coap_client, coap_client_oscore, tmp_path):
    """A PATH on which the programs of the guide come first."""
    server = examples / "mincoap-example-protected"
    if not server.exists():
        pytest.skip(f"{server.name} is not built")
    return _guide.path_with(tmp_path / "bin", {server.name: server, "coap-client-notls": coap_client,
                                               "coap-client-openssl": coap_client_oscore})


def test_the_commands_of_the_guide_protect_a_led(path, tmp_path):
    assert _guide.run("Security", tmp_path, path) == ["4.01", "1"]
