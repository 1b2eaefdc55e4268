"""Shared by the tests in Python: the programs under test and the clients that scripts/setup-clients sets up.

A fixture skips its test if its program is missing. With MINCOAP_REQUIRE_ALL=1, a skipped test is a failure.
"""

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / "build/tools"


def found(variable, *fallbacks):
    """The path in an environment variable, or the first of the usual places that is there; else the test is skipped."""
    for path in (os.environ.get(variable), *fallbacks):
        if path and Path(path).exists():
            return str(path)
    pytest.skip(f"{variable} is not set and names nothing in the usual places")


@pytest.fixture(scope="session")
def demo():
    """The demo server's executable."""
    return found("MINCOAP_DEMO", ROOT / "build/release/examples/mincoap-demo")


@pytest.fixture(scope="session")
def plugtest():
    """The plugtest server's executable."""
    return found("MINCOAP_PLUGTEST", ROOT / "build/release/examples/mincoap-plugtest")


@pytest.fixture(scope="session")
def examples():
    """The folder with the short examples' executables."""
    return Path(found("MINCOAP_EXAMPLES", ROOT / "build/release/examples"))


@pytest.fixture(scope="session")
def cbor_describe():
    """The executable that tells what the library reads of CBOR."""
    return found("MINCOAP_CBOR_DESCRIBE", ROOT / "build/release/tests/mincoap-cbor-describe")


@pytest.fixture(scope="session")
def handshake_x25519():
    """The executable of the example that agrees on keys, with X25519."""
    return found("MINCOAP_X25519", ROOT / "build/release/tests/mincoap-handshake-x25519")


@pytest.fixture(scope="session")
def coap_client():
    """libcoap's command-line client."""
    return found("COAP_CLIENT", shutil.which("coap-client-notls"), shutil.which("coap-client"))


@pytest.fixture(scope="session")
def coap_client_4_3_4():
    """The same of that version."""
    return found("COAP_CLIENT_4_3_4", TOOLS / "libcoap/coap-client")


@pytest.fixture(scope="session")
def coap_client_oscore():
    """The same with OSCORE."""
    return found("COAP_CLIENT_OSCORE", TOOLS / "libcoap/coap-client-oscore")


@pytest.fixture(scope="session")
def coap_cli():
    """The command `coap` of node's coap-cli."""
    return found("COAP_CLI", TOOLS / "coap-cli/node_modules/.bin/coap")


@pytest.fixture(scope="session")
def aiocoap():
    """The Python module aiocoap."""
    sys.path.insert(0, found("AIOCOAP_PYTHONPATH", TOOLS / "aiocoap/usr/lib/python3/dist-packages"))
    import aiocoap

    return aiocoap


def refusal(*command):
    """None if this command can be carried out here; otherwise what it says."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20, check=False)
    except OSError as error:
        return str(error)
    return f"{' '.join(command)}: {done.stderr.strip()}" if done.returncode != 0 else None


@contextlib.contextmanager
def tried_namespace():
    """A network namespace for a trial. Yields the words in front of a command that enter it."""
    name = f"mincoap-t{os.getpid()}"
    try:
        if reason := refusal("ip", "netns", "add", name):
            pytest.skip(f"cannot make a network namespace: {reason}")
        yield ["nsenter", f"--net=/run/netns/{name}"]
    finally:
        refusal("ip", "netns", "delete", name)


@pytest.fixture(scope="session")
def root():
    """Skips a test that needs network namespaces with links between them if these cannot be made.

    It makes some to find out: the user's number does not tell, since root in a container may lack the capabilities."""
    with tried_namespace() as enter:
        for kind in (["bridge"], ["veth", "peer", "name", "other"]):
            if reason := refusal(*enter, "ip", "link", "add", kind[0], "type", *kind):
                pytest.skip(f"cannot make a link in a network namespace: {reason}")


@pytest.fixture(scope="session")
def tap(root):
    """Skips a test that needs a tap device and raw sockets if these cannot be made."""
    raw = "import socket; socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)"
    with tried_namespace() as enter:
        for command in (["ip", "tuntap", "add", "dev", "tap", "mode", "tap"], [sys.executable, "-c", raw]):
            if reason := refusal(*enter, *command):
                pytest.skip(f"cannot make a tap device or a raw socket: {reason}")


def fail_if_skipped(report):
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("MINCOAP_REQUIRE_ALL") == "1":
        report.outcome = "failed"
        report.longrepr = f"skipped, where all tests are required: {report.longrepr}"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport():
    outcome = yield
    fail_if_skipped(outcome.get_result())


@pytest.hookimpl(hookwrapper=True)
def pytest_make_collect_report():
    outcome = yield
    fail_if_skipped(outcome.get_result())
