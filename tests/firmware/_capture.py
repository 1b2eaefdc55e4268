"""What goes over a firmware's Ethernet, as QEMU writes it down without any privilege, and what of it answers what."""

import collections
import dataclasses
import struct

import _coap
from _ethernet import datagram_in

ECHO = 252


def option(file):
    """Of QEMU, to have the frames of the first interface in that file."""
    return "-object", f"filter-dump,id=capture,netdev=link0,file={file}"


def frames(file):
    """Of a file in the format of libpcap."""
    content = file.read_bytes()
    assert content[:4] == struct.pack("=I", 0xA1B2C3D4)
    at = 24
    while at < len(content):
        size, whole = struct.unpack_from("=8xII", content, at)
        assert size == whole, "a frame that is cut"
        yield content[at + 16:at + 16 + size]
        at += 16 + size


def is_request(message):
    """RFC 7252, section 12.1.1. Ports do not tell: a client may use that of CoAP as well."""
    return 0 < message.code < 32


def echo_of(message):
    return dict(message.options).get(ECHO)


@dataclasses.dataclass(frozen=True)
class Exchange:
    client: tuple  # address and port
    request: _coap.Message
    is_confirmed: bool  # the request has an Echo option that was sent to this client before
    answer: _coap.Message
    sizes: tuple  # of both, as payload of UDP

    def is_challenge(self):
        return self.answer.code == _coap.code("4.01")


def exchanges(file):
    """In the order of the answers. One that nobody asked for fails, and so does a second one to a datagram."""
    sent_to, waiting = collections.defaultdict(set), collections.defaultdict(list)
    for datagram in filter(None, map(datagram_in, frames(file))):
        message, size = _coap.decode(datagram.data), len(datagram.data)
        if is_request(message):
            is_confirmed = echo_of(message) in sent_to[datagram.source]
            waiting[datagram.source, message.mid].append((message, is_confirmed, size))
        else:
            client = datagram.target
            assert waiting[client, message.mid], f"nobody asked for {message}"
            request, is_confirmed, request_size = waiting[client, message.mid].pop(0)
            if echo := echo_of(message):
                sent_to[client].add(echo)
            yield Exchange(client, request, is_confirmed, message, (request_size, size))


def without_echo(message):
    return [o for o in message.options if o[0] != ECHO]
