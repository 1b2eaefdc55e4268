"""Prints the sizes of the images as one table. scripts/size explains the arguments.

library, application and libc are the bytes of .text and .rodata. They are exact: their sum is the whole image without
the board. libc is the code from archives, the compiler's runtime included. These rules divide the rest:
  an instruction  belongs to the source file of its line, by the debug information. A line of the standard library
                  belongs to the function that it is inlined into. A constant between instructions belongs to the first
                  instruction that loads it.
  a table         is the application's if it is outside the library's namespaces, or an instance of a template: such
                  tables hold names that the application chose (paths, rows, documents).
  a string        is the application's if the application's source has it between quotes.
  padding         belongs to the symbol before it.

stack is the worst case from main on. Frames and calls are read from the machine code. An indirect call may reach every
function that a pointer may point to. A call from a site's table reaches only the functions of its rows. The frames of
libc count, those of the board (its socket) do not.
"""

import argparse
import collections
import functools
import pathlib
import re
import sys

from targets import BUILD, HERE, PREFIXES, PROFILES, ROOT, build, image_of

BUDGET = HERE / "budget.tsv"
HEADER = "target profile lto flash library application libc data bss stack".split()
KEY = 3  # columns that name a row


# ------------------------------------------------------------------------------------------------------------- whose


@functools.cache
def owner_of_file(path):
    path = pathlib.Path(path)
    if path.is_relative_to(ROOT / "include"):
        return "library"
    return "application" if path.is_relative_to(HERE) else None


def owner_of_symbol(name):
    return "library" if name.startswith("mincoap::") or "::" not in name and "." in name else "application"


def owner_of_table(name):
    return "application" if "<" in name else owner_of_symbol(name)


def owners_of_instructions(image, addresses):
    """address -> owner; None where the debug information has no line."""
    listing = image.run("addr2line", "-ai", "-e", stdin="\n".join(map(hex, addresses)))
    owners = {}
    for line in listing.splitlines():
        if re.fullmatch("0x[0-9a-f]+", line):
            address = int(line, 16)
            owners[address] = None
        elif owners[address] is None:  # the innermost comes first
            owners[address] = owner_of_file(line.rpartition(":")[0])
    return owners


def loads(image):
    """address of a constant -> the first instruction that loads it."""
    found = {}
    for address, (_, operands, comment) in sorted(image.code.items()):
        m = re.search(r"\[pc.*\(([0-9a-f]+) <", operands + comment)
        if m:
            found.setdefault(int(m[1], 16), address)
    return found


def text_bytes(image):
    """(owner, function, bytes) of everything in .text."""
    begin, size = image.sections[".text"]
    addresses = [a for a in sorted(image.code) if begin <= a < begin + size]
    owners = owners_of_instructions(image, addresses)
    loaded_by = {a: by for a, by in loads(image).items() if begin <= a < begin + size}
    marks = sorted({*addresses, *loaded_by})
    for mark, following in zip(marks, [*marks[1:], begin + size]):
        function = image.function_at(mark) or image.function_at(mark - 2)  # padding
        owner = owners[loaded_by.get(mark, mark)] or owner_of_symbol(function.name)
        yield owner, function.name, following - mark


def rodata_bytes(image):
    begin, size = image.sections.get(".rodata", (0, 0))
    at = sorted(a for a, (_, _, section) in image.objects.items() if section == ".rodata")
    if size and (not at or at[0] != begin):
        raise SystemExit(f"{image.path}: .rodata begins with something that has no name")
    for address, following in zip(at, [*at[1:], begin + size]):
        own, name, _ = image.objects[address]
        if following - address - own > 3:
            raise SystemExit(f"{image.path}: something without a name behind {name}")
        yield owner_of_table(name), name, following - address


def string_bytes(image, source):
    begin, size = image.sections.get(".strings", (0, 0))
    content = image.content(begin, size) if size else b""
    for m in re.finditer(rb"([^\0]*)\0+", content):
        literal = m[1].decode()
        yield "application" if f'"{literal}"' in source else "library", f'"{literal}"', len(m[0])


def pieces(image, source):
    found = [*text_bytes(image), *rodata_bytes(image), *string_bytes(image, source)]
    whole = sum(map(image.size, (".text", ".rodata", ".strings")))
    counted = sum(size for _, _, size in found)
    if counted != whole:
        raise SystemExit(f"{image.path}: counted {counted} bytes of {whole}")
    return found


# ------------------------------------------------------------------------------------------------------------- table


def stack_of(image):
    if image.cycles:
        raise SystemExit(f"{image.path}: no bound for the stack: " + " -> ".join(image.cycles[0]))
    return image.stack(image.function("main").address)


