"""tshark reads notifications, separate responses and repeated answers."""

import shutil
import subprocess
from typing import NamedTuple

import _coap
import _demo
import pytest
from _clients import TIMEOUT_S, Capture
from _coap import ACK, CON, GET, NON, OBSERVE, POST, RST
from test_clients import PROBLEM

EMPTY, CONTENT, CHANGED = 0, 69, 68
FIELDS = ["frame.number", "udp.srcport", "coap.type", "coap.code", "coap.mid", "coap.opt.observe", "coap.response_in",
          "coap.response_to", "coap.response_first_in", "coap.opt.uri_path_recon", "coap.retransmitted"]


class Seen(NamedTuple):
    """A datagram as tshark describes it. The names are those of its fields."""

    number: int
    is_sent: bool  # by the server
    type: int
    code: int
    mid: int
    observe: int | None
    response_in: int | None
    response_to: int | None
    response_first_in: int | None
    path: str  # the request has it
    is_retransmitted: bool


def observe(peer):
    """Observes the time, takes one notification, and cancels."""
    peer.request(GET, "time", [(OBSERVE, b"")], token=b"observe")
    told = _coap.decode(peer.socket.recv(2048))
    peer.socket.send(_coap.acknowledgement(told.mid))
    peer.request(GET, "time", [(OBSERVE, b"\1")], token=b"observe")


def reject(peer):
    """Observes the counter, and rejects a notification that is not Confirmable."""
    peer.request(GET, "count", [(OBSERVE, b"")], token=b"reject")
    other = _demo.Peer(peer.socket.getpeername()[1])
    other.request(POST, "count", token=b"other")
    other.close()
    peer.socket.send(_coap.reset(_coap.decode(peer.socket.recv(2048)).mid))


def wait(peer):
    """Asks for a slow answer, and acknowledges it when it comes for the second time."""
    peer.ask(_coap.message(CON, GET, 7, b"wait", _coap.path("slow")))
    peer.socket.recv(2048)
    told = _coap.decode(peer.socket.recv(2048))
    peer.socket.send(_coap.acknowledgement(told.mid))


def repeat(peer):
    """POSTs, and sends the same message again."""
    for _ in range(2):
        peer.ask(_coap.message(CON, POST, 8, b"repeat", _coap.path("count")))


@pytest.fixture(scope="module")
def capture(demo, tmp_path_factory):
    """The conversations with a demo, and the client's port in each."""
    if not shutil.which("tshark"):
        pytest.skip("tshark is missing")
    with _demo.running(demo) as running:
        capturing = Capture(running.port, tmp_path_factory.mktemp("capture") / "lo.pcapng")
        if not capturing.starts():
            pytest.skip(f"tshark does not capture: {capturing.excuse}")
        capturing.clients = {}
        for talk in (observe, reject, wait, repeat):
            peer = _demo.Peer(running.port)
            capturing.clients[talk] = peer.socket.getsockname()[1]
            talk(peer)
            peer.ask(b"")
            peer.close()
        assert capturing.sees(b"is over")
        capturing.stop()
        yield capturing


@pytest.fixture(scope="module")
def seen(capture):
    """The messages of each conversation, without the probes of the test."""
    command = ["tshark", "-2", "-r", capture.file, "-d", f"udp.port=={capture.port},coap", "-T", "fields", "-Y",
               f"coap && !(coap.token == {_demo.Peer.PROBE_TOKEN.hex(':')})", "-e", "udp.dstport"]
    for field in FIELDS:
        command += ["-e", field]
    lines = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=True).stdout.splitlines()
    messages = [(set(map(int, line.split("\t")[:3:2])), described(line, capture.port)) for line in lines]
    return {talk: [m for ports, m in messages if port in ports] for talk, port in capture.clients.items()}


def described(line, server):
    _, number, source, *numbers, path, retransmitted = line.split("\t")
    numbers = [int(text) if text else None for text in numbers]
    return Seen(int(number), int(source) == server, *numbers, path, retransmitted != "")


def kinds(messages):
    return [(m.is_sent, m.type, m.code) for m in messages]


def test_an_observation(seen):
    register, first, told, acknowledgement, cancel, last = seen[observe]
    assert kinds(seen[observe]) == [(False, CON, GET), (True, ACK, CONTENT), (True, CON, CONTENT), (False, ACK, EMPTY),
                                    (False, CON, GET), (True, ACK, CONTENT)]
    assert (register.response_in, first.response_to) == (first.number, register.number)
    assert (cancel.response_in, last.response_to) == (last.number, cancel.number)
    assert (register.observe, cancel.observe, last.observe) == (0, 1, None)
    assert first.observe < told.observe
    assert told.path == "/time" and told.mid == acknowledgement.mid != register.mid


def test_a_notification_that_is_rejected(seen):
    register, first, told, rejection = seen[reject]
    assert kinds(seen[reject]) == [(False, CON, GET), (True, ACK, CONTENT), (True, NON, CONTENT), (False, RST, EMPTY)]
    assert first.observe < told.observe
    assert told.path == "/count" and told.mid == rejection.mid != register.mid


def test_a_separate_response(seen):
    request, empty, told, again, acknowledgement = seen[wait]
    assert kinds(seen[wait]) == [(False, CON, GET), (True, ACK, EMPTY), (True, CON, CONTENT), (True, CON, CONTENT),
                                 (False, ACK, EMPTY)]
    assert empty.mid == request.mid != told.mid == again.mid == acknowledgement.mid
    assert told.path == "/slow"
    assert again.is_retransmitted and again.response_first_in == told.number


def test_a_post_that_comes_again(seen):
    request, answer, copy, repeated = seen[repeat]
    assert kinds(seen[repeat]) == [(False, CON, POST), (True, ACK, CHANGED)] * 2
    assert copy.is_retransmitted and copy.response_in == request.response_in == answer.number
    assert answer.response_to == repeated.response_to == request.number


def test_tshark_finds_nothing_wrong(capture, seen):
    from_server = f"udp.srcport == {capture.port}"
    assert capture.lines(f"_ws.malformed || ({from_server} && (!coap || {PROBLEM}))") == []
