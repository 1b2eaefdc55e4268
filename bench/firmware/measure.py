"""Prints flash and RAM of each image, instructions and stack of requests, as exact numbers. owners.py decides to which
part of the firmware a byte or an instruction belongs. scripts/firmware-budget explains the arguments.

A plugin of QEMU (count.c) counts the guest's instructions one by one, without those of interrupt handlers. There is no
model of cycles.

  core     datagram in to datagram out: from the call of `firmware::answer`, which polls the server, to the call of the
           socket's `send`. The socket's `receive` is included as the adapter's part.
  frame    Ethernet frame in to Ethernet frame out: from the driver's `receive` to the return of its `send`. Not
           measured with virtio, where the count depends on when the device finishes the previous frame.
  tag      the value of one Echo option. The guard computes three of them for a request with a guessed Echo option.

The script repeats a request until ARP, ND and the start-up are over. Then each of TIMES more requests must take exactly
the same number of instructions. A request that `deduplicate` keeps takes the place of the oldest one, and the way to it
depends on the place. So the numbers repeat with a period, and the last one counts.

stack is the stack that a request used below the start of the window, measured by its stores. call_graph is the worst
case of the core over all possible requests, computed from the machine code. without_bearssl is the same without the
frames of BearSSL's functions; the two structs that hold its state are in mincoap's frames. If stack is smaller than
call_graph, a deeper request may exist. If stack is larger, the call graph is wrong."""

import argparse
import collections
import contextlib
import pathlib
import socket
import subprocess
import sys
import tempfile
import time

from owners import OWNERS, ROOT, Firmware

sys.path[:0] = [str(ROOT / "tests" / folder) for folder in ("firmware", "blackbox", "clients")]
import _ask  # noqa: E402
import _coap  # noqa: E402
import _ethernet  # noqa: E402
import emulate  # noqa: E402
import handshake  # noqa: E402
from _oscore_context import Context  # noqa: E402
from _protected import CLIENT_ID, ECHO, SERVER_ID  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
WARM_UP, TIMES = 10, 20
PLACES = 8  # deduplicate keeps so many answers, see app/demo.cpp
TICK_S = 0.03  # more than a step of any board's clock: no two requests are equally old
PROTECTED_PLACES = 4  # the same in app/protected.cpp
SECRET = bytes(range(16))  # the board's master secret
PROFILES = ("hello", "hello-o2", "hello-bare", "demo", "protected")
SIZES = (HERE / "sizes.tsv", ("board", "profile", *OWNERS, "flash", "data", "ram_lwip", "ram_other", "ram_stack"), 2)
COUNTS = (HERE / "instructions.tsv", ("board", "profile", "request", "way", *OWNERS, "instructions", "stack"), 4)
STACKS = (HERE / "stack.tsv", ("board", "profile", "call_graph", "without_bearssl", "deepest_request"), 2)
HANDSHAKES = (HERE / "handshake.tsv", ("board", "message", *handshake.COUNTED, "instructions", "stack"), 2)
TOLERANCE = {HANDSHAKES: 0.01}  # a share of the largest number of a row: keys are random, and so are the counts

PUT_LED = dict(code=_coap.PUT, path="led", payload=b"1")
PUT_CBOR = dict(code=_coap.PUT, path="cbor", options=[(_coap.CONTENT_FORMAT, bytes([_coap.CBOR]))],
                payload=bytes.fromhex("a4 00f4 01182a 02626869 03821903e802"))
