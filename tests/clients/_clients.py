"""Runs clients, and captures the datagrams on the loopback interface."""

import subprocess
import time

import _demo

TIMEOUT_S = 20


class Capture:
    """The datagrams to and from one port on the loopback interface, captured by tshark."""

    def __init__(self, port, file):
        self.port = port
        self.file = file
        self.process = subprocess.Popen(
            ["tshark", "-q", "-i", "lo", "-f", f"udp port {port}", "-w", file],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def starts(self):
        """Returns true if tshark has the privilege to capture, and captures."""
        said = b""
        for line in self.process.stderr:
            said += line
            if b"Capturing on" in line:
                return self.sees(b"is on")
        self.excuse = said.decode()
        return False

    def sees(self, token):
        """Sends a request with this token until the capture contains it. Returns false if that takes too long."""
        deadline = time.monotonic() + TIMEOUT_S
        peer = _demo.Peer(self.port)
        try:
            while time.monotonic() < deadline:
                peer.request(1, "", token=token)
                if self.file.exists() and token in self.file.read_bytes():
                    return True
                time.sleep(0.1)
            self.excuse = "tshark captures, but nothing comes"
            return False
        finally:
            peer.close()

    def stop(self):
        self.process.terminate()
        self.process.wait(TIMEOUT_S)
        self.process.stderr.close()

    def lines(self, display_filter):
        """The datagrams that pass the filter, one per line."""
        shown = subprocess.run(
            ["tshark", "-r", self.file, "-d", f"udp.port=={self.port},coap", "-Y", display_filter],
            capture_output=True, text=True, timeout=TIMEOUT_S, check=True)
        return shown.stdout.splitlines()


def run(*command, longest_s=TIMEOUT_S):
    """Returns the output of a client that ends by itself. Its exit status has no meaning."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=longest_s)
    return done.stdout
