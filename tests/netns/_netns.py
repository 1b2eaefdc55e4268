"""Network namespaces, and servers in them."""

import contextlib
import ctypes
import os
import select
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = Path(__file__).resolve().parent

PORT = 5683
SOCKET_SOURCES = [ROOT / "adapters/posix/src" / name for name in ("burst_socket.cpp", "clock.cpp", "descriptor.cpp", "neighbours.cpp", "udp_socket.cpp")]


def run(*command):
    subprocess.run(command, check=True, capture_output=True, text=True)


def entering(namespace):
    """The words in front of a command that runs it in a network namespace. `ip netns exec` and `ip -n` also remount /,
    which fails in a chroot whose / is no mount point."""
    return ["nsenter", f"--net=/run/netns/{namespace}"]


def ip(namespace, *arguments):
    run(*entering(namespace), "ip", *arguments)


@contextlib.contextmanager
def inside(namespace):
    """Moves this thread into a network namespace. Sockets stay in the one they were made in."""
    libc = ctypes.CDLL(None, use_errno=True)
    clone_newnet = 0x40000000

    def enter(descriptor):
        if libc.setns(descriptor, clone_newnet) != 0:
            raise OSError(ctypes.get_errno(), "setns")

    with open("/proc/thread-self/ns/net") as home, open(f"/run/netns/{namespace}") as there:
        enter(there.fileno())
        try:
            yield
        finally:
            enter(home.fileno())


def compiled(compiler, folder, name, *sources):
    executable = folder / name
    run(compiler, "-std=c++23", "-I", ROOT / "include", "-I", ROOT / "adapters/posix/include",
        HERE / f"{name}.cpp", *sources, "-o", executable)
    return str(executable)


@contextlib.contextmanager
def built(net):
    """Namespaces that are there for as long as they are used."""
    try:
        net.build()
        yield net
    finally:
        net.remove()


@contextlib.contextmanager
def serving(namespace, *command):
    """Runs a server in a namespace, and returns once the server says that it listens. A bound port would not show
    that, because the server binds it before it joins its groups and sets its socket's options."""
    process = subprocess.Popen([*entering(namespace), *map(str, command)], stdout=subprocess.PIPE)
    try:
        wait_until_it_listens(process)
        yield process
        assert process.poll() is None, "the server ended"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def wait_until_it_listens(process):
    said = b""
    deadline = time.monotonic() + 10
    while b"listening" not in said:
        ready, _, _ = select.select([process.stdout], [], [], max(0, deadline - time.monotonic()))
        assert ready, "the server does not listen"
        part = os.read(process.stdout.fileno(), 4096)
        assert part, "the server did not start"
        said += part
