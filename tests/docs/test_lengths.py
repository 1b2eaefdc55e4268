"""Headers, functions and tests are short, as DESIGN.md and CONTRIBUTING.md promise.

clang-tidy can limit the lines of a function, too. But it has no median, and it takes minutes where this takes a second.
"""

from pathlib import Path

import pytest

from _functions import functions, percentile

ROOT = Path(__file__).resolve().parents[2]
HEADER_LINES = 250
FUNCTION_LINES = {"median": 5, "p90": 12, "longest": 30}
TEST_LINES = 600
LONGER_TESTS = {}  # path -> the reason


def sources(*patterns):
    return sorted(path for pattern in patterns for path in ROOT.glob(pattern) if path.suffix in (".hpp", ".cpp", ".py"))


def lines_of(path):
    return path.read_text().count("\n")


def name_of(path):
    return path.relative_to(ROOT).as_posix()


HEADERS = sources("include/**/*.hpp", "adapters/*/include/**/*.hpp")
WITH_FUNCTIONS = sources("include/**/*", "adapters/**/*", "examples/**/*", "firmware/app/*")
TESTS = sources("tests/**/*", "fuzz/*")


@pytest.mark.parametrize("header", HEADERS, ids=name_of)
def test_headers_are_short(header):
    assert lines_of(header) <= HEADER_LINES


@pytest.mark.parametrize("source", WITH_FUNCTIONS, ids=name_of)
def test_no_function_is_long(source):
    found = functions(source.read_text())
    assert [f"{line}: {name}" for name, line, size in found if size > FUNCTION_LINES["longest"]] == []


def test_most_functions_are_very_short():
    sizes = [size for source in WITH_FUNCTIONS for _, _, size in functions(source.read_text())]
    found = {"median": percentile(sizes, 50), "p90": percentile(sizes, 90), "longest": max(sizes)}
    print(f"{len(sizes)} functions, lines: {found}")
    assert len(sizes) > 1000
    assert all(found[which] <= limit for which, limit in FUNCTION_LINES.items()), found


@pytest.mark.parametrize("test", TESTS, ids=name_of)
def test_tests_are_short_or_have_a_reason(test):
    assert (lines_of(test) <= TEST_LINES) != (name_of(test) in LONGER_TESTS)


# ---- The counter


def sizes_of(text):
    return [size for _, _, size in functions(text)]


@pytest.mark.parametrize(("text", "sizes"), [
    ("int f() { return 1; }\n", [1]),
    ("int f() {\n    return 1;\n}\n", [3]),
    ("int f(int a,\n      int b) {\n    return a + b;\n}\n", [4]),
    ("int f();\nint g() { return f(); }\n", [1]),
    ("namespace a {\nstruct b : c {\n    int f() const { return 1; }\n    int g() {\n    }\n};\n}\n", [1, 2]),
    ("template <typename T>\n    requires(sizeof(T) > 1)\nint f(T) {\n}\n", [2]),
    ("template <typename T>\nvoid f(T t)\n    requires(t > 1)\n{\n}\n", [4]),
    ("template <a B = {}, int C = d(1)>\nint f() {\n}\n", [2]),
    ("concept a = requires(T t) {\n    { t.f() } -> same_as<int>;\n};\nint f() {\n}\n", [2]),
    ("template <typename T>\n    requires requires(T t) { t.f(); }\nint f() {\n}\n", [2]),
    ("struct a {\n    a(int b) : c{b}, d{1} {}\n    int c, d;\n};\n", [1]),
    ("struct a {\n    explicit a(int b)\n        : c<int>{b},\n          d(1) {\n    }\n};\n", [4]),
    ("int f() {\n    auto g = [](int a) {\n        return a;\n    };\n    if (g(1)) {\n    }\n}\n", [7]),
    ("constexpr auto f = [](int a) {\n    return a;\n};\n", [3]),
    ("int a[] = {1, 2};\nint b{f()};\nenum class c { d, e };\nconstexpr auto g = h({.i = 1});\n", []),
    ("struct a {\npublic:\n    bool operator()(int) const {\n        return true;\n    }\n};\n", [3]),
    ("auto f() -> a<int> {\n}\n", [2]),
    ("int f() {  // }\n    g(\"}\", '}', '\\'', 1'000);\n    /* { */\n}\n", [4]),
    ("#define A(b) { \\\n    b\nint f() {\n}\n", [2]),
])
def test_lines_of_functions_are_counted(text, sizes):
    assert sizes_of(text) == sizes


def test_percentiles():
    assert (percentile([3, 1, 2], 50), percentile(range(1, 11), 90), percentile([7], 90)) == (2, 9, 7)
