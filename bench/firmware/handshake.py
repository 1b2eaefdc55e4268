"""Counts the instructions of a handshake (EDHOC, RFC 9528) on a board, with a plugin of QEMU: see measure.py.

  message_2  from message_1 to message_2: `continue_handshake` of app/edhoc.cpp
  message_3  from the datagram with message_3 to the datagram with the answer

The instructions of the board are left out: it waits for its random numbers. Some hundred instructions depend on the
public keys, which are random, so the last handshake counts, and a number may be 1 % above its budget."""

import pathlib
import tempfile

import emulate
from _edhoc import Keys
from _edhoc_client import Client
from owners import OWNERS

PROFILE, HANDSHAKES = "edhoc", 3
COUNTED = tuple(owner for owner in OWNERS if owner != "board")
WINDOWS = {"message_2": "message_2", "message_3": "core"}  # the names of windows in measure.py


def connect(run, board, folder):
    """Runs some handshakes with a new board."""
    options, port = emulate.provision_key_pair(folder), emulate.free_port()
    with emulate.forwarded(board, port) as network:
        with emulate.running(board, emulate.image_of(board, PROFILE), network, options, run.arguments):
            for _ in range(HANDSHAKES):
                with Client(port, Keys.load(folder / "client.keys")) as client:
                    client.connect()


def rows(board, run_with, by_owner):
    """A row per message. run_with(window) makes a Run of measure.py, and by_owner(image, counts) sorts its counts."""
    for message, window in WINDOWS.items():
        run = run_with(window)
        with tempfile.TemporaryDirectory() as folder:
            connect(run, board, pathlib.Path(folder))
        counts, stack = run.last()
        counted = [count for owner, count in zip(OWNERS, by_owner(run.image, counts)) if owner in COUNTED]
        yield [board, message, *counted, sum(counted), stack]
