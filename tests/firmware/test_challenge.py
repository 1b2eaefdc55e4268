"""Third-party clients fetch large bodies from a firmware that does not trust their address. They answer its challenge
(RFC 9175, section 2.3), as a capture of the firmware's Ethernet shows. libcoap repeats a request with the Echo option
by itself; aiocoap hands the option to the program."""

import asyncio
import collections
import contextlib
import dataclasses
import pathlib
import socket
import subprocess

import _ask
import _capture
import _coap
import emulate
import pytest
from _bodies import BODIES
from _capture import echo_of, without_echo
from _tap import BEYOND, HOST, serving

TIMEOUT_S = 30
LIMIT = 3  # times the bytes of a request from an address that is not confirmed (RFC 9175, section 2.4)
BLOCK, SHORT_BLOCK = 1024, 512  # on Ethernet, and in the micro:bit's packets of 576 bytes
BOARDS = [name for name, board in emulate.BOARDS.items() if board.nic]
IMAGES = [(board, profile) for board in BOARDS for profile in ("demo", "demo-checked")]
BY_SERIAL_LINE = [name for name, board in emulate.BOARDS.items() if not board.nic]


# ------------------------------------------------------------------------------------------------------------ clients


@dataclasses.dataclass(frozen=True)
class Libcoap:
    """The firmware challenges it for each block."""

    command: tuple

    def fetch(self, uri, folder):
        read = folder / "read"
        arguments = ["-B", str(TIMEOUT_S), "-m", "get", "-o", str(read), uri]
        subprocess.run([*self.command, *arguments], capture_output=True, timeout=2 * TIMEOUT_S, check=True)
        return read.read_bytes()

    @staticmethod
    def challenges(blocks):
        return blocks


@dataclasses.dataclass(frozen=True)
class Aiocoap:
    """The firmware challenges it once. The client uses that option for all blocks."""

    library: object

    def fetch(self, uri, _):
        return asyncio.run(self.fetch_with_echo(uri))

    async def fetch_with_echo(self, uri):
        context = await self.library.Context.create_client_context()
        try:
            challenge = await self.get(context, uri)
            assert challenge.code == self.library.UNAUTHORIZED
            return (await self.get(context, uri, echo=challenge.opt.echo)).payload
        finally:
            await context.shutdown()

    async def get(self, context, uri, **options):
        request = self.library.Message(code=self.library.GET, uri=uri, **options)
        return await asyncio.wait_for(context.request(request).response, TIMEOUT_S)

    @staticmethod
    def challenges(_):
        return 1


@pytest.fixture(params=["coap_client", "coap_client_4_3_4", "aiocoap"])
def client(request):
    tool = request.getfixturevalue(request.param)
    return Aiocoap(tool) if request.param == "aiocoap" else Libcoap((tool,))


# ----------------------------------------------------------------------------------------------------------- networks


@dataclasses.dataclass(frozen=True)
class Device:
    host: str  # as in a URI
    client: str  # the address that it sees
    capture: pathlib.Path

    def uri(self, path):
        return f"coap://{self.host}/{path}"

    def exchanges(self):
        return list(_capture.exchanges(self.capture))


@contextlib.contextmanager
def running(board, path, folder, client, network, options=()):
    """Uses QEMU's network of the kind `user`, where the host has the client's address."""
    port, capture = emulate.free_port(), folder / "capture.pcap"
    with emulate.running(board, path, f"user,{network.format(port)}", options, _capture.option(capture)):
        yield Device(f"127.0.0.1:{port}", client, capture)


@pytest.fixture(params=IMAGES, ids="-".join)
def routed(request, image, tmp_path):
    """A firmware whose router is that host, in another network."""
    board, profile = request.param
    client, options = "203.0.113.2", ("ip=192.0.2.1/24", "gw=203.0.113.2")
    network = "net=203.0.113.0/24,hostfwd=udp:127.0.0.1:{}-192.0.2.1:5683"
    with running(board, image(board, profile), tmp_path, client, network, options) as device:
        yield device


# -------------------------------------------------------------------------------------------------------------- tests