GUESSED = dict(path="hello", options=[(ECHO, b"a guess!")], beyond=True)  # the guard has to check it
# A representation exists: the server computes its ETag, which does not match.
PUT_ANOTHER = PUT_CBOR | dict(before=PUT_CBOR, period=PLACES, options=[(_coap.IF_MATCH, b"\1"), *PUT_CBOR["options"]])
PROTECTED = dict(protected=True, period=PROTECTED_PLACES)  # outside it is a POST, which deduplicate keeps
REQUESTS = {  # profile -> name -> request
    "hello": {"GET /hello": dict(path="hello"), "PUT /led": PUT_LED,
              "GET /.well-known/core": dict(path=".well-known/core"),
              "GET /hello, Echo": GUESSED},
    "hello-o2": {"GET /hello": dict(path="hello"), "GET /hello, Echo": GUESSED},
    "hello-bare": {"GET /hello": dict(path="hello")},
    "demo": {"GET /hello": dict(path="hello"), "GET /nowhere": dict(path="nowhere"),
             "GET /poem, a block": dict(path="poem", options=[(_coap.BLOCK2, b"\x16")]),
             "GET /cbor": dict(path="cbor"), "PUT /cbor": PUT_CBOR, "PUT /cbor, If-Match": PUT_ANOTHER},
    "protected": {"GET /hello": dict(path="hello"), "GET /hello, protected": PROTECTED | dict(path="hello"),
                  "PUT /led, protected": PROTECTED | PUT_LED},
}
HANDLERS = ("systick_handler", "on_network_interrupt", "on_timer_interrupt", "on_alarm_interrupt")
EVERYTHING, ELSEWHERE = "mps2-an385", ("GET /hello", "GET /hello, Echo", "PUT /cbor, If-Match", "GET /hello, protected")
ANSWER, SEND, SLEEP = "_ZN8firmware6answer", "_ZN7mincoap4lwip10udp_socket4sendE", "_ZN5board5sleepE"
TAG = r"_ZNK7mincoap10echo_guard\w+write_tagE"
MESSAGE_2 = r"_ZN\w+18continue_handshakeI"
WINDOWS = {"core": (ANSWER, SEND, SEND),  # begin, end, and a function that must be called in between
           "frame": ("_ZN7lan91187receiveEv", "_ZN7lan91184sendEPK4pbuf", SEND),
           "tag": (TAG, TAG, TAG), "message_2": (MESSAGE_2, MESSAGE_2, "api_mulgen$")}
WAYS = {"core": ("core", 4), "IPv4 frame": ("frame", 4), "IPv6 frame": ("frame", 6), "tag": ("tag", 4)}


def message(code=_coap.GET, path="", options=(), payload=b"", **_):
    return _coap.message(_coap.CON, code, next(_ask.mids) % 65536, b"\xca\xfe", [*_coap.path(path), *options], payload)


class Keys:
    """A client with the keys of the board."""

    def __init__(self):
        self.context = Context(SECRET, b"", CLIENT_ID, SERVER_ID)
        self.echo = []

    def message(self, code=_coap.GET, path="", options=(), payload=b"", **_):
        self.request = self.context.protect(code, [*_coap.path(path), *options, *self.echo], payload)
        return _coap.message(_coap.CON, self.request.code, next(_ask.mids) % 65536, b"\xca\xfe", self.request.options,
                             self.request.payload)

    def meet(self, ask, family):
        """Gets the challenge that the first request draws, and answers it: then the server has a replay window."""
        for _ in range(2):
            answer = ask(self.message(path="hello"), family)
            self.echo = [option for option in self.context.open(self.request, answer)[1] if option[0] == ECHO]


def build_plugin(folder):
    plugin = pathlib.Path(folder) / "count.so"
    subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", HERE / "count.c", "-o", plugin],
                   check=True)
    return plugin


