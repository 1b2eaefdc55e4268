"""A CoAP client that agrees on its keys by EDHOC (RFC 9528, appendix A.2) and goes on with OSCORE (RFC 8613)."""

import argparse
import itertools
import secrets
import sys
from urllib.parse import urlsplit

import _coap
from _edhoc import (SHORT_IDENTIFIERS, WRONG_SUITE, EdhocError, ErrorMessage, Initiator, Keys, decode,
                    encode_identifier, suites_for)
from _oscore_context import Context, NotProtected
from _plugtest import Raw

PATH = ".well-known/edhoc"
EDHOC = 21  # the option of a combined request (RFC 9668, section 3.1)
EDHOC_FORMAT, CID_EDHOC_FORMAT = 64, 65  # Content-Formats without and with C_R in front (RFC 9528, section 10.9)
ECHO = 252
METHODS = {"get": _coap.GET, "post": _coap.POST, "put": _coap.PUT, "delete": _coap.DELETE}


class Client:
    """One socket, one key, and one context at a time. `c_i` is the client's Recipient ID, which the tests choose if it
    matters. The client has learned `suites` from the server once it was refused."""

    def __init__(self, port, keys, c_i=None, address="127.0.0.1"):
        self.raw = Raw(port, address)
        self.keys = keys
        self.c_i = bytes([secrets.choice(SHORT_IDENTIFIERS)]) if c_i is None else c_i
        self.suites = keys.suites[:1]
        self.context = None
        self.tokens = itertools.count(1)
        self.observed = {}  # the token of each observation -> its request
        self.notified = []  # notifications that came while the client waited for another response

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.raw.socket.close()

    # ---- Messages

    def exchange(self, code, options=(), payload=b"", token=None):
        """Sends a request, and returns its response. Acknowledges a separate one."""
        token = self.new_token() if token is None else token
        self.raw.send(code, "", options, payload, token)
        while True:
            got = self.receive()
            if got.token == token:
                return got
            self.notified.append(got)

    def new_token(self):
        return next(self.tokens).to_bytes(2, "big")

    def receive(self):
        """Returns the next response or notification."""
        while (got := self.raw.receive()) is not None:
            if got.type == _coap.CON:
                self.raw.acknowledge(got)
            if got.code != _coap.EMPTY:
                return got
        raise TimeoutError("the server does not answer")

    # ---- EDHOC

    def post(self, payload):
        """POSTs a message of EDHOC, a second time if the server asks for an Echo option (RFC 9175)."""
        options = [*_coap.path(PATH), (_coap.CONTENT_FORMAT, _coap.uint(CID_EDHOC_FORMAT))]
        response = self.exchange(_coap.POST, options, payload)
        echo = _coap.values(response, ECHO)
        if response.code == _coap.code("4.01") and echo:
            response = self.exchange(_coap.POST, [*options, (ECHO, echo[0])], payload)
        return response

    def begin(self, ead=b""):
        """Sends message_1 and takes message_2. Selects another suite if the server refuses the first one."""
        while True:
            session = Initiator(self.keys.own, self.keys.peers, self.suites, self.c_i)
            try:
                session.take_message_2(self.post(b"\xf5" + session.message_1(ead)).payload)
                return session
            except ErrorMessage as error:
                suites = suites_for(self.keys.suites, error) if error.code == WRONG_SUITE else self.suites
                if suites == self.suites:
                    raise
                self.suites = suites

    def finish(self, session, message_3):
        """Sends message_3, and returns the response. The context is the client's from here on."""
        response = self.post(encode_identifier(session.c_r) + message_3)
        if response.code != _coap.code("2.04"):
            raise ErrorMessage(*decode(response.payload) or (None, "no text"))
        self.adopt(session)
        return response

    def adopt(self, session):
        """Appendix A.1: each side's Sender ID is the identifier that the other one chose."""
        self.context = Context(*session.exporter.oscore_keys(), session.c_r, session.c_i)

    def connect(self):
        session = self.begin()
        self.finish(session, session.message_3())
        return session

    # ---- OSCORE

    def ask(self, method, path, payload=b"", options=()):
        """Returns the code, such as "2.05", and the payload. Runs EDHOC if the server has no context of this client."""
        try:
            return self.protected(method, path, payload, options)
        except NotProtected as plain:
            if plain.response.code != _coap.code("4.01"):
                raise
            self.connect()
            return self.protected(method, path, payload, options)

    def protected(self, method, path, payload=b"", options=(), message_3=b""):
        """The same with the context that there is. Sends `message_3` in front (RFC 9668), if there is one."""
        code, inside, answer = self.once(method, path, payload, options, message_3)
        echo = [value for number, value in inside if number == ECHO]
        if code == _coap.code("4.01") and echo:
            code, inside, answer = self.once(method, path, payload, [*options, (ECHO, echo[0])])
        return f"{code >> 5}.{code & 31:02}", answer

    def once(self, method, path, payload, options, message_3=b""):
        request = self.context.protect(METHODS[method], [*_coap.path(path), *options], payload)
        outside = [*request.options, (EDHOC, b"")] if message_3 else request.options
        return self.context.open(request, self.exchange(request.code, outside, message_3 + request.payload))

    def ask_at_once(self, method, path, payload=b""):
        """message_3 and the first request in one message (RFC 9668)."""
        session = self.begin()
        message_3 = session.message_3()
        self.adopt(session)
        return self.protected(method, path, payload, message_3=message_3)

    def observe(self, path):
        """Returns the first payload. notification() returns the next ones."""
        request = self.context.protect(_coap.GET, [(_coap.OBSERVE, b""), *_coap.path(path)])
        token = self.new_token()
        response = self.exchange(request.code, request.options, request.payload, token)
        assert _coap.values(response, _coap.OBSERVE), "the server does not let the client observe"
        self.observed[token] = request
        return self.context.open(request, response)[2]

    def notification(self):
        got = self.notified.pop(0) if self.notified else self.receive()
        return self.context.open(self.observed[got.token], got)[2]


def main():
    """The program behind scripts/edhoc-client."""
    parser = argparse.ArgumentParser(description="Agrees on keys by EDHOC, and sends a request that OSCORE protects.")
    parser.add_argument("keys", help="a key file of scripts/edhoc-keys with a line for the server")
    parser.add_argument("method", choices=METHODS)
    parser.add_argument("uri", help="such as coap://127.0.0.1/led")
    parser.add_argument("payload", nargs="?", default="")
    parser.add_argument("--combined", action="store_true", help="send message_3 and the request together (RFC 9668)")
    given = parser.parse_args()
    try:
        code, payload = answer(given)
    except (OSError, EdhocError, NotProtected) as error:
        sys.exit(str(error))
    if not code.startswith("2"):
        sys.exit(code)
    if payload:
        print(payload.decode(errors="replace"))


def answer(given):
    uri = urlsplit(given.uri)
    request = given.method, uri.path, given.payload.encode()
    with Client(uri.port or 5683, Keys.load(given.keys), address=uri.hostname) as client:
        if given.combined:
            return client.ask_at_once(*request)
        client.connect()
        return client.ask(*request)
