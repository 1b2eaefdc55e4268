"""Whole datagrams from other clients or from attackers, and the demo's answer to each, byte by byte."""

import pytest

ANSWERS = {
    # A first request with a block size, at a resource that is not made for blocks (RFC 7959, sections 2.3 and 2.4).
    "GET /, Block2 0/0/64": ("41010001aad10a02", "61450001aac0b102ff48656c6c6f20436f4150"),
    "POST, Block1 0/0/64 with the whole body": (
        "41020002aab76d65737361676504696e666fd10302ff6869", "61440002aad10e02"),
    "the same, Non-confirmable": ("51020002aab76d65737361676504696e666fd10302ff6869", "5144....aad10e02"),
    "GET /, Block2 1/0/64": ("41010001aad10a12", "61800001aa"),
    "GET /, the reserved block size": ("41010001aad10a07", "61800001aa"),
    # One empty segment is the root (RFC 7252, section 6.5).
    "GET of one empty Uri-Path": ("41010003aab0", "61450003aac0ff48656c6c6f20436f4150"),
    # The server reports an unknown critical option before an unknown method (RFC 7252, section 5.4.1).
    "0.08 with option 9999": ("40081234e02602", "60821234"),
    # More queries than the server reads.
    "370 queries at discovery": (
        "40010004bb2e77656c6c2d6b6e6f776e04636f7265" + "426374" + "026374" * 369, "60800004"),
}


def is_like(sent, pattern):
    """Returns true if the bytes match the pattern. In the pattern, a dot matches any digit."""
    return len(sent.hex()) >= len(pattern) and all(p in (".", s) for s, p in zip(sent.hex(), pattern))


@pytest.mark.parametrize("name", ANSWERS)
def test_is_answered(peer, name):
    datagram, expected = ANSWERS[name]
    [sent] = peer.ask(bytes.fromhex(datagram))
    assert is_like(sent, expected), sent.hex()


def test_a_body_that_nobody_has_put_is_not_there_for_anybody(new_peer):
    assert new_peer.ask(bytes.fromhex("40010001b675706c6f6164")) == [bytes.fromhex("60840001")]
    if_match = bytes.fromhex("4003000214811c9dc5a675706c6f6164ff78")
    assert new_peer.ask(if_match) == [bytes.fromhex("608c0002")]
    assert new_peer.ask(bytes.fromhex("40030003b675706c6f6164ff78")) == [bytes.fromhex("60410003")]


def test_4_13_hints_at_blocks_and_not_at_the_size_of_a_datagram(new_peer):
    too_large = bytes.fromhex("40030001b675706c6f6164ff") + b"x" * 1200
    assert new_peer.ask(too_large) == [bytes.fromhex("608d0001d10e06")]
