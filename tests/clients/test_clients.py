"""Runs third-party clients against the demo. tshark then checks every datagram that the demo sent them."""

import asyncio
import random
import re
import shutil
import socket

import _coap
import _demo
import pytest
from _clients import TIMEOUT_S, Capture, run

RECORD = bytes.fromhex("a4 00f4 01182a 02626869 03820102")
NO_RECORD = RECORD[:-1]
POEM_SIZE = 1338
BLOCK_SIZES = [16, 32, 64, 128, 256, 512, 1024]
BODY = random.Random(1).randbytes(100_000)
PROBLEM = "_ws.malformed || _ws.expert.severity == error || _ws.expert.severity == warning"


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as any_socket:
            any_socket.bind(("::1", 0))
        return True
    except OSError:
        return False


@pytest.fixture(scope="module")
def server(demo):
    with _demo.running(demo) as running:
        yield running


@pytest.fixture(scope="module", autouse=True)
def capture(server, tmp_path_factory):
    """Captures all messages of this file's tests. If tshark cannot capture, only its own test is skipped."""
    if not shutil.which("tshark"):
        yield None
        return
    capturing = Capture(server.port, tmp_path_factory.mktemp("capture") / "lo.pcapng")
    capturing.works = capturing.starts()
    yield capturing
    capturing.stop()


@pytest.fixture(scope="module")
def poem(server):
    """The poem, read in two blocks of 1,024 bytes."""
    peer = _demo.Peer(server.port)
    body = b"".join(peer.request(1, "poem", [(_coap.BLOCK2, bytes([number << 4 | 6]))]).payload for number in (0, 1))
    peer.close()
    assert len(body) == POEM_SIZE
    return body


@pytest.fixture(params=["127.0.0.1", "[::1]"])
def uri(request, server):
    if request.param == "[::1]" and not has_ipv6():
        pytest.skip("no IPv6 on the loopback interface")
    return f"coap://{request.param}:{server.port}"


@pytest.fixture
def ipv4_uri(server):
    return f"coap://127.0.0.1:{server.port}"


