"""Leisure (RFC 7252, section 8.2): the firmware answers a request to a group after a random time, and other requests at
once meanwhile."""

import contextlib
import time

import _ask
import _coap
import _ethernet
import emulate
import pytest
from _ethernet import Peer

BOARDS = [name for name, board in emulate.BOARDS.items() if board.nic]
LEISURE_S = 0.5  # see app/demo.cpp; periods follow each other, so an answer waits for two of them at most
SLACK_S = 5.0  # for a busy machine
ROUNDS = 10


@pytest.fixture(params=BOARDS, scope="module")
def peer(request, image):
    with contextlib.closing(Peer()) as made:
        with emulate.running(request.param, image(request.param, "demo-checked"), made.network(), Peer.OPTIONS):
            made.meet()
            yield made


def times_of_answers(peer, family, group):
    """Returns the times in seconds until the answers to a request to the group, and to one to the device right behind
    it."""
    tokens = [next(_ask.mids).to_bytes(4, "big") for _ in range(2)]
    packets = [peer.packet(_ask.get("hello", _coap.NON, token=tokens[0]), family, to=group),
               peer.packet(_ask.get("hello", token=tokens[1]), family)]
    begin, found = time.monotonic(), {}
    peer.send_ip(packets[0], _ethernet.multicast_mac(group))
    peer.send_ip(packets[1])
    while len(found) < 2 and time.monotonic() - begin < 2 * LEISURE_S + SLACK_S:
        peer.look(0.02)
        for _, answer in peer.answers():
            assert answer.payload == b"Hello CoAP"
            found.setdefault(answer.token, time.monotonic() - begin)
    return [found.get(token) for token in tokens]


@pytest.mark.parametrize("group, family", [("224.0.1.187", 4), ("ff02::fd", 6)])
def test_an_answer_to_a_group_waits_for_a_random_time_and_keeps_nobody_waiting(peer, group, family):
    assert peer.ask(_ask.get("hello"), family).payload == b"Hello CoAP"  # now the board knows the peer's MAC address
    rounds = [times_of_answers(peer, family, group) for _ in range(ROUNDS)]
    assert all(of_group is not None and of_device is not None for of_group, of_device in rounds), rounds
    late = [(of_group, of_device) for of_group, of_device in rounds if of_group > LEISURE_S / 5]
    assert len(late) >= ROUNDS / 3, f"they are sent at once: {rounds}"
    assert len({round(of_group, 2) for of_group, _ in rounds}) > ROUNDS / 3, f"not at random times: {rounds}"
    waited = sum(of_device > of_group for of_group, of_device in late)
    assert waited <= 1, rounds  # one, if the machine stopped between the two requests
