"""A host at the other end of a firmware's Ethernet, made of Python and a UDP socket: QEMU's network of the kind `dgram`
gives each frame as a datagram. It needs no privilege, sees every frame, and can send whatever it likes."""

import dataclasses
import ipaddress
import select
import socket
import struct
import time

import _coap
from slip import COAP, checksum

BROADCAST = b"\xff" * 6
ARP, IPV4, IPV6 = 0x0806, 0x0800, 0x86DD
ICMP, UDP, ICMPV6 = 1, 17, 58
NEIGHBOR_SOLICITATION, NEIGHBOR_ADVERTISEMENT = 135, 136


def packed(address):
    return ipaddress.ip_address(address).packed


def pseudo_header(source, target, protocol, size):
    return packed(source) + packed(target) + struct.pack("!HH", protocol, size)


def multicast_mac(group):
    """RFC 1112 §6.4, RFC 2464 §7."""
    address = packed(group)
    return b"\x33\x33" + address[-4:] if ":" in group else bytes([1, 0, 0x5E, address[1] & 0x7F]) + address[2:]


def udp_segment(source, target, ports, data):
    segment = struct.pack("!HHHH", *ports, 8 + len(data), 0) + data
    total = checksum(pseudo_header(source, target, UDP, len(segment)) + segment) or 0xFFFF
    return segment[:6] + struct.pack("!H", total) + segment[8:]


def ipv4_packet(source, target, protocol, payload, identification=0, flags_and_offset=0, ttl=64):
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), identification, flags_and_offset, ttl, protocol, 0)
    header += packed(source) + packed(target)
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:] + payload


def ipv6_packet(source, target, protocol, payload, hops=64):
    return struct.pack("!IHBB", 6 << 28, len(payload), protocol, hops) + packed(source) + packed(target) + payload


