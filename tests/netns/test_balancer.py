"""Three nodes behind nginx: one is killed and another one is added under load, and no request is lost.

The clients, the balancer and each node are in a network namespace of their own. All nodes are demos with one key. A
client sends a request again until it is answered, as RFC 7252 section 4.2 says, but with a shorter first timeout.
"""

import contextlib
import os
import re
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import time

import pytest
from _netns import PORT, ROOT, entering, inside, ip, run, wait_until_it_listens

sys.path.insert(0, str(ROOT / "tests/blackbox"))
import _coap  # noqa: E402

BALANCER = "10.78.0.1"
NODES = 4  # the last one is added later
CLIENTS = 24
SCALE = 1 / 8  # all times are so much shorter
ACK_TIMEOUT_S, MAX_RETRANSMIT = 2 * SCALE, 4
PAUSE_S = 0.01
GREETING = b"Hello CoAP"


def node_address(number):
    return f"10.78.1.{number + 1}"


class Net:
    """A bridge in the balancer's namespace connects all."""

    def __init__(self):
        self.balancer = f"mincoap-lb{os.getpid()}"
        self.clients = f"mincoap-lc{os.getpid()}"
        self.nodes = [f"mincoap-l{number}-{os.getpid()}" for number in range(NODES)]

    def build(self):
        for namespace in (self.balancer, self.clients, *self.nodes):
            run("ip", "netns", "add", namespace)
            ip(namespace, "link", "set", "lo", "up")
        ip(self.balancer, "link", "add", "bridge", "type", "bridge")
        ip(self.balancer, "address", "add", f"{BALANCER}/16", "dev", "bridge")
        ip(self.balancer, "link", "set", "bridge", "up")
        for number, namespace in enumerate((self.clients, *self.nodes)):
            wire = f"wire{number}"
            ip(self.balancer, "link", "add", wire, "type", "veth", "peer", "name", "wire", "netns", namespace)
            ip(self.balancer, "link", "set", wire, "master", "bridge", "up")
            ip(namespace, "link", "set", "wire", "up")
        for number, namespace in enumerate(self.nodes):
            ip(namespace, "address", "add", f"{node_address(number)}/16", "dev", "wire")
        for number in range(CLIENTS):
            ip(self.clients, "address", "add", f"10.78.2.{number + 1}/16", "dev", "wire")

    def remove(self):
        for namespace in (self.balancer, self.clients, *self.nodes):
            subprocess.run(["ip", "netns", "delete", namespace], capture_output=True, check=False)


@pytest.fixture(scope="module")
def net(root):
    it = Net()
    try:
        it.build()
        yield it
    finally:
        it.remove()


@pytest.fixture(scope="module")
def nginx():
    found = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if not found or not os.path.exists("/usr/lib/nginx/modules/ngx_stream_module.so"):
        pytest.skip("needs nginx and libnginx-mod-stream")
    return found


@pytest.fixture
def key_file(tmp_path):
    file = tmp_path / "guard.key"
    file.touch(mode=0o600)
    file.write_text("000102030405060708090a0b0c0d0e0f\n")
    return file


class Node:
    def __init__(self, net, number, demo, key_file):
        self.process = subprocess.Popen(
            [*entering(net.nodes[number]), demo, "--trust", "none", "--key", key_file], stdout=subprocess.PIPE)
        wait_until_it_listens(self.process)

    def served(self):
        """Ends the node, and returns how many requests it served."""
        self.process.terminate()
        said = self.process.communicate(timeout=10)[0].decode()
        return int(re.search(r"datagrams: (\d+) served", said)[1])

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Balancer:
    """nginx with the configuration of examples/deploy, for the addresses of this test."""

    def __init__(self, nginx, net, folder):
        self.folder = folder
        self.configure(range(NODES - 1))
        self.process = subprocess.Popen(
            [*entering(net.balancer), nginx, "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "error.log",
             "-g", f"daemon off; pid {folder}/pid; user root; worker_shutdown_timeout 2s;"])

    def configure(self, nodes):
        text = (ROOT / "examples/deploy/nginx.conf").read_text()
        server = re.search(r"^ *server 192\.0\.2\.11:5683(.*)$", text, re.MULTILINE)
        text = re.sub(r"^ *server 192\.0\.2\.1[^1].*\n", "", text, flags=re.MULTILINE)
        lines = "\n".join(f"server {node_address(node)}:{PORT}{server[1]}" for node in nodes)
        text = re.sub(r"proxy_timeout (\d+)s", lambda time: f"proxy_timeout {int(int(time[1]) * SCALE * 1000)}ms", text)
        (self.folder / "nginx.conf").write_text(text.replace(server[0], lines))

    def reload(self, nodes):
        self.configure(nodes)
        self.process.send_signal(signal.SIGHUP)

    def close(self):
        self.process.terminate()
        self.process.wait()


