"""Observations, slow answers and copies. Most tests wait, so they run on all boards at the same time."""

import concurrent.futures
import contextlib
import subprocess
import time

import _ask
import _coap
import emulate
import pytest
from _observer import observe_of, register
from test_clients import connected

PROFILE = "demo-checked"
PLACES, MOST_WAITING = 8, 4  # see app/demo.cpp
SLOW_S, SPACING_S = 1.5, 3.0  # the time of a slow answer, and from one notification to the next
SLACK_S = 2.0  # for a busy machine
# The emulator does not wait for the time to pass: it sets the clock to the next event of the machine.
TIME_FLIES = ("-icount", "shift=9,sleep=off")


def together(check, ports):
    """Calls check(port) for all boards at the same time."""
    with concurrent.futures.ThreadPoolExecutor(len(ports)) as pool:
        results = {board: pool.submit(check, port) for board, port in ports.items()}
    for board, result in results.items():
        error = result.exception()
        assert error is None, f"{board}: {error!r}"


@contextlib.contextmanager
def port_of(board, path, extra=()):
    """The port of 127.0.0.1 that leads to a firmware's port."""
    port = emulate.free_port()
    with emulate.forwarded(board, port) as network, emulate.running(board, path, network, extra=extra):
        yield port


@pytest.fixture(scope="module")
def ports(image):
    """board -> port"""
    with contextlib.ExitStack() as running:
        yield {board: running.enter_context(port_of(board, image(board, PROFILE))) for board in emulate.BOARDS}


