"""Runs the demo server, and speaks with it over UDP."""

import contextlib
import itertools
import re
import select
import signal
import socket
import subprocess
import time

import _coap

TIMEOUT_S = 10


class Demo:
    """The demo server on a port that it chose by itself."""

    def __init__(self, executable, *arguments):
        self.lines = []
        self.process = subprocess.Popen(
            [executable, "--port", "0", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.port = int(re.search(r":(\d+)$", self.wait_for("listening on "))[1])

    def wait_for(self, beginning):
        """Returns the next line with this beginning."""
        for line in iter(self.next_line, None):
            if line.startswith(beginning):
                return line
        raise AssertionError(f"no line {beginning!r} among {self.lines}")

    def next_line(self):
        """Returns the next line, or None at the end or after a timeout."""
        text = b""
        deadline = time.monotonic() + TIMEOUT_S
        while not text.endswith(b"\n"):
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, deadline - time.monotonic()))
            character = self.process.stdout.raw.read(1) if ready else b""
            if not character:
                return None
            text += character
        self.lines.append(text.decode().rstrip("\n"))
        return self.lines[-1]

    def stop(self, with_signal=signal.SIGTERM):
        """Stops the demo, checks that it exits with 0, and returns its line of counts."""
        self.process.send_signal(with_signal)
        counted = self.wait_for("datagrams: ")
        assert self.process.wait(TIMEOUT_S) == 0
        return counted

    def kill(self):
        """Ends the demo, if it still runs, and closes its output."""
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


@contextlib.contextmanager
def running(executable, *arguments):
    demo = Demo(executable, *arguments)
    try:
        yield demo
        if demo.process.poll() is None:
            demo.stop()
        assert demo.process.returncode == 0, demo.lines
    finally:
        demo.kill()


class Peer:
    """A socket that speaks with the server alone.

    The test detects silence without a timeout. Datagrams stay in order between two sockets on one machine, and the
    server takes one at a time. So the test sends a probe, a good request, after each datagram. Any message that comes
    back before the answer to the probe is the answer to the datagram.
    """

    PROBE_TOKEN = b"a probe!"

    def __init__(self, port, address="127.0.0.1"):
        self.socket = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.settimeout(TIMEOUT_S)
        self.socket.connect((address, port))
        self.mids = itertools.cycle(range(0x1234, 0xA000))
        self.probe_mids = itertools.cycle(range(0xA000, 0x10000))

    def ask(self, datagram):
        """Returns all answers of the server to a datagram."""
        mid = next(self.probe_mids)
        self.socket.send(datagram)
        self.socket.send(_coap.message(_coap.CON, _coap.GET, mid, self.PROBE_TOKEN))
        expected = _coap.message(_coap.ACK, _coap.code("2.05"), mid, self.PROBE_TOKEN,
                                 [(_coap.CONTENT_FORMAT, b"")], b"Hello CoAP")
        return list(iter(lambda: self.socket.recv(65536), expected))

    def request(self, method, path, options=(), payload=b"", mid=None, token=b"tok", message_type=_coap.CON):
        """The one answer to a request, decoded. Each request is a message of its own unless `mid` says otherwise."""
        mid = next(self.mids) if mid is None else mid
        request = _coap.message(message_type, method, mid, token, [*_coap.path(path), *options], payload)
        answers = self.ask(request)
        assert len(answers) == 1, answers
        answer = _coap.decode(answers[0])
        assert answer.token == token
        if message_type == _coap.CON:
            assert (answer.type, answer.mid) == (_coap.ACK, mid)
        else:
            assert answer.type == _coap.NON
        return answer

    def close(self):
        self.socket.close()
