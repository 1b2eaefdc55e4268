"""Checks that unit tests are named after headers, and that each header has one; prints each breach and exits 1 if
there is one.

usage: check_tests.py [--self-test] SOURCE_DIR

tests/unit/<room>/<header>_test.cpp tests include/mincoap/<room>/<header>.hpp; tests/unit/posix mirrors the headers of
adapters/posix. A test of one topic adds the topic to the name: <header>_<topic>_test.cpp. tests/unit/tested_by.tsv
lists the headers that tests of other names cover. scripts/mutate runs the tests that this file finds.
"""

import sys
import tempfile
from pathlib import Path

UNIT = Path("tests/unit")
TABLE = UNIT / "tested_by.tsv"
HEADERS = ("include/mincoap", "adapters/posix/include/mincoap")


def headers(root):
    """The headers that are to be tested, such as "cbor/reader"."""
    return {path.relative_to(root / folder).with_suffix("").as_posix()
            for folder in HEADERS for path in (root / folder).rglob("*.hpp")}


def unit_tests(root):
    """The unit tests, such as "cbor/reader_appendix_a"."""
    return sorted(path.relative_to(root / UNIT).as_posix().removesuffix("_test.cpp")
                  for path in (root / UNIT).rglob("*_test.cpp"))


def header_of(test, known):
    """The header that a unit test is named after, or None: the longest name that fits."""
    return max((header for header in known if test == header or test.startswith(f"{header}_")), key=len, default=None)


def table(root):
    """header -> the tests that its row in tested_by.tsv names."""
    rows = {}
    for line in (root / TABLE).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            header, _, tests = line.partition("\t")
            rows.setdefault(header, []).extend(tests.split())
    return rows


def tests_of(root, header):
    """The unit tests of a header, those of its own name first."""
    known = headers(root)
    own = [test for test in unit_tests(root) if header_of(test, known) == header]
    others = [test for test in table(root).get(header, []) if not test.startswith("tests/")]
    return [UNIT / f"{test}_test.cpp" for test in dict.fromkeys(sorted(own, key=len) + others)]


def breaches(root):
    known, tests, rows = headers(root), unit_tests(root), table(root)
    named = {test: header_of(test, known) for test in tests}
    yield from (f"{UNIT}/{test}_test.cpp: no header has this name" for test, header in named.items() if not header)
    yield from (f"{TABLE}: {header} has neither a row nor a test of its name"
                for header in sorted(known - set(named.values()) - rows.keys()))
    for header, row in rows.items():
        if header not in known:
            yield f"{TABLE}: there is no header {header}"
        if not row:
            yield f"{TABLE}: the row of {header} names no test"
        for test in row:
            if test.startswith("tests/"):
                if not (root / test).is_file():
                    yield f"{TABLE}: there is no {test}"
            elif test not in named:
                yield f"{TABLE}: there is no {UNIT}/{test}_test.cpp"
            elif named[test] == header:
                yield f"{TABLE}: {test} has the name of {header} and needs no place in its row"


def self_test():
    """Plants breaches, one at a time, in a small tree; each must be found, and the tree without them be clean."""
    sound = {
        "include/mincoap/version.hpp": "",
        "include/mincoap/net/link.hpp": "",
        "include/mincoap/net/link_filter.hpp": "",
        "include/mincoap/net/deep/bytes.hpp": "",
        "adapters/posix/include/mincoap/posix/clock.hpp": "",
        "tests/packaging/test_install.py": "",
        "tests/unit/net/link_filter_test.cpp": "",
        "tests/unit/net/link_filter_groups_test.cpp": "",
        "tests/unit/net/deep/bytes_test.cpp": "",
        "tests/unit/posix/clock_test.cpp": "",
        "tests/unit/tested_by.tsv": "# header, tests\nnet/link\tnet/link_filter\nversion\ttests/packaging/test_install.py\n",
    }
    planted = {
        "nothing": ("tests/unit/tested_by.tsv", ""),
        "a test of no header": ("tests/unit/net/groups_test.cpp", ""),
        "a test in another room": ("tests/unit/posix/link_test.cpp", ""),
        "a header without a test": ("include/mincoap/net/new.hpp", ""),
        "a row of no header": ("tests/unit/tested_by.tsv", "net/old\tnet/link_filter"),
        "a row without tests": ("tests/unit/tested_by.tsv", "net/deep/bytes\t"),
        "a row with a test that is not there": ("tests/unit/tested_by.tsv", "net/link\tnet/old"),
        "a row with a file that is not there": ("tests/unit/tested_by.tsv", "net/link\ttests/packaging/test_old.py"),
        "a row with a test of its own": ("tests/unit/tested_by.tsv", "net/link_filter\tnet/link_filter_groups"),
    }
    failed = False
    for what, (file, text) in planted.items():
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for name, content in {**sound, file: sound.get(file, "") + text + "\n"}.items():
                path = root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content)
            found, tests = list(breaches(root)), tests_of(root, "net/link_filter")
        if len(found) != (what != "nothing"):
            failed = True
            print(f"planted: {what}; found {found}")
        if tests[:2] != [UNIT / "net/link_filter_test.cpp", UNIT / "net/link_filter_groups_test.cpp"]:
            failed = True
            print(f"planted: {what}; the tests of net/link_filter are {tests}")
    return failed


def main():
    root = Path(sys.argv[-1])
    if "--self-test" in sys.argv[1:]:
        return self_test()
    found = list(breaches(root))
    print("\n".join(found) or "each unit test is named after a header, and each header is tested")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
