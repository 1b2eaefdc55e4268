"""The EDHOC initiator of the tests against the traces of RFC 9529, and their OSCORE client against RFC 8613."""

import json
from pathlib import Path
from types import SimpleNamespace

import _coap
import _edhoc
import pytest
from _edhoc import Credential, EdhocError, ErrorMessage, Exporter, Identity, Initiator, encode
from _oscore_context import Context, NotProtected
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESCCM

FOLDER = Path(__file__).resolve().parent


def from_hex(values):
    return {name: bytes.fromhex(v) if isinstance(v, str) else v for name, v in values.items()}


TRACES = json.loads((FOLDER / "rfc9529.json").read_text())
STATIC_DH, SIGNED = from_hex(TRACES["chapter_3"]), from_hex(TRACES["chapter_2"])
OSCORE = json.loads((FOLDER / "rfc8613.json").read_text())
RESPONDER = Credential.of(STATIC_DH["CRED_R"])


def initiator(suites=(6, 2), peers=(RESPONDER,)):
    own = Identity(STATIC_DH["SK_I"], Credential.of(STATIC_DH["CRED_I"]))
    it = Initiator(own, peers, suites, STATIC_DH["C_I"], STATIC_DH["X"])
    it.message_1()
    return it


@pytest.fixture(scope="module")
def session():
    """An initiator behind chapter 3, which has method 3."""
    it = initiator()
    assert it.take_message_2(STATIC_DH["message_2"]) == []
    it.sent_3 = it.message_3()
    assert it.take_message_4(STATIC_DH["message_4"]) == []
    return it


def test_the_initiator_sends_the_messages_of_the_trace(session):
    assert session.sent_1 == STATIC_DH["message_1"]
    assert session.sent_3 == STATIC_DH["message_3"]


@pytest.mark.parametrize("name", [
    "G_X", "G_Y", "TH_2", "G_XY", "PRK_2e", "PRK_3e2m", "context_2", "MAC_2", "PLAINTEXT_2", "KEYSTREAM_2", "C_R",
    "TH_3", "PRK_4e3m", "context_3", "MAC_3", "PLAINTEXT_3", "K_3", "IV_3", "A_3", "CIPHERTEXT_3", "TH_4", "K_4",
    "IV_4", "A_4"])
def test_a_value_between_the_messages_is_that_of_the_trace(session, name):
    assert getattr(session, name.lower()) == STATIC_DH[name]


def test_the_credentials_are_those_of_the_trace(session):
    assert session.own.key.public == STATIC_DH["PK_I"]
    assert session.peer.public == STATIC_DH["PK_R"]
    assert session.own.credential.id_cred == STATIC_DH["ID_CRED_I"]
    assert session.peer.id_cred == STATIC_DH["ID_CRED_R"]


def exports_the_keys_of(trace, exporter):
    assert exporter.prk_out == trace["PRK_out"]
    assert exporter.prk_exporter == trace["PRK_exporter"]
    assert exporter.oscore_keys() == (trace["oscore_master_secret"], trace["oscore_master_salt"])
    exporter.update(trace["key_update_context"])
    assert exporter.prk_out == trace["PRK_out_after_key_update"]
    assert exporter.oscore_keys() == (
        trace["oscore_master_secret_after_key_update"], trace["oscore_master_salt_after_key_update"])
    return True


def test_the_keys_of_oscore_are_those_of_the_trace(session):
    assert exports_the_keys_of(STATIC_DH, Exporter(session.exporter.prk_out))


def test_the_first_try_with_another_suite_is_that_of_the_trace():
    """The trace has no private key for this message."""
    first = STATIC_DH["first_message_1_suite6"]
    it = initiator(suites=[6])
    it.ephemeral, it.c_i = SimpleNamespace(public=first[4:36]), first[36:]
    assert it.message_1() == first
    with pytest.raises(ErrorMessage) as error:
        it.take_message_2(STATIC_DH["error_wrong_suite"])
    assert (error.value.code, error.value.info) == (_edhoc.WRONG_SUITE, 2)
    assert _edhoc.suites_for([6, 2], error.value) == [6, 2]


