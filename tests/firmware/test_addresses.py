"""The firmware behind a tap device, in a network namespace with the client: it replies from the address that was asked
(RFC 7252, section 5.3.2), by IPv4 and IPv6, and hears the groups of all CoAP nodes (section 12.8)."""

import subprocess

import emulate
import pytest
from _tap import LINK_LOCAL, serving

BOARDS = [name for name, board in emulate.BOARDS.items() if board.nic]
IPV4 = ["192.0.2.1", "192.0.2.2"]
IPV6 = ["2001:db8::1", "2001:db8::2"]
GROUPS = {"224.0.1.187": IPV4, "ff02::fd": [LINK_LOCAL, *IPV6], "ff05::fd": [LINK_LOCAL, *IPV6]}
OPTIONS = [f"ip={a}/24" for a in IPV4] + [f"ip6={a}" for a in IPV6]


@pytest.mark.parametrize("board", BOARDS)
def test_replies_from_the_address_asked_and_hears_the_groups(link, image, coap_client, board):
    with serving(link, image(board, "demo-checked"), board, OPTIONS):
        asked = [*IPV4, *IPV6, LINK_LOCAL]
        assert {a: link.source_of(a) for a in asked} == {a: a for a in asked}
        for group, expected in GROUPS.items():
            assert link.source_of(group) in expected, group
        for group in ("224.0.0.1", "ff02::1"):
            assert link.ask(group) is None, "which it did not join"
        for host in ("192.0.2.2", "[2001:db8::2]", f"[{LINK_LOCAL}%tap]"):
            client = [*link.execute(), coap_client, "-B", "3", "-m", "get", f"coap://{host}/"]
            told = subprocess.run(client, capture_output=True, timeout=20, check=True).stdout
            assert b"Hello CoAP" in told, host


@pytest.mark.parametrize("board", BOARDS)
def test_a_firmware_that_lets_lwip_choose_is_caught(link, image, board):
    with serving(link, image(board, "careless"), board, OPTIONS):
        for addresses in (IPV4, IPV6):
            found = {a: link.source_of(a) for a in addresses}
            assert set(found.values()) <= {*addresses, LINK_LOCAL}, "it does reply"
            assert found != {a: a for a in addresses}, "this test cannot tell"
        assert link.ask("224.0.1.187") is None, "which it did not join"
