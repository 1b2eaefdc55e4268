"""Clients that observe, ask and POST, each in the same few words: what they print is a list of lines."""

import asyncio
import subprocess
from pathlib import Path

from _clients import run

FIXTURES = {"libcoap": "coap_client", "libcoap-4.3.4": "coap_client_4_3_4", "node": "coap_cli", "aiocoap": "aiocoap"}
LONGEST_S = 90


class Libcoap:
    def __init__(self, program):
        self.program = program

    def observe(self, uri, notifications):
        """Observes for so many seconds and a half more, and cancels."""
        return self.lines("-m", "get", "-s", str(notifications + 1), uri)

    def get(self, uri):
        return self.lines("-m", "get", uri)

    def post(self, uri, times=1):
        """POSTs that often, a second apart."""
        return self.lines("-m", "post", "-G", str(times), uri)

    def lines(self, *arguments):
        return run(self.program, "-B", str(LONGEST_S), "-w", *arguments, longest_s=LONGEST_S).decode().split("\n")


class Node:
    def __init__(self, program):
        self.program = program
        self.module = Path(program).resolve().parent.parent / "coap"

    def observe(self, uri, notifications):
        script = Path(__file__).parent / "observe.js"
        command = ["node", script, self.module, uri, str(notifications)]
        return subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_S).stdout.split("\n")

    def get(self, uri):
        return run(self.program, "get", "-q", uri, longest_s=LONGEST_S).decode().split("\n")


class Aiocoap:
    def __init__(self, module):
        self.module = module

    def observe(self, uri, notifications):
        async def talk(context):
            request = context.request(self.module.Message(code=self.module.GET, uri=uri, observe=0))
            told = [(await request.response).payload.decode()]
            async for notification in request.observation:
                told.append(notification.payload.decode())
                if len(told) > notifications:
                    break
            request.observation.cancel()
            await asyncio.sleep(2)  # the next notification is rejected with a Reset
            return told

        return asyncio.run(self.in_context(talk))

    def get(self, uri):
        async def talk(context):
            answer = await context.request(self.module.Message(code=self.module.GET, uri=uri)).response
            return answer.payload.decode().split("\n")

        return asyncio.run(self.in_context(talk))

    async def in_context(self, talk):
        context = await self.module.Context.create_client_context()
        try:
            return await asyncio.wait_for(talk(context), LONGEST_S)
        finally:
            await context.shutdown()


KINDS = {"libcoap": Libcoap, "libcoap-4.3.4": Libcoap, "node": Node, "aiocoap": Aiocoap}


def client(request, name):
    """The client of that name. Its test is skipped if it is missing."""
    return KINDS[name](request.getfixturevalue(FIXTURES[name]))
