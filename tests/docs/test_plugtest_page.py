"""docs/plugtest.md lists each test of the plugtests, and each resource of the plugtest server."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/plugtest.md").read_text()


def test_the_page_names_each_test():
    fast = re.findall(r"^def (test_\w+)", (ROOT / "tests/clients/test_plugtest.py").read_text(), re.MULTILINE)
    slow = re.findall(r"^@with_each\(.*\)\ndef (\w+)", (ROOT / "tests/clients/test_plugtest_slow.py").read_text(),
                      re.MULTILINE)
    assert len(fast) > 30 and len(slow) > 20
    assert sorted(set(re.findall(r"`(\w+_\w+)`", PAGE)) - {"test_"}) == sorted(fast + slow)


def test_the_page_names_each_resource():
    paths = re.findall(r'\bat<"([^"*]+)">', (ROOT / "examples/plugtest/site.hpp").read_text())
    between = {"link2", "path/sub2", "path/sub3"}  # as in "/link1 to /link3"
    assert len(paths) > 25
    assert [p for p in paths if f"/{p}" not in PAGE and p not in between] == []


def test_each_description_has_a_row():
    rows = re.findall(r"^\| ([A-Z]+_\d\d) \|", PAGE, re.MULTILINE)
    expected = [f"CORE_{n:02}" for n in (*range(1, 24), 31)] + [f"LINK_{n:02}" for n in range(1, 10)]
    expected += [f"BLOCK_{n:02}" for n in range(1, 7)] + [f"OBS_{n:02}" for n in (1, 2, *range(4, 13))]
    assert rows == expected