def ipv4_fragments(source, target, segment, sizes, identification):
    """Splits a segment into fragments. All sizes but the last are multiples of 8."""
    offset = 0
    for size in sizes:
        more = 0x2000 if offset + size < len(segment) else 0
        yield ipv4_packet(source, target, UDP, segment[offset:offset + size], identification, more | offset // 8)
        offset += size


def ipv6_fragments(source, target, segment, sizes, identification):
    offset = 0
    for size in sizes:
        more = offset + size < len(segment)
        header = struct.pack("!BBHI", UDP, 0, offset | more, identification)
        yield ipv6_packet(source, target, 44, header + segment[offset:offset + size])
        offset += size


@dataclasses.dataclass(frozen=True)
class Datagram:
    source: tuple  # address and port
    target: tuple
    data: bytes


def datagram_in(frame):
    """Returns the UDP datagram in a frame, or None for any other frame. Fails if a checksum is wrong."""
    kind, = struct.unpack_from("!H", frame, 12)
    packet = frame[14:]
    if kind == IPV4:
        protocol, source, target = packet[9], packet[12:16], packet[16:20]
        segment = packet[(packet[0] & 15) * 4:struct.unpack_from("!H", packet, 2)[0]]
    elif kind == IPV6:
        protocol, source, target = packet[6], packet[8:24], packet[24:40]
        segment = packet[40:40 + struct.unpack_from("!H", packet, 4)[0]]
    if kind not in (IPV4, IPV6) or protocol != UDP:
        return None
    source, target = (str(ipaddress.ip_address(a)) for a in (source, target))
    assert checksum(pseudo_header(source, target, UDP, len(segment)) + segment) == 0
    ports = struct.unpack_from("!HH", segment)
    return Datagram((source, ports[0]), (target, ports[1]), segment[8:])


class Peer:
    """A host with an IPv4 and an IPv6 address. It answers ARP and ND requests whenever it looks at the network."""

    MAC = b"\x02\0\0\0\0\x09"
    HERE = {4: "192.0.2.9", 6: "fe80::9"}
    BEYOND = "203.0.113.9"  # a host behind this one, which is its router
    OPTIONS = ("ip=192.0.2.1/24", f"gw={HERE[4]}")

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.socket.bind(("127.0.0.1", 0))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.1", 0))
            self.far = probe.getsockname()
        self.mac = BROADCAST  # the firmware's address, once it is known
        self.there = {4: "192.0.2.1"}
        self.source = dict(self.HERE)  # source addresses of datagrams
        self.frames = []  # frames with an IP packet, not yet processed

    def network(self):
        """The network option for QEMU. This host is the remote end."""
        here = self.socket.getsockname()
        return (f"dgram,local.type=inet,local.host=127.0.0.1,local.port={self.far[1]},"
                f"remote.type=inet,remote.host=127.0.0.1,remote.port={here[1]}")

    def close(self):
        self.socket.close()

    # ---- frames

    def send_frame(self, frame):
        self.socket.sendto(frame, self.far)

    def send(self, kind, payload, mac=None):
        self.send_frame((mac or self.mac) + self.MAC + struct.pack("!H", kind) + payload)

    def send_ip(self, packet, mac=None):
        self.send(IPV4 if packet[0] >> 4 == 4 else IPV6, packet, mac)

    def look(self, patience_s=0.0):
        """Processes the frames that have arrived. Waits for the first one up to `patience_s`."""
        while select.select([self.socket], [], [], patience_s)[0]:
            self.take(self.socket.recv(4096))
            patience_s = 0.0

    def take(self, frame):
        kind, = struct.unpack_from("!H", frame, 12)
        packet = frame[14:]
        if kind == ARP:
            self.take_arp(packet)
        elif kind == IPV6 and packet[6] == ICMPV6 and packet[40] in (NEIGHBOR_SOLICITATION, NEIGHBOR_ADVERTISEMENT):
            self.take_neighbor(frame[6:12], packet)
        elif kind in (IPV4, IPV6):
            self.frames.append(frame)

    def take_arp(self, packet):
        operation, sender_mac, sender, target = struct.unpack_from("!6xH6s4s6x4s", packet)
        if sender == packed(self.there[4]):
            self.mac = sender_mac
        if operation == 1 and target == packed(self.HERE[4]):
            self.send(ARP, struct.pack("!HHBBH6s4s6s4s", 1, IPV4, 6, 4, 2, self.MAC, target, sender_mac, sender))

    def take_neighbor(self, mac, packet):
        source, target = packet[8:24], packet[48:64]
        self.mac = mac
        if source[:2] == b"\xfe\x80":
            self.there[6] = str(ipaddress.ip_address(source))
        if packet[40] == NEIGHBOR_SOLICITATION and target == packed(self.HERE[6]):
            self.send_neighbor(NEIGHBOR_ADVERTISEMENT, self.HERE[6], str(ipaddress.ip_address(source)), 0x60000000)

    def send_neighbor(self, kind, about, to, flags=0):
        option = struct.pack("!BB6s", 2 if kind == NEIGHBOR_ADVERTISEMENT else 1, 1, self.MAC)
        body = struct.pack("!BBHI", kind, 0, 0, flags) + packed(about) + option
        total = checksum(pseudo_header(self.HERE[6], to, ICMPV6, len(body)) + body)
        body = body[:2] + struct.pack("!H", total) + body[4:]
        mac = multicast_mac(to) if to.startswith("ff") else None
        self.send_ip(ipv6_packet(self.HERE[6], to, ICMPV6, body, hops=255), mac)

    def meet(self):
        """Waits until the firmware's hardware address and link-local address are known."""
        request = struct.pack("!HHBBH6s4s6x4s", 1, IPV4, 6, 4, 1, self.MAC, packed(self.HERE[4]), packed(self.there[4]))
        deadline = time.monotonic() + 10
        while self.mac == BROADCAST:
            assert time.monotonic() < deadline, "the firmware does not answer ARP"
            self.send(ARP, request, BROADCAST)
            self.look(0.1)
        eui64 = bytes([self.mac[0] ^ 2]) + self.mac[1:3] + b"\xff\xfe" + self.mac[3:]
        self.there[6] = str(ipaddress.ip_address(b"\xfe\x80" + bytes(6) + eui64))

    # ---- datagrams

    def segment(self, data, family=4, port=40_000, to=None):
        return udp_segment(self.source[family], to or self.there[family], (port, COAP), data)

    def packet(self, data, family=4, port=40_000, to=None):
        make = ipv4_packet if family == 4 else ipv6_packet
        return make(self.source[family], to or self.there[family], UDP, self.segment(data, family, port, to))

    def answers(self):
        """Yields (sender's address, message) for each datagram from the CoAP port."""
        frames, self.frames = self.frames, []
        for datagram in filter(None, map(datagram_in, frames)):
            if datagram.source[1] == COAP:
                yield datagram.source[0], _coap.decode(datagram.data)

    def ask(self, data, family=4, patience_s=3.0, to=None, mac=None, again_s=0.5):
        """Returns the answer to a request. Sends the request again after each `again_s`."""
        deadline = time.monotonic() + patience_s
        mid, token = int.from_bytes(data[2:4], "big"), data[4:4 + (data[0] & 15)]
        while time.monotonic() < deadline:
            self.send_ip(self.packet(data, family, to=to), mac)
            if answer := self.answer_to(mid, again_s, token):
                return answer
        raise TimeoutError(f"no answer to {data.hex()}")

    def answer_to(self, mid, patience_s, token=b""):
        """The message with that Message ID and token, or None."""
        deadline = time.monotonic() + patience_s
        while (left := deadline - time.monotonic()) > 0:
            self.look(left)
            for _, answer in self.answers():
                if (answer.mid, answer.token) == (mid, token):
                    return answer
        return None
