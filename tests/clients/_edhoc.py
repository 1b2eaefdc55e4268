"""EDHOC (RFC 9528) for an initiator: method 3 (static Diffie-Hellman keys on both sides), cipher suites 0 to 3, and
credentials in CCS that a `kid` names.

It is written from the RFC, independently of the library under test. An initiator keeps every intermediate value, under
the name that it has in RFC 9529.
"""

import dataclasses
import hashlib
import hmac
import io
import re
from pathlib import Path

import cbor2
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, x25519
from cryptography.hazmat.primitives.ciphers.aead import AESCCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

STATIC_DH = 3  # the method
WRONG_SUITE = 2  # an error code
HASH_SIZE, KEY_SIZE, IV_SIZE = 32, 16, 13
SHORT_IDENTIFIERS = [*range(0x00, 0x18), *range(0x20, 0x38)]  # those that are an integer in CBOR (section 3.3.2)


class EdhocError(Exception):
    """The message breaks a rule of the RFC, or a check failed."""


class ErrorMessage(EdhocError):
    """The peer sent an error message (section 6)."""

    def __init__(self, code, info):
        super().__init__(f"EDHOC error {code}: {info}")
        self.code, self.info = code, info


# ---- CBOR


def encode(*items):
    """A CBOR sequence."""
    return b"".join(map(cbor2.dumps, items))


def decode(sequence):
    """The items of a CBOR sequence, each in its deterministic encoding."""
    stream = io.BytesIO(sequence)
    items = []
    try:
        while stream.tell() < len(sequence):
            items.append(cbor2.load(stream))
    except (cbor2.CBORDecodeError, ValueError, TypeError) as error:
        raise EdhocError(f"no CBOR: {sequence.hex()}") from error
    if encode(*items) != sequence:
        raise EdhocError(f"not deterministic: {sequence.hex()}")
    return items


def encode_identifier(identifier):
    """A byte string; an integer if the byte is one in CBOR (section 3.3.2)."""
    is_short = len(identifier) == 1 and identifier[0] in SHORT_IDENTIFIERS
    return identifier if is_short else encode(identifier)


def to_identifier(item):
    """The byte string that an item stands for."""
    if isinstance(item, int) and not isinstance(item, bool) and -24 <= item <= 23:
        return encode(item)
    if isinstance(item, bytes) and encode_identifier(item) == encode(item):
        return item
    raise EdhocError(f"no identifier: {item!r}")


def ead(label, value=None):
    """An item of external authorization data (section 3.8)."""
    return encode(label) if value is None else encode(label, value)


def check_ead(items):
    """Fails at a critical item (section 3.8): this initiator knows no label but padding, which is 0."""
    items = list(items)
    while items:
        label = items.pop(0)
        if not isinstance(label, int) or label < 0:
            raise EdhocError(f"critical EAD: {label!r}")
        if items and isinstance(items[0], bytes):
            items.pop(0)


# ---- Ciphers


class P256:
    """Public keys are x coordinates. Either of the two points with that x gives the same secret (section 3.7)."""

    def __init__(self, private):
        self.key = ec.derive_private_key(int.from_bytes(private, "big"), ec.SECP256R1())
        self.public = self.key.public_key().public_numbers().x.to_bytes(32, "big")

    def agree(self, x):
        try:
            point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\2" + x)
        except ValueError as error:
            raise EdhocError(f"not on the curve: {x.hex()}") from error
        return self.key.exchange(ec.ECDH(), point)

    @classmethod
    def generate(cls):
        return cls(ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value.to_bytes(32, "big"))


class X25519:
    def __init__(self, private):
        self.key = x25519.X25519PrivateKey.from_private_bytes(private)
        self.public = self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def agree(self, public):
        try:
            return self.key.exchange(x25519.X25519PublicKey.from_public_bytes(public))
        except ValueError as error:  # the secret would be zero (section 9.2)
            raise EdhocError(f"no public key: {public.hex()}") from error

    @classmethod
    def generate(cls):
        key = x25519.X25519PrivateKey.generate()
        return cls(key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()))


@dataclasses.dataclass(frozen=True)
class Suite:
    """A cipher suite (section 3.6). All four have AES-CCM with keys of 16 bytes, and SHA-256."""

    curve: type
    mac_size: int  # bytes; the tag of the AEAD has as many


SUITES = {0: Suite(X25519, 8), 1: Suite(X25519, 16), 2: Suite(P256, 8), 3: Suite(P256, 16)}


