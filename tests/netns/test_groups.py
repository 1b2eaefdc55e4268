"""Requests to a group (RFC 7252, section 8): three servers, each in a network namespace of its own, and a client on a
bridge between them. The first server is on a second bridge, too.
"""

import contextlib
import ipaddress
import os
import select
import socket
import struct
import subprocess
import time

import pytest
from _netns import PORT, ROOT, SOCKET_SOURCES, built, compiled, inside, ip, run, serving

SERVERS = [1, 2, 3]
CLIENT = 9
IPV4, LINK_LOCAL, SITE_LOCAL = "224.0.1.187", "ff02::fd", "ff05::fd"  # all CoAP nodes (RFC 7252, section 12.8)
GROUPS = [IPV4, LINK_LOCAL, SITE_LOCAL]

LEISURE_S = 0.4
PATIENCE_S = LEISURE_S + 0.2  # for replies that should not come
LONGEST_S = 10  # for those that should: the machine may be busy

CON, NON = 0x40, 0x50
TOKEN = b"group"


def addresses(host, lan=0):
    """Returns group -> the address from which a host answers a request to that group."""
    its = {IPV4: f"192.0.{2 + lan}.{host}", LINK_LOCAL: f"fe80::{lan}:{host}", SITE_LOCAL: f"2001:db8:{lan}::{host}"}
    return {group: str(ipaddress.ip_address(address)) for group, address in its.items()}


def request(message_type, *options, code=1):
    return bytes([message_type + len(TOKEN), code, 0x12, 0x34]) + TOKEN + b"".join(options)


def discovery(resource_type):
    query = b"rt=" + resource_type.encode()
    head = bytes([0x40 + len(query)]) if len(query) < 13 else bytes([0x4D, len(query) - 13])
    return request(NON, b"\xbb.well-known", b"\x04core", head + query)


class Net:
    """On bridge n, each namespace has an interface lann, with an address of every kind."""

    def __init__(self):
        self.client = f"mincoap-gc{os.getpid()}"
        self.server = {host: f"mincoap-g{host}-{os.getpid()}" for host in SERVERS}

    def build(self):
        for namespace in (self.client, *self.server.values()):
            run("ip", "netns", "add", namespace)
            ip(namespace, "link", "set", "lo", "up")
        for lan, hosts in enumerate((SERVERS, SERVERS[:1])):
            ip(self.client, "link", "add", f"lan{lan}", "type", "bridge", "mcast_snooping", "0")
            self.set_up(self.client, lan, CLIENT)
            for host in hosts:
                self.connect(lan, host)

    def connect(self, lan, host):
        port = f"port{lan}-{host}"
        ip(self.server[host], "link", "add", f"lan{lan}", "type", "veth", "peer", "name", port, "netns", self.client)
        ip(self.client, "link", "set", port, "master", f"lan{lan}", "up")
        self.set_up(self.server[host], lan, host)

    def set_up(self, namespace, lan, host):
        ip(namespace, "link", "set", f"lan{lan}", "addrgenmode", "none")
        for address in addresses(host, lan).values():
            extra = ["/64", "nodad"] if ":" in address else ["/24"]
            ip(namespace, "address", "add", address + extra[0], "dev", f"lan{lan}", *extra[1:])
        ip(namespace, "link", "set", f"lan{lan}", "up")

    def remove(self):
        for namespace in (self.client, *self.server.values()):
            subprocess.run(["ip", "netns", "delete", namespace], capture_output=True, check=False)

    def client_socket(self, group, lan):
        """A socket of the client's that sends to a group by one of the bridges."""
        with inside(self.client):
            interface = socket.if_nametoindex(f"lan{lan}")
            made = socket.socket(socket.AF_INET6 if ":" in group else socket.AF_INET, socket.SOCK_DGRAM)
        if ":" in group:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, interface)
        else:
            made.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(addresses(CLIENT, lan)[IPV4]))
        return made

    def ask(self, group, datagram, lan=0, expected=0):
        """Sends a datagram to a group. Returns (source address, reply, seconds since the request) per reply. Waits for so
        many replies, and in any case as long as others might come."""
        replies = []
        with self.client_socket(group, lan) as client:
            start = time.monotonic()

            def left():
                return max(0, start + (PATIENCE_S if len(replies) >= expected else LONGEST_S) - time.monotonic())

            client.sendto(datagram, (group, PORT))
            while select.select([client], [], [], left())[0]:
                reply, source = client.recvfrom(2048)
                replies.append((source[0].partition("%")[0], reply, time.monotonic() - start))
        return replies


@pytest.fixture(scope="module")
def net(root):
    with built(Net()) as made:
        yield made


@pytest.fixture(scope="module")
def group_server(compiler, tmp_path_factory):
    sources = [*SOCKET_SOURCES, ROOT / "adapters/posix/src/entropy.cpp"]
    return compiled(compiler, tmp_path_factory.mktemp("group"), "group_server", *sources)


@pytest.fixture
def members(net, group_server):
    """Two thermometers and a lamp."""
    with contextlib.ExitStack() as running:
        for host, has in zip(SERVERS, ("temperature", "temperature", "light")):
            command = [group_server, PORT, has, int(LEISURE_S * 1000), *(f"{group}%lan0" for group in GROUPS)]
            running.enter_context(serving(net.server[host], *command))
        yield


def sources(replies):
    return sorted(source for source, _, _ in replies)