class Run:
    """An image and a window, to be run with the plugin."""

    def __init__(self, plugin, board, profile, window):
        self.board, self.profile = board, profile
        self.image = image = Firmware(board, profile)
        self.file = plugin.with_suffix(".txt")
        begin, end, need = WINDOWS[window]
        ends = ":".join(f"{a:x}" for a in ([image.named(end)[0]] if end == SEND else image.returns(end)))
        found = [image.mangled[name] for name in HANDLERS if name in image.mangled]
        handlers = ":".join(f"{a:x}:{a + size:x}" for a, size in found)
        stack, size = image.sections[".stack"]
        base = image.sections[".vectors"][0]
        self.arguments = ["-plugin", f"{plugin},base={base:x},begin={image.named(begin)[0]:x},end={ends},"
                                     f"skip={handlers},"
                                     f"drop={image.named(SLEEP)[0]:x},need={image.named(need)[0]:x},"
                                     f"stack={stack:x}:{stack + size:x},out={self.file}"]

    def per_request(self, family, asked):
        """(address -> times, stack)"""
        with self.running(asked.get("beyond", False)) as ask:
            if before := asked.get("before"):
                ask(message(**before), family)
            keys = Keys() if asked.get("protected") else None
            if keys:
                keys.meet(ask, family)
            for _ in range(WARM_UP + TIMES):
                ask(keys.message(**asked) if keys else message(**asked), family)
                if "period" in asked:
                    time.sleep(TICK_S)
        return self.read(asked)

    @contextlib.contextmanager
    def running(self, beyond):
        """A function that asks the firmware, by frames if it has Ethernet: as a neighbour, or from beyond the link."""
        path = emulate.image_of(self.board, self.profile)
        options = [f"secret={SECRET.hex()}"]  # only the profile with OSCORE reads it
        if emulate.BOARDS[self.board].nic:
            with contextlib.closing(_ethernet.Peer()) as peer:
                with emulate.running(self.board, path, peer.network(), [*peer.OPTIONS, *options], self.arguments):
                    peer.meet()
                    if beyond:
                        peer.source[4] = peer.BEYOND
                    yield peer.ask
            return
        port = emulate.free_port()
        with emulate.forwarded(self.board, port) as network, socket.socket(type=socket.SOCK_DGRAM) as client:
            client.connect(("127.0.0.1", port))
            with emulate.running(self.board, path, network, options, self.arguments):
                yield lambda request, family: _ask.exchange(client, request)

    def lines(self):
        return [line.split() for line in self.file.read_text().splitlines()]

    def windows(self):
        """(instructions, stack) of each window."""
        return [(int(line[1]), int(line[2])) for line in self.lines() if line[0] == "window"]

    def last(self):
        """(address -> times, stack) of the last window"""
        return {int(at, 16): int(times) for what, at, times in self.lines() if what == "at"}, self.windows()[-1][1]

    def read(self, asked):
        windows = self.windows()[-TIMES:]
        period = asked.get("period", 1)
        if windows[period:] != windows[:-period]:
            raise SystemExit(f"{self.board} {self.profile} {asked}: not the same each time: {windows}")
        return self.last()


def by_owner(image, counts):
    owners = image.owners_of(counts)
    sums = collections.Counter()
    for address, times in counts.items():
        sums[owners[address]] += times
    return [sums[owner] for owner in OWNERS]


def size_row(board, profile):
    image = Firmware(board, profile)
    flash = image.flash()
    ram = [image.size(".data"), image.size(".lwip_ram"), image.size(".data") + image.size(".bss"), image.size(".stack")]
    return [board, profile, *(flash[owner] for owner in OWNERS), sum(flash.values()) + image.size(".data"), *ram]


def requests_of(board, profile):
    """All requests for one board. For other CPUs, the shortest and the deepest requests are enough."""
    return {name: asked for name, asked in REQUESTS[profile].items() if board == EVERYTHING or name in ELSEWHERE}


def is_counted(board, profile, request, window):
    nic = emulate.BOARDS[board].nic
    if window == "core":
        return bool(nic) or not REQUESTS[profile][request].get("beyond")
    of_profile = {"frame": request == "GET /hello" and profile == "hello", "tag": REQUESTS[profile][request] is GUESSED}
    return nic == emulate.LAN9118 and of_profile[window]


def count_rows(plugin, board, profile):
    for request, asked in requests_of(board, profile).items():
        for way, (window, family) in WAYS.items():
            if not is_counted(board, profile, request, window):
                continue
            run = Run(plugin, board, profile, window)
            counts, stack = run.per_request(family, asked)
            yield [board, profile, request, way, *by_owner(run.image, counts), sum(counts.values()), stack]


