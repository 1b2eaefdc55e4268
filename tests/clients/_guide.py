"""Runs the commands of a chapter of the guide."""

import os
import re
import signal
import socket
import subprocess
from pathlib import Path

GUIDE = Path(__file__).resolve().parents[2] / "docs/guide.md"
MOST_COMMANDS = 10


def commands_of(chapter):
    """The commands that a test can run: the block of that kind in the chapter."""
    (text,) = re.findall(rf"^## {chapter}\n(.*?)(?=^## )", GUIDE.read_text(), re.MULTILINE | re.DOTALL)
    (commands,) = re.findall(r"^```sh run\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert len(commands.splitlines()) <= MOST_COMMANDS
    return commands


def path_with(folder, programs):
    """A PATH on which programs come first: {name: path}."""
    folder.mkdir()
    for name, program in programs.items():
        (folder / name).write_text(f'#!/bin/sh\nexec "{Path(program).resolve()}" "$@"\n')
        (folder / name).chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        any_socket.bind(("127.0.0.1", 0))
        return str(any_socket.getsockname()[1])


def run(chapter, folder, path):
    """Runs the commands in that folder, with a free port in place of 5683. Returns the words of the output behind those
    of the server's start."""
    port = free_port()
    commands = commands_of(chapter).replace("5683", port).replace("//127.0.0.1", f"//127.0.0.1:{port}")
    process = subprocess.Popen(["bash", "-c", f"{commands}\nkill $!; wait"], cwd=folder, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, env={**os.environ, "PATH": path}, start_new_session=True)
    try:
        said = process.communicate(timeout=30)[0].decode().split()
    finally:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:  # all have ended
            pass
    assert said[:4] == ["listening", "on", "port", port], said
    return said[4:]
