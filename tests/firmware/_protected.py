"""A client with keys (OSCORE, RFC 8613), whose datagrams a test can see and repeat."""

import socket

import _ask
import _coap
from _oscore_context import OSCORE, Context

ECHO = 252
SERVER_ID, CLIENT_ID = b"\1", b"\2"  # see app/keys.hpp


class Client:
    """`sent` holds each request with its datagram, and `numbers` the sequence numbers of the server's messages."""

    def __init__(self, port, secret, client_id=CLIENT_ID):
        self.context = Context(secret, b"", client_id, SERVER_ID)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.connect(("127.0.0.1", port))
        self.sent, self.numbers = [], []

    def protect(self, code, path, payload=b"", options=()):
        """Returns a protected request, and its datagram."""
        request = self.context.protect(code, [*_coap.path(path), *options], payload)
        mid = next(_ask.mids) % 0x10000
        return request, _coap.message(_coap.CON, request.code, mid, b"\xca\xfe", request.options, request.payload)

    def exchange(self, request, datagram):
        """Returns code, options and payload of the answer."""
        answer = _ask.exchange(self.socket, datagram)
        if value := _coap.values(answer, OSCORE)[0]:
            self.numbers.append(int.from_bytes(value[1:1 + (value[0] & 7)], "big"))
        return self.context.open(request, answer)

    def ask(self, code, path, payload=b""):
        """Returns code and payload. Answers a challenge."""
        self.sent.append(self.protect(code, path, payload))
        answer = self.exchange(*self.sent[-1])
        if echo := [option for option in answer[1] if option[0] == ECHO]:
            self.sent.append(self.protect(code, path, payload, echo))
            answer = self.exchange(*self.sent[-1])
        return answer[0], answer[2]

    def repeat(self, request, datagram):
        """Sends a request again that the server may have seen. The Message ID is a new one."""
        mid = (next(_ask.mids) % 0x10000).to_bytes(2, "big")
        return self.exchange(request, datagram[:2] + mid + datagram[4:])

    def close(self):
        self.socket.close()
