"""The demo on several cores, with a key that it shares with other machines, and as a service of systemd."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import _coap
import _demo
import pytest

FIRST_KEY = "000102030405060708090a0b0c0d0e0f"
SECOND_KEY = "f0e0d0c0b0a090807060504030201000"
GET, POST = 1, 2
ECHO = 252
DEPLOY = Path(__file__).resolve().parents[2] / "examples/deploy"


@pytest.fixture
def key_file(tmp_path):
    file = tmp_path / "guard.key"
    write_key(file, FIRST_KEY)
    return file


def write_key(file, *lines):
    file.touch(mode=0o600)
    file.write_text("".join(f"{line}\n" for line in lines))


class Client:
    """A client with one address and port for several servers."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(_demo.TIMEOUT_S)
        self.mid = 0

    def get(self, port, path, echo=None):
        self.mid += 1
        options = [*_coap.path(path), *([(ECHO, echo)] if echo else [])]
        self.socket.sendto(_coap.message(_coap.CON, GET, self.mid, b"t", options), ("127.0.0.1", port))
        answer = _coap.decode(self.socket.recv(65536))
        assert (answer.type, answer.mid, answer.token) == (_coap.ACK, self.mid, b"t")
        return answer

    def echo_from(self, port):
        challenge = self.get(port, "poem")
        assert challenge.code == _coap.code("4.01")
        return _coap.values(challenge, ECHO)[0]

    def is_confirmed(self, port, echo):
        return self.get(port, "poem", echo).code == _coap.code("2.05")


@pytest.fixture
def client():
    it = Client()
    yield it
    it.socket.close()


# ---- Cores

def test_cores_serve_the_same_resources(demo):
    with _demo.running(demo, "--cores", "3") as running:
        peers = [_demo.Peer(running.port) for _ in range(24)]
        for number, peer in enumerate(peers, 1):
            assert peer.request(POST, "count").payload == str(number).encode(), "the cores share the counter"
        for peer in peers:
            assert peer.request(GET, "count").payload == b"24"
        counted = running.stop()
        assert f"datagrams: {24 * 4} served" in counted, "the counts of all cores"
        for peer in peers:
            peer.close()


def test_each_core_completes_its_slow_answers(demo):
    with _demo.running(demo, "--cores", "2") as running:
        peers = [_demo.Peer(running.port) for _ in range(8)]
        for peer in peers:
            peer.socket.send(_coap.message(_coap.CON, GET, 7, b"slow", _coap.path("slow")))
        for peer in peers:
            assert _coap.decode(peer.socket.recv(100)).code == 0
            late = _coap.decode(peer.socket.recv(100))
            assert (late.code, late.token, late.payload) == (_coap.code("2.05"), b"slow", b"That took 1.5 s")
            peer.socket.send(_coap.message(_coap.ACK, 0, late.mid, b""))
            peer.close()


def test_each_core_notifies_its_observers(demo):
    with _demo.running(demo, "--cores", "2") as running:
        peers = [_demo.Peer(running.port) for _ in range(8)]
        for peer in peers:
            peer.socket.send(_coap.message(_coap.CON, GET, 7, b"o", [(_coap.OBSERVE, b""), *_coap.path("time")]))
            assert _coap.values(_coap.decode(peer.socket.recv(100)), _coap.OBSERVE)
        for peer in peers:
            told = _coap.decode(peer.socket.recv(100))
            assert _coap.values(told, _coap.OBSERVE)
            peer.socket.send(_coap.message(_coap.RST, 0, told.mid, b""))
            peer.close()


@pytest.mark.parametrize("arguments", [["--burst"], ["--burst", "--cores", "2"], ["--burst", "--verbose"]], ids=" ".join)
def test_bursts_are_answered_one_by_one(demo, arguments):
    with _demo.running(demo, *arguments) as running:
        peer = _demo.Peer(running.port)
        for mid in range(200):
            peer.socket.send(_coap.message(_coap.CON, GET, mid, mid.to_bytes(2, "big")))
        for mid in range(200):
            answer = _coap.decode(peer.socket.recv(100))
            assert (answer.mid, answer.token, answer.payload) == (mid, mid.to_bytes(2, "big"), b"Hello CoAP")
        assert "200 served" in running.stop()
        peer.close()


def test_a_client_with_keys_belongs_to_one_core(demo, tmp_path):
    if "--oscore" not in subprocess.run([demo, "--help"], capture_output=True, text=True, timeout=10).stdout:
        pytest.skip("the demo has no cipher library")
    keys = tmp_path / "client.keys"
    keys.write_text('master_secret,hex,"0102030405060708090a0b0c0d0e0f10"\nsender_id,ascii,"s"\nrecipient_id,ascii,"c"\n')
    arguments = [demo, "--port", "0", "--oscore", keys, "--oscore-state", tmp_path]
    done = subprocess.run([*arguments, "--cores", "2"], capture_output=True, text=True, timeout=10)
    assert done.returncode > 0
    assert "two cores cannot share" in done.stderr


