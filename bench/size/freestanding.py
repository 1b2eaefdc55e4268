"""Checks that the images run without an operating system: no heap, no exceptions, no code before main, no guards, no
functions of libc but loops over bytes, no recursion. scripts/freestanding runs it.

First, the images of violations/*.cpp show that each check finds its violation."""

import re
import sys

from targets import BUILD, PREFIXES, PROFILES, build, image_of

FORBIDDEN = {  # the names that nm prints
    "heap": r"(_?malloc|free|calloc|realloc)(_r)?|_?_?sbrk(_r)?|_Zn[wa].*|_Zd[la].*",
    "exceptions": r"__cxa_(?!guard|atexit).*|__gxx_personality.*|_Unwind.*|__aeabi_unwind.*|_ZSt9terminatev|abort",
    "constructors": r"_GLOBAL__.*|__cxa_atexit|__aeabi_atexit|atexit|__dso_handle",
    "guards": r"__cxa_guard.*|_ZGV.*",
}
BOARD = r"radio_receive|radio_send|radio_random|now_ms"
LIBC = r"mem(cpy|move|set|cmp)"
RUNTIME = (r"__gnu_thumb1_case_\w+|__aeabi_(u?idiv(mod)?|u?ldivmod|lmul|ll[sa][lr]|mem\w+)"
           r"|__(u?div|u?mod|mul|ashl|ashr|lshr|clz|ctz|popcount|bswap)[sd]i[234]?")


def findings(image, object_file):
    """Yields (kind, place) per violation. `object_file` is the program before linking. With LTO there is none."""
    symbols = [line.split()[-1] for line in image.run("nm").splitlines()]
    for what, pattern in FORBIDDEN.items():
        yield from ((what, s) for s in symbols if re.fullmatch(pattern, s))
    for section, what in ((".constructors", "constructors"), (".unwind", "exceptions"), (".ARM.exidx", "exceptions")):
        if image.size(section):
            yield what, f"{section}: {image.size(section)} bytes"
    yield from (("libc", name) for name in needs(image, object_file) if not re.fullmatch(f"{BOARD}|{LIBC}|{RUNTIME}", name))
    yield from (("recursion", " -> ".join(names)) for names in image.cycles)


def needs(image, object_file):
    if object_file:
        return [line.split()[-1] for line in image.run_on(object_file, "nm", "-u").splitlines()]
    return [f.name for f in image.functions.values() if f.section == ".libc"]


def object_of(target, name, source):
    return None if name.endswith("-lto") else str(BUILD / target / "CMakeFiles" / f"{name}.dir" / f"{source}.cpp.obj")


def check_violations(target):
    """Returns how many of them are not found."""
    missed = 0
    for what, violation in (("heap", "heap"), ("exceptions", "exception"), ("constructors", "constructor"),
                            ("guards", "guard"), ("libc", "libc"), ("recursion", "recursion")):
        name = f"violation-{violation}"
        found = {kind for kind, _ in findings(image_of(target, name), object_of(target, name, f"violations/{violation}"))}
        if what not in found:
            print(f"{target} violations/{violation}.cpp: {what} not found; only: {sorted(found)}")
            missed += 1
    return missed


def check_profile(target, name, source):
    image = image_of(target, name)
    object_file = object_of(target, name, source)
    found = list(findings(image, object_file))
    for what, where in found:
        print(f"{target} {name}: {what}: {where}")
    if not found:
        print(f"{target} {name}: no violations; needs {', '.join(sorted(needs(image, object_file)))}")
    return len(found)


def main():
    build()
    bad = 0
    for target in PREFIXES:
        bad += check_violations(target)
        for profile in PROFILES:
            bad += sum(check_profile(target, profile + suffix, profile) for suffix in ("", "-lto"))
    sys.exit(bad != 0)


main()
