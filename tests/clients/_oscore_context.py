"""A security context of OSCORE (RFC 8613) for a client: AES-CCM-16-64-128 and SHA-256.

It is written from the RFC, independently of the library under test.
"""

import dataclasses

import _coap
import cbor2
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESCCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

OSCORE = 9
AES_CCM_16_64_128 = 10
TAG_SIZE, KEY_SIZE, NONCE_SIZE = 8, 16, 13
OUTER_OPTIONS = {3, 7, 35, 39}  # Uri-Host, Uri-Port, Proxy-Uri, Proxy-Scheme (section 4.1)


class NotProtected(Exception):
    """The message has no OSCORE option, or its ciphertext was not made with this context."""

    def __init__(self, response):
        super().__init__(f"not protected by this context: {response}")
        self.response = response


def encode_inside(code, options, payload):
    """The plaintext (section 5.3)."""
    message = _coap.message(_coap.CON, code, 0, b"", options, payload)
    return bytes([code]) + message[4:]


def decode_inside(plaintext):
    """Returns code, options and payload."""
    options, payload = _coap.decode_options(plaintext[1:])
    return plaintext[0], options, payload


@dataclasses.dataclass(frozen=True)
class Protected:
    """The outer message of a request, and its Partial IV, on which the responses depend."""

    code: int
    options: tuple
    payload: bytes
    number: bytes


class Context:
    def __init__(self, secret, salt, sender_id, recipient_id, id_context=None):
        self.secret, self.salt, self.id_context = secret, salt, id_context
        self.sender_id, self.recipient_id = sender_id, recipient_id
        self.sender_key = self.derive(sender_id, "Key", KEY_SIZE)
        self.recipient_key = self.derive(recipient_id, "Key", KEY_SIZE)
        self.common_iv = self.derive(b"", "IV", NONCE_SIZE)
        self.next_number = 0

    def derive(self, an_id, kind, size):
        """Section 3.2.1."""
        info = cbor2.dumps([an_id, self.id_context, AES_CCM_16_64_128, kind, size])
        return HKDF(hashes.SHA256(), size, self.salt or None, info).derive(self.secret)

    def nonce(self, an_id, number):
        """Section 5.2."""
        plain = bytes([len(an_id)]) + an_id.rjust(NONCE_SIZE - 6, b"\0") + number.rjust(5, b"\0")
        return bytes(a ^ b for a, b in zip(plain, self.common_iv, strict=True))

    @staticmethod
    def associated_data(kid, number):
        """Section 5.4, for a request or for a response to it."""
        return cbor2.dumps(["Encrypt0", b"", cbor2.dumps([1, [AES_CCM_16_64_128], kid, number, b""])])

    def protect(self, code, options=(), payload=b"", number=None):
        """A request. `number` is the Partial IV, such as 20; without it, the next one."""
        if number is None:
            number, self.next_number = self.next_number, self.next_number + 1
        number = _coap.uint(number) or b"\0"
        inside = encode_inside(code, [o for o in options if o[0] not in OUTER_OPTIONS], payload)
        ciphertext = AESCCM(self.sender_key, TAG_SIZE).encrypt(
            self.nonce(self.sender_id, number), inside, self.associated_data(self.sender_id, number))
        # Section 4.1.3.5: Observe is outside, too.
        outside = [o for o in options if o[0] in OUTER_OPTIONS or o[0] == _coap.OBSERVE]
        outer_code = _coap.FETCH if _coap.OBSERVE in dict(options) else _coap.POST
        outer = tuple(sorted([*outside, (OSCORE, self.option(number))]))
        return Protected(outer_code, outer, ciphertext, number)

    def option(self, number):
        """The value of the OSCORE option in a request (section 6.1)."""
        context = b"" if self.id_context is None else bytes([len(self.id_context)]) + self.id_context
        flags = len(number) | 8 | (16 if context else 0)
        return bytes([flags]) + number + context + self.sender_id

    def open(self, request, response):
        """Returns code, options and payload of a response to that request."""
        values = _coap.values(response, OSCORE)
        if len(values) != 1:
            raise NotProtected(response)
        length = values[0][0] & 7 if values[0] else 0
        nonce = self.nonce(self.recipient_id, values[0][1:1 + length]) if length else \
            self.nonce(self.sender_id, request.number)
        try:
            return decode_inside(AESCCM(self.recipient_key, TAG_SIZE).decrypt(
                nonce, response.payload, self.associated_data(self.sender_id, request.number)))
        except InvalidTag as error:
            raise NotProtected(response) from error
