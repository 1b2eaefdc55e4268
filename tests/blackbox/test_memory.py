"""The demo's layers with memory: copies of requests, slow answers, observations."""

import re
import select
import time

import _coap
import _demo
import pytest
from _coap import ACK, CON, GET, NON, OBSERVE, POST, code, decode, message, number_in

REGISTER, CANCEL = [(OBSERVE, b"")], [(OBSERVE, b"\1")]
SLOW_S = 1.5
SPACING_S = 3  # between two Non-confirmable notifications (RFC 7641, section 4.5.1)
SLACK_S = 2  # for a busy machine


def receive(peer, within=_demo.TIMEOUT_S):
    """The next message that the server sends, or None."""
    ready, _, _ = select.select([peer.socket], [], [], within)
    return decode(peer.socket.recv(2048)) if ready else None


def answer_to(peer, request):
    """The answer to a Confirmable request. Passes over messages of the server's own that cross it."""
    peer.socket.send(request)
    mid = decode(request).mid
    return next(m for m in iter(lambda: receive(peer), None) if (m.type, m.mid) == (ACK, mid))


def get(mid, path, options=(), token=b"tok"):
    return message(CON, GET, mid, token, [*_coap.path(path), *options])


def acknowledge(peer, told):
    peer.socket.send(_coap.acknowledgement(told.mid))


def memory(server):
    """Stops the demo. Returns how many observations and slow requests it has kept until then."""
    server.stop()
    (line,) = (line for line in server.lines if line.startswith("memory: "))
    return tuple(map(int, re.findall(r"\d+", line)))


@pytest.fixture
def new_peer(new_server):
    """A client of a demo that the test stops."""
    peer = _demo.Peer(new_server.port)
    yield peer
    peer.close()


@pytest.mark.parametrize("message_type", [CON, NON], ids=["CON", "NON"])
def test_a_copy_of_a_post_counts_once(new_server, new_peer, message_type):
    """RFC 7252, section 4.5. A copy of a Confirmable request gets the first answer, any other copy none."""
    request = message(message_type, POST, 7, b"tok", _coap.path("count"))
    (first,) = new_peer.ask(request)
    assert (decode(first).code, decode(first).payload) == (code("2.04"), b"1")
    for _ in range(3):
        assert new_peer.ask(request) == ([first] if message_type == CON else [])
    assert new_peer.request(GET, "count").payload == b"1"
    assert new_peer.request(POST, "count").payload == b"2"
    assert "3 duplicates" in new_server.stop()


def test_a_slow_answer_comes_in_a_message_of_its_own(new_server, new_peer):
    """RFC 7252, section 5.2.2, and for a Non-confirmable request 5.2.3. Others are served meanwhile."""
    began = time.monotonic()
    other = _demo.Peer(new_server.port)
    assert other.ask(message(NON, GET, 7, b"non", _coap.path("slow"))) == []
    request = get(7, "slow", token=b"slow")
    for _ in range(2):  # a copy gets the Empty Acknowledgement as well
        assert new_peer.ask(request) == [_coap.header(ACK, 0, 7)]
    told = receive(new_peer)
    assert (told.type, told.code, told.token) == (CON, code("2.05"), b"slow")
    assert told.mid != 7 and SLOW_S - 0.1 <= time.monotonic() - began < SLOW_S + SLACK_S
    acknowledge(new_peer, told)
    assert new_peer.ask(b"") == []
    told = receive(other)
    assert (told.type, told.code, told.token) == (NON, code("2.05"), b"non")
    other.close()
    assert memory(new_server) == (0, 0)


def test_a_slow_answer_that_nobody_acknowledges_comes_again(new_server, new_peer):
    """RFC 7252, section 4.2: after 2 to 3 s. A Reset ends it."""
    began = time.monotonic()
    new_peer.ask(get(7, "slow"))
    first = receive(new_peer)
    assert receive(new_peer) == first
    assert SLOW_S + 1.9 <= time.monotonic() - began < SLOW_S + 3 + SLACK_S
    new_peer.socket.send(_coap.reset(first.mid))
    assert new_peer.ask(b"") == []
    assert memory(new_server) == (0, 0)


def test_more_slow_requests_than_there_is_memory_for(new_server, new_peer):
    """Each of the others gets 5.03 at once."""
    for mid in range(1, 21):
        new_peer.socket.send(get(mid, "slow", token=bytes([mid])))
    assert [receive(new_peer).code for _ in range(20)] == [0] * 16 + [code("5.03")] * 4
    tokens = set()
    while len(tokens) < 16:
        told = receive(new_peer)
        tokens.add(told.token)
        acknowledge(new_peer, told)
    assert tokens == {bytes([mid]) for mid in range(1, 17)}
    assert new_peer.ask(b"") == []
    assert memory(new_server) == (0, 0)