def row_of(target, profile, lto):
    image = image_of(target, profile + "-lto" * lto)
    source = (HERE / f"{profile}.cpp").read_text()
    sizes = collections.Counter()
    for owner, _, size in pieces(image, source):
        sizes[owner] += size
    flash = [sizes["library"], sizes["application"], image.size(".libc"), image.size(".data")]
    return [target, profile, "yes" if lto else "no", sum(flash), *flash, image.size(".bss"), stack_of(image)[0]]


def table():
    return [row_of(target, profile, lto) for target in PREFIXES for profile in PROFILES for lto in (False, True)]


def text_of(rows):
    return "".join("\t".join(map(str, row)) + "\n" for row in [HEADER, *rows])


def short(name):
    """Returns the name without the types of the site's resources."""
    return re.sub(r"std::tuple<.*>::(?=\w+<)", "...>::", name)


def detail(target, name):
    """Prints the owner and the size of each symbol of the image, and the path to the deepest stack."""
    image = image_of(target, name)
    sizes = collections.Counter()
    for owner, symbol, size in pieces(image, (HERE / f"{name.removesuffix('-lto')}.cpp").read_text()):
        sizes[owner, symbol] += size
    for f in image.functions.values():
        if f.section == ".libc":
            sizes["libc", f.name] += f.size
    for (owner, symbol), size in sorted(sizes.items(), key=lambda item: (item[0][0], -item[1])):
        print(owner, size, short(symbol), sep="\t")
    deepest, way = stack_of(image)
    for start in way:
        print("stack", image.frame(start)[0], short(image.functions[start].name), sep="\t")
    print("stack", deepest, "the worst case", sep="\t")


# ------------------------------------------------------------------------------------------------------------ checks


def frame_by_compiler_rules(image, start):
    """-fstack-usage leaves out arguments in registers that Thumb spills before anything else: before a push, which is
    written as stmdb if it takes registers above r7."""
    frame = image.frame(start)[0]
    code = [image.code[a] for a in sorted(image.code) if start <= a][:2]
    m = re.fullmatch(r"sub sp, #(\d+)", " ".join(code[0][:2]))
    return frame - int(m[1]) if m and code[1][0] in ("push", "stmdb") else frame


def check_frames():
    """Checks the frames read from the machine code against those that the compiler reports (-fstack-usage)."""
    for target in PREFIXES:
        for profile in PROFILES:
            image = image_of(target, f"{profile}-whole")  # drops no function: the compiler reports all
            read = sorted(frame_by_compiler_rules(image, a) for a, f in image.functions.items() if f.section == ".text")
            folder = BUILD / target / "CMakeFiles" / f"{profile}-whole.dir"
            told = [line.split("\t")[1:] for line in (folder / f"{profile}.cpp.su").read_text().splitlines()]
            if any(kind != "static" for _, kind in told):
                raise SystemExit(f"{target} {profile}: a frame without a fixed size")
            if read != sorted(int(size) for size, _ in told):
                raise SystemExit(f"{target} {profile}: frames read {read}, told {sorted(int(s) for s, _ in told)}")


def check(rows):
    lines = BUDGET.read_text().splitlines()
    if lines[0].split("\t") != HEADER:
        raise SystemExit(f"{BUDGET}: other columns: update it with scripts/size --update")
    budget = {tuple(words[:KEY]): list(map(int, words[KEY:])) for words in (line.split("\t") for line in lines[1:])}
    if set(budget) != {tuple(row[:KEY]) for row in rows}:
        raise SystemExit(f"{BUDGET}: other rows: update it with scripts/size --update")
    worse = better = 0
    for row in rows:
        for column, allowed, is_now in zip(HEADER[KEY:], budget[tuple(row[:KEY])], row[KEY:]):
            if is_now == allowed:
                continue
            worse, better = worse + (is_now > allowed), better + (is_now < allowed)
            word = "ABOVE BUDGET" if is_now > allowed else "better"
            print(f"{' '.join(row[:2])}{' lto' * (row[2] == 'yes')}: {column} {allowed} -> {is_now} "
                  f"({is_now - allowed:+}) {word}", file=sys.stderr)
    if worse:
        raise SystemExit(f"{worse} numbers above the budget, bench/size/budget.tsv")
    if better:
        print("better, update the budget with scripts/size --update", file=sys.stderr)


def main():
    arguments = argparse.ArgumentParser()
    what = arguments.add_mutually_exclusive_group()
    what.add_argument("--check", action="store_true")
    what.add_argument("--update", action="store_true")
    what.add_argument("--detail", nargs=2, metavar=("TARGET", "IMAGE"))
    given = arguments.parse_args()
    build()
    if given.detail:
        return detail(*given.detail)
    rows = table()
    sys.stdout.write(text_of(rows))
    sys.stdout.flush()
    if given.update:
        BUDGET.write_text(text_of(rows))
    if given.check:
        check_frames()
        check(rows)


main()
