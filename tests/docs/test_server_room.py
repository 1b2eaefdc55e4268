"""The server's room knows no layer by name, and is made of short functions."""

import re
from pathlib import Path

import pytest

from _functions import code_of, functions

INCLUDE = Path(__file__).resolve().parents[2] / "include" / "mincoap"
HEADERS = sorted((INCLUDE / "server").glob("*.hpp"))
LONGEST_FUNCTION = 25  # lines


def names_of_layers():
    """The classes in layer/, and the headers' own names."""
    names = {header.stem for header in (INCLUDE / "layer").glob("*.hpp")}
    for header in (INCLUDE / "layer").glob("*.hpp"):
        names |= set(re.findall(r"^(?:class|struct) (\w+)", code_of(header.read_text()), re.MULTILINE))
    return names


def test_layers_are_found():
    assert {"echo_guard", "flood_limit", "access", "unguarded"} <= names_of_layers()


@pytest.mark.parametrize("header", HEADERS, ids=lambda h: h.stem)
def test_no_layer_is_named(header):
    words = set(re.findall(r"\w+", code_of(header.read_text())))
    assert not words & (names_of_layers() - {"counted", "seen"})


@pytest.mark.parametrize("header", HEADERS, ids=lambda h: h.stem)
def test_functions_are_short(header):
    assert [(name, size) for name, _, size in functions(header.read_text()) if size > LONGEST_FUNCTION] == []


def test_a_layer_that_is_named_is_found():
    assert "echo_guard" in re.findall(r"\w+", code_of('static_assert(x, "echo_guard"); // echo_guard\necho_guard g;'))
    assert "echo_guard" not in re.findall(r"\w+", code_of('static_assert(x, "echo_guard"); // echo_guard'))
