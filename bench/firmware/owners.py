"""Assigns the bytes and the instructions of a firmware to their owners.

  library      mincoap's headers
  adapter      mincoap's socket for lwIP, and its class for BearSSL
  application  the firmware's own sources and the demo's: resources, the main loop, addresses
  lwip         lwIP
  bearssl      BearSSL: the ciphers
  board        start-up code, drivers, the vector table
  libc         other archives: memcpy and similar functions, the compiler's runtime

If the linker script has a section for an owner, the section decides. Otherwise an instruction belongs to the source
file of its line, by the debug information. A line of the standard library belongs to the function that it is inlined
into. A constant between instructions belongs to its function. A table or a string belongs to the library if its name
does, and otherwise to the application."""

import collections
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "bench/size"), str(ROOT / "firmware")]

import emulate  # noqa: E402
from image import Image  # noqa: E402

OWNERS = ("library", "adapter", "application", "lwip", "bearssl", "board", "libc")
SECTIONS = {".vectors": "board", ".board": "board", ".lwip": "lwip", ".bearssl": "bearssl", ".libc": "libc"}
MIXED = {".text", ".strings", ".rodata"}
RAM = {".stack", ".data", ".lwip_ram", ".bss"}
FOLDERS = {"include": "library", "adapters": "adapter", "firmware": "application", "examples": "application"}


