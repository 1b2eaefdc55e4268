"""EDHOC with the cipher suites 0 and 1, whose curve is X25519."""

import dataclasses
from pathlib import Path

import _edhoc_keys
import pytest
from _edhoc import WRONG_SUITE, encode
from _edhoc_client import Client
from _wire import Wire
from test_examples import port_of, running


@pytest.mark.parametrize("supported, sent", [([0, 1], [0]), ([1, 7], [1]), ([2, 3, 1], [2, 3, 1])], ids=str)
def test_a_client_agrees_on_keys_with_x25519(handshake_x25519, tmp_path, supported, sent):
    (keys,) = _edhoc_keys.write(tmp_path, (b"\x01",), "X25519")
    with running(Path(handshake_x25519), tmp_path) as process, Wire(int(port_of(process))) as wire:
        with Client(wire.port, dataclasses.replace(keys, suites=supported)) as client:
            client.connect()
            assert client.suites == sent
            assert client.protected("put", "led", b"1") == ("2.04", b"")
            assert client.protected("get", "led") == ("2.05", b"1")
            assert client.ask_at_once("get", "led") == ("2.05", b"1")
        refused = [m.payload for m in wire.responses() if m.payload[:1] == encode(WRONG_SUITE)]
        assert refused == [encode(WRONG_SUITE, [0, 1])] * (len(sent) > 1)
