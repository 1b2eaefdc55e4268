"""EDHOC with the cipher suites 0 and 1, whose curve is X25519: the example that agrees on keys, compiled with them."""

import dataclasses
import os
import subprocess
from pathlib import Path

import _edhoc_keys
import pytest
from _edhoc import WRONG_SUITE, encode
from _edhoc_client import Client
from _wire import Wire
from test_examples import port_of, running

ROOT = Path(__file__).resolve().parents[2]
P256 = "edhoc::p256_suites<cipher, coap::bearssl::p256<"
X25519 = "edhoc::x25519_suites<cipher, coap::bearssl::x25519<"
SOURCES = [ROOT / f"adapters/posix/src/{name}.cpp" for name in ("clock", "entropy", "neighbours", "udp_socket")]
FOLDERS = [ROOT / folder for folder in ("include", "adapters/posix/include", "adapters/bearssl/include", "examples")]


@pytest.fixture(scope="module")
def server(examples, tmp_path_factory):
    if not (examples / "mincoap-example-handshake").exists():
        pytest.skip("mincoap-example-handshake is not built, so BearSSL may be missing")
    text = (ROOT / "examples/handshake.cpp").read_text()
    assert P256 in text
    source = tmp_path_factory.mktemp("x25519") / "handshake.cpp"
    source.write_text(text.replace(P256, X25519))
    program = source.with_suffix("")
    subprocess.run([os.environ.get("CXX", "g++"), "-std=c++23", *(f"-I{folder}" for folder in FOLDERS), source, *SOURCES,
                    "-lbearssl", "-o", program], check=True)
    return program


@pytest.mark.parametrize("supported, sent", [([0, 1], [0]), ([1, 7], [1]), ([2, 3, 1], [2, 3, 1])], ids=str)
def test_a_client_agrees_on_keys_with_x25519(server, tmp_path, supported, sent):
    (keys,) = _edhoc_keys.write(tmp_path, (b"\x01",), "X25519")
    with running(server, tmp_path) as process, Wire(int(port_of(process))) as wire:
        with Client(wire.port, dataclasses.replace(keys, suites=supported)) as client:
            client.connect()
            assert client.suites == sent
            assert client.protected("put", "led", b"1") == ("2.04", b"")
            assert client.protected("get", "led") == ("2.05", b"1")
            assert client.ask_at_once("get", "led") == ("2.05", b"1")
        refused = [m.payload for m in wire.responses() if m.payload[:1] == encode(WRONG_SUITE)]
        assert refused == [encode(WRONG_SUITE, [0, 1])] * (len(sent) > 1)
