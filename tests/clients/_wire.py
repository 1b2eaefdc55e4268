"""A relay between a client and a server that records each message, and may lose some."""

import dataclasses
import select
import socket
import threading
import time

import _coap

TIMEOUT_S = 20


@dataclasses.dataclass(frozen=True)
class Passed:
    """A message on the wire."""

    at: float  # in seconds
    by_client: bool
    message: _coap.Message
    lost: bool


class Wire:
    """Listens on a port of its own, and relays to the server. `loses(passed, before)` tells which messages get lost; it
    has the messages before, too."""

    def __init__(self, server_port, loses=lambda passed, before: False):
        self.server = ("127.0.0.1", server_port)
        self.loses = loses
        self.all = []
        self.listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.listening.bind(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.clients = {}  # the socket to the server -> the client's address
        self.is_open = True
        self.thread = threading.Thread(target=self.relay)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.is_open = False
        self.thread.join()
        for each in (self.listening, *self.clients):
            each.close()

    def relay(self):
        while self.is_open:
            for ready in select.select([self.listening, *self.clients], [], [], 0.05)[0]:
                datagram, address = ready.recvfrom(65536)
                by_client = ready is self.listening
                passed = Passed(time.monotonic(), by_client, _coap.decode(datagram), False)
                if self.loses(passed, self.all):
                    self.all.append(dataclasses.replace(passed, lost=True))
                    continue
                self.all.append(passed)
                if by_client:
                    self.upstream(address).send(datagram)
                else:
                    self.listening.sendto(datagram, self.clients[ready])

    def upstream(self, client):
        for upstream, address in self.clients.items():
            if address == client:
                return upstream
        upstream = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        upstream.connect(self.server)
        self.clients[upstream] = client
        return upstream

    def uri(self, path):
        return f"coap://127.0.0.1:{self.port}/{path}"

    def requests(self):
        """The client's requests, without acknowledgements and resets."""
        return [p.message for p in self.all if p.by_client and p.message.code]

    def responses(self):
        """The server's responses and notifications, without empty messages."""
        return [p.message for p in self.all if not p.by_client and p.message.code]

    def exchange(self):
        """The one request and the one response that passed."""
        (request,), (response,) = self.requests(), self.responses()
        return request, response

    def wait_for(self, is_there):
        """Returns once `is_there(self)` is true."""
        deadline = time.monotonic() + TIMEOUT_S
        while not is_there(self):
            assert time.monotonic() < deadline, self.all
            time.sleep(0.02)


def values(message, number):
    """The values of all options of that number."""
    return [value for each, value in message.options if each == number]


def number_in(message, option):
    """The value of the one option of that number, which is a uint. None if there is no such option."""
    found = values(message, option)
    assert len(found) <= 1, message
    return int.from_bytes(found[0], "big") if found else None
