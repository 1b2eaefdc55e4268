"""An idle board sleeps, also while a client observes and another request waits. Its WFI stops the emulated processor,
so the emulator takes hardly any time."""

import os
import time

import _ask
import emulate
import pytest
from _observer import register
from test_clients import connected

QUIET_S = 2.0


def processor_time_s(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")  # utime, stime


@pytest.mark.parametrize("board", emulate.BOARDS)
def test_sleeps_before_and_after_a_request(image, board):
    port = emulate.free_port()
    with emulate.forwarded(board, port) as network, emulate.running(board, image(board, "demo"), network) as emulator:
        with connected(port) as client:
            for _ in range(2):
                time.sleep(0.5)
                begin = processor_time_s(emulator.process.pid)
                time.sleep(QUIET_S)
                assert processor_time_s(emulator.process.pid) - begin < 0.5 * QUIET_S
                register(client, "uptime", b"observed")
                _ask.exchange(client, _ask.get("slow"))
