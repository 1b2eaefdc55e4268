"""Prints what a cipher library takes on microcontrollers, as a tab-separated table. scripts/crypto-size explains the
arguments.

Each number is the image's less that of the same program without ciphers. For the images of EDHOC, it is less that of
the server dedup of scripts/size: it has OSCORE, EDHOC and all of the cipher library. flash is code and constants, libc's memcpy
included. ram is .data and .bss. stack is an upper bound of the deepest stack from main on: a call by a pointer may reach
every function that a pointer may point to.
"""

import argparse
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE.parent / "size"))

from image import Image  # noqa: E402

BUILD = ROOT / "build" / "crypto-size"
BUDGET = HERE / "budget.tsv"
PREFIXES = {"cortex-m0plus": "arm-none-eabi-"}
IMAGES = ("aes_ct", "aes_small", "hkdf", "aes_ct-hkdf", "aes_small-hkdf", "p256", "x25519")
SERVERS = ("edhoc-small", "edhoc-fast", "edhoc-small-lto", "edhoc-fast-lto")
HEADER = "target\timage\tflash\tram\tstack\n"


def build(target):
    toolchain = ROOT / "cmake" / "toolchains" / f"{target}.cmake"
    for command in (["cmake", "-S", HERE, "-B", BUILD / target, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=MinSizeRel",
                     "--toolchain", toolchain], ["cmake", "--build", BUILD / target]):
        subprocess.run(command, stdout=sys.stderr, check=True)


def image_of(target, name):
    return Image(str(BUILD / target / f"{name}.elf"), PREFIXES[target])


def memory_of(image):
    flash = sum(map(image.size, (".text", ".rodata", ".strings", ".libc", ".data")))
    return flash, sum(map(image.size, (".data", ".bss")))


def measured(target, name):
    image = image_of(target, name)
    if image.cycles:
        raise SystemExit(f"{image.path}: no bound for the stack: " + " -> ".join(image.cycles[0]))
    return *memory_of(image), image.stack(image.function("main").address)[0]


def difference(numbers, without):
    return [a - b for a, b in zip(numbers, without)]


def table():
    text = HEADER
    for target in PREFIXES:
        build(target)
        without = measured(target, "nothing")
        rows = {name: difference(measured(target, name), without) for name in IMAGES}
        for name in SERVERS:
            server = "server-lto" if name.endswith("-lto") else "server"
            rows[name] = difference(memory_of(image_of(target, name)), memory_of(image_of(target, server))) + ["-"]
        text += "".join("\t".join(map(str, [target, name, *numbers])) + "\n" for name, numbers in rows.items())
    return text


def numbers_of(text):
    rows = [line.split("\t") for line in text.splitlines()[1:]]
    return {(*row[:2], column): int(n) for row in rows for column, n in zip(HEADER.split()[2:], row[2:]) if n != "-"}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--update", action="store_true")
    arguments = parser.parse_args()
    text = table()
    print(text, end="")
    if arguments.update:
        BUDGET.write_text(text)
    if arguments.check:
        budget = numbers_of(BUDGET.read_text())
        over = [f"{' '.join(key)}: {n}, budget {budget[key]}" for key, n in numbers_of(text).items() if n > budget[key]]
        if over:
            raise SystemExit("above bench/crypto/budget.tsv:\n" + "\n".join(over))


if __name__ == "__main__":
    main()
