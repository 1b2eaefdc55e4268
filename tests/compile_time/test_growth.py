"""Large sites: compile time is proportional to the number of resources."""

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench/compile_time"))
import compile_time  # noqa: E402

COMPILER = os.environ.get("CXX", "g++")
FEW, MANY = 100, 400
# Four times the resources take four times as long, or sixteen times if each resource looks at each other one. If other
# programs run as well, the times vary by a half, and times below LEAST are lost in the noise.
MOST, LEAST = 8, 0.4


@pytest.mark.parametrize("site", compile_time.SITES)
def test_compile_time_grows_as_the_number_of_resources(site):
    without, few = (min(compile_time.compile_(COMPILER, site, number)[0] for _ in range(2)) for number in (0, FEW))
    limit = without + MOST * max(few - without, LEAST)
    stop = round(2 * limit)
    assert any(compile_time.compile_(COMPILER, site, MANY, most_seconds=stop)[0] < limit for _ in range(3))


@pytest.mark.parametrize("resources", [3, 30])
@pytest.mark.parametrize("site", compile_time.SITES)
def test_a_site_is_written_into_an_lto_object(site, resources):
    """Its table has to be a constant of plain values: GCC 12 aborts at one whose elements were set out of order."""
    compile_time.compile_(COMPILER, site, resources, options=["-flto"])


def test_a_site_that_does_not_compile_is_seen():
    with pytest.raises(RuntimeError, match="does not compile 2 resources"):
        compile_time.compile_(COMPILER, "plain", 2, include=ROOT / "tests")
