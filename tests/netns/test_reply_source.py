"""A reply leaves from the address that was asked (RFC 7252, section 5.3.2).

A server and a client in a network namespace each, joined by two links. On the first link the server has two addresses
of every kind, so that a kernel left to choose has to be wrong for one of them.
"""

import os
import select
import socket
import subprocess

import pytest
from _netns import PORT, SOCKET_SOURCES, built, compiled, entering, inside, ip, run, serving

GET_ROOT = bytes.fromhex("40011234")

IPV4 = ["192.0.2.1", "192.0.2.2"]
IPV6 = ["2001:db8::1", "2001:db8::2"]
LINK_LOCAL = ["fe80::1", "fe80::2"]
SECOND_LINK = ["198.51.100.1", "2001:db8:1::1"]
LINKS = {
    0: (["169.254.0.1/16"] + [f"{a}/24" for a in IPV4] + [f"{a}/64" for a in IPV6 + LINK_LOCAL],
        ["169.254.0.9/16", "192.0.2.9/24", "2001:db8::9/64", "fe80::9/64"]),
    1: (["169.254.1.1/16", "198.51.100.1/24", "2001:db8:1::1/64", "fe80::1:1/64"],
        ["169.254.1.9/16", "198.51.100.9/24", "2001:db8:1::9/64", "fe80::1:9/64"]),
}


class Net:
    """The two namespaces. In each, its end of link n is called linkn."""

    def __init__(self):
        self.server = f"mincoap-s{os.getpid()}"
        self.client = f"mincoap-c{os.getpid()}"

    def build(self):
        for namespace in (self.server, self.client):
            run("ip", "netns", "add", namespace)
            ip(namespace, "link", "set", "lo", "up")
            # Each interface answers ARP for its own addresses only, as in IPv6, and accepts packets that come by a
            # detour.
            for setting in ("all.arp_ignore=1", "all.rp_filter=0", "default.rp_filter=0"):
                run(*entering(namespace), "sysctl", "-qw", f"net.ipv4.conf.{setting}")
        for number, addresses in LINKS.items():
            name = f"link{number}"
            ip(self.server, "link", "add", name, "type", "veth", "peer", "name", name, "netns", self.client)
            for namespace, its in zip((self.server, self.client), addresses):
                self.set_up(namespace, name, its)

    def set_up(self, namespace, name, addresses):
        ip(namespace, "link", "set", name, "addrgenmode", "none")
        for address in addresses:
            # nodad: no second of waiting until an address of IPv6 is known to be unique
            extra = ["nodad"] if ":" in address else ["broadcast", "+"]
            ip(namespace, "address", "add", address, "dev", name, *extra)
        ip(namespace, "link", "set", name, "up")

    def remove(self):
        for namespace in (self.server, self.client):
            subprocess.run(["ip", "netns", "delete", namespace], capture_output=True, check=False)

    def client_socket(self, address):
        """A socket of the client's for the family of an address."""
        with inside(self.client):
            made = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            return made

    def link(self, number):
        with inside(self.client):
            return socket.if_nametoindex(f"link{number}")

    def destination(self, address, link):
        return (address, PORT, 0, self.link(link)) if ":" in address else (address, PORT)


@pytest.fixture(scope="module")
def net(root):
    with built(Net()) as made:
        yield made


@pytest.fixture(scope="module")
def wildcard_server(compiler, tmp_path_factory):
    return compiled(compiler, tmp_path_factory.mktemp("wildcard"), "wildcard_reply_server")


@pytest.fixture(scope="module")
def adapter_program(compiler, tmp_path_factory):
    return compiled(compiler, tmp_path_factory.mktemp("adapter"), "udp_socket_reply_server",
                    *SOCKET_SOURCES)


@pytest.fixture(scope="module", params=["plain", "burst"])
def adapter_server(adapter_program, request):
    """The words that start a server with one of the adapter's sockets."""
    return adapter_program, request.param


def ask(net, address, link=0, patience=2.0, source=None, device=None, datagram=GET_ROOT):
    """Sends a GET of "/", or another datagram. Returns the reply and its source address, or None."""
    with net.client_socket(address) as client:
        if device:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
        if source:
            client.bind((source, 0))
        client.sendto(datagram, net.destination(address, link))
        if not select.select([client], [], [], patience)[0]:
            return None
        reply, source = client.recvfrom(2048)
        assert source[1] == PORT
        return reply, source[0].partition("%")[0]


