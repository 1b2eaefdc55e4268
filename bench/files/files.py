"""Measures a block of a file, of a listing and of discovery: the CPU time of the serving process, including the kernel.

file       1 MB in blocks of 1,024 bytes, compared with libcoap's coap-server-notls, which has the same bytes in its
           memory (by a PUT). Both serve the same requests in turns. The ratio is the result, because the microseconds
           depend on this machine.
listing    one block of 1,024 bytes of a directory of 10,000 files
discovery  the same of /.well-known/core, which has the links of these files: without a query, and with 8 queries

CPU time is read from /proc/<pid>/schedstat, on a machine that does nothing else. strace counts the system calls in a
separate run."""

import argparse
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
BUILD = HERE.parent.parent / "build" / "files"

GET, PUT = 1, 3
URI_PATH, URI_QUERY, BLOCK2, BLOCK1 = 11, 15, 23, 27
CONTENT, CONTINUE, CREATED = 0x45, 0x5F, 0x41
SZX = 6  # blocks of 1,024 bytes
SIZE = 1 << 20
FILES = 10_000
QUERIES = [b"ct=*"] * 7 + [b"x" * 255]  # seven match each file, so the server also compares the last one

LIMITS = {"file, ratio to libcoap": 0.8, "listing, ms": 4, "discovery, ms": 2}


def nibble(number):
    """Returns the 4-bit delta or length of an option, and its extension bytes (RFC 7252 3.1)."""
    return (number, b"") if number < 13 else (13, bytes([number - 13]))


def uint(number):
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def datagram(message_id, method, path, *options, payload=b""):
    written, last = bytes([0x44, method]) + message_id.to_bytes(2, "big") + b"\xbe\xef\xca\xfe", 0
    for number, value in [*((URI_PATH, segment) for segment in path), *options]:
        delta, more_delta = nibble(number - last)
        length, more_length = nibble(len(value))
        written += bytes([delta << 4 | length]) + more_delta + more_length + value
        last = number
    return written + (b"\xff" + payload if payload else b"")


class client:
    def __init__(self, port):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.settimeout(10)
        self.socket.connect(("127.0.0.1", port))
        self.next_id = 0

    def ask(self, expected, method, path, *options, payload=b""):
        self.next_id = (self.next_id + 1) & 0xFFFF
        self.socket.send(datagram(self.next_id, method, path, *options, payload=payload))
        reply = self.socket.recv(2048)
        if reply[1] not in expected or reply[2:4] != self.next_id.to_bytes(2, "big"):
            raise SystemExit(f"answered with {reply.hex()}")
        return reply

    def block(self, path, number, *queries):
        queries = [(URI_QUERY, query) for query in queries]
        return self.ask([CONTENT], GET, path, *queries, (BLOCK2, uint(number << 4 | SZX)))

    def put(self, path, body):
        last = len(body) // 1024 - 1
        for number in range(last + 1):
            value = uint(number << 4 | (8 if number < last else 0) | SZX)
            self.ask([CONTINUE, CREATED], PUT, path, (BLOCK1, value), payload=body[number * 1024 : number * 1024 + 1024])


def cpu_ns(process):
    return int(pathlib.Path(f"/proc/{process.pid}/schedstat").read_text().split()[0])


def cost_of(process, work):
    """Nanoseconds of the server's CPU per request. `work` makes requests and returns their number."""
    before = cpu_ns(process)
    count = work()
    time.sleep(0.01)  # the last one ends
    return (cpu_ns(process) - before) / count


def build():
    configure = ["cmake", "-S", HERE, "-B", BUILD, "-G", "Ninja", "-DCMAKE_CXX_COMPILER=g++", "-DCMAKE_BUILD_TYPE=Release",
                 "-DCMAKE_CXX_FLAGS_RELEASE=-O2 -DNDEBUG"]
    for command in configure, ["cmake", "--build", BUILD]:
        subprocess.run(command, stdout=sys.stderr, check=True)


def on_core(core, *command, **more):
    return subprocess.Popen(["taskset", "-c", str(core), *command], **more)


def start(folder, *tracer):
    server = on_core(0, *tracer, BUILD / "server", folder, stdout=subprocess.PIPE, text=True)
    return server, int(server.stdout.readline())


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_port:
        any_port.bind(("127.0.0.1", 0))
        return any_port.getsockname()[1]


def start_libcoap():
    port = free_port()
    server = on_core(0, "coap-server-notls", "-d", "1", "-A", "127.0.0.1", "-p", str(port), stdout=subprocess.DEVNULL,
                     stderr=subprocess.DEVNULL)
    time.sleep(0.5)
    return server, port


