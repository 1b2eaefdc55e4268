"""Builds the images of all targets."""

import pathlib
import subprocess
import sys

from image import Image

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = ROOT / "build" / "size"
PREFIXES = {"cortex-m0plus": "arm-none-eabi-", "cortex-m4": "arm-none-eabi-", "rv32": "riscv64-unknown-elf-"}
PROFILES = ("hello", "guarded", "discovery", "block2", "observe", "dedup", "oscore", "edhoc", "separate", "memory")


def build():
    for target in PREFIXES:
        folder = BUILD / target
        toolchain = ROOT / "cmake" / "toolchains" / f"{target}.cmake"
        configure = ["cmake", "-S", HERE, "-B", folder, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=MinSizeRel",
                     "--toolchain", toolchain]
        for command in configure, ["cmake", "--build", folder]:
            subprocess.run(command, stdout=sys.stderr, check=True)


def image_of(target, name):
    return Image(str(BUILD / target / f"{name}.elf"), PREFIXES[target])
