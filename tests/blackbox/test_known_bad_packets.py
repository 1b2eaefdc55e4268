"""Datagrams that broke other implementations of CoAP; the file beside this one names them and the faults."""

import json
import re
from pathlib import Path

import pytest

PACKETS = json.loads(Path(__file__).with_name("known_bad_packets.json").read_text())["packets"]


@pytest.mark.parametrize("case", PACKETS, ids=lambda case: case["name"])
def test_known_bad_packet(peer, case):
    """RFC 7252, sections 3, 4.2, 4.3 and 5.4.1; each case names its section."""
    answers = peer.ask(bytes.fromhex(case["packet"]))
    if case["answers"]:
        assert len(answers) == 1 and any(re.fullmatch(a, answers[0].hex()) for a in case["answers"]), case["because"]
    else:
        assert answers == [], case["because"]
