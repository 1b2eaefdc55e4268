"""The firmware in the emulator answers a third-party client, and many clients at once."""

import contextlib
import selectors
import socket
import subprocess
import time

import _ask
import _coap
import emulate
import pytest
from _bodies import POEM
from _observer import Observer

REQUESTS, SOCKETS, OBSERVERS = 10_000, 4, 4
BY_SERIAL_LINE = 2_000  # requests, since they are slower there
PATIENCE_S = 5
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


class Switcher(Asker):
    """The same with PUT: switches the LED on and off, and leaves it on."""

    def send(self):
        self.token = self.left.to_bytes(4, "big")
        state = str(self.left % 2).encode()
        self.socket.send(_coap.message(_coap.CON, _coap.PUT, self.left, self.token, _coap.path("led"), state))

    def take(self):
        answer = _coap.decode(self.socket.recv(2048))
        if answer != _coap.Message(_coap.ACK, _coap.code("2.04"), self.left, self.token):
            self.wrong.append((self.left, answer))
        self.left -= 1


def ask_all(askers, observers):
    """Returns the number of missing answers. No more requests are under way than datagrams can wait in the socket."""
    with selectors.DefaultSelector() as ready:
        for observer in observers:
            ready.register(observer.socket, selectors.EVENT_READ, observer)
        for asker in askers:
            ready.register(asker.socket, selectors.EVENT_READ, asker)
            asker.send()
        deadline = time.monotonic() + PATIENCE_S
        while any(asker.left for asker in askers) and time.monotonic() < deadline:
            for key, _ in ready.select(timeout=PATIENCE_S):
                key.data.take()
                if key.data not in askers:
                    continue
                deadline = time.monotonic() + PATIENCE_S
                if key.data.left:
                    key.data.send()
    return sum(asker.left for asker in askers)


def check_notifications(observer):
    """The last state arrives in the end, and each notification is newer than the one before (RFC 7641, section 3.4)."""
    observer.wait_for("led", b"1")
    for path in observer.seen:
        numbers = observer.numbers(path)
        assert len(numbers) > 1 and numbers == sorted(set(numbers)), observer.seen
    uptimes = [int(state) for state in observer.states("uptime")]
    # The second may end between the answer to the registration and the look of the main loop at the clock.
    assert uptimes == sorted(uptimes) and len(set(uptimes)) >= len(uptimes) - 1, uptimes


def test_loses_none_of_many_requests_and_keeps_its_memory(port, board_and_profile):
    count = REQUESTS if emulate.BOARDS[board_and_profile[0]].nic else BY_SERIAL_LINE
    with contextlib.ExitStack() as opened:
        client = opened.enter_context(connected(port))
        observers = [opened.enter_context(contextlib.closing(Observer(port, "uptime", "led")))
                     for _ in range(OBSERVERS)]
        _ask.read(client, "poem")
        before = _ask.numbers(client, "memory")
        kinds = [Asker] * (SOCKETS - 1) + [Switcher]
        askers = [kind(port, number, count // SOCKETS) for number, kind in enumerate(kinds)]
        lost = ask_all(askers, observers)
        for observer in observers:
            check_notifications(observer)
        after = _ask.numbers(client, "memory")
        counters = _ask.numbers(client, "counters")
    assert lost == 0
    assert [asker.wrong for asker in askers] == [[]] * SOCKETS
    assert [after[k] for k in ("pool", "lwip heap", "heap")] == [before[k] for k in ("pool", "lwip heap", "heap")]
    assert after["stack high-water"] <= before["stack high-water"]
    assert counters["served"] >= count
    assert counters["observations"] == 2 * OBSERVERS
    assert counters["frames dropped"] == counters["datagrams dropped"] == 0
