"""A relay between clients and a server on this machine."""

import select
import socket
import threading

LARGEST = 65536
LONGEST_WAIT_S = 0.05


def pass_on(send, datagram):
    try:
        send(datagram)
    except OSError:  # the receiver is gone
        pass


class Relay:
    """Relays from `port` to the server, from `with` on. The server sees a port of its own for each client.

    A class for a network has a function relay(datagram, by_client, upstream, send). `upstream` is the socket to the
    server for that client, and `send` sends a datagram on.
    """

    def __init__(self, server_port):
        self.server = ("127.0.0.1", server_port)
        self.front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.front.bind(("127.0.0.1", 0))
        self.port = self.front.getsockname()[1]
        self.clients = {}  # the socket to the server -> the client's address
        self.is_open = True
        self.thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.is_open = False
        self.thread.join()
        for each in (self.front, *self.clients):
            each.close()

    def uri(self, path):
        return f"coap://127.0.0.1:{self.port}/{path}"

    def run(self):
        while self.is_open:
            for ready in select.select([self.front, *self.clients], [], [], self.wait_s())[0]:
                self.take(ready)
            self.do_later()

    def take(self, ready):
        """Takes one datagram from the socket of all clients, or from one to the server."""
        try:
            datagram, source = ready.recvfrom(LARGEST, socket.MSG_DONTWAIT)
        except OSError:  # the server is gone, or another socket was as quick
            return
        if ready is self.front:
            upstream = self.upstream_of(source)
            self.relay(datagram, True, upstream, upstream.send)
        else:
            self.relay(datagram, False, ready, lambda d: self.front.sendto(d, self.clients[ready]))

    def upstream_of(self, client):
        for upstream, address in self.clients.items():
            if address == client:
                return upstream
        upstream = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        upstream.connect(self.server)
        self.clients[upstream] = client
        return upstream

    # For a class that sends datagrams later.

    def wait_s(self):
        """For how many seconds there is nothing to do later, at most LONGEST_WAIT_S."""
        return LONGEST_WAIT_S

    def do_later(self):
        pass
