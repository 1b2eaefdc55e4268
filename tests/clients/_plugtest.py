"""A running plugtest server, clients by name, and questions about messages."""

import contextlib
import socket

import _asking
import _coap
import _demo
from _coap import ACK, CON, NON

LIBCOAP, LIBCOAP_NEW, AIOCOAP, NODE = "coap_client", "coap_client_4_3_4", "aiocoap", "coap_cli"
ALL = [LIBCOAP, LIBCOAP_NEW, AIOCOAP, NODE]
KINDS = {LIBCOAP: _asking.Libcoap, LIBCOAP_NEW: _asking.Libcoap, AIOCOAP: _asking.Aiocoap, NODE: _asking.Node}


@contextlib.contextmanager
def running(executable, *arguments):
    """A plugtest server. It runs until it is killed."""
    server = _demo.Demo(executable, *arguments)
    try:
        yield server
        assert server.process.poll() is None, server.lines
    finally:
        server.kill()


class Raw:
    """A socket that sends and receives messages by hand."""

    def __init__(self, port, address="127.0.0.1"):
        self.socket = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.connect((address, port))
        self.mid = 0x4000

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, method, path, options=(), payload=b"", token=b"raw", message_type=_coap.CON):
        self.mid += 1
        self.socket.send(_coap.message(message_type, method, self.mid, token, [*_coap.path(path), *options], payload))

    def ask(self, *request, **given):
        self.send(*request, **given)
        return self.receive()

    def receive(self, within_s=10):
        """Returns the next message. None if none comes within that time."""
        self.socket.settimeout(within_s)
        try:
            return _coap.decode(self.socket.recv(65536))
        except TimeoutError:
            return None

    def acknowledge(self, message):
        self.socket.send(_coap.acknowledgement(message.mid))

    def reset(self, message):
        self.socket.send(_coap.reset(message.mid))


def says(message, dotted):
    return message.code == _coap.code(dotted)


def is_piggybacked(request, response, dotted):
    """The response in the acknowledgement of this request."""
    assert request.type == CON and response.type == ACK
    assert (response.mid, response.token) == (request.mid, request.token)
    return says(response, dotted)


def is_unconfirmed(request, response, dotted):
    assert request.type == response.type == NON
    assert response.token == request.token
    return says(response, dotted)
