"""A bad network between clients and a server on this machine: a relay that loses and doubles datagrams."""

import heapq
import itertools
import random
import selectors
import socket
import threading
import time

LOST, DOUBLED, ONCE = "lost", "doubled", "once"
LONGEST_DELAY_S = 0.5
LARGEST = 65536


class Deck:
    """The fates of datagrams. One of five in a row is lost, and one doubled, in an order that the seed tells.

    Fates that do not depend on each other would lose all five transmissions of some request in 200. The client gives
    up then, and a test of it would fail by chance. A deck loses two in a row at most.
    """

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.left = []

    def draw(self):
        if not self.left:
            self.left = [LOST, DOUBLED, ONCE, ONCE, ONCE]
            self.random.shuffle(self.left)
        return self.left.pop()

    def delay(self):
        return self.random.uniform(0, LONGEST_DELAY_S)


class Flow:
    """The datagrams of one client. The server sees a port of its own for each client."""

    def __init__(self, client, server, seed):
        self.client = client
        self.upstream = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.upstream.connect(server)
        self.upstream.setblocking(False)
        self.to_server, self.to_client = Deck(f"{seed} to server"), Deck(f"{seed} to client")


class Relay:
    """Relays from `port` to the server until it is closed. A doubled datagram comes at once, and again a little later."""

    def __init__(self, server_port, seed=1):
        self.server = ("127.0.0.1", server_port)
        self.seed = seed
        self.flows = {}
        self.later = []  # (time, order, send, datagram)
        self.order = itertools.count()
        self.counted = {LOST: 0, DOUBLED: 0, ONCE: 0}
        self.front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.front.bind(("127.0.0.1", 0))
        self.front.setblocking(False)
        self.port = self.front.getsockname()[1]
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.front, selectors.EVENT_READ, None)
        self.is_open = True
        self.thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.is_open = False
        self.thread.join()
        for flow in self.flows.values():
            flow.upstream.close()
        self.front.close()
        self.selector.close()

    def run(self):
        while self.is_open:
            wait = self.later[0][0] - time.monotonic() if self.later else 0.1
            for key, _ in self.selector.select(min(max(wait, 0), 0.1)):
                self.take(key.fileobj, key.data)
            while self.later and self.later[0][0] <= time.monotonic():
                _, _, send, datagram = heapq.heappop(self.later)
                self.pass_on(send, datagram)

    def take(self, receiver, flow):
        """Takes one datagram. `flow` is None for the socket that all clients send to."""
        try:
            datagram, source = receiver.recvfrom(LARGEST)
        except OSError:  # the server is gone, or another socket was as quick
            return
        if flow is None:
            flow = self.flow_of(source)
            self.decide(flow.to_server, flow.upstream.send, datagram)
        else:
            self.decide(flow.to_client, lambda d: self.front.sendto(d, flow.client), datagram)

    def flow_of(self, client):
        if client not in self.flows:
            flow = self.flows[client] = Flow(client, self.server, f"{self.seed} {len(self.flows)}")
            self.selector.register(flow.upstream, selectors.EVENT_READ, flow)
        return self.flows[client]

    def decide(self, deck, send, datagram):
        fate = deck.draw()
        self.counted[fate] += 1
        if fate != LOST:
            self.pass_on(send, datagram)
        if fate == DOUBLED:
            heapq.heappush(self.later, (time.monotonic() + deck.delay(), next(self.order), send, datagram))

    @staticmethod
    def pass_on(send, datagram):
        try:
            send(datagram)
        except OSError:  # the receiver is gone
            pass
