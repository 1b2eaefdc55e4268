"""Third-party clients with OSCORE (RFC 8613) and the demo: large bodies, observations, a network that loses, restarts.

tshark captures the datagrams. It has the keys, and decrypts them. Each client has a context of its own, and all of them
talk to one demo at once.
"""

import random
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import _coap
import _demo
import pytest
from _bad_network import LOST, ONCE, BadNetwork
from _clients import Capture, run
from _oscore import OSCORE, Aiocoap, Libcoap, is_protected, tshark_context, write_peer
from _wire import Wire

BODY = random.Random(2).randbytes(99_999) + b"."  # libcoap adds a line feed
BLOCKS = -(-len(BODY) // 1024)
NOTIFICATIONS = 10
POSTS = 6
PEERS = {"libcoap": 2, "aiocoap": 3, "observe": 4, "lossy": 5}


LOSS = LOST, ONCE, ONCE, ONCE, ONCE  # none is doubled: libcoap 4.3.4 then ends its session


def move_body(client, port):
    """Returns the body after a PUT and a GET, and the messages on the wire."""
    with Wire(port) as wire:
        assert client.ask("get", wire.uri("count")).isdigit(), "libcoap 4.3.4 cannot repeat a block with an Echo option"
        assert client.ask("put", wire.uri("private"), BODY) == b""
        return client.ask("get", wire.uri("private")), wire


def move_bodies(clients, port):
    """Does so for one client after the other: the demo takes one body at a time."""
    return {name: move_body(client, port) for name, client in clients.items()}


def observe(client, port):
    """Returns the response and the notifications of /time, which come once a second, and the messages on the wire."""
    with Wire(port) as wire:
        return client.notifications(wire.uri("time"), NOTIFICATIONS), wire


def move_and_observe(clients, client, port):
    return move_bodies(clients, port), observe(client, port)


def post_through_loss(client, port):
    with BadNetwork(port, fates=LOSS) as relay:
        counted = [int(client.ask("post", relay.uri("count"))) for _ in range(POSTS)]
        return counted, client.ask("get", relay.uri("poem")), relay.counted[LOST]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a folder for each client, whose keys are in it, and another one for the sequence numbers."""
    made = tmp_path_factory.mktemp("oscore")
    for number in {*PEERS.values()}:
        (made / str(number)).mkdir()
        write_peer(made / str(number), number)
    (made / "numbers").mkdir()
    return made


def arguments(folder):
    keys = [argument for number in sorted({*PEERS.values()})
            for argument in ("--oscore", folder / str(number) / "server.keys")]
    return [*keys, "--oscore-state", folder / "numbers"]


@pytest.fixture(scope="module")
def server(demo, folder):
    with _demo.running(demo, *arguments(folder)) as running:
        yield running


@pytest.fixture(scope="module")
def work(server, folder, coap_client_oscore, aiocoap):
    """Lets all clients talk at once. Returns the results of each, and the capture if tshark may capture."""
    def libcoap(name):
        return Libcoap(coap_client_oscore, folder / str(PEERS[name]))

    capturing = Capture(server.port, folder / "lo.pcapng") if shutil.which("tshark") else None
    is_captured = capturing is not None and capturing.starts()
    with ThreadPoolExecutor() as pool:
        with_aiocoap = Aiocoap(aiocoap, folder / str(PEERS["aiocoap"]))  # in one thread: it has an event loop
        bodies = pool.submit(move_and_observe, {"libcoap": libcoap("libcoap"), "aiocoap": with_aiocoap}, with_aiocoap,
                             server.port)
        observing = pool.submit(observe, libcoap("observe"), server.port)
        lossy = pool.submit(post_through_loss, libcoap("lossy"), server.port)
    if is_captured:
        assert capturing.sees(b"is over")
        capturing.stop()
    moved, observed_by_aiocoap = bodies.result()
    return {"moved": moved, "observed": {"libcoap": observing.result(), "aiocoap": observed_by_aiocoap},
            "lossy": lossy.result(), "capture": capturing if is_captured else None}


def numbers_of(messages):
    """The server's sequence numbers in these messages."""
    return [value for m in messages for value in _coap.values(m, OSCORE) if value]


@pytest.mark.parametrize("name", ["libcoap", "aiocoap"])
def test_100_000_bytes_go_both_ways_in_blocks_inside(work, name):
    body, wire = work["moved"][name]
    assert body == BODY
    assert len(wire.requests()) >= 2 * BLOCKS
    assert all(map(is_protected, [*wire.requests(), *wire.responses()]))
    assert all(BODY[at:at + 16] not in m.payload for m in [*wire.requests(), *wire.responses()]
               for at in range(0, len(BODY), 8192))


@pytest.mark.parametrize("name", ["libcoap", "aiocoap"])
def test_an_observer_gets_ten_notifications(work, name):
    payloads, wire = work["observed"][name]
    assert len(payloads) > NOTIFICATIONS and payloads == sorted(payloads)
    told = {m.mid: m for m in wire.responses() if m.type == _coap.CON}
    assert len(told) >= NOTIFICATIONS and all(map(is_protected, told.values()))
    numbers = numbers_of(told.values())
    assert len(numbers) == len(set(numbers)) == len(told), "each one has a number of its own"


def test_libcoap_counts_each_post_once_while_a_fifth_is_lost(work):
    counted, poem, lost = work["lossy"]
    assert counted == list(range(1, POSTS + 1))
    assert len(poem) > 1024, "several blocks"
    assert lost >= POSTS / 5


def test_a_demo_that_starts_again_uses_no_number_twice(demo, coap_client_oscore, tmp_path):
    (tmp_path / "numbers").mkdir()
    keys = "--oscore", write_peer(tmp_path, 7), "--oscore-state", tmp_path / "numbers"
    client, sent = Libcoap(coap_client_oscore, tmp_path), []
    for start in range(2):
        with _demo.running(demo, *keys) as server, Wire(server.port) as wire:
            for _ in range(2):
                assert client.ask("get", wire.uri("private")) == b"4.04", "the store is empty"
            assert len(wire.requests()) == 3, "one more, with the Echo option"
            assert all(map(is_protected, wire.requests()))
            sent += numbers_of(wire.responses())
    assert sent == [b"\x01\x00", b"\x01\x40"], "0 and 64"


# ---- tshark with the keys

NEWER_THAN_TSHARK_4_0 = {"Invalid Option Number 252", "Invalid Option Number 292"}  # Echo and Request-Tag (RFC 9175)
WRONG_TAG = "Authentication tag check failed"
TRACEROUTE = re.compile(r"Possible traceroute: hop #\d+, attempt #\d+,?")  # said at each port from 33435 to 33464


class Shown(NamedTuple):
    """A datagram as tshark shows it, decrypted."""

    number: str
    source: str
    protocol: str
    response_to: str
    outer_observe: str
    code: str  # inside
    path: str
    block: str
    objections: str

    def is_by(self, server):
        return self.source == str(server.port)


FIELDS = ["frame.number", "udp.srcport", "_ws.col.Protocol", "coap.response_to", "coap.opt.observe", "oscore.code",
          "oscore.opt.uri_path", "oscore.opt.block_number", "_ws.expert.message"]


@pytest.fixture(scope="module")
def shown(work, server):
    """All captured datagrams."""
    capture = work["capture"]
    if capture is None:
        pytest.skip("tshark is missing, or may not capture")
    command = ["tshark", "-2", "-r", capture.file, "-d", f"udp.port=={server.port},coap", "-T", "fields"]
    command += [word for number in {*PEERS.values()} for word in ("-o", tshark_context(number))]
    command += [word for field in FIELDS for word in ("-e", field)]
    lines = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout.splitlines()
    return [Shown(*TRACEROUTE.sub("", line).split("\t")) for line in lines]


def test_tshark_decrypts_each_protected_message(shown):
    """It takes the answer to a cancellation for one to the registration, whose number is in the additional data."""
    assert {s.protocol for s in shown} == {"CoAP", "OSCORE"}
    cancellations = [s.number for s in shown if s.outer_observe == "1"]
    closed = [s for s in shown if s.protocol == "OSCORE" and not s.code]
    assert len(cancellations) == 1 and [s.response_to for s in closed] == cancellations
    assert [s.objections for s in closed] == [WRONG_TAG]


def test_tshark_finds_nothing_malformed(shown):
    objections = {text for s in shown for text in s.objections.split(",") if text}
    assert objections - NEWER_THAN_TSHARK_4_0 <= {WRONG_TAG, "Retransmitted"}


def test_tshark_reads_the_bodies_in_blocks(shown, server):
    """Both clients put the whole body, and get it."""
    put = [int(s.block) for s in shown if s.code == "3" and s.path == "private"]
    got = [int(s.block) for s in shown if s.code == "69" and s.block and s.is_by(server)]
    for number in range(BLOCKS):
        assert put.count(number) >= 2 and got.count(number) >= 2, number
    assert set(put) == set(range(BLOCKS))
