"""CoAP messages (RFC 7252, section 3), written and read by hand: independent of the library under test."""

import dataclasses

CON, NON, ACK, RST = range(4)
EMPTY, GET, POST, PUT, DELETE, FETCH, PATCH, IPATCH = range(8)

IF_MATCH, URI_HOST, ETAG, IF_NONE_MATCH, OBSERVE, URI_PORT = 1, 3, 4, 5, 6, 7
URI_PATH, CONTENT_FORMAT, URI_QUERY, HOP_LIMIT, ACCEPT = 11, 12, 15, 16, 17
BLOCK2, BLOCK1, PROXY_URI, PROXY_SCHEME, SIZE1 = 23, 27, 35, 39, 60

TEXT, LINK_FORMAT, CBOR = 0, 40, 60


class FormatError(ValueError):
    pass


def code(dotted):
    """The number of a code such as "4.04"."""
    its_class, detail = dotted.split(".")
    return int(its_class) << 5 | int(detail)


def uint(number):
    """The shortest form of an option value that is a number (section 3.2)."""
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def path(text):
    return [(URI_PATH, segment.encode()) for segment in text.split("/") if segment]


def header(message_type, message_code, mid, token_length=0, version=1):
    return bytes([version << 6 | message_type << 4 | token_length, message_code]) + mid.to_bytes(2, "big")


def option(delta, value=b""):
    """One option as it is encoded (section 3.1)."""
    delta_nibble, delta_extension = extended(delta)
    length_nibble, length_extension = extended(len(value))
    return bytes([delta_nibble << 4 | length_nibble]) + delta_extension + length_extension + value


def extended(field):
    if field < 13:
        return field, b""
    if field < 269:
        return 13, bytes([field - 13])
    return 14, (field - 269).to_bytes(2, "big")


@dataclasses.dataclass(frozen=True)
class Message:
    type: int
    code: int
    mid: int
    token: bytes = b""
    options: tuple = ()
    payload: bytes = b""

    def __bytes__(self):
        encoded = header(self.type, self.code, self.mid, len(self.token)) + self.token
        last = 0
        for number, value in self.options:
            encoded += option(number - last, value)
            last = number
        return encoded + (b"\xff" + self.payload if self.payload else b"")


def message(message_type, message_code, mid, token=b"", options=(), payload=b""):
    """Encodes a message. Sorts the options by number, and keeps the order of options with the same number."""
    in_order = tuple(sorted(options, key=lambda o: o[0]))
    return bytes(Message(message_type, message_code, mid, token, in_order, payload))


def reset(mid):
    return header(RST, EMPTY, mid)


def acknowledgement(mid):
    return header(ACK, EMPTY, mid)


def values(message, number):
    """The values of all options of that number."""
    return [value for each, value in message.options if each == number]


def number_in(message, option):
    """The value of the one option of that number, which is a uint. None if there is no such option."""
    found = values(message, option)
    assert len(found) <= 1, message
    return int.from_bytes(found[0], "big") if found else None


def decode(datagram):
    """Decodes a message. Fails if the bytes are not a message."""
    if len(datagram) < 4 or datagram[0] >> 6 != 1:
        raise FormatError("no message of version 1")
    token_length = datagram[0] & 15
    rest = datagram[4:]
    if token_length > 8 or token_length > len(rest):
        raise FormatError("token")
    token, rest = rest[:token_length], rest[token_length:]
    if datagram[1] == EMPTY and len(datagram) > 4:
        raise FormatError("an Empty message with something in it")
    options, payload = decode_options(rest)
    return Message(datagram[0] >> 4 & 3, datagram[1], int.from_bytes(datagram[2:4], "big"), token, options, payload)


def decode_options(rest):
    options = []
    number = 0
    while rest and rest[0] != 0xFF:
        head, rest = rest[0], rest[1:]
        delta, rest = decode_extended(head >> 4, rest)
        length, rest = decode_extended(head & 15, rest)
        number += delta
        if number > 65535 or length > len(rest):
            raise FormatError("option")
        options.append((number, rest[:length]))
        rest = rest[length:]
    if rest == b"\xff":
        raise FormatError("a marker without a payload")
    return tuple(options), rest[1:]


def decode_extended(nibble, rest):
    if nibble < 13:
        return nibble, rest
    size = nibble - 12
    if nibble == 15 or size > len(rest):
        raise FormatError("delta or length of an option")
    return int.from_bytes(rest[:size], "big") + (13 if size == 1 else 269), rest[size:]
