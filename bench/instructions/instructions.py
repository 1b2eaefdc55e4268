"""Prints the user-space instructions per request on this CPU, counted by callgrind. Two runs differ only in the number
of requests, and the difference is divided by that number, so start and end of the program cancel out.

core      GET /hello from the socket's receive to its send, without both: a server over a piece of memory, minus the same
          loop over the same memory without a server. In the guarded case, the response is small enough for an echo guard
          to send it to an unconfirmed address. With memory, the
          server has the layers that keep something for clients, with so many entries each, all of them free.
notification  of /hello to one observer: a call of `changed` and a poll. The client acknowledges each sixth one, which
          is Confirmable.
protected as core, by a server with OSCORE and a cipher that does nothing: what the library itself does.
process   all of a server over a UDP socket: the program, the adapter and libc, with a wait, a receive and a send for each
          request. The client is another process. The kernel is not counted.
block     as core, one block of 64 bytes of a body of 16 or 64 blocks. Read by offset, a block costs the same at each
          place and for each size of the body. Of a body that is rendered for each block, the cost grows with the body,
          which is hashed for its ETag; with a version, it grows by the calls that put a piece.

routes.tsv: as core, a text of a large site: the last one with a path of five characters, and one with 36 characters.

worst.tsv: the most expensive datagrams for the demo, by kind (worst.py), each with a receive and a send of a few
instructions. The kernel is not counted here either: it returns the status of 500 of 1,000 files. scripts/files counts
its work."""

import argparse
import collections
import os
import pathlib
import re
import socket
import subprocess
import sys

import worst

HERE = pathlib.Path(__file__).resolve().parent
BUILD = HERE.parent.parent / "build" / "instructions"
BUDGET = HERE / "budget.tsv"
ROUTES = HERE / "routes.tsv"
WORST = HERE / "worst.tsv"
HEADER = ["what", "instructions"]
FEW, MANY = 1024, 2048  # whole transfers of 64 blocks

