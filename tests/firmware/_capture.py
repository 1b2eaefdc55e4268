"""Reads the frames of a firmware's Ethernet, and pairs requests with answers. QEMU captures them without privileges."""

import collections
import dataclasses
import struct

import _coap
from _ethernet import datagram_in

ECHO = 252


def option(file):
    """The options for QEMU that write the frames of the first interface to that file."""
    return "-object", f"filter-dump,id=capture,netdev=link0,file={file}"


def frames(file):
    """Yields the frames of a file in the format of libpcap."""
    content = file.read_bytes()
    assert content[:4] == struct.pack("=I", 0xA1B2C3D4)
    at = 24
    while at < len(content):
        size, whole = struct.unpack_from("=8xII", content, at)
        assert size == whole, "a frame that is cut"
        yield content[at + 16:at + 16 + size]
        at += 16 + size


def is_request(message):
    """RFC 7252, section 12.1.1. The port alone does not tell the direction, since a client may use the port of CoAP,
    too."""
    return 0 < message.code < 32


def echo_of(message):
    return dict(message.options).get(ECHO)


@dataclasses.dataclass(frozen=True)
class Exchange:
    client: tuple  # address and port
    request: _coap.Message
    is_confirmed: bool  # the request has an Echo option that was sent to this client before
    answer: _coap.Message
    sizes: tuple  # request and answer, as payload of UDP

    def is_challenge(self):
        return self.answer.code == _coap.code("4.01")


def exchanges(file):
    """Yields exchanges in the order of the answers. An answer without a request fails, and so does a second answer."""
    sent_to, waiting = collections.defaultdict(set), collections.defaultdict(list)
    for datagram in filter(None, map(datagram_in, frames(file))):
        message, size = _coap.decode(datagram.data), len(datagram.data)
        if is_request(message):
            is_confirmed = echo_of(message) in sent_to[datagram.source]
            waiting[datagram.source, message.mid].append((message, is_confirmed, size))
        else:
            client = datagram.target
            assert waiting[client, message.mid], f"no request for {message}"
            request, is_confirmed, request_size = waiting[client, message.mid].pop(0)
            if echo := echo_of(message):
                sent_to[client].add(echo)
            yield Exchange(client, request, is_confirmed, message, (request_size, size))


def without_echo(message):
    return [o for o in message.options if o[0] != ECHO]
