"""Runs the commands at the top of each short example, and compares the output."""

import os
import re
import shlex
import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import _coap
import pytest
from _oscore import write_keys

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.cpp"))
LONGEST = 70  # lines
TIMEOUT_S = 20


def commands(source):
    """The commands behind "$", each with its output."""
    found = []
    for line in re.findall(r"^//     (.*)$", source.read_text().split("#include")[0], re.MULTILINE):
        if line.startswith("$ "):
            found.append((shlex.split(line[2:]), []))
        else:
            found[-1][1].append(line)
    return found


def readable(printed):
    """Formats a payload as coap-client does: text as it is, other bytes in hexadecimal digits."""
    text = printed.decode(errors="replace")
    is_text = text.replace("\n", "").isprintable() and "\ufffd" not in text
    return text if is_text else printed.hex()


def pending(stop):
    """Starts a program with that signal blocked and pending."""
    def prepare():
        signal.pthread_sigmask(signal.SIG_BLOCK, [stop])
        signal.raise_signal(stop)
    return prepare


@contextmanager
def running(example, folder, environment=None, before=None):
    """Runs the program, with its files in that folder. The program prints its port once it listens."""
    if not example.exists():
        pytest.skip(f"{example.name} is not built")
    with subprocess.Popen([example.resolve(), "0"], cwd=folder, stdout=subprocess.PIPE, preexec_fn=before,
                          env={**os.environ, **(environment or {})}) as process:
        try:
            yield process
        finally:
            process.kill()


def port_of(process):
    return process.stdout.readline().split()[-1].decode()


def what_prints(command, coap_client, port, name="coap-client-notls", folder=None):
    """Runs a command of an example against that port, and returns the output. `coap_client` is the client of that
    name."""
    assert command[0] == name
    most = [] if name == "edhoc-client" else ["-B", "5"]
    command = [coap_client, *most, *(word.replace("//127.0.0.1", f"//127.0.0.1:{port}") for word in command[1:])]
    ran = subprocess.run(command, capture_output=True, timeout=TIMEOUT_S, cwd=folder)
    return readable((ran.stdout + ran.stderr).rstrip(b"\n"))


def write_keys_for(example, folder):
    """For the examples that have clients with a key."""
    if example == "handshake":
        pytest.importorskip("cryptography")
        import _edhoc_keys

        _edhoc_keys.write(folder, (b"\x01",))
    else:
        write_keys(folder)


@pytest.fixture(scope="session")
def edhoc_client():
    return ROOT / "scripts/edhoc-client"


@pytest.fixture
def program(request, examples, tmp_path):
    write_keys_for(request.param.stem, tmp_path)
    with running(examples / f"mincoap-example-{request.param.stem}", tmp_path) as process:
        yield process


@pytest.mark.parametrize("program, source", [(e, e) for e in EXAMPLES], ids=lambda e: e.stem, indirect=["program"])
def test_example_does_what_it_says(request, program, source, tmp_path):
    said = commands(source)
    assert said, "no command to try it with"
    if said[0][0] == [source.stem]:
        assert program.communicate(timeout=TIMEOUT_S)[0].decode().splitlines() == said[0][1]
        assert program.returncode == 0
        return
    port = port_of(program)
    clients = {"coap-client-notls": "coap_client", "coap-client-openssl": "coap_client_oscore",
               "edhoc-client": "edhoc_client"}
    for command, expected in said:
        client = request.getfixturevalue(clients[command[0]])
        printed = what_prints(command, client, port, command[0], tmp_path)
        assert printed.split("\n") == (expected or [""]), command


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


