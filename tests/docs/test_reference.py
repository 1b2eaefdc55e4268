"""scripts/docs makes a site of the headers' contracts and the documents, without a warning or a link to nowhere."""

import html
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
AWESOME = Path("/usr/share/doxygen-awesome-css/doxygen-awesome.css")
sys.path.insert(0, str(ROOT / "docs/reference"))
import check_links  # noqa: E402
import filter as doxygen_filter  # noqa: E402


def made(root, folder):
    if not shutil.which("doxygen") or not AWESOME.exists():
        pytest.skip("doxygen or doxygen-awesome-css is missing")
    return subprocess.run([root / "scripts/docs", folder], capture_output=True, text=True, timeout=200)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site of today. It is made without a warning, and its links lead somewhere."""
    folder = tmp_path_factory.mktemp("site")
    done = made(ROOT, folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture
def tree(tmp_path):
    """A small tree to plant mistakes in."""
    for name in ("scripts/docs", "scripts/lib.sh", "docs/reference", "include/mincoap/version.hpp"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        copy(ROOT / name, tmp_path / name)
    for name in ("README", "DESIGN", "CONFORMANCE", "CONTRIBUTING", "CHANGELOG"):
        (tmp_path / f"{name}.md").write_text(f"# {name}\n")
    for name in ("adapters", "tests/conformance/include"):
        (tmp_path / name).mkdir(parents=True)
    return tmp_path


def text_of(page):
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", page.read_text())).split())


def test_site_has_the_contracts_and_the_guide(site):
    assert "Returns true if an answer waits for the socket" in text_of(site / "classmincoap_1_1server.html")
    assert "the zone of a link-local address" in text_of(site / "structmincoap_1_1net_1_1endpoint.html")
    assert "An in-memory socket" in text_of(site / "loopback_8hpp.html")
    assert "A CoAP server (RFC 7252) for devices" in text_of(site / "index.html")
    guide = (site / "guide-the-guide.html").read_text()
    assert '"guide-open-networks"' in guide and "static std::uint8_t fan_percent" in text_of(site / "guide-the-guide.html")


def test_site_has_public_contracts_only(site):
    assert not [page.name for page in site.glob("*.html") if re.search(r"(^|_1)detail(_1|\.)", page.name)]
    assert "wait_or_drop" not in (site / "classmincoap_1_1server.html").read_text()


def test_a_sound_tree_is_accepted(tree):
    done = made(tree, tree / "site")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("file, text, complaint", [
    ("docs/guide.md", "# Guide\nSee [there](#nowhere).\n", "guide-nowhere"),
    ("include/mincoap/a.hpp", "// Adds.\n//   a   the first\nint add(int a, int b);\n", "parameter 'b'"),
    ("docs/guide.md", "# Guide\n<a href=\"nowhere.html\">there</a>\n", "guide-guide.html: nowhere.html"),
])
def test_a_mistake_is_found(tree, file, text, complaint):
    (tree / file).parent.mkdir(parents=True, exist_ok=True)
    (tree / file).write_text(text)
    done = made(tree, tree / "site")
    assert done.returncode != 0 and complaint in done.stdout + done.stderr


def test_a_broken_link_is_found(tmp_path):
    (tmp_path / "a.html").write_text('<a href="b.html#x"><a href="b.html#y"><a href="c.html"><a href="#z">'
                                     '<a href="https://example.org/none"><img src="d.svg">')
    (tmp_path / "b.html").write_text('<a id="x">')
    assert check_links.broken(tmp_path) == (["a.html: #z", "a.html: b.html#y", "a.html: c.html", "a.html: d.svg"], 5)


HEADER = """\
// The file.
#pragma once

// A thing, `a<b>`, <c>.
//   kept as it is
struct thing {
    int a = 0;  // behind it
    int f(int b) {  // NOLINT
        // in a function
        return b;  // there, too
    }

private:
    int hidden = 0;  // not told
};

// No declaration follows.

namespace detail {
// Private.
struct secret {};
}  // namespace detail

// Returns.
//   b   the number
//       of it
int g(int b);
"""
DOCUMENTED = """\
/// @file
/// The file.
#pragma once
/// A thing, `a<b>`, \\<c\\>.
/// @verbatim
///   kept as it is
/// @endverbatim
struct thing {
    int a = 0;  ///< behind it
    int f(int b) {  // NOLINT
        return b;  // there, too
    }
private:
};
/// Returns.
/// @param b the number
/// of it
int g(int b);
"""


def test_comments_in_front_of_declarations_become_documentation():
    assert [line for line in doxygen_filter.header(HEADER) if line] == DOCUMENTED.splitlines()


def test_links_of_documents_become_those_of_the_site():
    (line,) = doxygen_filter.document(ROOT / "docs/guide.md", "[a](#b) [c](../README.md#d) [e](threats.md) "
                                      "[examples](../examples) [it](../examples/ask.cpp) [f](https://g.example)")
    assert line == ("[a](#guide-b) [c](#readme-d) [e](docs/threats.md) examples it (`examples/ask.cpp`) "
                    "[f](https://g.example)")


@pytest.mark.parametrize("document", ["README.md", "docs/guide.md"])
def test_links_within_a_document_lead_to_a_heading(document):
    """The contents of the guide led to a heading that had another name by then."""
    text = re.sub(r"^```.*?^```$", "", (ROOT / document).read_text(), flags=re.MULTILINE | re.DOTALL)
    path = ROOT / document
    headings = {doxygen_filter.label(path, heading) for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}
    links = {doxygen_filter.label(path, anchor) for anchor in re.findall(r"\]\(#([^)]+)\)", text)}
    assert links and links <= headings
