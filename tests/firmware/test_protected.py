"""A client with keys switches the LED (OSCORE, RFC 8613). Most tests wait, so they run on all boards at the same
time."""

import contextlib
import subprocess

import _ask
import _coap
import emulate
import pytest
from _boards import all_boards, no_keys
from _oscore import Libcoap
from _protected import Client
from test_clients import connected
from test_memory import together

OBSERVED_S = 9  # three notifications, 3 s apart; the first may come at once, with the same second
RESETS = 3
CONTENT, CHANGED, UNAUTHORIZED, BAD_REQUEST = map(_coap.code, ("2.05", "2.04", "4.01", "4.00"))


@pytest.fixture(scope="module")
def boards(image, tmp_path_factory):
    with all_boards(image, "protected", tmp_path_factory.mktemp("boards"), emulate.provision) as all_of_them:
        yield all_of_them


@pytest.fixture
def new_boards(image, tmp_path):
    with all_boards(image, "protected-checked", tmp_path, emulate.provision) as all_of_them:
        yield all_of_them


def secret_of(board):
    return bytes.fromhex(board.options[0].partition("=")[2])


def check_libcoap_switches_the_led(program, board):
    client = Libcoap(program, board.folder)
    assert client.ask("get", board.uri("hello")) == b"Hello CoAP"
    assert client.ask("get", board.uri("led")) == b"0"
    assert client.ask("put", board.uri("led"), b"1") == b""
    assert client.ask("get", board.uri("led")) == b"1"
    assert client.ask("get", board.uri("nowhere")) == b"4.04"


def test_libcoap_switches_the_led(boards, coap_client_oscore):
    together(lambda board: check_libcoap_switches_the_led(coap_client_oscore, board), boards)


def check_libcoap_observes(program, board):
    client = Libcoap(program, board.folder)
    client.ask("get", board.uri("uptime"))
    command = client.command("-s", str(OBSERVED_S), board.uri("uptime"))
    *told, _ = subprocess.run(command, capture_output=True, timeout=30, check=True).stdout.split()
    uptimes = [int(uptime) for uptime in told]  # without the answer to the cancellation
    # The second may end between the answer to the registration and the look of the main loop at the clock.
    assert uptimes == sorted(uptimes) and len(set(uptimes)) >= max(3, len(uptimes) - 1), told


def test_libcoap_observes(boards, coap_client_oscore):
    together(lambda board: check_libcoap_observes(coap_client_oscore, board), boards)


def check_plain_requests(board):
    with connected(board.port) as client:
        assert _ask.read(client, "hello") == b"Hello CoAP"
        assert b"</led>;obs;osc" in _ask.read(client, ".well-known/core").replace(b';title="Status LED"', b"")
        put = _coap.message(_coap.CON, _coap.PUT, next(_ask.mids), b"", _coap.path("led"), b"1")
        for request in (_ask.get("led"), _ask.get("uptime"), put):
            assert _ask.exchange(client, request).code == UNAUTHORIZED


def test_a_client_without_keys_gets_what_is_for_everybody(boards):
    together(check_plain_requests, boards)


def check_wrong_keys(board):
    for secret, client_id, code in ((bytes(16), b"\2", BAD_REQUEST), (secret_of(board), b"\3", UNAUTHORIZED)):
        with contextlib.closing(Client(board.port, secret, client_id)) as client:
            client.context.next_number = 1000  # which no test has used
            answer = _ask.exchange(client.socket, client.protect(_coap.PUT, "led", b"1")[1])
            assert (answer.code, answer.options, answer.payload) == (code, ((14, b""),), b"")  # Max-Age: 0


def test_a_client_with_wrong_keys_gets_a_plain_error(boards):
    together(check_wrong_keys, boards)


def check_no_keys(board):
    with connected(board.port) as client:
        assert _ask.read(client, "hello") == b"Hello CoAP"
    with contextlib.closing(Client(board.port, bytes(16))) as client:
        answer = _ask.exchange(client.socket, client.protect(_coap.GET, "led")[1])
        assert (answer.code, answer.payload) == (UNAUTHORIZED, b"")


def test_a_board_without_keys_serves_plain_requests(image, tmp_path):
    with all_boards(image, "protected", tmp_path, no_keys) as all_of_them:
        together(check_no_keys, all_of_them)


def check_reset(board):
    with contextlib.closing(Client(board.port, secret_of(board))) as client:
        for _ in range(RESETS):
            assert client.ask(_coap.GET, "led") == (CONTENT, b"0"), "neither the reset nor a replay switched it on"
            assert client.ask(_coap.PUT, "led", b"1") == (CHANGED, b"")
            board.reset()
            for request in client.sent:  # every third one has an Echo option
                assert client.repeat(*request)[0] == UNAUTHORIZED
        assert client.ask(_coap.GET, "led") == (CONTENT, b"0")
        assert client.numbers == sorted(set(client.numbers)), "no number twice"
        assert len(client.numbers) == RESETS + 1 + sum(3 * start for start in range(1, RESETS + 1))


def test_a_reset_repeats_no_number_and_takes_no_replay(new_boards):
    together(check_reset, new_boards)