def test_a_second_program_does_not_share_the_port(demo):
    with _demo.running(demo, "--cores", "2") as running:
        for cores in ("1", "2"):
            done = subprocess.run([demo, "--port", str(running.port), "--cores", cores], capture_output=True, timeout=10)
            assert done.returncode > 0
            assert b"cannot listen on" in done.stderr


@pytest.mark.parametrize("cores", ["0", "-1", "many", "5000"])
def test_numbers_of_cores_that_cannot_be(demo, cores):
    assert subprocess.run([demo, "--cores", cores], capture_output=True, timeout=10).returncode > 0


# ---- The key

def test_servers_with_one_key_take_each_others_options(demo, key_file, client):
    arguments = ["--trust", "none", "--key", key_file]
    with (_demo.running(demo, *arguments) as a, _demo.running(demo, *arguments) as b,
          _demo.running(demo, *arguments, "--cores", "2") as c, _demo.running(demo, "--trust", "none") as other):
        echo = client.echo_from(a.port)
        assert client.is_confirmed(a.port, echo)
        assert client.is_confirmed(b.port, echo)
        assert client.is_confirmed(c.port, echo)
        assert not client.is_confirmed(other.port, echo)


def test_a_server_takes_the_options_of_its_run_before(demo, key_file, client):
    arguments = ["--trust", "none", "--key", key_file]
    with _demo.running(demo, *arguments) as before:
        echo = client.echo_from(before.port)
    with _demo.running(demo, *arguments) as after:
        assert client.is_confirmed(after.port, echo)


def test_hangup_exchanges_the_key(demo, key_file, client):
    with _demo.running(demo, "--trust", "none", "--key", key_file, "--cores", "2") as running:
        old = client.echo_from(running.port)
        write_key(key_file, SECOND_KEY)
        running.process.send_signal(signal.SIGHUP)
        running.wait_for(f"{key_file} was read again")
        assert client.is_confirmed(running.port, old), "the old key is still accepted"
        fresh = client.echo_from(running.port)
        with _demo.running(demo, "--trust", "none", "--key", key_file) as other:
            assert client.is_confirmed(other.port, fresh), "new options are made with the new key"
            assert not client.is_confirmed(other.port, old)
        write_key(key_file, SECOND_KEY, SECOND_KEY)
        running.process.send_signal(signal.SIGHUP)
        running.wait_for(f"{key_file} was read again")
        assert not client.is_confirmed(running.port, old), "the second line replaced the old key"
        assert client.is_confirmed(running.port, fresh)


def test_an_idle_core_takes_no_datagram_with_the_key_before(demo, key_file):
    with _demo.running(demo, "--trust", "none", "--key", key_file, "--cores", "4") as running:
        clients = [Client() for _ in range(16)]
        echoes = [client.echo_from(running.port) for client in clients]
        write_key(key_file, SECOND_KEY, SECOND_KEY)
        running.process.send_signal(signal.SIGHUP)
        running.wait_for(f"{key_file} was read again")
        for client, echo in zip(clients, echoes):
            assert not client.is_confirmed(running.port, echo), "its core still has the old key"
            client.socket.close()


def test_hangup_with_a_wrong_file_changes_nothing(demo, key_file, client):
    with _demo.running(demo, "--trust", "none", "--key", key_file) as running:
        echo = client.echo_from(running.port)
        for spoil in (lambda: key_file.write_text("no key"), lambda: key_file.chmod(0o644), key_file.unlink):
            spoil()
            running.process.send_signal(signal.SIGHUP)
            assert running.wait_for(f"{key_file}: ").endswith("the keys stay as they are")
        assert client.is_confirmed(running.port, echo)


def test_a_key_that_others_can_read_is_refused(demo, key_file):
    key_file.chmod(0o640)
    done = subprocess.run([demo, "--port", "0", "--key", key_file], capture_output=True, timeout=10)
    assert done.returncode > 0
    assert b"Permission denied" in done.stderr


# ---- A service of systemd

@contextlib.contextmanager
def notified(tmp_path):
    """The socket that systemd would listen on."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(_demo.TIMEOUT_S)
        yield listener


def activated(sockets, environment, *command):
    """Starts a program with these sockets from descriptor 3 on, as systemd does: LISTEN_PID is the program's."""
    start = ("import os, sys\n"
             "numbers = [int(n) for n in sys.argv[1].split(',')]\n"
             "high = [os.dup2(n, 100 + i) for i, n in enumerate(numbers)]\n"
             "for i, n in enumerate(high): os.dup2(n, 3 + i, inheritable=True)\n"
             "os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(high)))\n"
             "os.execv(sys.argv[2], sys.argv[2:])\n")
    numbers = [s.fileno() for s in sockets]
    return subprocess.Popen([sys.executable, "-c", start, ",".join(map(str, numbers)), *map(str, command)],
                            pass_fds=numbers, env={**os.environ, **environment}, stdout=subprocess.PIPE)