def check_each_challenge(exchanges):
    """A request without Echo gets a 4.01 with Echo. The client repeats the request with Echo and gets the content."""
    for number, challenge in enumerate(exchanges):
        if not challenge.is_challenge():
            continue
        echo = echo_of(challenge.answer)
        assert not challenge.is_confirmed and len(echo) == 8 and not challenge.answer.payload
        repeated = [e for e in exchanges[number:] if e.client == challenge.client and echo_of(e.request) == echo
                    and without_echo(e.request) == list(challenge.request.options)]
        assert repeated and repeated[0].answer.code == _coap.code("2.05"), challenge


def blocks_of(body, size=BLOCK):
    return -(-len(body) // size)


def round_trips(exchanges):
    """Counts challenged and served requests. A retransmission counts as the same request."""
    told = {(e.client, e.request.mid): "challenged" if e.is_challenge() else "served" for e in exchanges}
    return collections.Counter(told.values())


def check_fetch(client, device, path, folder):
    body = BODIES[path]
    assert client.fetch(device.uri(path), folder) == body
    exchanges = [e for e in device.exchanges() if (_coap.URI_PATH, path.encode()) in e.request.options]
    assert {e.client[0] for e in exchanges} == {device.client}
    assert all(e.is_confirmed or e.sizes[1] <= LIMIT * e.sizes[0] for e in exchanges)
    check_each_challenge(exchanges)
    blocks = blocks_of(body)
    assert round_trips(exchanges) == {"challenged": client.challenges(blocks), "served": blocks}


def test_bodies_come_through_the_challenge(client, routed, tmp_path):
    for path in BODIES:
        check_fetch(client, routed, path, tmp_path)


@pytest.mark.parametrize("board", BOARDS)
def test_a_neighbour_is_not_challenged(image, coap_client_4_3_4, board, tmp_path):
    """The same client, in the same network as the firmware: half the round trips."""
    with running(board, image(board, "demo"), tmp_path, "10.0.2.2", "hostfwd=udp:127.0.0.1:{}-:5683") as device:
        for path, body in BODIES.items():
            assert Libcoap((coap_client_4_3_4,)).fetch(device.uri(path), tmp_path) == body
        exchanges = device.exchanges()
    assert {e.client[0] for e in exchanges} == {device.client}
    assert round_trips(exchanges) == {"served": sum(map(blocks_of, BODIES.values()))}


@pytest.mark.parametrize("family, host", [(4, "192.0.2.1"), (6, "[2001:db8::1]")], ids=["IPv4", "IPv6"])
@pytest.mark.parametrize("board", BOARDS)
def test_bodies_come_by_a_real_router(link, image, coap_client_4_3_4, board, family, host, tmp_path):
    """The host is the firmware's router, and the client on it has an address of another network."""
    client = Libcoap((*link.execute(), coap_client_4_3_4, "-a", BEYOND[family]))
    device = Device(host, BEYOND[family], tmp_path / "capture.pcap")
    options = ("ip=192.0.2.1/24", f"gw={HOST[4]}", "ip6=2001:db8::1")
    with serving(link, image(board, "demo-checked"), board, options, _capture.option(device.capture)):
        assert link.source_of(host.strip("[]")), "its address is not in use yet"
        link.announce()
        for path in BODIES:
            check_fetch(client, device, path, tmp_path)


@pytest.mark.parametrize("board", BY_SERIAL_LINE)
def test_bodies_come_by_a_serial_line(client, image, board, tmp_path):
    """The board's address is the only one of its network. Without a capture, the test asks the board itself."""
    port = emulate.free_port()
    with emulate.forwarded(board, port) as network, socket.socket(type=socket.SOCK_DGRAM) as asker:
        asker.connect(("127.0.0.1", port))
        with emulate.running(board, image(board, "demo"), network, ("ip=10.0.2.15/32",)):
            for path, body in BODIES.items():
                assert client.fetch(f"coap://127.0.0.1:{port}/{path}", tmp_path) == body
            challenge = _ask.exchange(asker, _ask.get("counters"))
            told = _ask.exchange(asker, _ask.get("counters", options=challenge.options)).payload
    assert challenge.code == _coap.code("4.01")
    challenged = int(told.partition(b"challenged ")[2].split()[0])
    assert challenged > sum(client.challenges(blocks_of(body, SHORT_BLOCK)) for body in BODIES.values())
