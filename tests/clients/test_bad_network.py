"""Third-party clients behind a network that loses a fifth of all datagrams each way, and doubles another fifth.

MINCOAP_POSTS sets how many requests are counted, up to 1,000. MINCOAP_SEED sets which datagrams suffer.
"""

import os
import time
from concurrent.futures import ThreadPoolExecutor

import _coap
import _demo
import pytest
from _bad_network import DOUBLED, LOST, BadNetwork
from _observing import FIXTURES, Observer, client, clients
from test_clients import POEM_SIZE

SEED = os.environ.get("MINCOAP_SEED", "1")
POSTS = int(os.environ.get("MINCOAP_POSTS", "200"))
POSTS_OF_A_PROCESS = 2
LONGEST_S = 80
CHANGES = 6  # the sixth notification is Confirmable, so it is sent until the client has it
SPACING_S = 3.1  # a client gets one notification in 3 s


@pytest.fixture(scope="module")
def pool():
    with ThreadPoolExecutor(POSTS // POSTS_OF_A_PROCESS + 2 * len(FIXTURES) + 1) as running:
        yield running


@pytest.fixture(scope="module")
def networks(demo):
    """Returns a function that makes a demo behind a bad network."""
    made = []

    def make():
        server = _demo.Demo(demo)
        made.append((server, BadNetwork(server.port, SEED).__enter__()))
        return made[-1]

    yield make
    for server, relay in made:
        relay.__exit__()
        server.kill()


@pytest.fixture(scope="module", autouse=True)
def work(request, networks, pool):
    """Starts everything at once: it is waiting for the most part. The tests look at the results."""
    found = clients(request)
    return {"count": pool.submit(count, networks(), found, pool), "observe": pool.submit(observe, networks(), found),
            **{name: pool.submit(read, networks(), one) for name, one in found.items()}}


def count(network, found, pool):
    """Returns the output of the clients of libcoap, a line for each POST, the counter, and the share of each mishap."""
    server, relay = network
    posting = [one for name, one in found.items() if name.startswith("libcoap")]
    said = [pool.submit(posting[i % len(posting)].post, relay.uri("count"), POSTS_OF_A_PROCESS)
            for i in range(POSTS // POSTS_OF_A_PROCESS)]
    lines = [line for output in said for line in output.result().split("\n") if line]
    return lines, counter(server), {fate: times / sum(relay.counted.values()) for fate, times in relay.counted.items()}


def counter(server):
    peer = _demo.Peer(server.port)
    try:
        return peer.request(_coap.GET, "count").payload.decode()
    finally:
        peer.close()


def observe(network, found):
    """Returns the lines that each client printed while the counter changed."""
    server, relay = network
    observing = {name: Observer(one, relay.uri("count"), LONGEST_S) for name, one in found.items()}
    for observer in observing.values():
        observer.until("0")
    peer = _demo.Peer(server.port)  # changes the counter at once: it is not behind the relay
    for _ in range(CHANGES):
        time.sleep(SPACING_S)
        peer.request(_coap.POST, "count")
    peer.close()
    told = {name: observer.until(str(CHANGES)) for name, observer in observing.items()}
    for observer in observing.values():
        observer.end()
    return told


def read(network, one):
    """Returns a slow answer and the poem."""
    _, relay = network
    return one.get(relay.uri("slow")), one.get(relay.uri("poem"))


@pytest.fixture(params=FIXTURES)
def name(request):
    client(request, request.param)
    return request.param


def test_each_post_counts_once(work, coap_client):
    lines, counter, shares = work["count"].result()
    assert sorted(map(int, lines)) == list(range(1, POSTS + 1)), "each client has got the answer to its own request"
    assert counter == str(POSTS)
    assert 0.15 < shares[LOST] < 0.25 and 0.15 < shares[DOUBLED] < 0.25


def test_the_last_state_comes(work, name):
    told = [int(line) for line in work["observe"].result()[name]]
    assert told[0] == 0 and told[-1] == CHANGES
    assert told == sorted(told), "no older state after a newer one"


def test_a_slow_answer_comes(work, name):
    assert work[name].result()[0] == "That took 1.5 s"


def test_a_body_in_blocks_comes(work, name):
    assert len(work[name].result()[1].encode().rstrip()) == POEM_SIZE - 1
