"""Checks the documents against the project: programs compile, tables are those of the budgets, names exist."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))
import tables  # noqa: E402

DOCUMENTS = sorted(p for p in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
FLAGS = ["-std=c++23", "-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror"]
INCLUDES = ["-I", ROOT / "include", "-I", ROOT / "adapters/posix/include", "-I", ROOT / "adapters/bearssl/include"]
FRAGMENT = ("#include <mincoap/mincoap.hpp>\n#include <mincoap/posix/run.hpp>\nnamespace coap = mincoap;\n"
            "namespace {{\n{}\n}}\n")


def blocks(document, kind):
    return re.findall(rf"^```{kind}\n(.*?)^```$", document.read_text(), re.MULTILINE | re.DOTALL)


def compile_(source):
    command = [os.environ.get("CXX", "g++"), *FLAGS, *INCLUDES, "-x", "c++", "-"]
    return subprocess.run(command, input=source, text=True, capture_output=True)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda p: p.name)
def test_programs_compile(document):
    for source in blocks(document, "cpp"):
        assert (result := compile_(source)).returncode == 0, result.stderr


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda p: p.name)
def test_fragments_compile(document):
    """Each fragment of a document is in a namespace inside that of the previous one. It can use the names of earlier
    fragments or declare its own."""
    source, depth = "", 0
    for fragment in blocks(document, "cpp fragment"):
        source += f"namespace fragment_{depth} {{\n{fragment}\n"
        depth += 1
    source = FRAGMENT.format(source + "}" * depth)
    result = compile_(source + "int main() {}\n")
    unused = [line for line in result.stderr.splitlines() if "error:" in line and "-Werror=unused" not in line]
    assert not unused, result.stderr


def test_examples_compile_beside_names_of_the_system():
    """<getopt.h> has a struct option, and <cstddef> a std::byte. The examples write coap::option and coap::byte."""
    source = "#include <getopt.h>\n#include <cstddef>\n"
    texts = [p.read_text() for p in [*sorted((ROOT / "examples").glob("*.cpp")), ROOT / "examples/hello/main.cpp"]]
    for include in sorted(set(re.findall(r"^#include <.*>$", "".join(texts), re.MULTILINE))):
        source += f"{include}\n"
    for header in sorted((ROOT / "examples").glob("*.hpp")):
        source += f'#include "{header}"\n'
    source += "using namespace std;\n"
    for number, text in enumerate(texts):
        body = re.sub(r"^#include .*$", "", text, flags=re.MULTILINE).replace("int main(", "int run(")
        source += f"namespace example_{number} {{\n{body}\n}}\n"
    result = compile_(source + "int main() {}\n")
    unused = [line for line in result.stderr.splitlines() if "error:" in line and "-Werror=unused" not in line]
    assert not unused, result.stderr


def test_a_broken_program_is_seen():
    assert compile_("#include <mincoap/mincoap.hpp>\nmincoap::no_such_thing x;\n").returncode != 0


def test_first_program_is_the_example():
    example = (ROOT / "examples/hello/main.cpp").read_text()
    assert blocks(ROOT / "README.md", "cpp example") == [example], "scripts/update-guide"


def test_readme_is_short():
    """A newcomer reads it in three minutes. Longer texts and tables are in docs/."""
    assert len((ROOT / "README.md").read_text().splitlines()) <= 120
    assert re.findall(r"^\| (\w+) \| \d+", (ROOT / "README.md").read_text(), re.MULTILINE) == ["hello", "guarded", "block2"]


def identifiers():
    sources = [*ROOT.glob("include/**/*.hpp"), *ROOT.glob("adapters/*/include/**/*.hpp")]
    return set(re.findall(r"\w+", "\n".join(source.read_text() for source in sources)))


@pytest.mark.parametrize("document", ["README.md", "docs/resources.md"])
def test_blocks_in_tables_exist(document):
    """The first cell of a row names types and functions of the headers."""
    text = re.sub(r"<!-- (\S+): begin -->.*?<!-- \1: end -->", "", (ROOT / document).read_text(), flags=re.DOTALL)
    cells = re.findall(r"^\| ([^|]*`[^|]*) \|", text, re.MULTILINE)
    codes = [re.sub(r'"[^"]*"', "", code) for cell in cells for code in re.findall(r"`([^`]+)`", cell)]
    named = {name for code in codes for name in re.findall(r"(?<!\w)([a-z]\w+)(?=[(<{]|$)", code)}
    assert len(named) > 10 and not named - identifiers()


def test_resources_lists_each_layer():
    named = (ROOT / "docs/resources.md").read_text()
    parts = {"outbox", "observation", "oscore_order", "oscore_outcomes", "prometheus"}
    layers = {path.stem for path in (ROOT / "include/mincoap/layer").glob("*.hpp")} - parts
    assert not [layer for layer in sorted(layers) if f"`{layer}" not in named]


def test_guide_shows_every_example():
    guide = (ROOT / "docs/guide.md").read_text()
    for example in sorted((ROOT / "examples").glob("*.cpp")):
        assert example.read_text() in blocks(ROOT / "docs/guide.md", "cpp example"), f"scripts/update-guide: {example.name}"
    assert guide.count("```cpp example") == len(list((ROOT / "examples").glob("*.cpp")))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda p: p.name)
def test_links_lead_somewhere(document):
    prose = re.sub(r"^```.*?^```$", "", document.read_text(), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", prose):
        if "://" not in target:
            assert (document.parent / target).exists(), f"{document.name} links to {target}"


@pytest.mark.parametrize("name", tables.TABLES)
def test_tables_are_those_that_were_measured(name):
    document, text = tables.updated(name)
    assert document.read_text() == text, f"scripts/size --update, scripts/instructions --update: {name}"


def names_of_tests():
    names = set()
    for source in (ROOT / "tests").rglob("*_test.cpp"):
        names |= {f"{suite}.{name}" for suite, name in
                  re.findall(r"\bTEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\)", source.read_text())}
    for source in (ROOT / "tests").rglob("*.py"):
        names |= {f"{source.stem}.{name}" for name in re.findall(r"^def (test_\w+)", source.read_text(), re.MULTILINE)}
    names |= {f"compile_fail.{source.stem}" for source in (ROOT / "tests/compile_fail").glob("*.cpp")}
    return names


def test_conformance_names_tests_that_exist():
    rows = [line for line in (ROOT / "CONFORMANCE.md").read_text().splitlines() if line.startswith("|")]
    named = re.findall(r"`(\w+\.\w+)`", "\n".join(rows))
    missing = sorted(set(named) - names_of_tests())
    assert named and not missing
