"""Tests that need a missing privilege are skipped with the reason."""

import os
import subprocess
import sys

import pytest
from _netns import HERE

TEST = "test_reply_source.py::test_adapter_answers_a_global_address_from_a_link_local_one"


def run_without(capabilities):
    """Runs a test that makes network namespaces, as the same user without some capabilities."""
    dropped = ",".join(f"-{capability}" for capability in capabilities)
    environment = {name: value for name, value in os.environ.items() if name != "MINCOAP_REQUIRE_ALL"}
    return subprocess.run(
        ["setpriv", f"--bounding-set={dropped}", f"--inh-caps={dropped}", sys.executable, "-B", "-m", "pytest", "-q",
         "-rs", "-p", "no:cacheprovider", "--color=no", HERE / TEST],
        env=environment, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("capabilities", [("sys_admin", "net_admin"), ("net_admin",)], ids=",".join)
def test_root_without_capabilities_skips_what_needs_them(root, compiler, capabilities):
    done = run_without(capabilities)
    assert done.returncode == 0, done.stdout
    assert "2 skipped" in done.stdout, "one for each socket"
    assert "cannot make a " in done.stdout, "the output lacks the reason"