# libc has memcpy and its like for each kind of CPU; the numbers are to be those of every x86-64.
ENVIRONMENT = os.environ | {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX,-AVX2,-AVX_Fast_Unaligned_Load,-AVX512F,-AVX512VL,-SSSE3,-ERMS"}
UNSTEADY = "cpu-tunables.c"  # the loader's reading of ENVIRONMENT: up to 400 instructions more or less from run to run

REQUEST = bytes.fromhex("42011234cafeb5") + b"hello"
REPLY = bytes.fromhex("62451234cafec0ff") + b"Hello CoAP"


def build():
    configure = ["cmake", "-S", HERE, "-B", BUILD, "-G", "Ninja", "-DCMAKE_CXX_COMPILER=g++", "-DCMAKE_BUILD_TYPE=Release",
                 "-DCMAKE_CXX_FLAGS_RELEASE=-O2 -DNDEBUG"]
    for command in configure, ["cmake", "--build", BUILD]:
        subprocess.run(command, stdout=sys.stderr, check=True)


def ask(port, requests):
    """One request after the other, each answered before the next."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(20)
        client.connect(("127.0.0.1", port))
        for _ in range(requests):
            client.send(REQUEST)
            reply = client.recv(2048)
            if reply != REPLY:
                raise SystemExit(f"the server answered {reply.hex()}")


def profile(requests, program, *arguments):
    """(file, function) -> instructions, of one run."""
    output = BUILD / f"{program}.callgrind"
    command = ["valgrind", "-q", "--tool=callgrind", "--compress-strings=no", f"--callgrind-out-file={output}",
               BUILD / program, str(requests), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT) as run:
        if program == "process":
            ask(int(run.stdout.readline()), requests)
        if run.wait(60) != 0:
            raise SystemExit(f"{program} failed")
    costs = own_costs(output.read_text())
    return collections.Counter({where: cost for where, cost in costs.items() if where[0] != UNSTEADY})


def own_costs(text):
    costs = collections.Counter()
    function = file = None
    called = False  # the next line is what a called function costs
    for line in text.splitlines():
        key, _, value = line.partition("=")
        if key == "fn":
            function = value
        elif key in ("fl", "fi", "fe"):
            file = pathlib.Path(value).name
        elif key == "calls":
            called = True
        elif re.match(r"[+*\d-]\S* \d", line):
            if not called:
                costs[file, function] += int(line.split()[1])
            called = False
    total = int(re.search(r"^totals: (\d+)", text, re.MULTILINE)[1])
    if sum(costs.values()) != total:
        raise SystemExit(f"counted {sum(costs.values())} instructions of {total}")
    return costs


def per_request(program, *arguments, few=FEW, many=MANY):
    difference = profile(many, program, *arguments)
    difference.subtract(profile(few, program, *arguments))
    return collections.Counter({where: cost / (many - few) for where, cost in difference.items() if cost})


def measure():
    return {"core": without_loop("core", [], ["--loop"]),
            "core, guarded": without_loop("core_guarded", [], ["--loop"]),
            "core, with memory of 8": without_loop("core_memory_8", [], ["--loop"]),
            "core, with memory of 200": without_loop("core_memory_200", [], ["--loop"]),
            "a notification, with memory of 8": per_request("core_memory_8", "--notify"),
            "core, with OSCORE": without_loop("core_oscore", [], ["--loop"]),
            "a protected GET, without the cipher": without_loop("core_oscore", ["--protected"], ["--protected", "--loop"]),
            "process": per_request("process"),
            "block, one of 16 by offset": of_block("16", "offset"), "block, one of 64 by offset": of_block("64", "offset"),
            "block, one of 16 generated": of_block("16", "rendered"), "block, one of 64 generated": of_block("64", "rendered"),
            "block, one of 64 generated in pieces of 16 bytes": of_block("64", "pieces"),
            "block, one of 16 generated, with a version": of_block("16", "version"),
            "block, one of 64 generated, with a version": of_block("64", "version"),
            "block, one of 64 generated in pieces of 16 bytes, with a version": of_block("64", "version-pieces")}


def without_loop(program, arguments, loop):
    costs = per_request(program, *arguments)
    costs.subtract(per_request(program, *loop))
    return costs


def measure_routes():
    return {"the 100th of 100": of_route("routes_100", "r0099"), "the 1,000th of 1,000": of_route("routes_1000", "r0999"),
            "36 characters, of 1,000": of_route("routes_1000", "sensors/floor-2/room-17/temperature0")}


def of_route(program, path):
    return without_loop(program, [path], [path, "loop"])


def of_block(blocks, how):
    return without_loop("blocks", [blocks, how], [blocks, "loop"])


def measure_worst():
    folder = BUILD / "files"
    worst.make_files(folder)
    measured = {}
    for what, (once, again, has_files) in worst.CASES.items():
        measured[what] = of_datagrams(once, again, 4, [folder] if has_files else [])
    blocks = worst.upload()
    measured["the last block of 128 KiB"] = of_datagrams([], blocks, len(blocks), [], times=len(blocks))
    measured["the last block of 128 KiB"].subtract(
        of_datagrams([], blocks[:-1], len(blocks) - 1, [], times=len(blocks) - 1))
    return measured


def of_datagrams(once, again, few, arguments, times=1):
    """Of so many of those that go round."""
    path = BUILD / "datagrams.hex"
    worst.write_datagrams(path, once, again)
    costs = per_request("worst", path, *arguments, few=few, many=2 * few)
    return collections.Counter({where: cost * times for where, cost in costs.items()})


def rows_of(measured):
    return [(what, round(sum(costs.values()))) for what, costs in measured.items()]


def text_of(rows):
    return "".join("\t".join(map(str, row)) + "\n" for row in [HEADER, *rows])


def check(rows, path, slack=0):
    """The slack is a part of the budget: file systems tell the names of a directory in different orders."""
    budget = dict(line.split("\t") for line in path.read_text().splitlines()[1:])
    if set(budget) != {what for what, _ in rows}:
        raise SystemExit(f"{path}: other rows: update it with scripts/instructions --update")
    above = False
    for what, is_now in rows:
        allowed = int(budget[what])
        if is_now != allowed:
            above = above or is_now > allowed * (1 + slack)
            print(f"{what}: {allowed} -> {is_now} ({is_now - allowed:+}) "
                  + ("ABOVE BUDGET" if is_now > allowed * (1 + slack) else "update the budget with scripts/instructions --update"),
                  file=sys.stderr)
    if above:
        raise SystemExit(f"above the budget, {path}")


def main():
    arguments = argparse.ArgumentParser()
    what = arguments.add_mutually_exclusive_group()
    what.add_argument("--check", action="store_true")
    what.add_argument("--update", action="store_true")
    what.add_argument("--detail", action="store_true")
    given = arguments.parse_args()
    build()
    measured = {BUDGET: measure(), ROUTES: measure_routes(), WORST: measure_worst()}
    if given.detail:
        for name, costs in [item for costs_by_name in measured.values() for item in costs_by_name.items()]:
            for (file, function), cost in costs.most_common():
                if cost:
                    print(name, f"{cost:g}", f"{file}: {function}", sep="\t")
        return
    for path, costs in measured.items():
        rows = rows_of(costs)
        sys.stdout.write(text_of(rows))
        sys.stdout.flush()
        if given.update:
            path.write_text(text_of(rows))
        if given.check:
            check(rows, path, 0.01 if path == WORST else 0)


main()
