"""The demo as a program: its arguments, its output and its end."""

import signal
import socket
import subprocess

import _coap
import _demo
import pytest


def port_is_closed(address, port):
    """Returns true if no program listens on the port, according to the kernel."""
    peer = _demo.Peer(port, address)
    try:
        peer.ask(b"")
        return False
    except ConnectionRefusedError:
        return True
    finally:
        peer.close()


def has_ipv6():
    try:
        socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).bind(("::1", 0))
        return True
    except OSError:
        return False


needs_ipv6 = pytest.mark.skipif(not has_ipv6(), reason="no IPv6 on the loopback interface")


@pytest.mark.parametrize("with_signal", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_ends_on_a_signal(demo, with_signal):
    with _demo.running(demo) as running:
        peer = _demo.Peer(running.port)
        peer.ask(b"\x40")
        peer.ask(bytes.fromhex("40 00 12 34"))
        peer.ask(bytes.fromhex("f0 00 12 34"))
        peer.ask(bytes.fromhex("4f 00 12 34"))
        peer.close()
        counted = running.stop(with_signal)
        for expected in ("4 served", "1 too short", "1 pings", "1 of another version", "1 malformed"):
            assert expected in counted


@pytest.mark.parametrize("with_signal", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_ends_on_a_signal_that_came_before_it_waits(demo, with_signal):
    def prepare():
        signal.pthread_sigmask(signal.SIG_BLOCK, [with_signal])
        signal.raise_signal(with_signal)
    ended = subprocess.run([demo, "--port", "0"], preexec_fn=prepare, capture_output=True, timeout=10)
    assert ended.returncode == 0
    assert ended.stdout.splitlines()[-1].startswith(b"datagrams: ")


@needs_ipv6
def test_listens_on_all_addresses(demo):
    with _demo.running(demo) as running:
        for address in ("127.0.0.1", "127.0.0.2", "::1"):
            peer = _demo.Peer(running.port, address)
            assert peer.ask(b"") == []
            peer.close()


@needs_ipv6
def test_listens_on_one_address(demo):
    for its, others in (("127.0.0.1", ["127.0.0.2", "::1"]), ("::1", ["127.0.0.1"]), ("0.0.0.0", ["::1"])):
        with _demo.running(demo, "--bind", its) as running:
            peer = _demo.Peer(running.port, "127.0.0.2" if its == "0.0.0.0" else its)
            assert peer.ask(b"") == []
            peer.close()
            assert all(port_is_closed(other, running.port) for other in others)


def test_says_what_to_try(demo):
    with _demo.running(demo, "--bind", "127.0.0.1") as running:
        assert any(f"coap-client-notls -m get coap://127.0.0.1:{running.port}/" in line for line in running.lines)
        assert f"listening on 127.0.0.1:{running.port}" in running.lines


def test_verbose(demo):
    with _demo.running(demo, "--verbose", "--bind", "127.0.0.1") as running:
        peer = _demo.Peer(running.port)
        who = f"127.0.0.1:{peer.socket.getsockname()[1]}"

        def lines_for(datagram):
            peer.ask(datagram)
            lines = list(iter(running.next_line, f"<- {who}  CON GET 0x{next_probe():04x} token {peer.PROBE_TOKEN.hex()}"))
            assert running.next_line().startswith(f"-> {who}  ACK 2.05")
            return [line.replace(who, "WHO") for line in lines]

        probes = iter(range(0xA000, 0xB000))
        next_probe = probes.__next__

        options = [*_coap.path("cbor"), (_coap.URI_HOST, b"h\n\xff"), (_coap.ACCEPT, b"\x3c"), (_coap.ETAG, b"\x01\x02"),
                   (65000, b"\xab")]
        assert lines_for(_coap.message(_coap.CON, _coap.GET, 0x12AB, b"\x01\xfe", options)) == [
            "<- WHO  CON GET 0x12ab token 01fe | Uri-Host 680aff, ETag 0102, Uri-Path \"cbor\", Accept application/cbor, option 65000 ab",
            "-> WHO  ACK 2.05 0x12ab token 01fe | ETag ef73a9f5, Content-Format application/cbor | 18 bytes a400f4011820026548656c6c6f0383010203",
        ]
        assert lines_for(_coap.message(_coap.CON, _coap.POST, 1, b"", _coap.path("message/info"), b"Hello")) == [
            "<- WHO  CON POST 0x0001 | Uri-Path \"message\", Uri-Path \"info\" | 5 bytes \"Hello\"",
            "-> WHO  ACK 2.04 0x0001",
        ]
        long_line = 'a"' + "ü" * 40
        assert lines_for(_coap.message(_coap.CON, _coap.POST, 2, b"", _coap.path("message/info"), long_line.encode())) == [
            "<- WHO  CON POST 0x0002 | Uri-Path \"message\", Uri-Path \"info\" | 82 bytes \"a\\\"" + "ü" * 15 + "\"...",
            "-> WHO  ACK 2.04 0x0002",
        ]
        assert lines_for(_coap.message(_coap.CON, _coap.GET, 3, b"", _coap.path("log"))) == [
            "<- WHO  CON GET 0x0003 | Uri-Path \"log\"",
            "-> WHO  ACK 2.05 0x0003 | ETag b13a587e, Content-Format text/plain | 101 bytes \"info: Hello\\ninfo: a\\\"" + "ü" * 6 + "\"...",
        ]
        assert lines_for(bytes.fromhex("40 00 12 34")) == ["<- WHO  CON Empty 0x1234", "-> WHO  RST Empty 0x1234"]
        assert lines_for(bytes.fromhex("4f 01 12 34")) == [
            "<- WHO  no CoAP message: 4 bytes 4f011234", "-> WHO  RST Empty 0x1234"]
        assert lines_for(b"") == ["<- WHO  no CoAP message: 0 bytes"]
        peer.close()


def test_serves_a_directory(demo, tmp_path):
    (tmp_path / "a.txt").write_text("Hello")
    with _demo.running(demo, "--files", tmp_path) as running:
        peer = _demo.Peer(running.port)
        assert peer.request(1, "fs/a.txt").payload == b"Hello"
        assert b"</fs/a.txt>;sz=5" in peer.request(1, ".well-known/core", [(_coap.URI_QUERY, b"sz=5")]).payload
        assert peer.request(3, "fs/a.txt", payload=b"other").code == _coap.code("4.05")
        peer.close()
    assert (tmp_path / "a.txt").read_text() == "Hello"


def test_trusts_the_networks_that_it_is_told_to_trust(demo):
    for trusted, expected in (("127.0.0.0/8", "2.05"), ("none", "4.01"), ("10.0.0.0/8", "4.01"), ("127.0.0.1", "2.05")):
        with _demo.running(demo, "--trust", trusted) as running:
            peer = _demo.Peer(running.port)
            assert peer.request(1, "poem").code == _coap.code(expected), trusted
            peer.close()


@pytest.mark.skipif(not has_ipv6(), reason="needs IPv6")
def test_trusts_no_network_of_the_other_family(demo):
    for trusted, expected in (("::/0", ["4.01", "2.05"]), ("0.0.0.0/0", ["2.05", "4.01"]), ("::/64", ["4.01", "2.05"])):
        with _demo.running(demo, "--trust", trusted) as running:
            peers = [_demo.Peer(running.port, address) for address in ("127.0.0.1", "::1")]
            answers = [peer.request(1, "poem").code for peer in peers]
            assert answers == [_coap.code(e) for e in expected], trusted
            for peer in peers:
                peer.close()


def test_does_not_carry_out_what_is_broadcast(new_server):
    """A PUT to /upload."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        sender.sendto(bytes.fromhex("5103000142b675706c6f6164ff78"), ("127.255.255.255", new_server.port))
    peer = _demo.Peer(new_server.port)
    assert peer.request(1, "upload").payload != b"x"
    peer.close()
    assert new_server.stop().startswith("datagrams: 2 served, 0 refused, 0 pings, ")
    assert "socket: 1 unwanted, 0 dropped" in new_server.lines


@pytest.mark.parametrize("arguments", [["--bind", "nonsense"], ["--trust", "nonsense"], ["--trust", "10.0.0.0/33"],
                                       ["--trust", "%lo/0"], ["--trust", "%lo"], ["--trust", "::%lo/0"],
                                       ["--trust", "192.0.2.1%lo"], ["--trust", "fe80::1%nowhere"],
                                       ["--files", "/nowhere"], ["--port", "70000"], ["--port", "-1"], ["--unknown"],
                                       ["--bind", "192.0.2.1"], ["--bind", "::1%nowhere"]])
def test_arguments_that_cannot_be(demo, arguments):
    done = subprocess.run([demo, *arguments], capture_output=True, timeout=_demo.TIMEOUT_S)
    assert done.returncode > 0
    assert done.stderr


KEYS = 'master_secret,hex,"000102030405060708090a0b0c0d0e0f"\nsender_id,hex,"01"\nrecipient_id,hex,"02"\n'


@pytest.fixture
def keys(tmp_path):
    """Writes a file with keys, and more lines behind them, and returns it."""
    def write(name, more="", text=KEYS):
        (tmp_path / name).write_text(text + more)
        return tmp_path / name
    return write


def complaint(demo, *arguments):
    """The one line of a demo that does not start."""
    done = subprocess.run([demo, "--port", "0", *arguments], capture_output=True, text=True, timeout=_demo.TIMEOUT_S)
    assert done.returncode > 0 and not done.stdout
    (line,) = done.stderr.splitlines()
    return line


def test_a_mistake_in_a_file_with_keys(demo, keys, tmp_path):
    good = keys("good")
    for more, cause in (("sender_id,hex,\"03\"\n", "bad:4: sender_id is given twice"),
                        ("\n# a comment\nmaster_salt,hex,\"0\"\n", "bad:6: master_salt is not hexadecimal")):
        assert complaint(demo, "--oscore", good, "--oscore", keys("bad", more)) == f"{tmp_path}/{cause}"
    assert complaint(demo, "--oscore", tmp_path / "none") == f"{tmp_path}/none: No such file or directory"


def test_clients_whose_keys_are_the_same(demo, keys, tmp_path):
    """Two contexts with one Sender Key would use each nonce twice."""
    first, again = keys("first"), keys("again", text=KEYS.replace('"02"', '"03"'))
    assert complaint(demo, "--oscore", first, "--oscore", again, "--oscore-state", tmp_path) == (
        f"{again}: another client has this master_secret and sender_id")
    other = keys("other", text=KEYS.replace("0001", "0101"))
    assert complaint(demo, "--oscore", first, "--oscore", other, "--oscore-state", tmp_path) == (
        f"{other}: another client has this recipient_id, or there are too many clients")


def test_sequence_numbers_that_cannot_be_kept(demo, keys, tmp_path):
    arguments = "--oscore", keys("keys"), "--oscore-state"
    assert complaint(demo, *arguments, tmp_path / "none") == f"{tmp_path}/none: No such file or directory"
    (tmp_path / "oscore-02").write_text("64\n")
    assert complaint(demo, *arguments, tmp_path) == f"{tmp_path}/keys: the file with the sequence number is damaged"
    (tmp_path / "oscore-02").unlink()
    with _demo.running(demo, *arguments, tmp_path):
        assert complaint(demo, *arguments, tmp_path) == (
            f"{tmp_path}: another program uses the sequence numbers in this folder")


def test_a_lasting_key_of_the_guard_beside_clients_with_keys(demo, keys, tmp_path):
    """With the key of an earlier start, an old request with its Echo option would pass as new, and its nonce would be
    used again."""
    arguments = "--oscore", keys("keys"), "--oscore-state", tmp_path
    key = keys("key", text="0f0e0d0c0b0a09080706050403020100\n")
    key.chmod(0o600)
    assert complaint(demo, *arguments, "--key", key) == (
        "--oscore: needs a new key of the Echo option in each start, so it excludes --key")


def test_plain_requests_beside_clients_with_keys(demo, keys, tmp_path):
    with _demo.running(demo, "--oscore", keys("keys"), "--oscore-state", tmp_path) as running:
        peer = _demo.Peer(running.port)
        assert peer.request(1, "count").payload == b"0"
        assert peer.request(3, "upload", payload=b"x").code == _coap.code("2.01")
        assert peer.request(1, "private").code == _coap.code("4.01")
        unknown = peer.request(2, "", [(9, b"\x09\x00\x07")], b"a message of an unknown client")
        assert (unknown.code, unknown.options) == (_coap.code("4.01"), ((14, b""),)), "Max-Age 0"
        peer.close()
    assert not list(tmp_path.glob("oscore-*")), "no number was used"


def test_port_that_is_taken(demo, server):
    done = subprocess.run([demo, "--port", str(server.port)], capture_output=True, timeout=_demo.TIMEOUT_S)
    assert done.returncode > 0
    assert b"cannot listen on" in done.stderr
