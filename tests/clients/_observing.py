"""Third-party clients that observe, ask and POST, each in the same few words."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from _clients import run

FIXTURES = {"libcoap": "coap_client", "libcoap-4.3.4": "coap_client_4_3_4", "node": "coap_cli", "aiocoap": "aiocoap"}
LONGEST_S = 90
HERE = Path(__file__).parent


class Libcoap:
    def __init__(self, program):
        self.program = program

    def observer(self, uri, seconds):
        """The command that prints the responses for so long, and cancels then."""
        return self.command("-m", "get", "-s", str(seconds), uri)

    def get(self, uri):
        return text(self.command("-m", "get", uri))

    def post(self, uri, times):
        """POSTs that often, a second apart."""
        return text(self.command("-m", "post", "-G", str(times), uri))

    def command(self, *arguments):
        return [self.program, "-B", str(LONGEST_S), "-w", *arguments]


class Node:
    def __init__(self, program):
        self.program = program

    def observer(self, uri, seconds):
        module = Path(self.program).resolve().parent.parent / "coap"
        return ["node", HERE / "_observe.js", module, uri, str(seconds)]

    def get(self, uri):
        return text([self.program, "get", "-q", uri])


class Aiocoap:
    def __init__(self, module):
        self.module = module

    def observer(self, uri, seconds):
        return [sys.executable, HERE / "_observe.py", Path(self.module.__file__).parent.parent, uri, str(seconds)]

    def get(self, uri):
        async def answer():
            context = await self.module.Context.create_client_context()
            try:
                request = context.request(self.module.Message(code=self.module.GET, uri=uri))
                return (await asyncio.wait_for(request.response, LONGEST_S)).payload.decode()
            finally:
                await context.shutdown()

        return asyncio.run(answer())


def text(command):
    """Returns the output of a client, without line ends behind it."""
    return run(*command, longest_s=LONGEST_S).decode().rstrip("\n")


KINDS = {"libcoap": Libcoap, "libcoap-4.3.4": Libcoap, "node": Node, "aiocoap": Aiocoap}


def client(request, name):
    """The client of that name. Its test is skipped if it is missing."""
    return KINDS[name](request.getfixturevalue(FIXTURES[name]))


def clients(request):
    """The clients that are there, by name. The test of another one is skipped in its turn."""
    found = {}
    for name in FIXTURES:
        try:
            found[name] = client(request, name)
        except pytest.skip.Exception:
            pass
    return found


class Observer:
    """A client that observes for so many seconds. The test reads the lines that it prints."""

    def __init__(self, one, uri, seconds):
        self.process = subprocess.Popen(one.observer(uri, seconds), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True)
        self.printed = []

    def until(self, last=None):
        """Waits for that line, or for the client's end. Returns all lines so far."""
        for line in self.process.stdout:
            self.printed += [line.strip()] if line.strip() else []
            if line.strip() == last:
                break
        return self.printed

    def lines(self):
        """All lines, once the client has ended."""
        try:
            return self.until()
        finally:
            self.end()

    def end(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