# Records writes to the disk in order, and can make the sync of a file or a folder fail.
RECORDER = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int note(const char* what) {
    FILE* log = fopen(getenv("RECORDED"), "a");
    fprintf(log, "%s\n", what);
    fclose(log);
    const char* failing = getenv("FAILING");
    if (failing == NULL || strcmp(failing, what) != 0) return 0;
    errno = EIO;
    return -1;
}
int fsync(int file) {
    struct stat about;
    return note(fstat(file, &about) == 0 && S_ISDIR(about.st_mode) ? "sync folder" : "sync file");
}
int rename(const char* from, const char* to) {
    int (*next)(const char*, const char*) = (int (*)(const char*, const char*))dlsym(RTLD_NEXT, "rename");
    return note("rename") == 0 ? next(from, to) : -1;
}
"""


@pytest.fixture(scope="module")
def recorder(tmp_path_factory):
    library = tmp_path_factory.mktemp("recorder") / "recorder.so"
    subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-o", library, "-x", "c", "-"],
                   input=RECORDER, text=True, check=True)
    return library


@pytest.mark.parametrize("failing, answer, recorded", [
    ("", "", ["sync file", "rename", "sync folder"]),
    ("sync file", "5.00", ["sync file"]),
    ("rename", "5.00", ["sync file", "rename"]),
    ("sync folder", "5.00", ["sync file", "rename", "sync folder"]),
])
def test_settings_are_on_the_disk_before_the_client_is_told(
        examples, coap_client, tmp_path, recorder, failing, answer, recorded):
    log = tmp_path / "recorded"
    environment = {"LD_PRELOAD": str(recorder), "RECORDED": str(log), "FAILING": failing,
                   "ASAN_OPTIONS": "verify_asan_link_order=0"}
    change = settings("-m", "ipatch", "-t", "60", "-e", "%a1%02%05")
    with running(examples / "mincoap-example-saving", tmp_path, environment) as process:
        port = port_of(process)
        assert what_prints(change, coap_client, port) == answer
        assert log.read_text().splitlines() == recorded
        assert what_prints(settings(), coap_client, port) == ("a201f4021832" if answer else "a201f40205")


class Uploader:
    """A client that sends blocks of 16 bytes to the example's firmware, one by one."""

    def __init__(self, port):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.settimeout(TIMEOUT_S)
        self.socket.connect(("127.0.0.1", int(port)))
        self.mid = 0

    def put(self, number, content, more=True, mid=None):
        """Returns the code of the answer, such as "2.04". With `mid`, it repeats an earlier message."""
        self.mid += 1
        block1 = (_coap.BLOCK1, _coap.uint(number << 4 | more << 3))
        return self.ask(_coap.PUT, mid or self.mid, [block1], content * (16 if more else 5))[0]

    def versions(self):
        self.mid += 1
        return self.ask(_coap.GET, self.mid)[1]

    def ask(self, method, mid, options=(), payload=b""):
        self.socket.send(_coap.message(_coap.CON, method, mid, b"t", [*_coap.path("firmware"), *options], payload))
        answer = _coap.decode(self.socket.recv(2048))
        assert answer.mid == mid
        return f"{answer.code >> 5}.{answer.code & 31:02}", answer.payload


@pytest.fixture
def uploaders(examples, tmp_path):
    """Two clients."""
    with running(examples / "mincoap-example-upload", tmp_path) as process:
        port = port_of(process)
        clients = Uploader(port), Uploader(port)
        yield clients
        for client in clients:
            client.socket.close()


def test_firmware_of_one_client_is_not_mixed_with_blocks_of_another(uploaders):
    a, b = uploaders
    assert [a.put(0, b"a"), a.put(1, b"a")] == ["2.31"] * 2
    assert [b.put(n, b"b", more=n < 3) for n in range(4)] == ["5.03", "4.08", "4.08", "4.08"]
    assert a.put(2, b"a", more=False) == "2.04"
    assert a.versions() == b"1"


def test_firmware_block_that_was_never_stored_is_not_acknowledged(uploaders):
    a, b = uploaders
    assert [a.put(n, b"a", more=n < 2) for n in range(3)] == ["2.31", "2.31", "2.04"]
    assert [b.put(n, b"b", more=n < 3) for n in range(4)] == ["2.31", "2.31", "2.31", "2.04"]
    assert a.put(2, b"a", more=False) == "4.08"
    assert [a.put(n, b"a") for n in (0, 2)] == ["2.31", "4.08"]
    assert a.versions() == b"2"