def bound_as_systemd_does(port=0):
    listener = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)  # PassPacketInfo=
    listener.bind(("::", port))
    return listener


@pytest.mark.parametrize("count", [1, 2])
def test_serves_on_the_sockets_of_systemd(demo, tmp_path, count):
    sockets = [bound_as_systemd_does()]
    port = sockets[0].getsockname()[1]
    sockets += [bound_as_systemd_does(port) for _ in range(count - 1)]
    peer = _demo.Peer(port)
    early = _coap.message(_coap.CON, GET, 1, b"early", _coap.path("count"))
    peer.socket.send(early)  # the datagram for which systemd starts the service
    with notified(tmp_path) as listener:
        process = activated(sockets, {"NOTIFY_SOCKET": str(tmp_path / "notify")}, demo, "--port", "1")
        try:
            assert listener.recv(100) == b"READY=1"
            assert _coap.decode(peer.socket.recv(100)).token == b"early"
            for _ in range(10):
                assert peer.request(GET, "").payload == b"Hello CoAP"
            process.send_signal(signal.SIGTERM)
            assert listener.recv(100) == b"STOPPING=1"
            output = process.communicate(timeout=_demo.TIMEOUT_S)[0].decode()
            assert process.returncode == 0
            assert re.search(rf"^listening on .*:{port}$", output, re.MULTILINE)
        finally:
            process.kill()
            process.wait()
    for s in (peer, *sockets):
        s.close()


def test_takes_no_sockets_that_another_process_was_passed(demo, monkeypatch):
    monkeypatch.setenv("LISTEN_PID", "1")
    monkeypatch.setenv("LISTEN_FDS", "1")
    with _demo.running(demo) as running:
        peer = _demo.Peer(running.port)
        assert peer.request(GET, "").payload == b"Hello CoAP"
        peer.close()


def test_says_why_a_passed_socket_does_not_serve(demo):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream:
        process = activated([stream], {}, demo)
        output = process.communicate(timeout=_demo.TIMEOUT_S)[0]
    assert process.returncode > 0
    assert b"listening" not in output


def test_systemd_accepts_the_units(tmp_path, demo):
    analyze = shutil.which("systemd-analyze")
    if not analyze:
        pytest.skip("needs systemd-analyze")
    for unit in DEPLOY.glob("mincoap-demo.*"):
        (tmp_path / unit.name).write_text(unit.read_text().replace("/usr/local/bin/mincoap-demo", demo))
    units = sorted(tmp_path.iterdir())
    assert [unit.suffix for unit in units] == [".service", ".socket"]
    done = subprocess.run([analyze, "verify", "--man=no", *units], capture_output=True, text=True, timeout=60)
    complaints = [line for line in done.stderr.splitlines() if "mincoap-demo" in line]
    assert (done.returncode, complaints) == (0, [])


def test_the_options_of_the_unit_are_those_of_the_demo(demo):
    command = re.search(r"^ExecStart=/usr/local/bin/mincoap-demo (.*)$", (DEPLOY / "mincoap-demo.service").read_text(),
                        re.MULTILINE)[1]
    helped = subprocess.run([demo, "--help"], capture_output=True, text=True, timeout=10).stdout
    for option in re.findall(r"--\w+", command):
        assert f"{option} " in helped


# ---- Numbers to watch

def test_the_metrics_of_all_cores_are_told_on_a_unix_socket(examples, tmp_path):
    process = subprocess.Popen([examples.resolve() / "mincoap-example-metrics", "0"], cwd=tmp_path, stdout=subprocess.PIPE)
    try:
        port = int(process.stdout.readline().split()[-1])
        clients = [Client() for _ in range(16)]
        for client in clients:
            assert client.get(port, "hello").payload == b"Hello"
            client.socket.close()
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as reader:
            reader.settimeout(_demo.TIMEOUT_S)
            reader.connect(str(tmp_path / "metrics.sock"))
            text = b"".join(iter(lambda: reader.recv(4096), b"")).decode()
        assert 'mincoap_requests_total{method="GET",response="2.xx"} 16\n' in text
        assert 'mincoap_service_seconds_bucket{le="+Inf"} 16\n' in text
        assert text.endswith("mincoap_service_seconds_count 16\n")
        process.terminate()
        assert process.wait(_demo.TIMEOUT_S) == 0
        assert not (tmp_path / "metrics.sock").exists()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
