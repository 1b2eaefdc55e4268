"""A firmware behind a tap device, and a host at the other end, with an IP stack and clients of its own, in a network
namespace."""

import contextlib
import os
import socket
import struct
import subprocess
import time

import _ask
import _coap
import emulate
from _netns import PORT, entering, inside, ip, run

LINK_LOCAL = "fe80::5054:ff:fe12:3456"  # derived from QEMU's first hardware address
HOST = {4: "192.0.2.9", 6: "fe80::9"}
BEYOND = {4: "203.0.113.9", 6: "2001:db8:1::9"}  # the host's, too, in no network of the link


class Link:
    """A network namespace with one end of a tap device, and the host's addresses."""

    def __init__(self):
        self.namespace = f"mincoap-f{os.getpid()}"

    def build(self):
        run("ip", "netns", "add", self.namespace)
        self.ip("tuntap", "add", "dev", "tap", "mode", "tap")
        self.ip("link", "set", "tap", "addrgenmode", "none")
        for address in (f"{HOST[4]}/24", "2001:db8::9/64", f"{HOST[6]}/64"):
            self.ip("address", "add", address, "dev", "tap", *(["nodad"] if ":" in address else []))
        for address in BEYOND.values():
            self.ip("address", "add", address, "dev", "lo")
        self.ip("link", "set", "tap", "up")
        self.ip("link", "set", "lo", "up")
        self.ip("route", "add", "224.0.0.0/4", "dev", "tap")

    def ip(self, *arguments):
        ip(self.namespace, *arguments)

    def remove(self):
        subprocess.run(["ip", "netns", "delete", self.namespace], capture_output=True, check=False)

    def execute(self):
        return entering(self.namespace)

    def announce(self):
        """Announces the host as the router of IPv6 (RFC 4861, section 4.2)."""
        with inside(self.namespace):
            router = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
            scope = socket.if_nametoindex("tap")
        with router:
            router.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
            router.bind((HOST[6], 0, 0, scope))
            advertisement = struct.pack("!BBHBBHII", 134, 0, 0, 64, 0, 1800, 0, 0)
            router.sendto(advertisement, ("ff02::1", 0, 0, scope))

    def ask(self, address):
        """Returns (the address that replied, the message), or None without an answer. A group may take its leisure."""
        is_group = address.startswith(("224.", "ff"))
        request = _ask.get("", _coap.NON if is_group else _coap.CON)
        with inside(self.namespace):
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            client = socket.socket(family, socket.SOCK_DGRAM)
            scope = socket.if_nametoindex("tap")
        with client:
            client.settimeout(1.2 if is_group else 0.4)
            client.sendto(request, (address, PORT, 0, scope) if ":" in address else (address, PORT))
            with contextlib.suppress(TimeoutError):
                reply, source = client.recvfrom(2048)
                return source[0].partition("%")[0], _coap.decode(reply)
        return None

    def source_of(self, address):
        """Returns the address that replies. Asks for some seconds, because IPv6 first checks that its addresses are
        unique."""
        deadline = time.monotonic() + 8
        while time.monotonic() < deadline:
            if answer := self.ask(address):
                assert answer[1].code == _coap.code("2.05")
                return answer[0]
        return None


@contextlib.contextmanager
def serving(link, path, board, options, extra=()):
    # With vnet_hdr, each frame in a capture would begin with an extra header.
    network = "tap,ifname=tap,script=no,downscript=no,vnet_hdr=off"
    with emulate.running(board, path, network, options, extra, prefix=link.execute()) as emulator:
        yield emulator