def of_transfers(rounds, body, servers):
    """The servers' CPU per block, in microseconds. The servers take turns, each with a part of a transfer."""
    part = 128
    costs = [[] for _ in servers]
    for first in list(range(0, SIZE // 1024, part)) * rounds:
        for cost, (process, asks, path) in zip(costs, servers):

            def transfer():
                for number in range(first, first + part):
                    reply = asks.block(path, number)
                    if not reply.endswith(body[number * 1024 : number * 1024 + 1024]):
                        raise SystemExit(f"other bytes in block {number}")
                return part

            cost.append(cost_of(process, transfer) / 1000)
    return [undisturbed(cost) for cost in costs]


def undisturbed(costs):
    """Returns the lower quartile, because other processes can only add to the costs."""
    return sorted(costs)[len(costs) // 4]


def of_request(process, asks, path, number, *queries, requests=10):
    def work():
        for _ in range(requests):
            asks.block(path, number, *queries)
        return requests

    return undisturbed([cost_of(process, work) for _ in range(16)]) / 1e6


def calls_of(folder, requests, work):
    """System calls for one request of the server, by name: those of a run with so many requests, less those without."""
    counts = []
    for count in 0, requests:
        with tempfile.NamedTemporaryFile() as table:
            server, port = start(folder, "strace", "-f", "-c", "-U", "calls,name", "-o", table.name)
            asks = client(port)
            for number in range(count):
                work(asks, number)
            time.sleep(0.1)
            children = pathlib.Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
            os.kill(int(children[0]), 15)
            server.wait(10)
            rows = (re.findall(r"^ *(\d+) +(\w+)$", pathlib.Path(table.name).read_text(), re.MULTILINE))
            counts.append({name: int(calls) for calls, name in rows if name != "total"})
    less, more = counts
    return {name: (calls - less.get(name, 0)) / requests for name, calls in more.items() if calls != less.get(name, 0)}


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--check", action="store_true", help="fail above the limits")
    arguments.add_argument("--rounds", type=int, default=6)
    given = arguments.parse_args()
    build()
    if os.getloadavg()[0] > 1:
        print("other processes use this machine: servers then take several times as long to wake up", file=sys.stderr)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="mincoap-files-"))
    started = []
    try:
        rows, calls = measure(folder, given.rounds, started)
    finally:
        for server in started:
            server.terminate()
        shutil.rmtree(folder)
    print("number\tis\tlimit")
    for what, value in rows.items():
        print(f"{what}\t{value:.2f}\t{LIMITS.get(what, '')}")
    print("\nsystem calls of one block\tall\tby name")
    for what, by_name in calls.items():
        print(f"{what}\t{sum(by_name.values()):.1f}\t" + ", ".join(f"{name} {n:g}" for name, n in sorted(by_name.items())))
    above = [what for what, limit in LIMITS.items() if rows[what] > limit]
    if given.check and above:
        raise SystemExit(f"above the limit: {', '.join(above)}")


def measure(folder, rounds, started):
    (folder / "file").mkdir()
    (folder / "many").mkdir()
    body = os.urandom(SIZE)
    (folder / "file" / "large.bin").write_bytes(body)
    for number in range(FILES):
        (folder / "many" / f"file-{number:05}.txt").write_text("x")
    rows = {}
    file_server, file_port = start(folder / "file")
    libcoap, libcoap_port = start_libcoap()
    many_server, many_port = start(folder / "many")
    started += [file_server, libcoap, many_server]
    os.sched_setaffinity(0, {1} if os.cpu_count() > 1 else {0})
    at_file, at_libcoap, at_many = client(file_port), client(libcoap_port), client(many_port)
    at_libcoap.put([b"large.bin"], body)
    ours, theirs = of_transfers(rounds, body, [(file_server, at_file, [b"fs", b"large.bin"]),
                                               (libcoap, at_libcoap, [b"large.bin"])])
    rows["file, us"] = ours
    rows["file of libcoap, us"] = theirs
    rows["file, ratio to libcoap"] = ours / theirs
    rows["listing, ms"] = of_request(many_server, at_many, [b"fs"], 10)
    rows["discovery, ms"] = of_request(many_server, at_many, [b".well-known", b"core"], 10)
    rows["discovery with 8 queries, ms"] = of_request(many_server, at_many, [b".well-known", b"core"], 0, *QUERIES)
    calls = {}
    if shutil.which("strace"):
        calls["file"] = calls_of(folder / "file", 100, lambda asks, number: asks.block([b"fs", b"large.bin"], number))
        calls["listing"] = calls_of(folder / "many", 20, lambda asks, number: asks.block([b"fs"], number % 10))
        calls["discovery"] = calls_of(folder / "many", 20,
                                      lambda asks, number: asks.block([b".well-known", b"core"], number % 10))
    return rows, calls


main()
