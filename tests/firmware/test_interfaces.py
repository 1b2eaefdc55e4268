"""A firmware with two networks: each has its own addresses, and a request is answered on the network it came by, from
the address that it was sent to (RFC 7252, section 5.3.2)."""

import contextlib
import time

import _ask
import _coap
import _ethernet
import emulate
import pytest
from _ethernet import Peer

BOARDS = [name for name, board in emulate.BOARDS.items() if board.interfaces > 1]


class SecondPeer(Peer):
    """The host on the second network."""

    MAC = b"\x02\0\0\0\0\x0a"
    HERE = {4: "198.51.100.9", 6: "fe80::a"}
    OPTIONS = ("if=1", "ip=198.51.100.1/24", f"gw={HERE[4]}")

    def __init__(self):
        super().__init__()
        self.there = {4: "198.51.100.1"}


@pytest.fixture(params=BOARDS, scope="module")
def peers(request, image):
    with contextlib.closing(Peer()) as first, contextlib.closing(SecondPeer()) as second:
        networks = [first.network(), second.network()]
        options = [*Peer.OPTIONS, *SecondPeer.OPTIONS]
        with emulate.running(request.param, image(request.param, "demo-checked"), networks, options):
            first.meet()
            second.meet()
            yield first, second


def who_answered(peer, family, to=None, message_type=_coap.CON, patience_s=5.0):
    """Returns the addresses that answer a request. Waits for the first answer."""
    is_group = message_type == _coap.NON
    token, found, deadline = next(_ask.mids).to_bytes(4, "big"), [], time.monotonic() + patience_s
    request = _ask.get("hello", message_type, token=token)
    peer.send_ip(peer.packet(request, family, to=to), _ethernet.multicast_mac(to) if is_group else None)
    while not found and time.monotonic() < deadline:
        peer.look(0.1)
        found = [source for source, answer in peer.answers() if answer.token == token]
    return found


def test_each_interface_has_a_hardware_address_of_its_own(peers):
    first, second = peers
    assert first.mac != second.mac


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("asked", [0, 1])
def test_a_request_is_answered_where_it_came_from(peers, asked, family):
    peer, other = peers[asked], peers[1 - asked]
    assert peer.ask(_ask.get("hello"), family).payload == b"Hello CoAP"  # now the board knows the peer's MAC address
    other.look()
    other.frames.clear()
    assert who_answered(peer, family) == [peer.there[family]]
    other.look(0.1)
    assert list(other.answers()) == []


@pytest.mark.parametrize("group, family", [("224.0.1.187", 4), ("ff02::fd", 6)])
@pytest.mark.parametrize("asked", [0, 1])
def test_the_groups_are_heard_on_both(peers, asked, group, family):
    peer = peers[asked]
    peer.ask(_ask.get("hello"), family)
    assert who_answered(peer, family, group, _coap.NON) == [peer.there[family]]


@pytest.mark.parametrize("asked", [0, 1])
def test_the_address_of_the_other_interface_answers_as_that_one_or_not_at_all(peers, asked):
    peer, other = peers[asked], peers[1 - asked]
    assert set(who_answered(peer, 4, other.there[4], patience_s=0.5)) <= {other.there[4]}


def test_a_source_in_the_network_of_the_other_interface_may_be_forged_and_is_challenged(peers):
    """RFC 9175, section 2.4. The answer leaves by the request's interface. A router there sends it to the victim."""
    first, second = peers
    second.source[4] = first.HERE[4]
    try:
        answer = second.ask(_ask.get("poem"))
    finally:
        second.source[4] = second.HERE[4]
    assert answer.code == _coap.code("4.01")


def test_both_are_served_by_turns(peers):
    for _ in range(100):
        for peer in peers:
            assert who_answered(peer, 4) == [peer.there[4]]
