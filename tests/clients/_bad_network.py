"""A bad network between clients and a server: a relay that loses and doubles datagrams."""

import heapq
import itertools
import random
import time

from _relay import LONGEST_WAIT_S, Relay, pass_on

LOST, DOUBLED, ONCE = "lost", "doubled", "once"
LONGEST_DELAY_S = 0.5


FATES = LOST, DOUBLED, ONCE, ONCE, ONCE


class Deck:
    """The fates of datagrams. One of five in a row is lost, and one doubled, in an order that the seed tells.

    Fates that do not depend on each other would lose all five transmissions of some request in 200. The client gives
    up then, and a test of it would fail by chance. A deck loses two in a row at most.
    """

    def __init__(self, seed, fates=FATES):
        self.random = random.Random(seed)
        self.fates = fates
        self.left = []

    def draw(self):
        if not self.left:
            self.left = [*self.fates]
            self.random.shuffle(self.left)
        return self.left.pop()

    def delay(self):
        return self.random.uniform(0, LONGEST_DELAY_S)


class BadNetwork(Relay):
    """Each client has a deck of its own each way. A doubled datagram comes at once, and again a little later."""

    def __init__(self, server_port, seed=1, fates=FATES):
        super().__init__(server_port)
        self.seed = seed
        self.fates = fates
        self.decks = {}  # (the socket to the server, by_client) -> Deck
        self.later = []  # (time, order, send, datagram)
        self.order = itertools.count()
        self.counted = {LOST: 0, DOUBLED: 0, ONCE: 0}

    def upstream_of(self, client):
        upstream = super().upstream_of(client)
        if (upstream, True) not in self.decks:
            seed = f"{self.seed} {len(self.clients) - 1}"
            self.decks[upstream, True] = Deck(f"{seed} to server", self.fates)
            self.decks[upstream, False] = Deck(f"{seed} to client", self.fates)
        return upstream

    def relay(self, datagram, by_client, upstream, send):
        deck = self.decks[upstream, by_client]
        fate = deck.draw()
        self.counted[fate] += 1
        if fate != LOST:
            pass_on(send, datagram)
        if fate == DOUBLED:
            heapq.heappush(self.later, (time.monotonic() + deck.delay(), next(self.order), send, datagram))

    def wait_s(self):
        wait = self.later[0][0] - time.monotonic() if self.later else LONGEST_WAIT_S
        return min(max(wait, 0), LONGEST_WAIT_S)

    def do_later(self):
        while self.later and self.later[0][0] <= time.monotonic():
            _, _, send, datagram = heapq.heappop(self.later)
            pass_on(send, datagram)