def sha256(*items):
    """The hash of a CBOR sequence. Items of type bytes are byte strings."""
    return hashlib.sha256(encode(*items)).digest()


def extract(salt, secret):
    return hmac.digest(salt, secret, "sha256")


def kdf(prk, label, context, size):
    """EDHOC_KDF (section 4.1.2)."""
    return HKDFExpand(hashes.SHA256(), size, encode(label, context, size)).derive(prk)


def associated_data(th):
    """The Enc_structure of a COSE_Encrypt0 object (section 5.4.2)."""
    return encode(["Encrypt0", b"", th])


# ---- Credentials


@dataclasses.dataclass(frozen=True)
class Credential:
    """A CWT Claims Set with a COSE key (section 3.5.2)."""

    ccs: bytes
    kid: bytes
    public: bytes  # for P-256, the x coordinate
    curve: type

    @classmethod
    def of(cls, ccs):
        key = decode(ccs)[0][8][1]
        return cls(ccs, key[2], key[-2], {1: P256, 4: X25519}[key[-1]])

    @property
    def id_cred(self):
        return encode({4: self.kid})


@dataclasses.dataclass(frozen=True)
class Identity:
    """A credential with its private key."""

    private: bytes
    credential: Credential

    @property
    def key(self):
        return self.credential.curve(self.private)


@dataclasses.dataclass
class Keys:
    """A key file as scripts/edhoc-keys writes it."""

    own: Identity
    peers: list
    suites: list

    @classmethod
    def load(cls, file):
        lines = re.findall(r'^(\w+),(?:hex|text),"(.*)"$', Path(file).read_text(), re.MULTILINE)
        one = dict(lines)
        if missing := {"private_key", "credential", "suites"} - set(one):
            raise EdhocError(f"{file}: no {', '.join(sorted(missing))}")
        own = Identity(bytes.fromhex(one["private_key"]), Credential.of(bytes.fromhex(one["credential"])))
        peers = [Credential.of(bytes.fromhex(value)) for name, value in lines if name == "peer"]
        return cls(own, peers, [int(suite) for suite in one["suites"].split(",")])


# ---- The key schedule (sections 4 and 5), which an initiator and the traces share


def mac(prk, label, size, credential, th, ead, c_r=b""):
    """MAC_2 if there is a C_R, or else MAC_3. Returns it behind its context."""
    context = c_r + credential.id_cred + encode(th) + credential.ccs + ead
    return context, kdf(prk, label, context, size)


def transcript_2(g_y, message_1):
    return sha256(g_y, hashlib.sha256(message_1).digest())


def next_transcript(th, plaintext, credential):
    """TH_3 or TH_4."""
    return hashlib.sha256(encode(th) + plaintext + credential.ccs).digest()


def xor(one, other):
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


class Exporter:
    """The keys for applications (section 4.2)."""

    def __init__(self, prk_out):
        self.prk_out = prk_out

    @property
    def prk_exporter(self):
        return kdf(self.prk_out, 10, b"", HASH_SIZE)

    def export(self, label, context, size):
        return kdf(self.prk_exporter, label, context, size)

    def update(self, context):
        """EDHOC_KeyUpdate (appendix H)."""
        self.prk_out = kdf(self.prk_out, 11, context, HASH_SIZE)

    def oscore_keys(self):
        """The Master Secret and the Master Salt (appendix A.1)."""
        return self.export(0, b"", 16), self.export(1, b"", 8)


