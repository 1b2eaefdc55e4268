"""Measures how much a large site costs the compiler: user seconds and MiB of memory of `-O2 -c`, by g++ and clang++.

plain     texts with a title, a resource type and `well_known_core`
mixed     ten kinds of resources in turn, also below prefixes and wildcards, and `filtered_well_known_core`
long      texts at paths of 36 characters, and `well_known_core`

The time of the same program without a resource is subtracted."""

import argparse
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
INCLUDE = HERE.parent.parent / "include"
BUDGET = HERE / "budget.tsv"
HEADER = ["compiler", "site", "resources", "seconds", "MiB"]
COMPILERS = {"g++": "g++", "clang++": "clang++-19"}

KINDS = [
    'at<"a{i:03}">(text("x")).title("Text {i}").rt("t")',
    'at<"b/{i:03}">(value(flag), confirmed_only(post(act))).title("Flag {i}").rt("f")',
    'at<"c{i:03}">(get(read)).rt("function").ct(content_format::text_plain)',
    'at<"d/{i:03}/state">(get([] {{ return content("{i}"); }}), put(act).consumes<content_format::cbor>()).if_("core.s")',
    'at<"e{i:03}">(document("a document")).title("Document {i}").sz(10)',
    'at<"f/{i:03}/*">(get(read)).title("not listed")',
    'below<"g{i:03}">(forward(read_any))',
    'at<"h/{i:03}">(optional(absent)).title("Perhaps {i}")',
    'at<"i{i:03}">(value(number)).title("Number {i}").rt("n")',
    'at<"j/{i:03}">(negotiated(text("x"), constant<content_format::json>{{"1"}})).ct().title("Either {i}")',
]
SITES = {
    "plain": (['at<"r{i:04}">(text("x")).title("Resource {i}").rt("bench.text")'], "well_known_core"),
    "mixed": (KINDS, "filtered_well_known_core"),
    "long": (['at<"building-7/floor-2/room-17/sensor{i:04}">(text("x")).title("Resource {i}")'], "well_known_core"),
}
CASES = [("plain", 100), ("plain", 500), ("mixed", 500), ("long", 500)]
PROGRAM = """#include <mincoap/mincoap.hpp>
using namespace mincoap;
bool flag;
std::int32_t number;
std::optional<decltype(value(flag))> absent;
reply read() {{ return content("x"); }}
reply act(const request&) {{ return code::changed; }}
reply read_any(const request&) {{ return code::valid; }}
constexpr auto site = routes({});
reply serve(const request& r) {{ return site(r); }}
"""


def program(site, resources):
    kinds, discovery = SITES[site]
    entries = [kinds[i % len(kinds)].format(i=i) for i in range(resources)]
    return PROGRAM.format(",\n    ".join([*entries, discovery] if resources else []))


def compilers():
    """name -> command, of those that are installed."""
    return {name: command for name, command in COMPILERS.items() if shutil.which(command)}


def compile_(compiler, site, resources, include=INCLUDE, most_seconds=300, options=()):
    """User seconds and MiB."""
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "site.cpp"
        source.write_text(program(site, resources))
        command = [compiler, "-std=c++23", "-O2", *options, "-I", include, "-c", source, "-o", os.devnull]
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL, preexec_fn=lambda: resource.setrlimit(
            resource.RLIMIT_CPU, (most_seconds, most_seconds)))
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise RuntimeError(f"{compiler} does not compile {resources} resources, {site}")
        return usage.ru_utime, usage.ru_maxrss / 1024


def measure(compiler, site, resources):
    """The cost of the resources: the least of two seconds, since other programs run as well, and the MiB of all."""
    without, _ = min(compile_(compiler, site, 0) for _ in range(2))
    seconds, memory = min(compile_(compiler, site, resources) for _ in range(2))
    return seconds - without, memory


def above_budget(measured):
    budget = {tuple(row[:3]): row[3:] for row in (line.split("\t") for line in BUDGET.read_text().splitlines()[1:])}
    for name, site, resources, seconds, memory in measured:
        most_seconds, most_memory = map(float, budget[name, site, str(resources)])
        if float(seconds) > most_seconds or float(memory) > most_memory:
            yield f"{name}, {resources} resources, {site}: above the budget of {most_seconds} s and {most_memory:g} MiB"


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--check", action="store_true")
    given = arguments.parse_args()
    measured = []
    print(*HEADER, sep="\t", flush=True)
    for name, command in compilers().items():
        for site, resources in CASES:
            seconds, memory = measure(command, site, resources)
            measured.append((name, site, resources, f"{seconds:.2f}", f"{memory:.0f}"))
            print(*measured[-1], sep="\t", flush=True)
    if given.check and (above := list(above_budget(measured))):
        sys.exit("\n".join(above))


if __name__ == "__main__":
    main()
