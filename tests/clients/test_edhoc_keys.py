"""scripts/edhoc-keys makes keys that two devices can use."""

import subprocess
import sys
from pathlib import Path

import _edhoc
import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts/edhoc-keys"


def made(folder, *arguments, status=0):
    """Runs the script in that folder. Returns its output."""
    done = subprocess.run([sys.executable, SCRIPT, *arguments], cwd=folder, capture_output=True, text=True)
    assert done.returncode == status, done.stderr
    return done.stdout if status == 0 else done.stderr


@pytest.mark.parametrize("curve, kind, suites", [("P-256", _edhoc.P256, [2, 3]), ("X25519", _edhoc.X25519, [0, 1])])
def test_both_sides_agree_on_a_secret(tmp_path, curve, kind, suites):
    lines = [made(tmp_path, name, "--curve", curve, "--subject", name) for name in ("server", "client")]
    for name, line in zip(("client", "server"), lines):
        with (tmp_path / name).open("a") as file:
            file.write(line)
    server, client = (_edhoc.Keys.load(tmp_path / name) for name in ("server", "client"))
    assert (server.peers, client.peers) == ([client.own.credential], [server.own.credential])
    assert server.own.key.agree(client.peers[0].public) != server.own.key.agree(server.peers[0].public)
    assert server.own.key.agree(server.peers[0].public) == client.own.key.agree(client.peers[0].public)
    for side in (server, client):
        assert side.own.credential.curve is kind and side.suites == suites
        assert side.own.key.public == side.own.credential.public


def test_a_key_file_is_for_its_owner_alone(tmp_path):
    made(tmp_path, "keys")
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o600


def test_a_key_is_not_overwritten(tmp_path):
    made(tmp_path, "keys")
    before = (tmp_path / "keys").read_bytes()
    assert made(tmp_path, "keys", status=1) == "keys: File exists\n"
    assert (tmp_path / "keys").read_bytes() == before


def test_a_kid_takes_one_byte_in_a_message(tmp_path):
    made(tmp_path, "keys")
    kid = _edhoc.Keys.load(tmp_path / "keys").own.credential.kid
    assert _edhoc.encode_identifier(kid) == kid


def test_a_point_of_p256_is_whole(tmp_path):
    """RFC 9053, section 7.1.1. EDHOC reads x alone."""
    made(tmp_path, "keys")
    own = _edhoc.Keys.load(tmp_path / "keys").own
    y = _edhoc.decode(own.credential.ccs)[0][8][1][-3]
    assert own.key.key.public_key().public_numbers().y == int.from_bytes(y, "big")


def test_a_kid_and_a_subject_are_in_the_credential(tmp_path):
    made(tmp_path, "keys", "--kid", "0a0b0c", "--subject", "pump 7")
    credential = _edhoc.Keys.load(tmp_path / "keys").own.credential
    assert credential.kid == b"\x0a\x0b\x0c" and b"pump 7" in credential.ccs


@pytest.mark.parametrize("kid", ["", "0", "xy", "0001020304050607"])
def test_a_kid_that_is_wrong_is_refused(tmp_path, kid):
    assert "a kid is 1 to 7 bytes in hexadecimal digits" in made(tmp_path, "keys", "--kid", kid, status=2)
    assert not (tmp_path / "keys").exists()
