"""The server's room knows no layer by name, and is made of short functions."""

import re
from pathlib import Path

import pytest

INCLUDE = Path(__file__).resolve().parents[2] / "include" / "mincoap"
HEADERS = sorted((INCLUDE / "server").glob("*.hpp"))
LONGEST_FUNCTION = 25  # lines


def code_of(text):
    """Without comments and the contents of strings."""
    return re.sub(r'"(\\.|[^"\\])*"', '""', re.sub(r"//.*", "", text))


def names_of_layers():
    """The classes in layer/, and the headers' own names."""
    names = {header.stem for header in (INCLUDE / "layer").glob("*.hpp")}
    for header in (INCLUDE / "layer").glob("*.hpp"):
        names |= set(re.findall(r"^(?:class|struct) (\w+)", code_of(header.read_text()), re.MULTILINE))
    return names


def functions(text):
    """The first line of each function and how many lines it has. All between has a deeper indent than its last brace."""
    lines = code_of(text).split("\n")
    for last, line in enumerate(lines):
        if not (end := re.fullmatch(r"( *)\}", line)):
            continue
        first = next(n for n in range(last - 1, -1, -1) if re.match(end[1] + r"\S", lines[n]))
        if not re.match(r" *(if|for|while|switch|else|\}|class|struct|enum|namespace|requires)\b", lines[first]):
            yield lines[first].strip(), last - first + 1


def test_layers_are_found():
    assert {"echo_guard", "flood_limit", "access", "unguarded"} <= names_of_layers()


@pytest.mark.parametrize("header", HEADERS, ids=lambda h: h.stem)
def test_no_layer_is_named(header):
    words = set(re.findall(r"\w+", code_of(header.read_text())))
    assert not words & (names_of_layers() - {"counted", "seen"})


@pytest.mark.parametrize("header", HEADERS, ids=lambda h: h.stem)
def test_functions_are_short(header):
    assert [(name, size) for name, size in functions(header.read_text()) if size > LONGEST_FUNCTION] == []


def test_a_long_function_is_found():
    text = "class a {\n    int f(int b) const {\n" + "        ++b;\n" * 24 + "    }\n};\n"
    assert [size for _, size in functions(text)] == [26]


def test_a_layer_that_is_named_is_found():
    assert "echo_guard" in re.findall(r"\w+", code_of('static_assert(x, "echo_guard"); // echo_guard\necho_guard g;'))
    assert "echo_guard" not in re.findall(r"\w+", code_of('static_assert(x, "echo_guard"); // echo_guard'))