class Libcoap:
    """coap-client of libcoap."""

    def __init__(self, path, port):
        self.command, self.uri = [path, "-v", "6"], f"coap://127.0.0.1:{port}"

    def ask(self, method, path, *arguments):
        run = [*self.command, "-B", "5", "-m", method, *arguments, self.uri + path]
        return subprocess.run(run, capture_output=True, timeout=20, check=True, text=True).stdout

    def observe(self, path, seconds, *arguments):
        """Returns the process once it has the first state."""
        made = subprocess.Popen([*self.command, "-B", "90", "-s", str(seconds), *arguments, self.uri + path],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert "c:GET" in made.stdout.readline()
        assert "Observe:" in made.stdout.readline()
        return made


@contextlib.contextmanager
def killed_after(process):
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def observations(client):
    return _ask.numbers(client, "counters")["observations"]


def wait_until(condition, patience_s=5.0, step_s=0.02):
    deadline = time.monotonic() + patience_s
    while not condition() and time.monotonic() < deadline:
        time.sleep(step_s)
    assert condition()


def put_led(client, state):
    request = _coap.message(_coap.CON, _coap.PUT, next(_ask.mids), b"", _coap.path("led"), state)
    assert _ask.exchange(client, request).code == _coap.code("2.04")


def check_libcoap_is_notified(client, port):
    libcoap = Libcoap(client, port)
    with connected(port) as asker, killed_after(libcoap.observe("/led", SPACING_S + 1 + SLACK_S)) as observer:
        assert observations(asker) == 1
        for state in "1", "0":
            assert "2.04" in libcoap.ask("put", "/led", "-e", state)
        said = observer.communicate(timeout=20)[0]
        notified = [line.rpartition(":: ")[2] for line in said.splitlines() if "t:NON c:2.05" in line]
        assert notified == ["'1'", "'0'"], said
        wait_until(lambda: observations(asker) == 0)  # it ends the observation in the end


def test_libcoap_is_notified_of_what_another_client_puts(ports, coap_client):
    together(lambda port: check_libcoap_is_notified(coap_client, port), ports)


def check_libcoap_is_answered_later(client, port):
    begin = time.monotonic()
    said = Libcoap(client, port).ask("get", "/slow")
    assert "t:CON c:2.05" in said and "'That took 1.5 s'" in said, said
    assert SLOW_S - 0.1 < time.monotonic() - begin < SLOW_S + SLACK_S


def test_libcoap_is_answered_later(ports, coap_client):
    together(lambda port: check_libcoap_is_answered_later(coap_client, port), ports)


def slow(client, token):
    """Asks for a slow answer. Returns the request and the first message."""
    request = _ask.get("slow", token=token)
    return request, _ask.exchange(client, request)


def check_slow_answers(port):
    empty = (_coap.ACK, _coap.EMPTY)
    with contextlib.ExitStack() as opened:
        clients = [opened.enter_context(connected(port)) for _ in range(MOST_WAITING)]
        asker = opened.enter_context(connected(port))
        for client in clients:
            request, said = slow(client, b"slow")
            assert (said.type, said.code) == empty
            said = _ask.exchange(client, request)  # a copy
            assert (said.type, said.code) == empty
        assert slow(asker, b"fifth")[1].code == _coap.code("5.03")
        assert _ask.numbers(asker, "counters")["waiting"] == MOST_WAITING
        for client in clients:
            client.settimeout(SLOW_S + SLACK_S)
            answer = _coap.decode(client.recv(2048))
            assert (answer.type, answer.code, answer.token) == (_coap.CON, _coap.code("2.05"), b"slow")
            client.send(_coap.acknowledgement(answer.mid))
        wait_until(lambda: _ask.numbers(asker, "counters")["waiting"] == 0)


def test_as_many_wait_as_there_are_places(ports):
    together(check_slow_answers, ports)


def check_copies_count_once(port):
    with connected(port) as client:
        count = int(_ask.read(client, "count"))
        copies = _ask.numbers(client, "counters")["duplicate"]
        for i in range(1, PLACES + 3):  # more than the board remembers
            request = _coap.message(_coap.CON, _coap.POST, next(_ask.mids), b"post", _coap.path("count"))
            answers = [_ask.exchange(client, request) for _ in range(3)]
            assert answers == answers[:1] * 3
            assert (answers[0].code, answers[0].payload) == (_coap.code("2.04"), str(count + i).encode())
        assert int(_ask.read(client, "count")) == count + PLACES + 2
        assert _ask.numbers(client, "counters")["duplicate"] >= copies + 2 * (PLACES + 2)  # more, if it was slow


def test_a_post_and_its_copies_count_once(ports):
    together(check_copies_count_once, ports)


def check_restarted_libcoap(client, port):
    libcoap, own_port = Libcoap(client, port), ("-p", str(emulate.free_port()))
    with connected(port) as asker:
        with killed_after(libcoap.observe("/led", 60, "-T", "old", *own_port)):
            assert observations(asker) == 1
        with killed_after(libcoap.observe("/count", 60, "-T", "new", *own_port)):
            assert observations(asker) == 2
            put_led(asker, b"0")
            wait_until(lambda: observations(asker) == 1)
            _ask.exchange(asker, _coap.message(_coap.CON, _coap.DELETE, next(_ask.mids), b"", _coap.path("count")))
            assert observations(asker) == 1


def test_a_client_that_starts_anew_rejects_the_old_observation(ports, coap_client):
    """It has the same port, and does not know the token (RFC 7641, section 3.6)."""
    together(lambda port: check_restarted_libcoap(coap_client, port), ports)


@pytest.mark.parametrize("board", emulate.BOARDS)
def test_clients_that_are_lost_give_their_places_back(image, coap_client, board):
    """The firmware repeats a Confirmable notification for up to 93 s. Nothing acknowledges it."""
    with port_of(board, image(board, PROFILE), TIME_FLIES) as port, connected(port) as asker, connected(port) as deaf:
        with killed_after(Libcoap(coap_client, port).observe("/led", 60)):
            pass
        for number in range(1, PLACES):
            assert observe_of(register(deaf, "led", bytes([number]))) is not None
        assert observe_of(register(deaf, "led", b"no place")) is None
        put_led(asker, b"1")
        wait_until(lambda: observations(asker) == 0, 60, step_s=0.3)
        with connected(port) as new:
            answers = [register(new, "led", bytes([number])) for number in range(PLACES)]
        assert [(observe_of(answer) is not None, answer.payload) for answer in answers] == [(True, b"1")] * PLACES
