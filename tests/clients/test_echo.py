"""Third-party clients against a demo that trusts no address. Clients with the Echo option (RFC 9175) confirm their
address, and their users do not notice it."""

import asyncio
import random
import shutil

import _demo
import pytest
from _clients import TIMEOUT_S, Capture, run

POEM_SIZE = 1338
BODY = random.Random(1).randbytes(100_000)
HAS_ECHO = 'coap.opt.desc contains "Type 252"'  # older ones of tshark do not know its name
GET, UNAUTHORIZED, CONTENT = 1, 129, 69


@pytest.fixture(scope="module")
def server(demo):
    with _demo.running(demo, "--trust", "none") as running:
        yield running


@pytest.fixture
def uri(server):
    return f"coap://127.0.0.1:{server.port}"


@pytest.fixture(params=["coap_client", "coap_client_4_3_4"])
def libcoap(request):
    """coap-client of libcoap: that of this machine, and a newer one."""
    client = request.getfixturevalue(request.param)
    return lambda method, *arguments: run(client, "-B", "3", "-v", "6", "-m", method, *arguments)


def numbers_of(lines):
    """The numbers of these datagrams, as tshark counts them."""
    return [int(line.split()[0]) for line in lines]


class TestLibcoap:
    @pytest.mark.parametrize("types", [[], ["-N"]], ids=["CON", "NON"])
    def test_poem(self, libcoap, types, uri, tmp_path):
        """In two blocks. (With -N, libcoap forgets the block number when it has to repeat the request.)"""
        read = tmp_path / "read"
        libcoap("get", *types, "-o", str(read), uri + "/poem")
        assert len(read.read_bytes()) == POEM_SIZE

    def test_upload_and_download(self, libcoap, uri, tmp_path):
        given, read = tmp_path / "given", tmp_path / "read"
        given.write_bytes(BODY)
        said = libcoap("put", "-b", "1024", "-t", "42", "-f", str(given), uri + "/upload")
        assert b"2.01" in said or b"2.04" in said
        libcoap("get", "-o", str(read), uri + "/upload")
        assert read.read_bytes() == BODY

    @pytest.mark.parametrize("types", [[], ["-N"]], ids=["CON", "NON"])
    def test_discovery(self, libcoap, uri, types):
        assert b"</upload>;" in libcoap("get", *types, uri + "/.well-known/core")

    def test_what_goes_over_the_wire(self, libcoap, server, uri, tmp_path):
        """The client sends a request without Echo, gets a 4.01 with Echo, repeats the request with Echo, and only then
        gets the poem (section 2.3). It requests the second block with the Echo option of the first one."""
        if not shutil.which("tshark"):
            pytest.skip("tshark is missing")
        capture = Capture(server.port, tmp_path / "lo.pcapng")
        if not capture.starts():
            pytest.skip(f"tshark does not capture: {capture.excuse}")
        libcoap("get", uri + "/poem")
        assert capture.sees(b"is over")
        capture.stop()
        (challenge,) = numbers_of(capture.lines(f"coap.code == {UNAUTHORIZED} && {HAS_ECHO}"))
        asked = numbers_of(capture.lines(f"coap.code == {GET} && {HAS_ECHO}"))
        told = numbers_of(capture.lines(f"coap.code == {CONTENT} && {HAS_ECHO}"))
        assert asked == [challenge + 1, challenge + 3]
        assert told == [challenge + 2, challenge + 4]


class TestAiocoap:
    """aiocoap handles Echo by itself with OSCORE. Over plain UDP, it passes the option to the program."""

    @pytest.fixture
    def ask(self, aiocoap, uri):
        async def once(context, method, path, fields):
            request = aiocoap.Message(code=method, uri=uri + path, **fields)
            return await asyncio.wait_for(context.request(request).response, TIMEOUT_S)

        async def answer(method, path, fields):
            context = await aiocoap.Context.create_client_context()
            try:
                first = await once(context, method, path, fields)
                if first.code != aiocoap.UNAUTHORIZED:
                    return first
                return await once(context, method, path, fields | {"echo": first.opt.echo})
            finally:
                await context.shutdown()

        return lambda method, path, **fields: asyncio.run(answer(method, path, fields))

    def test_poem(self, aiocoap, ask):
        """The client sends the option with each block, and the server accepts it each time."""
        answer = ask(aiocoap.GET, "/poem")
        assert (answer.code, len(answer.payload)) == (aiocoap.CONTENT, POEM_SIZE)

    def test_upload_and_download(self, aiocoap, ask):
        answer = ask(aiocoap.PUT, "/upload", payload=BODY, content_format=42)
        assert answer.code in (aiocoap.CREATED, aiocoap.CHANGED)
        assert ask(aiocoap.GET, "/upload").payload == BODY


class TestNode:
    """node's coap does not support Echo. It gets small answers, and 4.01 in place of large ones."""

    def test_small_answers(self, coap_cli, uri):
        assert b"Hello CoAP" in run(coap_cli, "get", uri + "/")
        assert b"2.05" in run(coap_cli, "get", uri + "/time")
        assert b"2.04" in run(coap_cli, "post", "-p", "from node", uri + "/message/info")

    def test_large_answers(self, coap_cli, uri):
        for path in ("/poem", "/.well-known/core"):
            told = run(coap_cli, "get", uri + path)
            assert b"4.01" in told and b"Small" not in told
