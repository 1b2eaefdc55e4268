"""Third-party clients observe the demo, and ask for a slow answer. Afterwards, the demo keeps nothing of them."""

import re
from concurrent.futures import ThreadPoolExecutor

import _demo
import pytest
from _observing import FIXTURES, Observer, client, clients

NOTIFICATIONS = 10
SECONDS = 11
NOW = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def try_out(demo, one):
    """Returns the lines that the client printed of /time, the slow answer, and the lines of the demo."""
    with _demo.running(demo) as running:
        uri = f"coap://127.0.0.1:{running.port}"
        times, slow = Observer(one, uri + "/time", SECONDS).lines(), one.get(uri + "/slow")
        peer = _demo.Peer(running.port)
        peer.ask(b"")  # the demo has taken all that the client sent
        peer.close()
        running.stop()
        return times, slow, running.lines


@pytest.fixture(scope="module")
def trials(request, demo):
    """All clients at once, each with a demo of its own, since each takes more than ten seconds."""
    with ThreadPoolExecutor(len(FIXTURES)) as pool:
        return {name: pool.submit(try_out, demo, one) for name, one in clients(request).items()}


@pytest.fixture(params=FIXTURES)
def trial(request, trials):
    client(request, request.param)
    return trials[request.param].result()


def test_ten_notifications_come_and_are_cancelled(trial):
    times, _, said = trial
    told = [NOW.fullmatch(line)[0] for line in times]
    assert len(set(told)) >= NOTIFICATIONS
    assert told == sorted(told)
    assert any(line.startswith("memory: 0 observations, ") for line in said), said


def test_a_slow_answer_comes(trial):
    _, slow, said = trial
    assert slow == "That took 1.5 s"
    assert any(line.startswith("memory: ") and line.endswith(", 0 slow requests") for line in said), said
