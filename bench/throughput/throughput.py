"""Measures requests per second of a server's CPU time, including the kernel's work for it, as a ratio to a raw UDP echo.

The echo is recvfrom and sendto in a loop, which no server with one datagram per system call can surpass. Each server
runs on one core and the clients on another. In each round, each server gets the same load for the same CPU time, one
after the other, and its ratio is that to the echo of the same round. The table has the median of the rounds, and the lower and
the upper quartile. load.cpp says what the clients do, and how they check each byte of each answer. The resident memory
is the most that the server has had, also after the largest runs of datagrams.

CPU time does not count the time of other processes, but these evict caches, and a server that another process
interrupts finds more requests when it returns. So measure on a machine that does nothing else."""

import argparse
import os
import pathlib
import signal
import socket
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
BUILD = HERE.parent.parent / "build" / "throughput"
TABLE = HERE / "throughput.tsv"
UDP_SEGMENT = 103

SERVERS = {
    "echo": ["echo"],
    "one address": ["server", "plain", "127.0.0.1"],
    "one address, guarded": ["server", "plain", "127.0.0.1", "guarded"],
    "all addresses": ["server", "plain", "::"],
    "burst": ["server", "burst", "127.0.0.1"],
    "burst, guarded": ["server", "burst", "127.0.0.1", "guarded"],
    "burst, all addresses": ["server", "burst", "::"],
}

# clients, requests per client that wait for an answer, and options of the load
SHAPES = {
    "4 x 32": (4, 32),
    "4 x 32, GSO": (4, 32, "gso"),
    "128 x 1": (128, 1),
    "4,000 x 1": (4000, 1),
}

# The least ratio to the echo; of the guarded server, to the unguarded one.
BARS = {
    ("one address", "4 x 32"): 0.97,
    ("one address", "128 x 1"): 0.97,
    ("all addresses", "4 x 32"): 0.90,
    ("all addresses", "128 x 1"): 0.90,
    ("burst", "4 x 32"): 1.5,
    ("burst", "4 x 32, GSO"): 5,
    ("burst", "128 x 1"): 1.05,
    ("burst", "4,000 x 1"): 1.05,
}
GUARD_BAR = 0.98
RSS_BAR_KB = 4096


class server:
    def __init__(self, name):
        self.is_echo = name == "echo"
        program, *arguments = SERVERS[name]
        self.process = subprocess.Popen(["taskset", "-c", "0", BUILD / program, *arguments], stdout=subprocess.PIPE,
                                        text=True)
        self.port = int(self.process.stdout.readline())

    def rate_of(self, shape, seconds):
        """Requests per second of CPU time, and of time."""
        clients, window, *options = SHAPES[shape]
        words = [self.port, self.process.pid, clients, window, seconds, *options, *(["echo"] if self.is_echo else [])]
        load = subprocess.run(["taskset", "-c", "1", BUILD / "load", *map(str, words)], stdout=subprocess.PIPE, text=True)
        answers, cpu_ns, wrong, lost, ns = map(int, load.stdout.split())
        if wrong:
            raise SystemExit(f"{wrong} wrong answers of {answers}")
        if answers == 0 or cpu_ns == 0:
            raise SystemExit("no answers: this machine is too busy")
        if lost:
            print(f"{lost} of {answers} requests lost", file=sys.stderr)
        return answers / cpu_ns * 1e9, answers / ns * 1e9

    def receive_the_largest_runs(self):
        """Lets the server receive runs of 64 datagrams of 1,000 bytes, as many as it can in one call."""
        self.process.send_signal(signal.SIGSTOP)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
            peer.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, 1000)
            for _ in range(24):
                peer.sendto(bytes(64000), ("127.0.0.1", self.port))
            self.process.send_signal(signal.SIGCONT)
            time.sleep(0.2)

    def resident_kb(self):
        """The most memory that the server has had."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0])


def build():
    configure = ["cmake", "-S", HERE, "-B", BUILD, "-G", "Ninja", "-DCMAKE_CXX_COMPILER=g++", "-DCMAKE_BUILD_TYPE=Release",
                 "-DCMAKE_CXX_FLAGS_RELEASE=-O2 -DNDEBUG"]
    for command in configure, ["cmake", "--build", BUILD]:
        subprocess.run(command, stdout=sys.stderr, check=True)


def measured(names, shapes, rounds, seconds):
    """(server, shape) -> its rates in each round, and the resident kilobytes of each server."""
    running = {name: server(name) for name in names}
    try:
        rates = {}
        for _ in range(rounds):
            for shape in shapes:
                for name in names:
                    rates.setdefault((name, shape), []).append(running[name].rate_of(shape, seconds))
        for one in running.values():
            one.receive_the_largest_runs()
        return rates, {name: one.resident_kb() for name, one in running.items()}
    finally:
        for one in running.values():
            one.process.kill()
            one.process.wait()


def ratios(rates, name, shape, reference="echo"):
    return sorted(ours / theirs for (ours, _), (theirs, _) in zip(rates[name, shape], rates[reference, shape]))


def rows(rates, names, shapes, resident):
    yield ["server", *shapes, "resident KB"]
    for name in names:
        cells = []
        for shape in shapes:
            each = ratios(rates, name, shape)
            quartiles = f" ({each[len(each) // 4]:.2f} to {each[-1 - len(each) // 4]:.2f})" if name != "echo" else ""
            cells.append(f"{statistics.median(each):.2f}{quartiles}")
        yield [name, *cells, str(resident[name])]


def misses(rates, resident):
    """Returns a line per bar that is not reached."""
    found = []
    for (name, shape), bar in BARS.items():
        if (name, shape) in rates and statistics.median(ratios(rates, name, shape)) < bar:
            found.append(f"{name}, {shape}: below {bar}")
    for name, shape in rates:
        if name.endswith(", guarded"):
            plain = name.removesuffix(", guarded")
            if (plain, shape) in rates and statistics.median(ratios(rates, name, shape, plain)) < GUARD_BAR:
                found.append(f"{name}, {shape}: below {GUARD_BAR} of {plain}")
    found += [f"{name}: {kb} KB resident" for name, kb in resident.items() if kb > RSS_BAR_KB]
    return found


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rounds", type=int, default=15)
    arguments.add_argument("--seconds", type=float, default=0.3, help="CPU time per server, shape and round")
    arguments.add_argument("--servers", nargs="+", choices=SERVERS, default=list(SERVERS))
    arguments.add_argument("--shapes", nargs="+", choices=SHAPES, default=list(SHAPES))
    arguments.add_argument("--check", action="store_true", help="fail below the bars")
    arguments.add_argument("--update", action="store_true", help="write the table for the documents")
    given = arguments.parse_args()
    build()
    names = list(dict.fromkeys(["echo", *given.servers]))
    load_before = os.getloadavg()[0]
    rates, resident = measured(names, given.shapes, given.rounds, given.seconds)
    table = "".join("\t".join(row) + "\n" for row in rows(rates, names, given.shapes, resident))
    print(table, end="")
    echo_us = {shape: 1e6 / statistics.median(cpu for cpu, _ in rates["echo", shape]) for shape in given.shapes}
    print("echo, microseconds per request: " + ", ".join(f"{us:.2f}" for us in echo_us.values()), file=sys.stderr)
    print(f"load average before: {load_before:.2f}", file=sys.stderr)
    if given.update:
        TABLE.write_text(table)
    below = misses(rates, resident)
    if below:
        print("\n".join(below), file=sys.stderr)
    if given.check and below:
        raise SystemExit(1)


main()
