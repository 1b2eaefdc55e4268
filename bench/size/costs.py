"""Prints the cost of each rule and each resource: the bytes of code and tables that it adds to a program on Cortex-M0+.

costs.py rules compiles monolith.cpp without each rule. costs.py resources compiles resources.cpp with each resource.
The compiler's runtime, such as a division, is not counted.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
COMPILE = ["arm-none-eabi-g++", "-mcpu=cortex-m0plus", "-mthumb", "-Os", "-std=c++23", "-DNDEBUG", "-fno-exceptions",
           "-fno-rtti", "-fno-threadsafe-statics", "-ffunction-sections", "-fdata-sections", "-Wall", "-Wextra", "-Werror",
           "-I", HERE.parent.parent / "include", "-c"]

RULES = {
    "LENGTHS": "a forbidden length makes an option unrecognised (RFC 7252 §5.4.3)",
    "REPETITION": "so does a forbidden repetition (§5.4.5)",
    "CRITICAL": "unrecognised critical options are refused (§5.4.1), lengths and repetition included",
    "FORMATS": "Accept is met (§5.10.4), and Content-Format checked (§5.9.2.11)",
    "PROXYING": "proxy requests are refused (§5.10.2)",
    "UNKNOWN_METHODS": "so are methods above iPATCH, at any path (§5.8)",
    "MULTICAST": "multicast gets only the responses that it allows (§8)",
}
RESOURCES = {
    "TEXT": "one more `text`, of one character",
    "BOOL": "one more `value` of a `bool`",
    "BELOW": "the first `below`, of a text",
    "FUNCTION": "`post` of a function that calls another",
    "RENDERED": "the first reply that a function renders, which brings the writer",
    "RENDERED_TWICE": "two of those",
    "INTEGER": "the first `value` of a 32-bit integer, which brings the writer and decimal numbers",
    "DISCOVERY": "`well_known_core`, with the document",
    "FILTERED": "`filtered_well_known_core` in its place, block by block",
    "WILDCARD": "the first wildcard, and a function that gets its value",
    "OPTIONAL": "`optional` of a `value`",
    "DYNAMIC": "`dynamic_routes`, with blocks, and one route that is added",
    "EXPLAINED": "a function that answers with a diagnostic text",
    "CREATED": "one that answers with Location-Path, which brings the option writer",
    "PROBLEM": "one that answers with problem details in CBOR",
    "QUERY": "one that looks for a parameter of the query",
    "DOCUMENT": "the first `document`, which brings blocks and ETags",
    "DOCUMENT_TWICE": "two of those",
    "RENDERED_BLOCKS": "`generated`, of a function that writes a character",
    "UPLOAD": "`put_blocks`, into a sink that calls a function",
    "STORE": "`get_blocks` and `put_blocks` of a `byte_store`",
    "CONDITIONAL": "`conditional` around one more `value` of a `bool`",
    "NEGOTIATED": "`negotiated`, of two texts",
    "RECORD_READ": "`record` of four members, GET",
    "RECORD": "the same with PUT",
    "RECORD_PARTS": "the same with FETCH and iPATCH besides",
    "SENML": "`senml` of three entries",
    "COUNTERS": "`counters`, a layer",
    "NO_RESPONSE": "`no_response`, a layer",
    "PROBLEM_DETAILS": "`problem_details`, a layer",
    "FLOOD_LIMIT": "`flood_limit`, a layer",
    "LEISURE": "`leisure`, a layer",
    "HOST_NAMES": "`host_names` of one name, a layer",
    "GUARD": "`echo_guard`, a layer",
    "GUARD_SIPHASH": "the same with SipHash",
    "GUARD_ALONE": "the same without a MAC, which hardware computes",
    "PREEMPTIVE_ECHO": "`echo_guard` with `.preemptive()`",
}


def size(source, *macros):
    with tempfile.NamedTemporaryFile(suffix=".o") as object_file:
        subprocess.run([*COMPILE, *(f"-D{macro}" for macro in macros), HERE / source, "-o", object_file.name], check=True)
        sizes = subprocess.run(["arm-none-eabi-size", object_file.name], check=True, capture_output=True, text=True)
        return int(sizes.stdout.splitlines()[1].split()[0])


def print_costs(heading, source, prefix, table):
    """Prints a line per macro with the bytes that it adds or saves. Returns the size without any macro."""
    in_source = set(re.findall(rf"{prefix}(\w+)", (HERE / source).read_text()))
    assert in_source == set(table), in_source ^ set(table)
    base = size(source)
    sign = -1 if prefix == "WITHOUT_" else 1
    print(f"{heading}\tbytes")
    for name, what in table.items():
        print(f"{what}\t{sign * (size(source, prefix + name) - base)}")
    return base


def rules():
    whole = print_costs("rule", "monolith.cpp", "WITHOUT_", RULES)
    print(f"all of these\t{whole - size('monolith.cpp', *(f'WITHOUT_{rule}' for rule in RULES))}")
    print(f"the whole server\t{whole}")


def resources():
    print_costs("resource", "resources.cpp", "WITH_", RESOURCES)


{"rules": rules, "resources": resources}[sys.argv[1]]()