@pytest.mark.parametrize("group", GROUPS)
def test_those_that_match_answer_from_their_own_addresses(net, members, group):
    replies = net.ask(group, discovery("temperature"), expected=2)
    assert sources(replies) == [addresses(1)[group], addresses(2)[group]]
    for _, reply, _ in replies:
        assert reply[:2] == bytes([NON + len(TOKEN), 0x45])
        assert reply[4:9] == TOKEN
        assert reply.endswith(b'\xff</reading>;rt="temperature"')
    assert sources(net.ask(group, discovery("light"), expected=1)) == [addresses(3)[group]]
    assert net.ask(group, discovery("humidity")) == []


def test_answers_are_spread_over_the_leisure(net, members):
    """Both halves of the period get some of the twenty answers, except in one run of a million."""
    times = [when for _ in range(10) for _, _, when in net.ask(SITE_LOCAL, discovery("temperature"), expected=2)]
    assert len(times) == 20
    assert min(times) < LEISURE_S / 2 < max(times) < LEISURE_S + 2


@pytest.mark.parametrize("group", GROUPS)
def test_errors_and_what_is_confirmable_are_met_with_silence(net, members, group):
    assert net.ask(group, request(NON, b"\xb7nothing")) == []
    assert net.ask(group, request(NON, b"\xb7reading", code=3)) == [], "4.05"
    assert net.ask(group, request(NON, b"\x91x", b"\x27reading")) == [], "4.02"
    assert net.ask(group, request(CON, b"\xb7reading")) == []
    assert net.ask(group, bytes([CON, 0, 0x12, 0x34])) == [], "a ping"
    assert net.ask(group, b"\x5f\x01\x12\x34") == [], "malformed"
    assert sources(net.ask(group, request(NON, b"\xb7reading"), expected=2)) == [addresses(1)[group], addresses(2)[group]]


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_is_joined_by_each_interface_that_is_named(net, group_server, group):
    reading = request(NON, b"\xb7reading")
    with serving(net.server[1], group_server, PORT, "temperature", 0, f"{group}%lan1"):
        assert sources(net.ask(group, reading, lan=0)) == []
        assert sources(net.ask(group, reading, lan=1, expected=1)) == [addresses(1, 1)[group]]
    with serving(net.server[1], group_server, PORT, "temperature", 0, f"{group}%lan0", f"{group}%lan1"):
        assert sources(net.ask(group, reading, lan=0, expected=1)) == [addresses(1, 0)[group]]
        assert sources(net.ask(group, reading, lan=1, expected=1)) == [addresses(1, 1)[group]]


@pytest.mark.parametrize("group", GROUPS)
def test_demo_joins_the_groups_that_it_is_told(net, demo, group):
    clock = request(NON, b"\xb4time")
    with serving(net.server[2], demo, "--port", PORT, "--leisure", "100", "--join", *(f"{g}%lan0" for g in GROUPS)):
        replies = net.ask(group, clock, expected=1)
        assert sources(replies) == [addresses(2)[group]]
        assert replies[0][1][:2] == bytes([NON + len(TOKEN), 0x45])
    with serving(net.server[2], demo, "--port", PORT):
        assert net.ask(group, clock) == [], "it joins a group only if an option says so"


ALL_NODES = {"224.0.0.1": IPV4, "ff02::1": LINK_LOCAL}  # each host of a link is in them


@pytest.mark.parametrize("group", ALL_NODES)
def test_a_group_of_all_hosts_is_joined_as_any_other(net, group_server, group):
    reading = request(NON, b"\xb7reading")
    with serving(net.server[1], group_server, PORT, "temperature", 0, f"{GROUPS[0]}%lan0", f"{GROUPS[1]}%lan0"):
        assert net.ask(group, reading) == [], "the host is in it, but the server did not join it"
        assert sources(net.ask(GROUPS[0], reading, expected=1)) == [addresses(1)[GROUPS[0]]]
    with serving(net.server[1], group_server, PORT, "temperature", 0, f"{group}%lan0"):
        assert sources(net.ask(group, reading, expected=1)) == [addresses(1)[ALL_NODES[group]]]


def test_a_group_that_another_process_joined_is_not_heard(net, group_server):
    reading = request(NON, b"\xb7reading")
    with inside(net.server[1]):
        other = [socket.socket(family, socket.SOCK_DGRAM) for family in (socket.AF_INET, socket.AF_INET6)]
        lan = socket.if_nametoindex("lan0")
    with other[0], other[1], serving(net.server[1], group_server, PORT, "temperature", 0):
        membership = socket.inet_aton(IPV4) + socket.inet_aton(addresses(1)[IPV4])
        other[0].setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
        for group in (LINK_LOCAL, SITE_LOCAL):
            membership = socket.inet_pton(socket.AF_INET6, group) + struct.pack("@I", lan)
            other[1].setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, membership)
        assert [net.ask(group, reading) for group in GROUPS] == [[], [], []]


def test_a_group_is_joined_again_when_its_interface_is_made_anew(net, group_server):
    reading = request(NON, b"\xb7reading")
    with serving(net.server[2], group_server, PORT, "temperature", 0, *(f"{group}%lan0" for group in GROUPS)):
        for _ in range(2):
            ip(net.server[2], "link", "delete", "lan0")
            assert net.ask(SITE_LOCAL, reading) == []
            net.connect(0, 2)
            for group in GROUPS:
                assert sources(heard(net, group, reading)) == [addresses(2)[group]], group


def heard(net, group, datagram):
    """The replies to the first request that draws any. The server may not have joined the group again before that."""
    deadline = time.monotonic() + LONGEST_S
    while not (replies := net.ask(group, datagram)) and time.monotonic() < deadline:
        pass
    return replies


def test_demo_says_which_group_it_cannot_join(demo):
    done = subprocess.run([demo, "--port", "0", "--join", "192.0.2.1"], capture_output=True, text=True, timeout=10)
    assert done.returncode > 0
    assert "cannot join 192.0.2.1" in done.stderr
