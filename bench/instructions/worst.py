"""The most expensive datagrams for the demo, found by experiment. The work to compare, render, hash or read grows with
the request, and each of these requests is as large as its limit allows."""

import pathlib

FILES = 1000  # more than posix::directory lists

GET, POST, PUT = 1, 2, 3
URI_PATH, CONTENT_FORMAT, URI_QUERY, BLOCK2, BLOCK1 = 11, 12, 15, 23, 27
CBOR = 60


def uint(number):
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def nibble(number):
    """Returns the 4-bit delta or length of an option, and its extension bytes (RFC 7252 3.1)."""
    return (number, b"") if number < 13 else (13, bytes([number - 13]))


def datagram(method, path, *options, payload=b""):
    written, last = bytes([0x40, method, 0, 1]), 0
    for number, value in [*((URI_PATH, segment) for segment in path), *options]:
        delta, more_delta = nibble(number - last)
        length, more_length = nibble(len(value))
        written += bytes([delta << 4 | length]) + more_delta + more_length + value
        last = number
    written += b"\xff" + payload if payload else b""
    assert len(written) <= 1152
    return written


def filtered(query):
    return datagram(GET, [b".well-known", b"core"], (URI_QUERY, query))


def discovery():
    """Seven queries match every file, so the server also compares the last one, which has the maximum length."""
    return datagram(GET, [b".well-known", b"core"], *[(URI_QUERY, b"ct=*")] * 7, (URI_QUERY, b"x" * 255))


def upload():
    return [datagram(PUT, [b"upload"], (BLOCK1, uint(number << 4 | (8 if number < 127 else 0) | 6)), payload=b"x" * 1024)
            for number in range(128)]


def record():
    """The largest record: four members, a text of 32 bytes, 16 numbers of 64 bits."""
    number = b"\x1b" + b"\xff" * 8
    encoded = b"\xa4\x00\xf4\x01" + number + b"\x02\x78\x20" + b"a" * 32 + b"\x03\x90" + number * 16
    return datagram(PUT, [b"cbor"], (CONTENT_FORMAT, uint(CBOR)), payload=encoded)


# name -> (datagrams sent once, datagrams repeated, whether a folder is served)
CASES = {
    "1,100 options": ([], [datagram(GET, [b""] * 1100)], False),
    "a block of the largest record": ([record()], [datagram(GET, [b"cbor"], (BLOCK2, uint(0)))], False),
    "a block of a full log": ([datagram(POST, [b"message", b"info"], payload=b"x" * 1000)],
                              [datagram(GET, [b"log"], (BLOCK2, uint(62 << 4)))], False),
    "discovery, ?rt=demo*": ([], [filtered(b"rt=demo*")], False),
    "discovery, ?href=/led": ([], [filtered(b"href=/led")], False),
    "discovery, 8 queries": ([], [discovery()], False),
    "a block of a listing of 1,000 files": ([], [datagram(GET, [b"fs"], (BLOCK2, uint(100 << 4)))], True),
    "discovery, 8 queries, 1,000 files": ([], [discovery()], True),
}


def write_datagrams(path, once, again):
    pathlib.Path(path).write_text("".join(d.hex() + "\n" for d in [*once, b"", *again]))


def make_files(folder):
    folder.mkdir(exist_ok=True)
    for number in range(FILES):
        (folder / f"file-{number:04}.txt").write_text("x")
