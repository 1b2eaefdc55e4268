"""docs/includes.svg shows the includes of today, and scripts/include-graph refuses includes that break the rules."""

import collections
import itertools
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BOX_HEIGHT = "46"
ALL_ROOMS = {
    "message/a": [], "cbor/a": ["message/a"], "net/a": ["message/a"], "handler/a": ["message/a", "net/a"],
    "resource/a": ["message/a", "cbor/a", "net/a", "handler/a"], "security/a": ["message/a", "cbor/a", "net/a"],
    "server/a": ["message/a", "cbor/a", "net/a", "handler/a"],
    "layer/a": ["message/a", "cbor/a", "net/a", "handler/a", "server/a", "security/a"],
}


def run(*arguments, seed="0"):
    return subprocess.run([sys.executable, ROOT / "scripts/include-graph", *arguments], text=True, capture_output=True,
                          env=os.environ | {"PYTHONHASHSEED": seed})


def plant(tree, included):
    """Makes headers: name, without .hpp, -> the names that it includes."""
    (tree / "docs").mkdir(exist_ok=True)
    for name, targets in included.items():
        path = tree / f"include/mincoap/{name}.hpp"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"#include <mincoap/{target}.hpp>\n" for target in targets))


def drawn(tree):
    result = run(tree)
    assert result.returncode == 0, result.stderr
    return (tree / "docs/includes.svg").read_text()


def elements(text, tag):
    return [element for element in ElementTree.fromstring(text).iter() if element.tag.endswith(f"}}{tag}")]


def arrows(text):
    """The titles of the arrows: (from, to) -> number of includes."""
    titles = [re.fullmatch(r"(\S+) includes (\S+): (\d+)", title.text) for title in elements(text, "title")]
    return {(title[1], title[2]): int(title[3]) for title in titles}


def boxes(text):
    for box in elements(text, "rect"):
        if box.get("height") == BOX_HEIGHT:
            yield tuple(float(box.get(name)) for name in ("x", "y", "width", "height"))


def counted_in(tree):
    counts = collections.Counter()
    for path in [*tree.glob("include/mincoap/*/**/*.hpp"), *tree.glob("adapters/*/include/mincoap/*/**/*.hpp")]:
        room = path.as_posix().rpartition("/mincoap/")[2].split("/")[0]
        for other in re.findall(r"^#include <mincoap/(\w+)/", path.read_text(), re.MULTILINE):
            counts[room, other] += room != other
    return +counts


def test_the_drawn_graph_is_that_of_the_headers():
    result = run("--check")
    assert result.returncode == 0, result.stderr


def test_arrows_carry_the_number_of_includes():
    expected = counted_in(ROOT)
    assert expected and arrows((ROOT / "docs/includes.svg").read_text()) == expected


def test_check_tells_what_to_run_when_an_include_is_added(tmp_path):
    plant(tmp_path, {"message/bytes": [], "message/code": [], "net/endpoint": ["message/bytes"]})
    assert "scripts/include-graph" in run("--check", tmp_path).stderr  # there is no picture yet
    before = drawn(tmp_path)
    assert run("--check", tmp_path).returncode == 0
    plant(tmp_path, {"net/endpoint": ["message/bytes", "message/code"]})
    result = run("--check", tmp_path)
    assert result.returncode != 0 and "run scripts/include-graph" in result.stderr
    assert (tmp_path / "docs/includes.svg").read_text() == before


def test_drawing_is_the_same_whatever_the_order_of_sets(tmp_path):
    plant(tmp_path, ALL_ROOMS)
    pictures = set()
    for seed in "1", "2", "3":
        assert run(tmp_path, seed=seed).returncode == 0
        pictures.add((tmp_path / "docs/includes.svg").read_bytes())
    assert len(pictures) == 1


@pytest.mark.parametrize("circle", [["message/bytes"], ["message/bytes", "message/code"],
                                    ["message/bytes", "message/option", "message/view"]])
def test_circle_is_refused_and_its_headers_are_named(tmp_path, circle):
    plant(tmp_path, {a: [b] for a, b in zip(circle, [*circle[1:], circle[0]])})
    result = run(tmp_path)
    names = [f"mincoap/{name}.hpp" for name in circle]
    rings = [[*names[i:], *names[:i], names[i]] for i in range(len(names))]
    told = [f"{ring[0]} includes {', which includes '.join(ring[1:])}: a circle\n" for ring in rings]
    assert result.returncode != 0 and result.stderr in told
    assert not (tmp_path / "docs/includes.svg").exists()


@pytest.mark.parametrize("lower,upper", [("message/bytes", "net/endpoint"), ("cbor/writer", "net/endpoint"),
                                         ("handler/request", "resource/routes"), ("server/core", "layer/leisure"),
                                         ("security/siphash", "server/core"), ("net/socket", "mincoap"),
                                         ("assert", "message/bytes")])
def test_upward_include_is_refused_and_both_headers_are_named(tmp_path, lower, upper):
    plant(tmp_path, {lower: [upper], upper: []})
    result = run(tmp_path)
    assert result.returncode != 0 and f"mincoap/{lower}.hpp includes mincoap/{upper}.hpp: " in result.stderr


def test_library_may_not_include_an_adapter(tmp_path):
    plant(tmp_path, {"server/core": ["posix/clock"]})
    result = run(tmp_path)
    assert result.returncode != 0 and "mincoap/server/core.hpp includes mincoap/posix/clock.hpp: " in result.stderr


def test_room_that_the_table_does_not_have_is_refused(tmp_path):
    plant(tmp_path, {"message/bytes": [], "attic/box": []})
    result = run(tmp_path)
    assert result.returncode != 0 and "the room attic" in result.stderr


def test_folder_in_a_room_belongs_to_the_room(tmp_path):
    plant(tmp_path, {"resource/discovery/link": [], "resource/discovery/filter": ["resource/discovery/link", "handler/reply"],
                     "handler/reply": []})
    assert arrows(drawn(tmp_path)) == {("resource", "handler"): 1}


@pytest.mark.parametrize("included", [None, ALL_ROOMS], ids=["today's", "all rooms, each includes all below"])
def test_arrows_run_downward_and_boxes_stand_apart(tmp_path, included):
    if included:
        plant(tmp_path, included)
    text = drawn(tmp_path) if included else (ROOT / "docs/includes.svg").read_text()
    paths = [path.get("d") for path in elements(text, "path") if path.get("class").startswith("arrow")]
    assert len(paths) == len(arrows(text)) > 0
    for path in paths:
        heights = [float(y) for y in re.findall(r"(?:M\S+ |V|C\S+ \S+ \S+ \S+ \S+ )([\d.]+)", path)]
        assert len(heights) > 1 and all(a < b for a, b in itertools.pairwise(heights)), path
    found = list(boxes(text))
    assert len(found) > 1
    for (x, y, width, height), (x2, y2, width2, height2) in itertools.combinations(found, 2):
        assert x + width < x2 or x2 + width2 < x or y + height < y2 or y2 + height2 < y