def test_the_time_is_told_once_a_second(new_server, new_peer):
    """RFC 7641. A notification is Confirmable, and the next one comes once this one is acknowledged."""
    began = time.monotonic()
    first = answer_to(new_peer, get(1, "time", REGISTER))
    seen = [number_in(first, OBSERVE)]
    for _ in range(3):
        told = receive(new_peer)
        assert (told.type, told.code, told.token) == (CON, code("2.05"), first.token)
        acknowledge(new_peer, told)
        seen.append(number_in(told, OBSERVE))
    assert 2.9 <= time.monotonic() - began < 3 + SLACK_S
    assert seen == sorted(set(seen))
    assert number_in(answer_to(new_peer, get(2, "time", CANCEL)), OBSERVE) is None
    assert receive(new_peer, within=1.5) is None
    assert memory(new_server) == (0, 0)


def test_a_reset_ends_an_observation(new_server, new_peer):
    """RFC 7641, section 3.6. One of another client has no effect."""
    answer_to(new_peer, get(1, "time", REGISTER))
    other = _demo.Peer(new_server.port)
    told = receive(new_peer)
    assert other.ask(_coap.reset(told.mid)) == []
    acknowledge(new_peer, told)
    new_peer.socket.send(_coap.reset(receive(new_peer).mid))
    assert receive(new_peer, within=1.5) is None
    other.close()
    assert memory(new_server) == (0, 0)


def test_each_count_is_told(new_server, new_peer):
    """A change by a client, as one of the program, gives a Non-confirmable notification, one in 3 s."""
    assert new_peer.request(GET, "count", REGISTER).payload == b"0"
    other = _demo.Peer(new_server.port)
    began = time.monotonic()
    assert other.request(POST, "count").payload == b"1"
    told = receive(new_peer)
    assert (told.type, told.code, told.payload) == (NON, code("2.05"), b"1")
    for count in (b"2", b"3"):
        assert other.request(POST, "count").payload == count
    told = receive(new_peer)
    assert (told.type, told.payload) == (NON, b"3")
    assert SPACING_S - 0.1 <= time.monotonic() - began < SPACING_S + SLACK_S
    other.close()
    assert memory(new_server) == (1, 0)


def test_an_address_that_is_not_confirmed_gets_no_memory(demo):
    """A forged request draws a challenge. The repetition with its Echo option registers, or starts the work."""
    with _demo.running(demo, "--trust", "none") as running:
        peer = _demo.Peer(running.port)
        for mid, path, options in ((1, "time", REGISTER), (3, "slow", [])):
            challenge = answer_to(peer, get(mid, path, options))
            assert (challenge.code, challenge.payload) == (code("4.01"), b"")
            echo = [o for o in challenge.options if o[0] == 252]
            answer = answer_to(peer, get(mid + 1, path, [*options, *echo]))
            assert answer.code == (code("2.05") if path == "time" else 0)
        peer.close()
        assert memory(running) == (1, 1)


def test_verbose_describes_messages_of_the_servers_own(demo):
    with _demo.running(demo, "--verbose", "--bind", "127.0.0.1") as running:
        peer = _demo.Peer(running.port)
        who = f"127.0.0.1:{peer.socket.getsockname()[1]}"

        def lines(*beginnings):
            """The next line with each of these beginnings. Numbers that differ from run to run are replaced."""
            for beginning in beginnings:
                line = running.wait_for(beginning.replace("WHO", who)).replace(who, "WHO")
                line = re.sub(r"(CON 2\.05|ACK Empty) 0x[0-9a-f]{4}", r"\1 ID", line)
                line = re.sub(r"Observe \d{2,}", "Observe N", line)
                yield re.sub(r'"\d{4}-.*Z"', "NOW", line)

        peer.socket.send(get(1, "time", REGISTER, token=b"a"))
        receive(peer)
        acknowledge(peer, receive(peer))
        peer.socket.send(get(2, "time", CANCEL, token=b"a"))
        receive(peer)
        assert list(lines("<- WHO", "-> WHO", "-> WHO", "<- WHO")) == [
            '<- WHO  CON GET 0x0001 token 61 | Observe 0, Uri-Path "time"',
            "-> WHO  ACK 2.05 0x0001 token 61 | Observe N, Content-Format text/plain | 20 bytes NOW",
            "-> WHO  CON 2.05 ID token 61 | Observe N, Content-Format text/plain | 20 bytes NOW",
            "<- WHO  ACK Empty ID",
        ]
        peer.socket.send(get(3, "slow", token=b"b"))
        receive(peer)
        acknowledge(peer, receive(peer))
        assert list(lines("<- WHO  CON GET 0x0002", "<- WHO", "-> WHO", "-> WHO", "<- WHO"))[1:] == [
            '<- WHO  CON GET 0x0003 token 62 | Uri-Path "slow"',
            "-> WHO  ACK Empty ID",
            '-> WHO  CON 2.05 ID token 62 | Content-Format text/plain | 15 bytes "That took 1.5 s"',
            "<- WHO  ACK Empty ID",
        ]
        peer.close()
