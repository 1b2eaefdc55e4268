"""tshark reads the captures that posix::pcap_writer makes of real exchanges: IPv4 and IPv6, and in them CoAP."""

import shutil
import socket
import subprocess

import _coap
import pytest

HELLO = _coap.message(_coap.CON, _coap.GET, 0x1234, b"\x2a", _coap.path("hello"))
TRIES = 20  # the example loses some datagrams


@pytest.fixture
def example(examples, tmp_path):
    """The example that captures, and its port."""
    with subprocess.Popen([(examples / "mincoap-example-tracing").resolve(), "0"], cwd=tmp_path,
                          stdout=subprocess.PIPE) as process:
        yield int(process.stdout.readline().split()[-1])
        process.kill()


def ask(address, port):
    """Asks until an answer comes. Returns the client's port."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as client:
        client.settimeout(0.3)
        client.connect((address, port))
        for _ in range(TRIES):
            client.send(HELLO)
            try:
                assert _coap.decode(client.recv(2048)).payload == b"Hello"
                return client.getsockname()[1]
            except TimeoutError:
                pass
    raise AssertionError("no answer")


def fields(file, port, display_filter, *names):
    """The fields of the packets that pass the filter, as tshark reads them. It looks at all checksums."""
    if not shutil.which("tshark"):
        pytest.skip("tshark is missing")
    checks = ["-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"]
    command = ["tshark", "-r", file, "-d", f"udp.port=={port},coap", *checks, "-Y", display_filter, "-T", "fields"]
    for name in names:
        command += ["-e", name]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return [tuple(line.split("\t")) for line in ran.stdout.splitlines()]


@pytest.mark.parametrize("address, layer", [("127.0.0.1", "ip"), ("::1", "ipv6")])
def test_tshark_finds_a_captured_exchange(example, tmp_path, address, layer):
    client = ask(address, example)
    file = tmp_path / "capture.pcap"

    def found(of):
        return fields(file, example, of, f"{layer}.src", f"{layer}.dst", "udp.srcport", "udp.dstport", "coap.mid", "coap.token")

    assert (address, address, str(client), str(example), "4660", "2a") in found(
        'coap.code == 1 && coap.type == 0 && coap.opt.uri_path == "hello"')
    assert (address, address, str(example), str(client), "4660", "2a") in found(
        'coap.code == 69 && coap.type == 2 && frame contains "Hello"')


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_tshark_has_nothing_to_object_to(example, tmp_path, address):
    ask(address, example)
    file = tmp_path / "capture.pcap"
    assert fields(file, example, "coap", "frame.number")
    assert fields(file, example, "_ws.malformed || ip.checksum.status == 0 || udp.checksum.status == 0", "frame.number") == []
    assert fields(file, example, "!coap", "frame.number") == []