def sources(net, addresses, link=0):
    """Returns asked address -> address that replied."""
    replies = {asked: ask(net, asked, link) for asked in addresses}
    return {asked: reply and reply[1] for asked, reply in replies.items()}


@pytest.mark.parametrize("address", IPV4 + IPV6 + LINK_LOCAL)
def test_demo_replies_from_the_address_asked(net, demo, address):
    with serving(net.server, demo, "--port", PORT, "--trust", "0.0.0.0/0", "::/0"):
        answer = ask(net, address)
    assert answer, "no reply"
    reply, source = answer
    assert source == address
    assert reply == b"\x60\x45" + GET_ROOT[2:4] + b"\xc0\xffHello CoAP"


@pytest.mark.parametrize("link", [0, 1])
def test_demo_trusts_a_link_local_address_on_the_link_that_is_named(net, demo, link):
    """Sends a GET of /poem, whose answer is longer than the server may send to an unconfirmed address."""
    with serving(net.server, demo, "--port", PORT, "--trust", f"fe80::%link{link}/64"):
        answers = [ask(net, address, number, datagram=GET_ROOT + b"\xb4poem")
                   for number, address in enumerate((LINK_LOCAL[0], "fe80::1:1"))]
    codes = [reply[1] for reply, _ in answers]
    assert codes == [0x45 if number == link else 0x81 for number in (0, 1)]


@pytest.mark.parametrize("addresses", [IPV4, IPV6, LINK_LOCAL], ids=["ipv4", "ipv6", "link-local"])
def test_a_server_that_lets_the_kernel_choose_is_caught(net, wildcard_server, addresses):
    with serving(net.server, wildcard_server, PORT):
        found = sources(net, addresses)
    assert set(found.values()) <= set(addresses), "it does reply"
    assert found != {a: a for a in addresses}, "the kernel chose every address correctly, so this test shows nothing"


@pytest.mark.parametrize("addresses", [IPV4, IPV6, LINK_LOCAL], ids=["ipv4", "ipv6", "link-local"])
def test_adapter_replies_from_the_address_asked(net, adapter_server, addresses):
    with serving(net.server, *adapter_server, PORT):
        assert sources(net, addresses) == {a: a for a in addresses}


def ask_many(net, client, address):
    """Sends to a group, or to a broadcast address."""
    if ":" not in address:
        client.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("192.0.2.9"))
        client.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"link0")
    client.sendto(GET_ROOT, net.destination(address, 0))


# Every host is in 224.0.0.1 and ff02::1.
@pytest.mark.parametrize("bound", ["::", "0.0.0.0"], ids=["ipv6", "ipv4"])
@pytest.mark.parametrize("asked", ["192.0.2.255", "255.255.255.255", "224.0.0.1", "ff02::1"])
def test_adapter_does_not_hear_what_was_sent_to_everybody(net, adapter_server, asked, bound):
    with serving(net.server, *adapter_server, PORT, bound):
        with net.client_socket(asked) as client:
            ask_many(net, client, asked)
            assert not select.select([client], [], [], 0.2)[0]
        assert ask(net, IPV4[0]), "the server is there"


@pytest.mark.parametrize("asked, bound, expected", [
    ("224.0.0.1", "0.0.0.0", IPV4),
    ("224.0.1.187", "::", IPV4),
    ("ff02::1", "::", IPV6 + LINK_LOCAL),
], ids=["multicast", "multicast-of-both", "multicast-ipv6"])
def test_adapter_answers_a_group_from_an_address_of_the_link(net, adapter_server, asked, bound, expected):
    with serving(net.server, *adapter_server, PORT, bound, f"{asked}%link0"):
        with net.client_socket(asked) as client:
            client.settimeout(2)
            ask_many(net, client, asked)
            reply, source = client.recvfrom(2048)
    assert reply == b"\x01" + GET_ROOT, "the server knows that it was a group"
    assert source[0].partition("%")[0] in expected


