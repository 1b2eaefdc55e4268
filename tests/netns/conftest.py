"""Shared by the tests of this folder."""

import os
import shutil

import pytest


@pytest.fixture(scope="session")
def compiler():
    """The C++ compiler, for the servers of this folder."""
    found = shutil.which(os.environ.get("CXX", "c++"))
    if not found:
        pytest.skip("needs a C++ compiler")
    return found
