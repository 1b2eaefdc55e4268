"""A running demo, and a peer that sends it requests."""

import _demo
import pytest


@pytest.fixture(scope="module")
def server(demo):
    with _demo.running(demo) as running:
        yield running


@pytest.fixture
def new_server(demo):
    """A demo that has received no datagram yet."""
    with _demo.running(demo) as running:
        yield running


@pytest.fixture
def peer(server):
    yield from speaking_with(server)


@pytest.fixture
def new_peer(new_server):
    yield from speaking_with(new_server)


def speaking_with(server):
    peer = _demo.Peer(server.port)
    yield peer
    assert peer.ask(b"") == [], "an unexpected datagram came"
    peer.close()