def test_firmware_block_is_acknowledged_again_if_it_is_the_same(uploaders):
    a, _ = uploaders
    assert [a.put(0, b"a"), a.put(0, b"a", mid=1)] == ["2.31"] * 2
    assert a.put(0, b"x", mid=1) == "4.08"
    assert [a.put(1, b"b"), a.put(1, b"b"), a.put(1, b"x")] == ["2.31", "2.31", "4.08"]
    assert a.put(1, b"b", more=False) == "4.08", "a body that ends there is another one"
    assert [a.put(2, b"c", more=False), a.put(2, b"c", more=False)] == ["2.04"] * 2
    assert a.put(2, b"x", more=False) == "4.08"
    assert a.versions() == b"1"


def test_firmware_of_one_block_that_comes_again_is_one_version(uploaders):
    a, _ = uploaders
    assert [a.put(0, b"a", more=False), a.put(0, b"a", more=False, mid=1)] == ["2.04"] * 2
    assert a.versions() == b"1"


def ends_with_its_last_line(process):
    return process.communicate(timeout=TIMEOUT_S)[0].splitlines()[-1] == b"stopped" and process.returncode == 0


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM], ids=lambda s: s.name)
def test_the_event_loop_ends_at_a_signal_that_came_before_it_waits(examples, tmp_path, stop):
    with running(examples / "mincoap-example-event_loop", tmp_path, before=pending(stop)) as process:
        assert ends_with_its_last_line(process)


def test_the_event_loop_serves_beside_its_timer(examples, coap_client, tmp_path):
    ask = ["coap-client-notls", "-m", "get", "coap://127.0.0.1/uptime"]
    with running(examples / "mincoap-example-event_loop", tmp_path) as process:
        port = port_of(process)
        deadline = time.monotonic() + TIMEOUT_S
        while int(what_prints(ask, coap_client, port)) < 1:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_the_event_loop_ends_at_a_signal_that_comes_at_once(examples, tmp_path):
    for _ in range(20):
        with running(examples / "mincoap-example-event_loop", tmp_path) as process:
            port_of(process)
            process.terminate()
            assert ends_with_its_last_line(process)


def test_the_reboot_comes_after_the_answer(examples, coap_client, tmp_path):
    ask = ["coap-client-notls", "-m", "post", "coap://127.0.0.1/reboot"]
    with running(examples / "mincoap-example-reboot", tmp_path) as process:
        assert what_prints(ask, coap_client, port_of(process)) == ""
        assert process.stdout.readline() == b"rebooting\n"


def ask_together(port, path, clients):
    """Sends that many requests at once, from one socket. Returns the answers, in the order of their arrival."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.settimeout(TIMEOUT_S)
        peer.connect(("127.0.0.1", int(port)))
        for mid in range(clients):
            peer.send(_coap.message(_coap.NON, _coap.GET, mid, bytes([mid]), _coap.path(path)))
        peer.send(_coap.message(_coap.NON, _coap.GET, clients, b"end", _coap.path("nowhere")))
        answers = [_coap.decode(peer.recv(2048)) for _ in range(clients + 1)]
    return [(answer.token, f"{answer.code >> 5}.{answer.code & 31:02}", answer.payload) for answer in answers]


@pytest.mark.parametrize("example, path, places, result", [
    ("worker", "sensor", 4, b"21"), ("interrupt", "voltage", 1, b"3300")])
def test_others_are_served_while_a_slow_answer_is_on_its_way(examples, tmp_path, example, path, places, result):
    """More requests than there are places get 5.03, and the places are free afterwards."""
    with running(examples / f"mincoap-example-{example}", tmp_path) as process:
        port = port_of(process)
        for _ in range(2):
            answers = ask_together(port, path, places + 2)
            assert [code for _, code, _ in answers] == ["5.03"] * 2 + ["4.04"] + ["2.05"] * places
            assert answers[3:] == [(bytes([mid]), "2.05", result) for mid in range(places)]


@pytest.mark.parametrize("source", EXAMPLES, ids=lambda e: e.stem)
def test_example_is_short(source):
    assert len(source.read_text().splitlines()) <= LONGEST
