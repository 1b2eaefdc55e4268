"""Third-party clients behind one function: ask(uri, method, …). Each sends a request in its own way.

The tests look at the messages on the wire. A client raises ValueError if it has no way to send such a request.
"""

import asyncio
import contextlib
import select
import subprocess
import time

import _coap

TIMEOUT_S = 20
METHODS = {"get": _coap.GET, "post": _coap.POST, "put": _coap.PUT, "delete": _coap.DELETE}


class Libcoap:
    """coap-client. It observes for `seconds`, and then cancels the observation."""

    def __init__(self, executable):
        self.executable = executable

    def ask(self, uri, method="get", *, non=False, payload=None, content_format=None, accept=None, options=(),
            token=None, block=None, seconds=None):
        command = [self.executable, "-B", str((seconds or 0) + 15), "-m", method]
        command += ["-N"] * non
        command += ["-e", payload] if payload is not None else []
        command += ["-t", str(content_format)] if content_format is not None else []
        command += ["-A", str(accept)] if accept is not None else []
        command += ["-T", token] if token is not None else []
        command += ["-b", str(block)] if block is not None else []
        command += ["-s", str(seconds)] if seconds is not None else []
        for number, value in options:
            command += ["-O", f"{number},0x{value.hex()}" if value else f"{number},"]
        return said(*command, uri)


class Node:
    """coap-cli, on node's coap. It observes until it is killed."""

    def __init__(self, executable):
        self.executable = executable

    def ask(self, uri, method="get", *, non=False, payload=None, content_format=None, accept=None, options=(),
            token=None, block=None, seconds=None):
        if token is not None or any(not value for _, value in options):
            raise ValueError("the client has no way to send this")
        command = [self.executable, method, *["-c"] * non, *["-o"] * (seconds is not None)]
        command += ["-p", payload] if payload is not None else []
        command += ["-b", str((block // 32).bit_length())] if block is not None else []
        numbered = [(_coap.CONTENT_FORMAT, content_format), (_coap.ACCEPT, accept)]
        for number, value in [(n, bytes([v])) for n, v in numbered if v is not None] + list(options):
            command += ["-O", f"{number},0x{value.hex()}"]
        return said(*command, uri) if seconds is None else said_until_killed(*command, uri, seconds=seconds)


class Aiocoap:
    """aiocoap, in this process. It observes for `seconds`, and then forgets the observation without a message. For
    `lingers` seconds, it then rejects notifications."""

    def __init__(self, module):
        self.module = module

    def ask(self, uri, method="get", **given):
        return asyncio.run(self.tell(uri, method, **given))

    async def tell(self, uri, method, seconds=None, lingers=0, **given):
        context = await self.module.Context.create_client_context()
        try:
            asked = context.request(self.request(uri, method, is_observe=seconds is not None, **given))
            response = await asyncio.wait_for(asked.response, TIMEOUT_S)
            payloads = [response.payload]
            if seconds is not None:
                with contextlib.suppress(asyncio.TimeoutError, self.module.error.Error):
                    await asyncio.wait_for(self.collect(asked.observation, payloads), seconds)
                if not asked.observation.cancelled:
                    asked.observation.cancel()
                await asyncio.sleep(lingers)
            return b"".join(payloads)
        finally:
            await context.shutdown()

    @staticmethod
    async def collect(observation, payloads):
        async for notified in observation:
            payloads.append(notified.payload)

    def request(self, uri, method, *, non=False, payload=None, content_format=None, accept=None, options=(), token=None,
                block=None, is_observe=False):
        if token is not None:
            raise ValueError("the client has no way to send this")
        request = self.module.Message(code=METHODS[method], uri=uri, payload=(payload or "").encode())
        if non:
            request.mtype = self.module.NON
        request.opt.content_format, request.opt.accept = content_format, accept
        for number, value in options:
            option = self.module.numbers.OptionNumber(number)
            request.opt.add_option(option.create_option(value=value) if value else option.create_option(decode=b""))
        if block is not None:
            size = self.module.optiontypes.BlockOption.BlockwiseTuple
            request.opt.block2 = size(0, False, (block // 32).bit_length())
        if is_observe:
            request.opt.observe = 0
        return request


def said(*command):
    """Returns the output of a command that ends by itself."""
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=2 * TIMEOUT_S).stdout


def said_until_killed(*command, seconds):
    """Returns the output of a command that is killed so many seconds after it has printed something."""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT) as process:
        try:
            assert select.select([process.stdout], [], [], TIMEOUT_S)[0], command
            time.sleep(seconds)
        finally:
            process.kill()
        return process.stdout.read()
