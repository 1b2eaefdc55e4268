"""The short examples do what the comment at their beginning says: commands, and what they print."""

import re
import shlex
import subprocess
from contextlib import contextmanager
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


@contextmanager
def running(example, folder):
    """The program, whose files are in that folder. It tells its port once it listens."""
    with subprocess.Popen([example.resolve(), "0"], cwd=folder, stdout=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def port_of(process):
    return process.stdout.readline().split()[-1].decode()


def what_prints(command, coap_client, port):
    """What a command of an example's prints when it is sent to that port."""
    assert command[0] == "coap-client-notls"
    command = [coap_client, "-B", "5", *command[1:-1], command[-1].replace("127.0.0.1", f"127.0.0.1:{port}")]
    ran = subprocess.run(command, capture_output=True, timeout=TIMEOUT_S)
    return readable((ran.stdout + ran.stderr).rstrip(b"\n"))


@pytest.fixture
def program(request, examples, tmp_path):
    with running(examples / f"mincoap-example-{request.param.stem}", tmp_path) as process:
        yield process


@pytest.mark.parametrize("program, source", [(e, e) for e in EXAMPLES], ids=lambda e: e.stem, indirect=["program"])
def test_example_does_what_it_says(program, source, coap_client):
    said = commands(source)
    assert said, "no command to try it with"
    if said[0][0] == [source.stem]:
        assert program.communicate(timeout=TIMEOUT_S)[0].decode().splitlines() == said[0][1]
        assert program.returncode == 0
        return
    port = port_of(program)
    for command, expected in said:
        assert what_prints(command, coap_client, port).split("\n") == (expected or [""]), command


def settings(*arguments):
    """The command that asks for the settings of the example that saves them, or changes them."""
    return ["coap-client-notls", *(arguments or ["-m", "get"]), "coap://127.0.0.1/settings"]


def test_saved_settings_outlive_a_restart(examples, coap_client, tmp_path):
    change = settings("-m", "put", "-t", "60", "-e", "%a2%01%f5%02%18%2a")
    with running(examples / "mincoap-example-saving", tmp_path) as process:
        port = port_of(process)
        assert what_prints(settings(), coap_client, port) == "a201f4021832"
        assert what_prints(change, coap_client, port) == ""
    with running(examples / "mincoap-example-saving", tmp_path) as process:
        assert what_prints(settings(), coap_client, port_of(process)) == "a201f502182a"


def test_settings_that_cannot_be_saved_stay_as_they_are(examples, coap_client, tmp_path):
    (tmp_path / "settings.new").mkdir()
    change = settings("-m", "ipatch", "-t", "60", "-e", "%a1%02%05")
    with running(examples / "mincoap-example-saving", tmp_path) as process:
        port = port_of(process)
        assert what_prints(change, coap_client, port) == "5.00"
        assert what_prints(settings(), coap_client, port) == "a201f4021832"


def test_the_reboot_comes_after_the_answer(examples, coap_client, tmp_path):
    ask = ["coap-client-notls", "-m", "post", "coap://127.0.0.1/reboot"]
    with running(examples / "mincoap-example-reboot", tmp_path) as process:
        assert what_prints(ask, coap_client, port_of(process)) == ""
        assert process.stdout.readline() == b"rebooting\n"


@pytest.mark.parametrize("source", EXAMPLES, ids=lambda e: e.stem)
def test_example_is_short(source):
    assert len(source.read_text().splitlines()) <= LONGEST
