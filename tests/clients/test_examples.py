"""The short examples do what the comment at their beginning says: commands, and what they print."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.cpp"))
LONGEST = 60  # lines
TIMEOUT_S = 20


def commands(source):
    """The commands behind "$", each with the lines that it prints."""
    found = []
    for line in re.findall(r"^//     (.*)$", source.read_text().split("#include")[0], re.MULTILINE):
        if line.startswith("$ "):
            found.append((shlex.split(line[2:]), []))
        else:
            found[-1][1].append(line)
    return found


def readable(printed):
    """As coap-client prints it: text as it is, and bytes that are none in hexadecimal digits."""
    text = printed.decode(errors="replace")
    is_text = text.replace("\n", "").isprintable() and "\ufffd" not in text
    return text if is_text else printed.hex()


@pytest.fixture
def program(request, examples):
    """The program, and its port once it listens."""
    running = subprocess.Popen([examples / f"mincoap-example-{request.param.stem}", "0"], stdout=subprocess.PIPE)
    yield running
    running.kill()
    running.communicate()


@pytest.mark.parametrize("program, source", [(e, e) for e in EXAMPLES], ids=lambda e: e.stem, indirect=["program"])
def test_example_does_what_it_says(program, source, coap_client):
    said = commands(source)
    assert said, "no command to try it with"
    if said[0][0] == [source.stem]:
        assert program.communicate(timeout=TIMEOUT_S)[0].decode().splitlines() == said[0][1]
        assert program.returncode == 0
        return
    port = program.stdout.readline().split()[-1].decode()
    for command, expected in said:
        assert command[0] == "coap-client-notls"
        command = [coap_client, "-B", "5", *command[1:-1], command[-1].replace("127.0.0.1", f"127.0.0.1:{port}")]
        ran = subprocess.run(command, capture_output=True, timeout=TIMEOUT_S)
        printed = (ran.stdout + ran.stderr).rstrip(b"\n")
        assert readable(printed).split("\n") == (expected or [""]), command


@pytest.mark.parametrize("source", EXAMPLES, ids=lambda e: e.stem)
def test_example_is_short(source):
    assert len(source.read_text().splitlines()) <= LONGEST