class Side:
    """A signature and its MAC in chapter 2 (sections 5.3.2 and 5.4.2 of RFC 9528)."""

    def __init__(self, name, prk, label, th, c_r=b""):
        self.credential = SimpleNamespace(id_cred=SIGNED[f"ID_CRED_{name}"], ccs=SIGNED[f"CRED_{name}"])
        self.context, self.mac = _edhoc.mac(prk, label, 32, self.credential, th, b"", c_r)
        key = Ed25519PrivateKey.from_private_bytes(SIGNED[f"SK_{name}"])
        aad = encode(th) + self.credential.ccs
        self.signature = key.sign(encode(["Signature1", self.credential.id_cred, aad, self.mac]))
        self.plaintext = c_r + self.credential.id_cred + encode(self.signature)


@pytest.fixture(scope="module")
def signed():
    """The values of chapter 2, which has signatures and X25519: method 0, suite 0."""
    v = SimpleNamespace(x=_edhoc.X25519(SIGNED["X"]), y=_edhoc.X25519(SIGNED["Y"]))
    v.th_2 = _edhoc.transcript_2(v.y.public, SIGNED["message_1"])
    v.g_xy = v.x.agree(v.y.public)
    v.prk = _edhoc.extract(v.th_2, v.g_xy)
    v.r = Side("R", v.prk, 2, v.th_2, SIGNED["C_R_cbor"])
    v.th_3 = _edhoc.next_transcript(v.th_2, v.r.plaintext, v.r.credential)
    v.i = Side("I", v.prk, 6, v.th_3)
    v.th_4 = _edhoc.next_transcript(v.th_3, v.i.plaintext, v.i.credential)
    return v


def test_the_transcript_with_signatures_is_that_of_the_trace(signed):
    assert (signed.x.public, signed.y.public) == (SIGNED["G_X"], SIGNED["G_Y"])
    assert signed.y.agree(signed.x.public) == signed.g_xy == SIGNED["G_XY"]
    assert signed.prk == SIGNED["PRK_2e"] == SIGNED["PRK_3e2m"] == SIGNED["PRK_4e3m"]
    assert (signed.th_2, signed.th_3, signed.th_4) == tuple(SIGNED[f"TH_{n}"] for n in (2, 3, 4))


@pytest.mark.parametrize("side, number", [("r", 2), ("i", 3)])
def test_the_signatures_are_those_of_the_trace(signed, side, number):
    it = getattr(signed, side)
    assert (it.context, it.mac, it.signature, it.plaintext) == tuple(
        SIGNED[f"{name}_{number}"] for name in ("context", "MAC", "Signature_or_MAC", "PLAINTEXT"))


def test_the_ciphertexts_with_signatures_are_those_of_the_trace(signed):
    keystream = _edhoc.kdf(signed.prk, 0, signed.th_2, len(signed.r.plaintext))
    assert keystream == SIGNED["KEYSTREAM_2"]
    assert encode(signed.y.public + _edhoc.xor(keystream, signed.r.plaintext)) == SIGNED["message_2"]
    for number, th, plaintext in ((3, signed.th_3, signed.i.plaintext), (4, signed.th_4, b"")):
        label = 3 if number == 3 else 8
        key, iv = _edhoc.kdf(signed.prk, label, th, 16), _edhoc.kdf(signed.prk, label + 1, th, 13)
        aad = _edhoc.associated_data(th)
        assert (key, iv, aad) == tuple(SIGNED[f"{name}_{number}"] for name in ("K", "IV", "A"))
        assert encode(AESCCM(key, 8).encrypt(iv, plaintext, aad)) == SIGNED[f"message_{number}"]


def test_the_keys_of_the_trace_with_signatures(signed):
    assert exports_the_keys_of(SIGNED, Exporter(_edhoc.kdf(signed.prk, 7, signed.th_4, 32)))


