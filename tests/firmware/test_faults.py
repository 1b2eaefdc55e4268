"""Network faults and hostile frames: the firmware keeps answering, within its memory."""

import random
import struct
import time

import _ask
import _coap
import _ethernet
import emulate
import pytest
from _ethernet import ARP, BROADCAST, IPV4, IPV6, UDP, Peer, ipv4_packet, ipv6_packet

IMAGES = [(board, "demo-checked") for board, b in emulate.BOARDS.items() if b.nic]
STACK_BOUND = 2048  # for the checked image, which uses more than the release image
RANDOM_FRAMES = 10_000
IN_FLIGHT = 100  # frames; the emulator's socket has room for as many while the emulator does not run
ECHO = 252
FRAGMENTS = 2 * 3  # IP_REASS_MAX_PBUFS of lwipopts.h, for each family


@pytest.fixture(params=IMAGES, ids="-".join, scope="module")
def peer(request, image):
    board, profile = request.param
    made = Peer()
    try:
        with emulate.running(board, image(board, profile), made.network(), Peer.OPTIONS):
            made.meet()
            made.lent = memory(made)["pool"] - 1  # to the board's driver; the request itself is in the pool, too
            yield made
    finally:
        made.close()


@pytest.fixture(autouse=True)
def still_answers(peer):
    """After each test: GET of the greeting is answered, lwIP has its memory back but for fragments whose datagram may
    become whole for up to a minute (RFC 8200 §4.5), and the stack is within its bound."""
    yield
    peer.look(0.05)
    peer.frames.clear()
    for family in (4, 6):
        answer = peer.ask(_ask.get(""), family)
        assert (answer.code, answer.payload) == (_coap.code("2.05"), b"Hello CoAP")
    told = memory(peer)
    assert told["stack high-water"] < STACK_BOUND
    assert told["lwip heap"] == 0, told
    assert 1 <= told["pool"] - peer.lent <= 1 + FRAGMENTS, "the request itself, and fragments"


def memory(peer):
    """Sends the request again late only, because a copy of it would be in the pool, too."""
    lines = peer.ask(_ask.get("memory"), patience_s=9.0, again_s=3.0).payload.decode().splitlines()
    return {name: int(number) for name, _, number in (line.rpartition(" ") for line in lines)}


def counters(peer):
    lines = peer.ask(_ask.get("counters")).payload.decode().splitlines()
    return {name: int(number) for name, _, number in (line.rpartition(" ") for line in lines)}


def mid_of(request):
    return int.from_bytes(request[2:4], "big")


@pytest.mark.parametrize("family", [4, 6])
def test_duplicates_are_each_answered(peer, family):
    request = _ask.get("hello")
    for _ in range(3):
        peer.send_ip(peer.packet(request, family))
    answered, deadline = 0, time.monotonic() + 5
    while answered < 3 and (left := deadline - time.monotonic()) > 0:
        peer.look(left)
        answered += sum(answer.mid == mid_of(request) for _, answer in peer.answers())
    assert answered == 3


@pytest.mark.parametrize("family", [4, 6])
def test_lost_and_reordered_requests_are_answered_when_sent_again(peer, family):
    rng = random.Random(family)
    requests = [_ask.get("hello") for _ in range(50)]
    missing = {mid_of(r): r for r in requests}
    for _ in range(20):
        under_way = [r for r in missing.values() if rng.random() > 0.3]
        rng.shuffle(under_way)
        for request in under_way[:4]:
            peer.send_ip(peer.packet(request, family))
        peer.look(0.05)
        for _, answer in peer.answers():
            if answer.payload == b"Hello CoAP":
                missing.pop(answer.mid, None)
    for request in missing.values():
        assert peer.ask(request, family).payload == b"Hello CoAP"


def corrupted(packet, at):
    return packet[:at] + bytes([packet[at] ^ 0x40]) + packet[at + 1:]


