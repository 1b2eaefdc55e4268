"""Third-party clients observe the demo, and ask for a slow answer. Afterwards, the demo keeps nothing of them."""

import re
from concurrent.futures import ThreadPoolExecutor

import _demo
import pytest
from _observing import FIXTURES, client

NOTIFICATIONS = 10
NOW = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
SLOW = "That took 1.5 s"


def try_out(demo, observer):
    """Returns what the client printed of /time and of /slow, and what the demo printed at its end."""
    with _demo.running(demo) as running:
        uri = f"coap://127.0.0.1:{running.port}"
        times, slow = observer.observe(uri + "/time", NOTIFICATIONS), observer.get(uri + "/slow")
        running.stop()
        return times, slow, running.lines


@pytest.fixture(scope="module")
def trials(request, demo):
    """All clients at once, each with a demo of its own, since each takes ten seconds and some."""
    found = {}
    for name in FIXTURES:
        try:
            found[name] = client(request, name)
        except pytest.skip.Exception:
            pass  # the test of that client is skipped in its turn
    with ThreadPoolExecutor(len(FIXTURES)) as pool:
        running = {name: pool.submit(try_out, demo, observer) for name, observer in found.items()}
    return running


@pytest.fixture(params=FIXTURES)
def trial(request, trials):
    client(request, request.param)
    return trials[request.param].result()


def test_ten_notifications_come_and_are_cancelled(trial):
    times, _, said = trial
    told = [NOW.fullmatch(line)[0] for line in times if line]
    assert len(set(told)) >= NOTIFICATIONS
    assert told == sorted(told)
    assert any(line.startswith("memory: 0 observations, ") for line in said), said


def test_a_slow_answer_comes(trial):
    _, slow, said = trial
    assert [line for line in slow if line] == [SLOW]
    assert any(line.startswith("memory: ") and line.endswith(", 0 slow requests") for line in said), said