def test_an_identifier_has_one_encoding():
    assert _edhoc.encode_identifier(SIGNED["C_R"]) == SIGNED["C_R_cbor"]
    assert _edhoc.encode_identifier(SIGNED["C_I"]) == SIGNED["C_I_cbor"]
    for item in (b"\x17", b"\x20", 24, -25, True, "a", None):
        with pytest.raises(EdhocError):
            _edhoc.to_identifier(item)


# ---- Messages that the initiator refuses


def changed(message, at, bits=1):
    return message[:at] + bytes([message[at] ^ bits]) + message[at + 1:]


@pytest.mark.parametrize("peers", [[], [Credential.of(STATIC_DH["CRED_I"])]], ids=["no peer", "another peer"])
def test_an_unknown_responder_is_refused(peers):
    with pytest.raises(EdhocError, match="none of the peers"):
        initiator(peers=peers).take_message_2(STATIC_DH["message_2"])


@pytest.mark.parametrize("at", range(len(STATIC_DH["message_2"])))
def test_each_byte_of_message_2_counts(at):
    with pytest.raises(EdhocError):
        initiator().take_message_2(changed(STATIC_DH["message_2"], at))


def test_a_forged_message_4_is_refused(session):
    for at in range(1, len(STATIC_DH["message_4"])):
        with pytest.raises(EdhocError, match="forged"):
            session.take_message_4(changed(STATIC_DH["message_4"], at))


@pytest.mark.parametrize("items, is_refused", [
    ([0, b"padding"], False), ([0], False), ([7], False), ([7, b"x", 8], False),
    ([-7], True), ([7, b"x", -8, b"y"], True), ([b"x"], True), ([7, "text"], True)])
def test_critical_external_data_is_refused(items, is_refused):
    if is_refused:
        with pytest.raises(EdhocError, match="critical"):
            _edhoc.check_ead(items)
    else:
        _edhoc.check_ead(items)


# ---- OSCORE


def context(section):
    row = from_hex(OSCORE["contexts"][section])
    return Context(row["master_secret"], row["master_salt"] or b"", row["sender_id"], row["recipient_id"],
                   row["id_context"]), row


@pytest.mark.parametrize("section", OSCORE["contexts"])
def test_the_keys_of_a_context_are_those_of_the_rfc(section):
    of, row = context(section)
    assert (of.sender_key, of.recipient_key, of.common_iv) == tuple(
        row[name] for name in ("sender_key", "recipient_key", "common_iv"))
    assert of.nonce(of.sender_id, b"\0") == row["sender_nonce_piv0"]
    assert of.nonce(of.recipient_id, b"\0") == row["recipient_nonce_piv0"]


def protected(m):
    """The request of that vector, protected."""
    plain = _coap.decode(bytes.fromhex(m["unprotected"]))
    return context(m["context"])[0].protect(plain.code, plain.options, plain.payload, m["sender_sequence_number"])


@pytest.mark.parametrize("m", [m for m in OSCORE["messages"] if m["kind"] == "request"], ids=lambda m: m["section"])
def test_a_protected_request_is_that_of_the_rfc(m):
    expected = _coap.decode(bytes.fromhex(m["protected"]))
    it = protected(m)
    assert (it.code, it.options, it.payload) == (expected.code, expected.options, expected.payload)


@pytest.mark.parametrize("m", [m for m in OSCORE["messages"] if m["kind"] == "response"], ids=lambda m: m["section"])
def test_a_protected_response_of_the_rfc_is_opened(m):
    request = protected(OSCORE["messages"][0])
    of, _ = context(m["receiver_context"])
    response, plain = (_coap.decode(bytes.fromhex(m[name])) for name in ("protected", "unprotected"))
    assert of.open(request, response) == (plain.code, plain.options, plain.payload)
    with pytest.raises(NotProtected):
        of.open(request, plain)
    with pytest.raises(NotProtected):
        of.open(protected(OSCORE["messages"][0] | {"sender_sequence_number": 21}), response)