class Firmware(Image):
    """`leaves_out` is a section whose functions have no stack."""

    def __init__(self, board, profile, leaves_out=None):
        self.leaves_out = leaves_out
        prefix = emulate.BOARDS[board].prefix
        super().__init__(str(emulate.image_of(board, profile)), prefix, {*SECTIONS, *MIXED, *RAM, ".ARM.exidx"})
        self.mangled = self.read_mangled()
        self._owners = {}

    def read_mangled(self):
        """mangled name -> (address, size) of all functions."""
        found = {}
        for line in self.run("readelf", "-sW").splitlines():
            m = re.match(r"\s*\d+: ([0-9a-f]+) +(\w+) FUNC +\w+ +\w+ +\w+ (\S+)", line)
            if m:
                found[m[3]] = (int(m[1], 16) & ~1, int(m[2], 0))
        return found

    def named(self, pattern):
        """(address, size) of the one function whose mangled name begins so."""
        found = [where for name, where in self.mangled.items() if re.match(pattern, name)]
        if len(set(found)) != 1:
            raise SystemExit(f"{self.path}: {len(found)} functions are called {pattern}")
        return found[0]

    def returns(self, pattern):
        """The addresses of the instructions by which a function returns."""
        begin, size = self.named(pattern)
        found = [a for a in self.code if begin <= a < begin + size and self.is_return(*self.code[a][:2])]
        if not found:
            raise SystemExit(f"{self.path}: {pattern} does not return")
        return found

    @staticmethod
    def is_return(operation, operands):
        operation = operation.partition(".")[0]
        return (operation == "bx" and operands == "lr") or operation == "ret" or "pc}" in operands

    # ------------------------------------------------------------------------------------------------------- stack

    # Callers by a pointer, and their callees. A site calls the functions of its rows. The core calls the function that
    # renders a reply. A record calls the functions that encode, decode and check its members. A resource calls the
    # functions of the application that render a body, or read and write a value. BearSSL calls those of a cipher or a
    # hash.
    POINTERS = ((r"detail::site<.*operator\(\)|^_ZNK7mincoap6detail4site.*clE", r"::serve<|5serveI"),
                (r"take_request", r"::write_constant|::write_by<|8write_by"),
                (r"record_fields<.*encode", r"::encode_member<"),
                (r"change_record", r"::decode_member<|\(demo::entry const&\)$"),
                (r"::call>|4callE", r"^(?!.*serve).*\(mincoap::request const&\)$"),
                (r"^br_ccm", r"^br_aes"),
                (r"^br_", r"^br_sha"),
                (r"", r"\(mincoap::message::body_writer&\)$|11body_writerE$|^board::|"
                      r"^\(anonymous namespace\)::\w+\(\)$"))

    def callees(self, start):
        """Leaves out the callees of the socket, because lwIP calls by pointers. The socket's own frame counts."""
        if owner_of_name(self.functions[start].name) == "adapter":
            return
        for depth, target in super().callees(start):
            if self.functions[target].section != self.leaves_out:
                yield depth, target

    def called_by_pointer(self, start):
        name = self.functions[start].name
        called = next(called for caller, called in self.POINTERS if re.search(caller, name))
        return [a for a in sorted(self.address_taken) if re.search(called, self.functions[a].name)]

    # ------------------------------------------------------------------------------------------------------ owners

    def owners_of(self, addresses):
        """address -> owner, of instructions."""
        missing = [a for a in addresses if a not in self._owners]
        for address in missing:
            self._owners[address] = SECTIONS.get(self.section_at(address))
        unknown = [a for a in missing if self._owners[a] is None]
        if unknown:
            self._owners.update(self.owners_by_lines(unknown))
        return {a: self._owners[a] for a in addresses}

    def owners_by_lines(self, addresses):
        owners = {}
        for line in self.run("addr2line", "-ai", "-e", stdin="\n".join(map(hex, addresses))).splitlines():
            if re.fullmatch("0x[0-9a-f]+", line):
                address = int(line, 16)
                owners[address] = None
            elif owners[address] is None:  # the innermost comes first
                owners[address] = owner_of_file(line.rpartition(":")[0])
        return {a: owner or self.owner_of_function(a) for a, owner in owners.items()}

    def owner_of_function(self, address):
        function = self.function_at(address) or self.function_at(address - 2)
        return owner_of_name(function.name) if function else "application"

    def flash(self):
        """owner -> bytes in flash, without the initial values of .data."""
        sizes = collections.Counter({owner: 0 for owner in OWNERS})
        for owner, _, size in self.pieces():
            sizes[owner] += size
        whole = sum(map(self.size, {*SECTIONS, *MIXED}))
        if sum(sizes.values()) != whole:
            raise SystemExit(f"{self.path}: counted {sum(sizes.values())} bytes of {whole}")
        return sizes

    def pieces(self):
        """(owner, where, bytes) per piece of flash; `where` is a section or the address of an instruction."""
        for section, owner in SECTIONS.items():
            yield owner, section, self.size(section)
        yield from self.text_pieces()
        named = 0
        for own, name, section in self.objects.values():
            if section == ".rodata":
                named += own
                yield owner_of_name(name), ".rodata", own
        yield "application", ".rodata", self.size(".rodata") - named
        yield "application", ".strings", self.size(".strings")

    def text_pieces(self):
        """Each instruction, and the bytes up to the next one: constants of the function, or padding."""
        begin, size = self.sections[".text"]
        instructions = sorted(a for a in self.code if begin <= a < begin + size)
        owners = self.owners_of(instructions)
        for here, following in zip(instructions, [*instructions[1:], begin + size]):
            length = min(following - here, 4 if self.is_wide(here) else 2)
            yield owners[here], here, length
            if following - here > length:
                yield self.owner_of_function(here), here, following - here - length

    def is_wide(self, address):
        """Thumb-2 and RISC-V alike: the low bits of the first halfword tell."""
        half = int.from_bytes(self.content(address, 2), "little")
        return half & 3 == 3 if self.riscv else half >> 11 in (0x1D, 0x1E, 0x1F)


def owner_of_file(path):
    path = pathlib.Path(path)
    if not path.is_relative_to(ROOT):
        return None
    return FOLDERS.get(path.relative_to(ROOT).parts[0])


def owner_of_name(name):
    plain = re.sub(r"^(vtable for |guard variable for )", "", name)
    if "mincoap::lwip" in plain.partition("(")[0]:
        return "adapter"
    return "library" if plain.startswith("mincoap::") and "<" not in plain else "application"
