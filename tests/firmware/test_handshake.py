"""A client agrees on keys with the board (EDHOC, RFC 9528), and switches the LED. All boards at the same time."""

import _ask
import _coap
import _edhoc_keys
import emulate
import pytest
from _boards import all_boards, no_keys
from _edhoc import EdhocError, ErrorMessage, Initiator, Keys, encode_identifier
from _edhoc_client import CID_EDHOC_FORMAT, PATH, Client
from _oscore_context import NotProtected
from test_clients import connected
from test_memory import together

POST_EDHOC = [*_coap.path(PATH), (_coap.CONTENT_FORMAT, _coap.uint(CID_EDHOC_FORMAT))]
SESSIONS = 5  # more than there are places for sessions and for contexts


@pytest.fixture(scope="module")
def boards(image, tmp_path_factory):
    with all_boards(image, "edhoc", tmp_path_factory.mktemp("edhoc"), emulate.provision_key_pair) as all_of_them:
        yield all_of_them


@pytest.fixture
def new_boards(image, tmp_path):
    with all_boards(image, "edhoc-checked", tmp_path, emulate.provision_key_pair) as all_of_them:
        yield all_of_them


def keys_of(board):
    return Keys.load(board.folder / "client.keys")


def check_connects(board):
    for number in range(SESSIONS):
        state = str(number % 2).encode()
        with Client(board.port, keys_of(board)) as client:
            client.connect()
            assert client.ask("put", "led", state) == ("2.04", b"")
            assert client.ask("get", "led") == ("2.05", state)
    with Client(board.port, keys_of(board)) as client:
        assert client.ask_at_once("put", "led", b"1") == ("2.04", b"")
        assert client.observe("led") == b"1"
        assert client.ask("put", "led", b"0") == ("2.04", b"")
        assert client.notification() == b"0"


def test_a_client_agrees_on_keys_and_switches_the_led(boards):
    together(check_connects, boards)


def message_1(board):
    return b"\xf5" + Initiator(keys_of(board).own, keys_of(board).peers, (2,), b"\x05").message_1(b"")


def check_separate_response(board):
    with Client(board.port, keys_of(board)) as client, Client(board.port, keys_of(board)) as other:
        request = message_1(board)
        client.raw.send(_coap.POST, "", POST_EDHOC, request, b"one")
        said = client.raw.receive()
        assert (said.type, said.code, said.mid) == (_coap.ACK, _coap.EMPTY, client.raw.mid)
        other.raw.send(_coap.POST, "", POST_EDHOC, request, b"two")
        assert other.raw.receive().code == _coap.code("5.03")
        said = client.raw.receive()
        assert (said.type, said.code, said.token) == (_coap.CON, _coap.code("2.04"), b"one")
        client.raw.acknowledge(said)
        assert client.ask_at_once("get", "led")[0] == "2.05"


def test_message_2_comes_later(boards):
    """So the client sends message_1 once, however slow the processor is."""
    together(check_separate_response, boards)


def stranger_of(board):
    """Keys of a client that knows the board, which does not know the client."""
    own, peer_x = emulate.key_pair()
    peer = (board.folder / "client.keys").read_text().splitlines()[-1]
    (board.folder / "stranger.keys").write_text(emulate.key_file(own, emulate.PEER_KID, peer_x) + peer + "\n")
    return Keys.load(board.folder / "stranger.keys")


def check_strangers(board):
    with Client(board.port, stranger_of(board)) as client:
        session = client.begin()
        with pytest.raises(ErrorMessage):
            client.finish(session, session.message_3())
    with connected(board.port) as client:
        assert _ask.exchange(client, _ask.get("led")).code == _coap.code("4.01")
        assert b"</.well-known/edhoc>;rt=core.edhoc" in _ask.read(client, ".well-known/core").replace(b'"', b"")


def test_a_stranger_gets_no_context(boards):
    together(check_strangers, boards)


def check_no_keys(board, folder):
    keys, = _edhoc_keys.write(folder, (b"\x02",))
    with Client(board.port, keys) as client, pytest.raises((EdhocError, ErrorMessage)):
        client.begin()


def test_a_board_without_keys_connects_to_no_client(image, tmp_path):
    (tmp_path / "keys").mkdir()
    with all_boards(image, "edhoc", tmp_path, no_keys) as all_of_them:
        together(lambda board: check_no_keys(board, board.folder), all_of_them)


class Recorder:
    """Keeps the datagrams that a socket sends, to send them again."""

    def __init__(self, of):
        self.socket, self.sent = of, []

    def send(self, datagram):
        self.sent.append(datagram)
        return self.socket.send(datagram)

    def __getattr__(self, name):
        return getattr(self.socket, name)


def check_reset(board):
    with Client(board.port, keys_of(board)) as client:
        client.raw.socket = recorder = Recorder(client.raw.socket)
        client.connect()
        assert client.ask("put", "led", b"1") == ("2.04", b"")
        replays = [datagram for datagram in recorder.sent if datagram[1] == _coap.POST]
        board.reset()
        for datagram in replays:  # message_1, message_3, and the protected request
            client.raw.socket.send(datagram)
            while (said := client.receive()).token != datagram[4:4 + (datagram[0] & 15)]:
                pass
        assert said.code == _coap.code("4.01"), "the context is gone, and the replay made none"
        with pytest.raises(NotProtected):
            client.protected("get", "led")
        assert client.ask("get", "led") == ("2.05", b"0"), "after another handshake"


def test_a_reset_ends_each_context_and_takes_no_replay(new_boards):
    together(check_reset, new_boards)