class Initiator:
    """A session: message_1(), take_message_2(), message_3(), and take_message_4() if that message comes.

    `suites` are the cipher suites of SUITES_I, the selected one last. `peers` are the credentials of responders.
    `ephemeral` is a key for the test of a trace."""

    def __init__(self, own, peers, suites=(2,), c_i=b"\x37", ephemeral=None):
        self.own, self.peers, self.suites, self.c_i = own, list(peers), list(suites), c_i
        self.suite = SUITES.get(self.suites[-1], SUITES[2])  # the key of an unknown suite may be any
        self.ephemeral = self.suite.curve(ephemeral) if ephemeral else self.suite.curve.generate()
        self.peer = None

    # message_1

    def message_1(self, ead=b""):
        suites = self.suites if len(self.suites) > 1 else self.suites[0]
        self.g_x = self.ephemeral.public
        self.sent_1 = encode(STATIC_DH, suites, self.g_x) + encode_identifier(self.c_i) + ead
        return self.sent_1

    # message_2

    def take_message_2(self, message):
        """Returns the EAD of the responder, as items. Fails if the responder is none of the peers."""
        self.open_message_2(message)
        return self.authenticate()

    def open_message_2(self, message):
        """Decrypts the message. The responder is not authenticated yet."""
        self.g_y, ciphertext = self.parts_of_message_2(message)
        self.th_2 = transcript_2(self.g_y, self.sent_1)
        self.g_xy = self.ephemeral.agree(self.g_y)
        self.prk_2e = extract(self.th_2, self.g_xy)
        self.keystream_2 = kdf(self.prk_2e, 0, self.th_2, len(ciphertext))
        self.plaintext_2 = xor(ciphertext, self.keystream_2)
        items = decode(self.plaintext_2)
        if len(items) < 3:
            raise EdhocError(f"no PLAINTEXT_2: {items}")
        self.c_r, self.kid = map(to_identifier, items[:2])
        self.mac_2, *self.ead_2 = items[2:]

    def parts_of_message_2(self, message):
        """G_Y and CIPHERTEXT_2."""
        items = decode(message)
        if items and isinstance(items[0], int) and len(items) == 2:
            raise ErrorMessage(*items)
        if len(items) != 1 or not isinstance(items[0], bytes) or len(items[0]) <= len(self.g_x):
            raise EdhocError(f"no message_2: {message.hex()}")
        return items[0][:len(self.g_x)], items[0][len(self.g_x):]

    def authenticate(self):
        """Finds the credential of the responder. Returns its EAD."""
        if self.c_r == self.c_i:
            raise EdhocError(f"C_R is C_I: {self.c_r.hex()}")
        for peer in self.peers:
            if peer.kid == self.kid and peer.curve is self.suite.curve and self.is_of(peer, encode(*self.ead_2)):
                check_ead(self.ead_2)
                self.peer = peer
                self.th_3 = next_transcript(self.th_2, self.plaintext_2, peer)
                return self.ead_2
        raise EdhocError("the responder is none of the peers")

    def is_of(self, peer, ead):
        self.prk_3e2m = extract(kdf(self.prk_2e, 1, self.th_2, HASH_SIZE), self.ephemeral.agree(peer.public))
        self.context_2, expected = mac(
            self.prk_3e2m, 2, self.suite.mac_size, peer, self.th_2, ead, encode_identifier(self.c_r))
        return expected == self.mac_2

    # message_3

    def message_3(self, ead=b""):
        own = self.own.credential
        self.prk_4e3m = extract(kdf(self.prk_3e2m, 5, self.th_3, HASH_SIZE), self.own.key.agree(self.g_y))
        self.context_3, self.mac_3 = mac(self.prk_4e3m, 6, self.suite.mac_size, own, self.th_3, ead)
        self.plaintext_3 = encode_identifier(own.kid) + encode(self.mac_3) + ead
        self.k_3, self.iv_3 = (kdf(self.prk_3e2m, *of) for of in ((3, self.th_3, KEY_SIZE), (4, self.th_3, IV_SIZE)))
        self.a_3 = associated_data(self.th_3)
        self.ciphertext_3 = self.aead(self.k_3).encrypt(self.iv_3, self.plaintext_3, self.a_3)
        self.th_4 = next_transcript(self.th_3, self.plaintext_3, own)
        self.exporter = Exporter(kdf(self.prk_4e3m, 7, self.th_4, HASH_SIZE))
        return encode(self.ciphertext_3)

    def aead(self, key):
        return AESCCM(key, tag_length=self.suite.mac_size)

    # message_4

    def take_message_4(self, message):
        """Returns the EAD, as items."""
        self.k_4, self.iv_4 = (kdf(self.prk_4e3m, *of) for of in ((8, self.th_4, KEY_SIZE), (9, self.th_4, IV_SIZE)))
        self.a_4 = associated_data(self.th_4)
        items = decode(message)
        if len(items) != 1 or not isinstance(items[0], bytes):
            raise EdhocError(f"no message_4: {message.hex()}")
        try:
            ead = decode(self.aead(self.k_4).decrypt(self.iv_4, items[0], self.a_4))
        except InvalidTag as error:
            raise EdhocError("message_4 was forged") from error
        check_ead(ead)
        return ead


def suites_for(supported, error):
    """SUITES_I of a second try (section 6.3.1): up to the most preferred suite that SUITES_R has."""
    offered = error.info if isinstance(error.info, list) else [error.info]
    for number, suite in enumerate(supported):
        if suite in offered:
            return supported[:number + 1]
    raise EdhocError(f"no suite of {supported} is among {offered}")
