"""Requests to a firmware over a connected socket, and the values that its resources report."""

import itertools
import select
import time

import _coap

mids = itertools.count(1)


def get(path, message_type=_coap.CON, mid=None, token=b"", options=()):
    number = next(mids) % 0x10000 if mid is None else mid
    return _coap.message(message_type, _coap.GET, number, token, [*_coap.path(path), *options])


def exchange(client, request, patience_s=3.0):
    """Returns the answer to a request. Sends the request again once a second, because the network may lose the first
    one."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        client.send(request)
        while select.select([client], [], [], 1.0)[0]:
            answer = _coap.decode(client.recv(2048))
            if answer.mid == int.from_bytes(request[2:4], "big"):
                return answer
    raise TimeoutError(f"no answer to {request.hex()}")


def read(client, path):
    answer = exchange(client, get(path))
    assert answer.code == _coap.code("2.05"), answer
    return answer.payload


def numbers(client, path):
    """Returns name -> number from a resource with a line for each."""
    lines = read(client, path).decode().splitlines()
    return {name: int(number) for name, _, number in (line.rpartition(" ") for line in lines)}