@pytest.mark.parametrize("asked, source, gateway", [
    ("198.51.100.1", "198.51.100.9", IPV4[0]),
    ("2001:db8:1::1", "2001:db8:1::9", IPV6[0]),
], ids=["ipv4", "ipv6"])
def test_adapter_answers_by_the_routing_table(net, adapter_server, asked, source, gateway):
    """The client asks on the first link for an address of the second, from its own address there, where alone it can
    be answered."""
    route = (f"{asked}/{128 if ':' in asked else 32}", "via", gateway)
    ip(net.client, "route", "add", *route)
    try:
        with serving(net.server, *adapter_server, PORT):
            answer = ask(net, asked, source=source)
    finally:
        ip(net.client, "route", "del", *route)
    assert answer, "no reply"
    assert answer[1] == asked


def test_adapter_answers_a_global_address_from_a_link_local_one(net, adapter_server):
    with serving(net.server, *adapter_server, PORT):
        answer = ask(net, "fe80::2", source="2001:db8::9")
    assert answer and answer[1] == "fe80::2"


@pytest.mark.parametrize("link", [0, 1])
def test_adapter_answers_link_local_ipv4_on_its_link(net, adapter_server, link):
    """For the routing table, 169.254.0.0/16 is on one of the links only."""
    asked = f"169.254.{link}.1"
    with serving(net.server, *adapter_server, PORT):
        answer = ask(net, asked, source=f"169.254.{link}.9", device=f"link{link}")
    assert answer and answer[1] == asked


def test_adapter_bound_to_an_interface_hears_that_one_only(net, adapter_server):
    with serving(net.server, *adapter_server, PORT, "%link1"):
        assert sources(net, SECOND_LINK + ["fe80::1:1"], link=1) == {a: a for a in SECOND_LINK + ["fe80::1:1"]}
        assert ask(net, IPV4[0], patience=0.2) is None
        assert ask(net, IPV6[0], patience=0.2) is None


def test_adapter_bound_to_a_link_local_address(net, adapter_server):
    with serving(net.server, *adapter_server, PORT, "fe80::2%link0"):
        assert sources(net, ["fe80::2"]) == {"fe80::2": "fe80::2"}
        assert ask(net, "fe80::1", patience=0.2) is None


@pytest.mark.parametrize("one", [IPV4[0], IPV4[1], IPV6[1]])
def test_adapter_bound_to_one_address(net, adapter_server, one):
    others = [address for address in (IPV6 if ":" in one else IPV4) if address != one]
    with serving(net.server, *adapter_server, PORT, one):
        assert sources(net, [one]) == {one: one}
        assert ask(net, others[0], patience=0.2) is None
        if ":" not in one:
            for everybody in ("192.0.2.255", "255.255.255.255", "224.0.0.1"):
                with net.client_socket(everybody) as client:
                    ask_many(net, client, everybody)
                    assert not select.select([client], [], [], 0.1)[0], everybody
        assert sources(net, [one]) == {one: one}


@pytest.mark.parametrize("link", [0, 1])
def test_adapter_bound_to_one_address_answers_a_link_local_peer_on_its_link(net, adapter_server, link):
    """Such a socket learns the interface from the second datagram on. For the routing table, 169.254.0.0/16 is on one
    of the links only, so an answer to the first one might leave by the wrong link."""
    asked = IPV4[0] if link == 0 else SECOND_LINK[0]
    peer = {"source": f"169.254.{link}.9", "device": f"link{link}"}
    route = (f"{asked}/32", "dev", f"link{link}", "src", peer["source"])
    ip(net.client, "route", "add", *route)
    try:
        with serving(net.server, *adapter_server, PORT, asked):
            assert ask(net, asked, patience=0.2, **peer) is None, "the interface is not known"
            answers = [ask(net, asked, **peer) for _ in range(2)]
            answers.append(ask(net, asked))
    finally:
        ip(net.client, "route", "del", *route)
    assert [answer and answer[1] for answer in answers] == [asked] * 3


def test_adapter_bound_to_a_link_local_ipv4_address(net, adapter_server):
    for link in (0, 1):
        asked = f"169.254.{link}.1"
        with serving(net.server, *adapter_server, PORT, asked):
            answer = ask(net, asked, source=f"169.254.{link}.9", device=f"link{link}")
        assert answer and answer[1] == asked


def test_adapter_bound_to_a_broadcast_address_hears_nothing(net, adapter_server):
    with serving(net.server, *adapter_server, PORT, "192.0.2.255"):
        with net.client_socket("192.0.2.255") as client:
            ask_many(net, client, "192.0.2.255")
            assert not select.select([client], [], [], 0.2)[0]