class TestLibcoap:
    """coap-client of libcoap. It prints payloads, and the codes of errors."""

    @pytest.fixture
    def client(self, coap_client):
        return lambda method, *arguments: run(coap_client, "-B", "3", "-v", "6", "-m", method, *arguments)

    @pytest.mark.parametrize("types", [[], ["-N"]], ids=["CON", "NON"])
    def test_get(self, client, uri, types):
        told = client("get", *types, uri + "/")
        assert b"Hello CoAP" in told and b"c:2.05" in told
        assert re.search(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", client("get", *types, uri + "/time"))
        assert b"4.04" in client("get", *types, uri + "/nowhere")
        assert b"4.06" in client("get", *types, "-A", "60", uri + "/time")

    def test_token_of_eight_bytes(self, client, uri):
        assert b"Hello CoAP" in client("get", "-T", "12345678", uri + "/")

    def test_discovery(self, client, uri):
        assert b"</cbor>;" in client("get", uri + "/.well-known/core")
        assert b"</cbor>;" in client("get", uri + "/.well-known/core?rt=demo.*")

    @pytest.mark.parametrize("types", [[], ["-N"]], ids=["CON", "NON"])
    def test_put(self, client, uri, types, tmp_path):
        good, bad, read = (tmp_path / name for name in ("good", "bad", "read"))
        good.write_bytes(RECORD)
        bad.write_bytes(NO_RECORD)
        assert b"c:2.04" in client("put", *types, "-t", "60", "-f", str(good), uri + "/cbor")
        assert b"4.00" in client("put", *types, "-t", "60", "-f", str(bad), uri + "/cbor")
        assert b"4.15" in client("put", *types, "-t", "0", "-f", str(good), uri + "/cbor")
        client("get", *types, "-o", str(read), uri + "/cbor")
        assert read.read_bytes().rstrip(b"\n") == RECORD

    def test_post(self, client, uri):
        assert b"c:2.04" in client("post", "-e", "from libcoap", uri + "/message/info")
        assert b"c:2.04" in client("post", "-N", "-e", "from libcoap, too", uri + "/message/warn")
        log = client("get", uri + "/log")
        assert b"info: from libcoap\n" in log and b"warn: from libcoap, too\n" in log
        assert b"4.05" in client("delete", uri + "/log")

    @pytest.mark.parametrize("types", [[], ["-N"]], ids=["CON", "NON"])
    @pytest.mark.parametrize("size", BLOCK_SIZES)
    def test_poem_by_blocks(self, client, uri, types, size, poem, tmp_path):
        read = tmp_path / "read"
        client("get", *types, "-b", str(size), "-o", str(read), uri + "/poem")
        assert read.read_bytes() == poem

    def test_poem(self, client, uri, poem, tmp_path):
        read = tmp_path / "read"
        client("get", "-o", str(read), uri + "/poem")
        assert read.read_bytes() == poem

    @pytest.mark.parametrize("size", BLOCK_SIZES)
    def test_upload_and_download(self, client, ipv4_uri, size, tmp_path):
        given, read = tmp_path / "given", tmp_path / "read"
        given.write_bytes(random.Random(size).randbytes(100_000))
        said = client("put", "-b", str(size), "-t", "42", "-f", str(given), ipv4_uri + "/upload")
        assert b"2.01" in said or b"2.04" in said
        client("get", "-b", str(size), "-o", str(read), ipv4_uri + "/upload")
        assert read.read_bytes() == given.read_bytes()

    def test_upload_that_is_too_large(self, client, ipv4_uri, tmp_path):
        given = tmp_path / "given"
        given.write_bytes(bytes(128 * 1024 + 1))
        assert b"4.13" in client("put", "-b", "1024", "-t", "42", "-f", str(given), ipv4_uri + "/upload")

    def test_unknown_critical_option(self, client, uri):
        assert b"4.02" in client("get", "-O", "65001,x", uri + "/")


class TestNode:
    """coap-cli, on node's coap. It does not understand IPv6 addresses in brackets, so the tests use IPv4 only."""

    @pytest.fixture
    def client(self, coap_cli):
        return lambda method, *arguments: run(coap_cli, method, *arguments)

    @pytest.mark.parametrize("types", [[], ["-c"]], ids=["CON", "NON"])
    def test_get(self, client, ipv4_uri, types):
        told = client("get", *types, ipv4_uri + "/")
        assert b"2.05" in told and b"Hello CoAP" in told
        assert b"</message/warn>;" in client("get", *types, ipv4_uri + "/.well-known/core")
        assert b"4.04" in client("get", *types, ipv4_uri + "/nowhere")

    @pytest.mark.parametrize("types", [[], ["-c"]], ids=["CON", "NON"])
    def test_post(self, client, ipv4_uri, types):
        assert b"2.04" in client("post", *types, "-p", "from node", ipv4_uri + "/message/warn")
        assert b"warn: from node\n" in client("get", ipv4_uri + "/log")

    def test_put(self, client, ipv4_uri):
        assert b"4.22" in client("put", "-p", "no record", ipv4_uri + "/cbor")
        assert b"4.15" in client("put", "-O", "12,0x00", "-p", "no record", ipv4_uri + "/cbor")

    def test_poem(self, client, ipv4_uri, poem):
        assert poem in client("get", ipv4_uri + "/poem")


class TestAiocoap:
    """aiocoap, in this process."""

    @pytest.fixture
    def ask(self, aiocoap, uri):
        async def answer(method, path, **fields):
            context = await aiocoap.Context.create_client_context()
            try:
                request = aiocoap.Message(code=method, uri=uri + path, **fields)
                return await asyncio.wait_for(context.request(request).response, TIMEOUT_S)
            finally:
                await context.shutdown()

        return lambda method, path, **fields: asyncio.run(answer(method, path, **fields))

    def test_get(self, aiocoap, ask):
        answer = ask(aiocoap.GET, "/")
        assert (answer.code, answer.payload, answer.opt.content_format) == (aiocoap.CONTENT, b"Hello CoAP", 0)
        assert ask(aiocoap.GET, "/nowhere").code == aiocoap.NOT_FOUND
        assert ask(aiocoap.GET, "/time", accept=60).code == aiocoap.NOT_ACCEPTABLE

    def test_put(self, aiocoap, ask):
        assert ask(aiocoap.PUT, "/cbor", payload=RECORD, content_format=60).code == aiocoap.CHANGED
        assert ask(aiocoap.GET, "/cbor").payload == RECORD
        assert ask(aiocoap.PUT, "/cbor", payload=NO_RECORD, content_format=60).code == aiocoap.BAD_REQUEST
        assert ask(aiocoap.PUT, "/cbor", payload=RECORD, content_format=0).code == aiocoap.UNSUPPORTED_CONTENT_FORMAT
        assert ask(aiocoap.GET, "/cbor").payload == RECORD

    def test_post(self, aiocoap, ask):
        assert ask(aiocoap.POST, "/message/info", payload=b"from aiocoap").code == aiocoap.CHANGED
        assert b"info: from aiocoap\n" in ask(aiocoap.GET, "/log").payload

    def test_observe_is_declined(self, aiocoap, ask):
        answer = ask(aiocoap.GET, "/log", observe=0)
        assert (answer.code, answer.opt.observe) == (aiocoap.CONTENT, None)

    def test_discovery(self, aiocoap, ask):
        from aiocoap.util import linkformat

        links = linkformat.parse(ask(aiocoap.GET, "/.well-known/core").payload.decode()).links
        assert {link.href for link in links} == {"/", "/time", "/count", "/slow", "/cbor", "/message/info",
                                              "/message/warn", "/log", "/poem", "/upload", "/private"}

    def test_poem(self, aiocoap, ask, poem):
        answer = ask(aiocoap.GET, "/poem")
        assert (answer.code, answer.payload) == (aiocoap.CONTENT, poem)
        again = ask(aiocoap.GET, "/poem", etags=[answer.opt.etag])
        assert (again.code, again.payload) == (aiocoap.VALID, b"")

    def test_upload_and_download(self, aiocoap, ask):
        answer = ask(aiocoap.PUT, "/upload", payload=BODY, content_format=42)
        assert answer.code in (aiocoap.CREATED, aiocoap.CHANGED)
        assert ask(aiocoap.GET, "/upload").payload == BODY


def test_tshark_finds_nothing_wrong(capture, server):
    """Runs last, and checks all messages that the server sent in the tests above."""
    if capture is None or not capture.works:
        pytest.skip("tshark is missing" if capture is None else f"tshark does not capture: {capture.excuse}")
    assert capture.sees(b"is over")
    capture.stop()
    from_server = f"udp.srcport == {server.port}"
    assert len(capture.lines(f"{from_server} && coap.code == 69")) > 1
    assert capture.lines(f"{from_server} && !coap") == []
    assert capture.lines(f"{from_server} && ({PROBLEM})") == []
