"""Checks what a header may include, and that users' kind of code needs nothing of mincoap::detail. Prints each breach,
and exits 1 if there is one.

usage: check_includes.py [--self-test] SOURCE_DIR
"""

import re
import sys
import tempfile
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

# Includes only run downward. A room is the first folder of a header; a folder in it is a room only if it has a line
# here, such as "resource/discovery". scripts/include-graph draws the rooms in this order.
BELOW = {
    "message": set(),
    "cbor": {"message"},
    "net": {"message"},
    "handler": {"message", "net"},
    "security": {"message", "cbor", "net"},
    "resource": {"message", "cbor", "net", "handler", "security"},
    "server": {"message", "cbor", "net", "handler"},
    "layer": {"message", "cbor", "net", "handler", "resource", "server", "security"},
    "testing": {"message", "net", "handler", "server", "layer"},
}
ANY_ROOM = {"assert.hpp", "version.hpp"}
ADAPTER_ROOMS = {"net", "resource", "server", "layer"}
ADAPTER_HEADERS = {"mincoap.hpp": False, "message/bytes.hpp": True, "security/crypto.hpp": True,
                   "security/oscore/contexts.hpp": True, "security/p256.hpp": True,
                   "security/shared_keys.hpp": True}

# Code that a user could have written: it uses nothing of the private namespace mincoap::detail.
USERS_CODE = ["adapters", "examples", "firmware", "tests/conformance"]
PRIVATE = re.compile(r"\b(mincoap|coap)::detail\b|(?<!:)\bdetail::")
OWN_PRIVATE = re.compile(r"\bnamespace (mincoap::\w+::)?detail\b")

# Standard headers that include/ may use. They need no operating system and little flash.
STANDARD = set(
    "array bit compare concepts cstddef cstdint expected initializer_list iterator limits new numbers optional span "
    "string_view tuple type_traits utility variant version".split()
)

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)


def includes(path):
    """Every include of a file: (line, target), target relative to include/mincoap if it is one of ours."""
    text = path.read_text(encoding="utf-8")
    for match in INCLUDE.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, match[1], match[2]


def inside_mincoap(root, path, quote, name):
    """The path of an included header below include/mincoap, or None if it is not one of the library's."""
    if name.startswith("mincoap/"):
        return name.removeprefix("mincoap/")
    library = (root / "include/mincoap").resolve()
    beside = (path.parent / name).resolve()
    if quote == '"' and beside.is_relative_to(library):
        return beside.relative_to(library).as_posix()
    return None


def room_of(header):
    folders = header.split("/")[:-1]
    told = ("/".join(folders[:depth]) for depth in range(len(folders), 1, -1))
    return next((room for room in told if room in BELOW), header.split("/")[0])


def circle(included):
    """Takes header -> the headers that it includes. Returns a cycle, from a header to itself, or None."""
    try:
        TopologicalSorter(included).prepare()
    except CycleError as error:
        return error.args[1][::-1]
    return None


def circle_in_words(headers):
    return f"{headers[0]} includes " + ", which includes ".join(headers[1:]) + ": a circle"


def library_breach(header, target, name):
    if target is None:
        return None if name in STANDARD else f"<{name}> is not among the standard headers that include/ may use"
    if header == "mincoap.hpp" or target in ANY_ROOM:
        return None
    if "/" not in target:
        return f"a room must not include mincoap/{target}"
    if "/" not in header:
        return f"mincoap/{header} is below every room"
    room, other = room_of(header), room_of(target)
    if room not in BELOW:
        return f"the room {room} is not in the include rule"
    if other != room and other not in BELOW[room]:
        return f"{room} must not include {other}"
    return None


def adapter_breach(adapter, target):
    if target is None or target in ANY_ROOM or target.startswith(f"{adapter}/"):
        return None
    if target.split("/")[0] in ADAPTER_ROOMS or ADAPTER_HEADERS.get(target, False):
        return None
    return f"an adapter must not include mincoap/{target}"


def private_uses(root):
    """Every line of users' code that names something of mincoap::detail; an adapter may have a `detail` of its own."""
    for folder in USERS_CODE:
        sources = {path: path.read_text(encoding="utf-8") for path in sorted((root / folder).rglob("*.[hc]pp"))}
        owners = {path.relative_to(root).parts[:2] for path, text in sources.items() if OWN_PRIVATE.search(text)}
        for path, text in sources.items():
            has_own = path.relative_to(root).parts[:2] in owners
            for match in PRIVATE.finditer(text):
                if match[1] or not has_own:
                    line = text.count("\n", 0, match.start()) + 1
                    yield f"{path.relative_to(root)}:{line}: mincoap::detail is private to the library"