@pytest.mark.parametrize("family, begin", [(4, 0), (6, 40)])
def test_a_wrong_checksum_is_not_answered(peer, family, begin):
    """Any byte of the packet; but the IPv6 header has no checksum of its own, and the TTL of IPv4 is in one."""
    request = _ask.get("hello")
    whole = peer.packet(request, family)
    for at in range(begin, len(whole)):
        peer.send_ip(corrupted(whole, at), peer.mac)
        peer.look(0.002)
    peer.look(0.1)
    assert [m for _, m in peer.answers() if m.mid == mid_of(request)] == []


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_fragments_are_put_together(peer, family, order):
    request = _ask.get("hello", options=[(_coap.URI_HOST, b"x" * 200)])
    segment = peer.segment(request, family)
    sizes = (96, 64, len(segment) - 160)
    make = _ethernet.ipv4_fragments if family == 4 else _ethernet.ipv6_fragments
    fragments = list(make(peer.HERE[family], peer.there[family], segment, sizes, mid_of(request)))
    for i in order:
        peer.send_ip(fragments[i])
    answer = peer.answer_to(mid_of(request), 2.0)
    assert answer and answer.payload == b"Hello CoAP"


@pytest.mark.parametrize("family", [4, 6])
def test_fragments_without_an_end_do_not_take_the_memory(peer, family):
    """Sends enough fragments to fill the memory many times. Newer ones replace older ones."""
    make = _ethernet.ipv4_fragments if family == 4 else _ethernet.ipv6_fragments
    for i in range(100):
        segment = peer.segment(_ask.get("hello", options=[(_coap.URI_HOST, b"x" * 200)]), family)
        first, *_ = make(peer.HERE[family], peer.there[family], segment, (96, len(segment) - 96), 1000 + i)
        peer.send_ip(first)
        peer.look(0.001)
        if i % 10 == 9:
            assert peer.ask(_ask.get("hello"), 10 - family).payload == b"Hello CoAP"


def test_fragments_of_both_families_leave_memory_for_others(peer):
    """They may wait for the rest of their datagrams for as long as a minute."""
    for family, make in ((4, _ethernet.ipv4_fragments), (6, _ethernet.ipv6_fragments)):
        peer.ask(_ask.get("hello"), family)
        for i in range(2):
            segment = peer.segment(_ask.get("hello", options=[(_coap.URI_HOST, b"x" * 200)]), family)
            sizes = (96, 64, len(segment) - 160)
            *incomplete, _ = make(peer.HERE[family], peer.there[family], segment, sizes, 2000 + i)
            for fragment in incomplete:
                peer.send_ip(fragment)
                peer.look(0.001)
    for family in (4, 6):
        assert peer.ask(_ask.get("hello"), family, patience_s=2.5).payload == b"Hello CoAP"


def test_neighbours_that_are_not_there_keep_nobody_waiting(peer):
    """A source may be forged. lwIP looks for the hardware address of each for seconds."""
    for family in (4, 6):
        peer.ask(_ask.get("hello"), family)
    try:
        for i in range(12):
            peer.source = {4: f"192.0.2.{100 + i}", 6: f"fe80::1:{i:x}"}
            for family in (4, 6):
                peer.send_ip(peer.packet(_ask.get("poem"), family))
                peer.look(0.001)
    finally:
        peer.source = dict(Peer.HERE)
    for family in (4, 6):
        assert peer.ask(_ask.get("hello"), family, patience_s=2.5).payload == b"Hello CoAP"
    assert memory(peer)["pool"] - peer.lent <= 1 + FRAGMENTS
    deadline = time.monotonic() + 20
    while memory(peer)["lwip heap"] and time.monotonic() < deadline:
        time.sleep(0.5)  # until lwIP has given up


def test_runts_are_dropped(peer):
    whole = peer.mac + Peer.MAC + struct.pack("!H", IPV4) + peer.packet(_ask.get("hello"))
    for size in range(1, len(whole)):
        peer.send_frame(whole[:size])
        peer.look(0.001)


@pytest.mark.parametrize("size", [1515, 1600, 2000, 2048])
def test_oversize_frames_are_dropped_or_borne(peer, size):
    for kind in (IPV4, IPV6, ARP, 0x1234):
        peer.send(kind, bytes(size - 14))
        peer.look(0.001)


def test_a_source_beyond_the_link_may_be_forged_and_is_challenged(peer):
    """RFC 9175, section 2.4: no more than three times the request, until the address is confirmed."""
    peer.source[4] = Peer.BEYOND
    try:
        request = _ask.get("poem")
        challenge = peer.ask(request)
        echo = dict(challenge.options)[ECHO]
        confirmed = peer.ask(_ask.get("poem", options=[(ECHO, echo)]))
    finally:
        peer.source[4] = Peer.HERE[4]
    assert challenge.code == _coap.code("4.01") and len(bytes(challenge)) <= 3 * len(request)
    assert confirmed.code == _coap.code("2.05") and confirmed.payload


