"""The firmware behind a tap device, in a network namespace with the client: it replies from the address that was asked
(RFC 7252, section 5.3.2), by IPv4 and IPv6, and hears the groups of all CoAP nodes (section 12.8)."""

import contextlib
import os
import socket
import subprocess
import sys
import time

import _ask
import _coap
import emulate
import pytest

sys.path.append(str(emulate.ROOT / "tests/netns"))
from test_reply_source import inside, run  # noqa: E402

BOARDS = [name for name, board in emulate.BOARDS.items() if board.nic]
IPV4 = ["192.0.2.1", "192.0.2.2"]
IPV6 = ["2001:db8::1", "2001:db8::2"]
LINK_LOCAL = "fe80::5054:ff:fe12:3456"  # of QEMU's first hardware address
HERE = ["192.0.2.9/24", "2001:db8::9/64", "fe80::9/64"]
GROUPS = {"224.0.1.187": IPV4, "ff02::fd": [LINK_LOCAL, *IPV6], "ff05::fd": [LINK_LOCAL, *IPV6]}
OPTIONS = [f"ip={a}/24" for a in IPV4] + [f"ip6={a}" for a in IPV6]


class Link:
    """A network namespace with one end of a tap device, and the client's addresses."""

    def __init__(self):
        self.namespace = f"mincoap-f{os.getpid()}"

    def build(self):
        run("ip", "netns", "add", self.namespace)
        self.ip("tuntap", "add", "dev", "tap", "mode", "tap")
        self.ip("link", "set", "tap", "addrgenmode", "none")
        for address in HERE:
            self.ip("address", "add", address, "dev", "tap", *(["nodad"] if ":" in address else []))
        self.ip("link", "set", "tap", "up")
        self.ip("link", "set", "lo", "up")
        self.ip("route", "add", "224.0.0.0/4", "dev", "tap")

    def ip(self, *arguments):
        run("ip", "-n", self.namespace, *arguments)

    def remove(self):
        subprocess.run(["ip", "netns", "delete", self.namespace], capture_output=True, check=False)

    def execute(self):
        return ["ip", "netns", "exec", self.namespace]

    def ask(self, address, patience_s=0.4):
        """(the address that replied, the message); None if there is no answer."""
        request = _ask.get("", _coap.NON if address in GROUPS else _coap.CON)
        with inside(self.namespace):
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            client = socket.socket(family, socket.SOCK_DGRAM)
            scope = socket.if_nametoindex("tap")
        with client:
            client.settimeout(patience_s)
            client.sendto(request, (address, 5683, 0, scope) if ":" in address else (address, 5683))
            with contextlib.suppress(TimeoutError):
                reply, source = client.recvfrom(2048)
                return source[0].partition("%")[0], _coap.decode(reply)
        return None

    def source_of(self, address):
        """The address that replies, asked for some seconds: IPv6 finds first whether its addresses are unique."""
        deadline = time.monotonic() + 8
        while time.monotonic() < deadline:
            if answer := self.ask(address):
                assert answer[1].code == _coap.code("2.05")
                return answer[0]
        return None


@pytest.fixture(scope="module")
def link(root):
    made = Link()
    try:
        made.build()
        yield made
    finally:
        made.remove()


@contextlib.contextmanager
def serving(link, path, board):
    network = "tap,ifname=tap,script=no,downscript=no"
    with emulate.running(board, path, network, OPTIONS, prefix=link.execute()) as emulator:
        yield emulator


@pytest.mark.parametrize("board", BOARDS)
def test_replies_from_the_address_asked_and_hears_the_groups(link, image, coap_client, board):
    with serving(link, image(board, "demo-checked"), board):
        asked = [*IPV4, *IPV6, LINK_LOCAL]
        assert {a: link.source_of(a) for a in asked} == {a: a for a in asked}
        for group, expected in GROUPS.items():
            assert link.source_of(group) in expected, group
        for host in ("192.0.2.2", "[2001:db8::2]", f"[{LINK_LOCAL}%tap]"):
            client = [*link.execute(), coap_client, "-B", "3", "-m", "get", f"coap://{host}/"]
            told = subprocess.run(client, capture_output=True, timeout=20, check=True).stdout
            assert b"Hello CoAP" in told, host


@pytest.mark.parametrize("board", BOARDS)
def test_a_firmware_that_lets_lwip_choose_is_caught(link, image, board):
    with serving(link, image(board, "careless"), board):
        for addresses in (IPV4, IPV6):
            found = {a: link.source_of(a) for a in addresses}
            assert set(found.values()) <= {*addresses, LINK_LOCAL}, "it does reply"
            assert found != {a: a for a in addresses}, "this test cannot tell"
        assert link.ask("224.0.1.187") is None, "which it did not join"
