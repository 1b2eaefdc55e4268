"""A relay between a client and a server that records each message, and may lose some."""

import dataclasses
import time

import _coap
from _relay import Relay, pass_on

TIMEOUT_S = 20


@dataclasses.dataclass(frozen=True)
class Passed:
    """A message on the wire."""

    at: float  # in seconds
    by_client: bool
    message: _coap.Message
    lost: bool


class Wire(Relay):
    """`loses(passed, before)` tells which messages get lost; it has the messages before, too."""

    def __init__(self, server_port, loses=lambda passed, before: False):
        super().__init__(server_port)
        self.loses = loses
        self.all = []

    def relay(self, datagram, by_client, upstream, send):
        passed = Passed(time.monotonic(), by_client, _coap.decode(datagram), False)
        is_lost = self.loses(passed, self.all)
        self.all.append(dataclasses.replace(passed, lost=is_lost))
        if not is_lost:
            pass_on(send, datagram)

    def requests(self):
        """The client's requests, without acknowledgements and resets."""
        return [p.message for p in self.all if p.by_client and p.message.code]

    def responses(self):
        """The server's responses and notifications, without empty messages."""
        return [p.message for p in self.all if not p.by_client and p.message.code]

    def exchange(self):
        """The one request and the one response that passed. Each may have passed several times."""
        (request,), (response,) = set(self.requests()), set(self.responses())
        return request, response

    def wait_for(self, is_there):
        """Returns once `is_there(self)` is true."""
        deadline = time.monotonic() + TIMEOUT_S
        while not is_there(self):
            assert time.monotonic() < deadline, self.all
            time.sleep(0.02)
