"""A client that observes resources of a firmware (RFC 7641)."""

import select
import socket
import time

import _ask
import _coap

REGISTER, DEREGISTER = b"", b"\1"


def observe_of(message):
    """The number in the Observe option, or None."""
    return _coap.number_in(message, _coap.OBSERVE)


def register(client, path, token):
    """Returns the answer to a registration."""
    return _ask.exchange(client, _ask.get(path, token=token, options=[(_coap.OBSERVE, REGISTER)]))


class Observer:
    """`seen` holds the messages for each path, in the order of their arrival: the answer, and then notifications."""

    def __init__(self, port, *paths):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.connect(("127.0.0.1", port))
        self.seen = {}
        for path in paths:
            self.seen[path] = [register(self.socket, path, path.encode())]
            assert observe_of(self.seen[path][0]) is not None, self.seen

    def take(self):
        message = _coap.decode(self.socket.recv(2048))
        if message.type == _coap.CON:
            self.socket.send(_coap.acknowledgement(message.mid))
        if message.type != _coap.ACK:
            self.seen[message.token.decode()].append(message)

    def wait_for(self, path, state, patience_s=5.0):
        """Waits until the last message for the path has this payload."""
        deadline = time.monotonic() + patience_s
        while self.states(path)[-1] != state and (left := deadline - time.monotonic()) > 0:
            if select.select([self.socket], [], [], left)[0]:
                self.take()
        assert self.states(path)[-1] == state, self.seen

    def states(self, path):
        return [message.payload for message in self.seen[path]]

    def numbers(self, path):
        return [observe_of(message) for message in self.seen[path]]

    def close(self):
        self.socket.close()
