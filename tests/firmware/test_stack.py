"""A stack overflow leaves the memory, so the firmware reports a fault. It never goes on with overwritten data."""

import time

import emulate
import pytest


@pytest.mark.parametrize("board", emulate.BOARDS)
def test_an_overflow_of_the_stack_is_told_of(image, board):
    network = "user" if emulate.BOARDS[board].nic else "null"
    emulator = emulate.Emulator(board, image(board, "deep"), network)
    deadline = time.monotonic() + 20
    while emulator.is_running() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert emulator.end() == 3, emulator.output
    assert b"fault" in emulator.output
    assert b"too deep" not in emulator.output