def stack_row(board, profile, counts):
    worst, without_ciphers = (image.stack(image.named(ANSWER)[0])[0]
                              for image in (Firmware(board, profile), Firmware(board, profile, leaves_out=".bearssl")))
    deepest = max(row[-1] for row in counts if row[:2] == [board, profile] and row[3] == "core")
    if worst < deepest:
        raise SystemExit(f"{board} {profile}: {worst} bytes of stack by the call graph, {deepest} in the emulator")
    return [board, profile, worst, without_ciphers, deepest]


def handshake_rows(plugin, board):
    return handshake.rows(board, lambda window: Run(plugin, board, handshake.PROFILE, window), by_owner)


def measure(boards):
    images = [(board, profile) for board in boards for profile in PROFILES]
    with tempfile.TemporaryDirectory() as folder:
        plugin = build_plugin(folder)
        counts = [row for image in images for row in count_rows(plugin, *image)]
        handshakes = [row for board in boards for row in handshake_rows(plugin, board)]
    images_with_edhoc = [(board, profile) for board in boards for profile in (*PROFILES, handshake.PROFILE)]
    return {SIZES: [size_row(*image) for image in images_with_edhoc], COUNTS: counts,
            STACKS: [stack_row(*image, counts) for image in images], HANDSHAKES: handshakes}


# ------------------------------------------------------------------------------------------------------------ budget


def text_of(table, rows):
    return "".join("\t".join(map(str, row)) + "\n" for row in [table[1], *rows])


def check(table, rows):
    """Returns how many numbers are above the budget. Prints each number that differs."""
    path, header, key = table
    lines = [line.split("\t") for line in path.read_text().splitlines()] if path.exists() else [[]]
    budget = {tuple(words[:key]): list(map(int, words[key:])) for words in lines[1:]}
    if tuple(lines[0]) != header or set(budget) != {tuple(row[:key]) for row in rows}:
        raise SystemExit(f"{path}: other rows or columns: update it with scripts/firmware-budget --update")
    above = 0
    for row in rows:
        expected = budget[tuple(row[:key])]
        slack = max(expected) * TOLERANCE.get(table, 0)
        for column, allowed, now in zip(header[key:], expected, row[key:]):
            if abs(now - allowed) > slack:
                above += now > allowed
                word = "ABOVE BUDGET" if now > allowed else "better, update with scripts/firmware-budget --update"
                print(f"{' '.join(row[:key])}: {column} {allowed} -> {now} ({now - allowed:+}) {word}", file=sys.stderr)
    return above


def detail(board, profile, window):
    """Prints the instructions of a GET /hello, per function."""
    with tempfile.TemporaryDirectory() as folder:
        run = Run(build_plugin(folder), board, profile, window)
        counts, _ = run.per_request(4, REQUESTS[profile]["GET /hello"])
    sums = collections.Counter()
    for address, times in counts.items():
        sums[run.image.owners_of([address])[address], run.image.function_at(address).name[:90]] += times
    for (owner, name), times in sums.most_common():
        print(owner, times, name, sep="\t")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    what = arguments.add_mutually_exclusive_group()
    what.add_argument("--check", action="store_true")
    what.add_argument("--update", action="store_true")
    what.add_argument("--detail", nargs=3, metavar=("BOARD", "PROFILE", "core|frame"))
    given = arguments.parse_args()
    if given.detail:
        return detail(*given.detail)
    tables = measure(emulate.BOARDS)
    for table, rows in tables.items():
        print(text_of(table, rows), flush=True)
        if given.update:
            table[0].write_text(text_of(table, rows))
    if given.check and sum([check(table, rows) for table, rows in tables.items()]):
        raise SystemExit("above the budget, bench/firmware/*.tsv")


if __name__ == "__main__":
    main()