def listed_headers(root):
    """The headers that CMakeLists.txt names in its mincoap_room calls."""
    text = (root / "CMakeLists.txt").read_text(encoding="utf-8")
    listed = set(re.findall(r"include/mincoap/([\w/]+\.hpp)", text))
    for call in re.findall(r"^mincoap_room\(([^)]*)\)", text, re.MULTILINE):
        room, *words = call.split()
        folder = None
        for word in words:
            if word.isupper():
                folder = {"HEADERS": f"{room}/", "ROOT_HEADERS": ""}.get(word)
            elif folder is not None:
                listed.add(f"{folder}{word}.hpp")
    return listed


def breaches(root):
    library = root / "include/mincoap"
    headers = {path.relative_to(library).as_posix(): path for path in sorted(library.rglob("*.hpp"))}
    included = {header: [] for header in headers}
    for header, path in headers.items():
        for line, quote, name in includes(path):
            target = inside_mincoap(root, path, quote, name)
            if breach := library_breach(header, target, name):
                yield f"{path.relative_to(root)}:{line}: {breach}"
            elif target is not None:
                included[header].append(target)
    if found := circle(included):
        yield circle_in_words([f"include/mincoap/{header}" for header in found])

    for path in sorted((root / "adapters").rglob("*.[hc]pp")):
        adapter = path.relative_to(root / "adapters").parts[0]
        for line, quote, name in includes(path):
            if breach := adapter_breach(adapter, inside_mincoap(root, path, quote, name)):
                yield f"{path.relative_to(root)}:{line}: {breach}"

    yield from private_uses(root)

    listed = listed_headers(root)
    yield from (f"CMakeLists.txt: include/mincoap/{header} is not listed" for header in sorted(headers.keys() - listed))
    yield from (f"CMakeLists.txt: include/mincoap/{header} is not there" for header in sorted(listed - headers.keys()))


def self_test(root):
    """Plants breaches, one at a time, in a small copy; each must be found, and the copy without them be clean."""
    sound = {
        "CMakeLists.txt": "mincoap_room(message\n    HEADERS bytes code\n    ROOT_HEADERS assert)\n"
        "mincoap_room(net\n    HEADERS endpoint\n    LINKS message)\n",
        "include/mincoap/assert.hpp": "",
        "include/mincoap/message/bytes.hpp": "#include <cstddef>\n#include <mincoap/assert.hpp>\n",
        "include/mincoap/message/code.hpp": "#include <mincoap/message/bytes.hpp>\n",
        "include/mincoap/net/endpoint.hpp": "#include <mincoap/message/bytes.hpp>\n",
        "adapters/posix/src/udp_socket.cpp": "#include <sys/socket.h>\n#include <mincoap/net/endpoint.hpp>\n",
        "adapters/posix/src/entry.cpp": "namespace mincoap::posix::detail {}\ndetail::entry opened;\n",
        "examples/upload.cpp": "namespace coap = mincoap;\n",
    }
    planted = {
        "upward": ("include/mincoap/message/bytes.hpp", "#include <mincoap/net/endpoint.hpp>"),
        "upward, by a relative path": ("include/mincoap/message/bytes.hpp", '#  include "../net/endpoint.hpp"'),
        "a circle": ("include/mincoap/message/bytes.hpp", "#include <mincoap/message/code.hpp>"),
        "the umbrella": ("include/mincoap/net/endpoint.hpp", "#include <mincoap/mincoap.hpp>"),
        "from below all rooms": ("include/mincoap/assert.hpp", "#include <mincoap/message/bytes.hpp>"),
        "an OS header": ("include/mincoap/net/endpoint.hpp", "#include <netinet/in.h>"),
        "a costly header": ("include/mincoap/net/endpoint.hpp", "#include <functional>"),
        "an adapter beyond net and resource": ("adapters/posix/src/udp_socket.cpp", "#include <mincoap/message/view.hpp>"),
        "the private namespace": ("adapters/posix/src/entry.cpp", "mincoap::detail::decimal d;"),
        "the private namespace by another name": ("examples/upload.cpp", "coap::detail::decimal d;"),
        "an unlisted header": ("include/mincoap/net/new.hpp", ""),
        "a missing header": ("CMakeLists.txt", "mincoap_room(server\n    HEADERS core)"),
    }
    failed = False
    for what, (file, text) in {"nothing": ("CMakeLists.txt", ""), **planted}.items():
        with tempfile.TemporaryDirectory() as folder:
            for name, content in sound.items():
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content)
            with Path(folder, file).open("a") as stream:
                stream.write(text + "\n")
            found = list(breaches(Path(folder)))
        expected = 0 if what == "nothing" else 1
        if len(found) != expected:
            failed = True
            print(f"planted: {what}; expected {expected} finding(s), got {found}")
    return failed


def main():
    root = Path(sys.argv[-1])
    if "--self-test" in sys.argv[1:]:
        return self_test(root)
    found = list(breaches(root))
    print("\n".join(found) or "every include runs downward")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
