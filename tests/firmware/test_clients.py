"""The firmware in the emulator answers a third-party client, and many clients at once."""

import selectors
import socket
import subprocess

import _ask
import _coap
import emulate
import pytest
from _bodies import POEM

REQUESTS, SOCKETS = 10_000, 4
BY_SERIAL_LINE = 2_000  # requests, since they are slower there
IMAGES = [(board, profile) for board in emulate.BOARDS for profile in ("demo", "demo-checked")]


@pytest.fixture(params=IMAGES, ids="-".join)
def board_and_profile(request):
    return request.param


@pytest.fixture
def port(board_and_profile, image):
    """The port of 127.0.0.1 that leads to a firmware's port."""
    board, profile = board_and_profile
    port = emulate.free_port()
    with emulate.forwarded(board, port) as network, emulate.running(board, image(board, profile), network):
        yield port


@pytest.fixture
def client(coap_client, port):
    """coap-client of libcoap. It always exits with 0, so the tests check its output."""

    def ask(method, path, *arguments):
        run = [coap_client, "-B", "3", "-v", "6", "-m", method, *arguments, f"coap://127.0.0.1:{port}{path}"]
        return subprocess.run(run, capture_output=True, timeout=20, check=True).stdout

    return ask


def test_answers_a_real_client(client, tmp_path):
    assert b"Hello CoAP" in client("get", "/")
    assert b"Hello CoAP" in client("get", "/hello", "-N")
    assert b"4.04" in client("get", "/nowhere")
    assert b"</led>;title=\"Status LED\"" in client("get", "/.well-known/core")

    assert client("get", "/led").endswith(b"\n0\n")
    assert b"2.04" in client("put", "/led", "-e", "1")
    assert client("get", "/led").endswith(b"\n1\n")
    assert b"4.00" in client("put", "/led", "-e", "2")

    for size in ([], ["-b", "16"], ["-b", "256"], ["-b", "1024"]):
        read = tmp_path / "read"
        client("get", "/poem", "-o", str(read), *size)
        assert read.read_bytes() == POEM

    given, read = tmp_path / "given", tmp_path / "read"
    given.write_bytes(bytes(range(256)) * 12)
    said = client("put", "/upload", "-b", "512", "-t", "42", "-f", str(given))
    assert b"2.01" in said or b"2.04" in said
    client("get", "/upload", "-o", str(read))
    assert read.read_bytes() == given.read_bytes()

    assert b"2.04" in client("post", "/message/warn", "-e", "from libcoap")
    assert b"warn: from libcoap" in client("get", "/log")


def test_has_no_heap_and_knows_its_stack(port):
    with connected(port) as client:
        assert _ask.read(client, "heap") == b"0"
        assert 0 < int(_ask.read(client, "stack")) < 4096


def connected(port):
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.connect(("127.0.0.1", port))
    return made


class Asker:
    """One socket with one request under way: GET of several resources in turn, each with its Message ID and token."""

    ANSWERS = {"": b"Hello CoAP", "hello": b"Hello CoAP", "heap": b"0"}

    def __init__(self, port, number, count):
        self.socket = connected(port)
        self.number, self.left, self.wrong = number, count, []

    def send(self):
        self.path = list(self.ANSWERS)[self.left % len(self.ANSWERS)]
        self.token = bytes([self.number]) + self.left.to_bytes(4, "big")
        self.socket.send(_ask.get(self.path, mid=self.left, token=self.token))

    def take(self):
        answer = _coap.decode(self.socket.recv(2048))
        expected = (_coap.ACK, _coap.code("2.05"), self.left, self.token, self.ANSWERS[self.path])
        if (answer.type, answer.code, answer.mid, answer.token, answer.payload) != expected:
            self.wrong.append((expected, answer))
        self.left -= 1


def ask_all(port, askers):
    """Returns the number of missing answers."""
    with selectors.DefaultSelector() as ready:
        for asker in askers:
            ready.register(asker.socket, selectors.EVENT_READ, asker)
            asker.send()
        while any(asker.left for asker in askers):
            events = ready.select(timeout=5)
            if not events:
                break
            for key, _ in events:
                key.data.take()
                if key.data.left:
                    key.data.send()
    return sum(asker.left for asker in askers)


def test_loses_none_of_many_requests_and_keeps_its_memory(port, board_and_profile):
    count = REQUESTS if emulate.BOARDS[board_and_profile[0]].nic else BY_SERIAL_LINE
    with connected(port) as client:
        _ask.read(client, "poem")
        before = _ask.numbers(client, "memory")
        askers = [Asker(port, number, count // SOCKETS) for number in range(SOCKETS)]
        lost = ask_all(port, askers)
        after = _ask.numbers(client, "memory")
        counters = _ask.numbers(client, "counters")
    assert lost == 0
    assert [asker.wrong for asker in askers] == [[]] * SOCKETS
    assert [after[k] for k in ("pool", "lwip heap", "heap")] == [before[k] for k in ("pool", "lwip heap", "heap")]
    assert after["stack high-water"] <= before["stack high-water"]
    assert counters["served"] >= count
    assert counters["frames dropped"] == counters["datagrams dropped"] == 0
