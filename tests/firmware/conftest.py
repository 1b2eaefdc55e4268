"""Shared by the tests of the firmware. scripts/firmware --build makes the images."""

import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / path) for path in ("firmware", "tests/blackbox", "tests/netns")]
sys.path.append(str(ROOT / "tests/clients"))  # last, because its tests have names of tests here

import _tap  # noqa: E402
import emulate  # noqa: E402
from _netns import built  # noqa: E402


@pytest.fixture(scope="session")
def image():
    """The path of an image of a board, which can be run here."""

    def find(board, profile):
        if not shutil.which(emulate.BOARDS[board].emulator):
            pytest.skip(f"needs {emulate.BOARDS[board].emulator}")
        path = emulate.image_of(board, profile)
        if not path.exists():
            pytest.skip(f"{path} is not built")
        return path

    return find


@pytest.fixture(scope="module")
def link(tap):
    """A host behind a tap device, for the firmware of each test."""
    with built(_tap.Link()) as made:
        yield made