class Client:
    """Sends one request after the other, and each of them again until its answer has come."""

    def __init__(self, number):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((f"10.78.2.{number + 1}", 0))
        self.socket.connect((BALANCER, PORT))
        self.mid, self.token = 1000 * number, b""
        self.answered = self.repeated = self.lost = 0
        self.due = None  # when to send the next time

    def start(self, now):
        self.mid += 1
        self.token = self.mid.to_bytes(4, "big")
        self.sent = 0
        self.send(now)

    def send(self, now):
        self.sent += 1
        with contextlib.suppress(ConnectionRefusedError):
            self.socket.send(_coap.message(_coap.CON, _coap.GET, self.mid, self.token))
        self.due = now + ACK_TIMEOUT_S * 2 ** (self.sent - 1)

    def receive(self, now):
        try:
            datagram = self.socket.recv(2048)
        except ConnectionRefusedError:
            return
        if datagram == b"":
            return  # from nginx after an ICMP error of the node; a client ignores it (RFC 7252 section 3)
        answer = _coap.decode(datagram)
        if answer.mid != self.mid or self.token == b"":
            assert answer.mid < self.mid or self.token == b"", "an answer to a request that was not sent"
            return  # a second answer, to a request that was sent twice
        assert (answer.type, answer.code, answer.token, answer.payload) == (
            _coap.ACK, _coap.code("2.05"), self.token, GREETING)
        self.answered += 1
        self.token, self.due = b"", now + PAUSE_S

    def tick(self, now, is_ending):
        if self.due is None or now < self.due:
            return
        if self.token == b"":
            self.due = None if is_ending else self.start(now) or self.due
        elif self.sent <= MAX_RETRANSMIT:
            self.repeated += 1
            self.send(now)
        else:
            self.lost += 1
            self.token, self.due = b"", now


def load(net, seconds, events):
    """Runs all clients, and the events at their times. Returns the clients once no request is open."""
    with inside(net.clients):
        clients = [Client(number) for number in range(CLIENTS)]
    selector = selectors.DefaultSelector()
    start = time.monotonic()
    for client in clients:
        client.start(start)
        selector.register(client.socket, selectors.EVENT_READ, client)
    while any(client.due is not None for client in clients):
        for key, _ in selector.select(0.005):
            key.data.receive(time.monotonic())
        now = time.monotonic()
        while events and now - start >= events[0][0]:
            events.pop(0)[1]()
        for client in clients:
            client.tick(now, is_ending=now - start >= seconds)
    for client in clients:
        client.socket.close()
    return clients


@contextlib.contextmanager
def balanced(nginx, net, demo, key_file, folder):
    """Yields the balancer and all nodes."""
    with contextlib.ExitStack() as stack:
        nodes = [Node(net, number, demo, key_file) for number in range(NODES)]
        for node in nodes:
            stack.callback(node.close)
        balancer = Balancer(nginx, net, folder)
        stack.callback(balancer.close)
        yield balancer, nodes


def told(clients):
    answered = sum(client.answered for client in clients)
    repeated = sum(client.repeated for client in clients)
    print(f"{answered} requests answered, {repeated} sent again")
    return answered, repeated


def test_no_request_is_lost_when_a_node_dies_and_another_one_comes(net, nginx, demo, key_file, tmp_path):
    with balanced(nginx, net, demo, key_file, tmp_path) as (balancer, nodes):
        clients = load(net, 5.0, [(1.5, nodes[1].process.kill), (3.0, lambda: balancer.reload([0, 1, 2, 3]))])
        answered, repeated = told(clients)
        assert sum(client.lost for client in clients) == 0
        assert all(client.answered > 100 for client in clients), "a client waited long"
        assert 0 < repeated < answered / 20, "the clients of the node that died sent some again"
        served = [nodes[number].served() for number in (0, 2, 3)]
        assert all(count > 100 for count in served), served


def test_a_node_that_is_taken_out_first_costs_one_retransmission(net, nginx, demo, key_file, tmp_path):
    with balanced(nginx, net, demo, key_file, tmp_path) as (balancer, nodes):
        served = []
        clients = load(net, 2.5, [(1.0, lambda: balancer.reload([0, 2])), (1.8, lambda: served.append(nodes[1].served()))])
        told(clients)
        assert served[0] > 100
        assert sum(client.lost for client in clients) == 0
        assert sum(client.repeated for client in clients) <= 2 * len(clients), "nginx drops some as it changes its processes"