def test_what_is_sent_to_everybody_is_ignored(peer):
    """The firmware has joined the groups of all CoAP nodes only."""
    before = counters(peer)
    requests = [_ask.get("hello", _coap.NON) for _ in range(4)]
    for request, to in zip(requests, ("192.0.2.255", "255.255.255.255", "224.0.0.1", "ff02::1"), strict=True):
        mac = BROADCAST if "255" in to else _ethernet.multicast_mac(to)
        peer.send_ip(peer.packet(request, 6 if ":" in to else 4, to=to), mac)
    peer.look(0.1)
    assert not {m.mid for _, m in peer.answers()} & {mid_of(r) for r in requests}
    after = counters(peer)
    assert after["datagrams ignored"] - before["datagrams ignored"] == len(requests), "they did arrive"
    assert after["datagrams dropped"] == before["datagrams dropped"]


def test_a_datagram_of_a_whole_frame_is_refused(peer):
    request = _coap.message(_coap.CON, _coap.PUT, 77, b"", _coap.path("upload"), b"x" * (1472 - 4 - 7 - 1))
    assert len(peer.packet(request)) == 1500
    assert peer.ask(request).code == _coap.code("4.13")


def test_arp_and_neighbor_noise(peer):
    rng = random.Random(1)
    for i in range(300):
        sender = f"192.0.2.{rng.randrange(2, 255)}"
        operation = rng.choice((1, 2, 3, 0xFFFF))
        body = struct.pack("!HHBBH6s4s6s4s", 1, IPV4, 6, 4, operation, rng.randbytes(6), _ethernet.packed(sender),
                           BROADCAST, _ethernet.packed(rng.choice((peer.there[4], sender))))
        if sender != Peer.HERE[4]:
            peer.send(ARP, body, BROADCAST)
        target = rng.choice((peer.there[6], "ff02::1"))
        peer.send_neighbor(rng.choice((133, 134, 135, 136, 137)), f"fe80::{i:x}", target, rng.randrange(1 << 32))
        if i % 5 == 0:
            peer.look(0.002)


def random_frame(rng, peer):
    """Most frames are valid in their first bytes."""
    data = rng.randbytes(rng.randrange(0, 80))
    kind = rng.randrange(6)
    if kind == 0:
        return peer.mac + Peer.MAC + rng.randbytes(rng.randrange(2, 1500))
    if kind == 1:
        return rng.choice((peer.mac, BROADCAST)) + Peer.MAC + struct.pack("!H", rng.choice((ARP, IPV4, IPV6))) + data
    if kind == 2:
        packet = ipv4_packet(Peer.HERE[4], peer.there[4], rng.choice((1, 2, UDP, rng.randrange(256))), data,
                             rng.randrange(65536), rng.choice((0, rng.randrange(65536))))
    elif kind == 3:
        next_header = rng.choice((0, 43, 44, 58, 60, UDP, rng.randrange(256)))
        packet = ipv6_packet(Peer.HERE[6], peer.there[6], next_header, data)
    elif kind == 4:
        packet = peer.packet(b"\x40" + data, rng.choice((4, 6)))
    else:
        packet = bytearray(peer.packet(_ask.get("hello"), rng.choice((4, 6))))
        packet[rng.randrange(len(packet))] = rng.randrange(256)
    return peer.mac + Peer.MAC + struct.pack("!H", IPV4 if packet[0] >> 4 == 4 else IPV6) + bytes(packet)


def test_random_frames(peer):
    rng = random.Random(2)
    before = counters(peer)
    for i in range(RANDOM_FRAMES):
        peer.send_frame(random_frame(rng, peer))
        if i % 8 == 7:
            peer.look(0.001)
            peer.frames.clear()
        if i % IN_FLIGHT == IN_FLIGHT - 1:
            request = _ask.get("hello", token=b"no noise")
            assert peer.ask(request).payload == b"Hello CoAP"
    after = counters(peer)
    assert after["frames received"] - before["frames received"] > RANDOM_FRAMES * 0.9, "they did arrive"
