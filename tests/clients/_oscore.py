"""Third-party clients with OSCORE, each in the same few words, and their keys."""

import asyncio
import json
import subprocess
import sys
import time
import types
from contextlib import asynccontextmanager
from unittest import mock

import _coap
from _clients import run

OSCORE = 9
SECRET = "000102030405060708090a0b0c0d0e0f"
OTHER_SECRET = SECRET[::-1]
SERVER_ID, CLIENT_ID = "01", "02"
LONGEST_S = 30


def key_file(secret, sender_id, recipient_id):
    """The text of a key file as libcoap reads it."""
    return f'master_secret,hex,"{secret}"\nsender_id,hex,"{sender_id}"\nrecipient_id,hex,"{recipient_id}"\n'


def write_keys(folder, secret=SECRET, client_id=CLIENT_ID):
    """Writes the keys of the server, and those of a client with that secret and that ID for both clients."""
    (folder / "server.keys").write_text(key_file(SECRET, SERVER_ID, CLIENT_ID))
    (folder / "client.keys").write_text(key_file(secret, client_id, SERVER_ID))
    (folder / "aiocoap").mkdir(exist_ok=True)
    (folder / "aiocoap/settings.json").write_text(json.dumps(
        {"secret_hex": secret, "sender-id_hex": client_id, "recipient-id_hex": SERVER_ID}))


def write_peer(folder, number):
    """Writes the keys of a server and of its client of that number, with a secret of their own. Returns the server's."""
    secret = f"{number:02x}{SECRET[2:]}"
    write_keys(folder, secret, f"{number:02x}")
    (folder / "server.keys").write_text(key_file(secret, SERVER_ID, f"{number:02x}"))
    return folder / "server.keys"


def tshark_context(number):
    """The security context of that client as a preference of tshark: sender and recipient are the client's."""
    ids = f'"{number:02x}","{SERVER_ID}","{number:02x}{SECRET[2:]}","",""'
    return f'uat:oscore_contexts:{ids},"AES-CCM-16-64-128 (CCM*)"'


def is_protected(message):
    """True if the message has the OSCORE option once, and no option that belongs inside."""
    inside = _coap.URI_PATH, _coap.CONTENT_FORMAT, _coap.BLOCK1, _coap.BLOCK2, _coap.ETAG
    return len(_coap.values(message, OSCORE)) == 1 and not any(_coap.values(message, number) for number in inside)


class Libcoap:
    """Runs a program for each request. It keeps its sequence number in a file between them."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder

    def command(self, *arguments, numbers="client.number"):
        keys = f"{self.folder}/client.keys,{self.folder}/{numbers}"
        return [self.program, "-B", str(LONGEST_S), "-w", "-E", keys, *arguments]

    def ask(self, method, uri, body=b""):
        """Returns the payload, or the code of an error such as b"4.01"."""
        if body:
            (self.folder / "body").write_bytes(body)
        data = ["-f", f"{self.folder}/body"] if body else []
        return run(*self.command("-m", method, *data, uri), longest_s=LONGEST_S).rstrip(b"\n")

    def post(self, uri, times):
        """POSTs that often, a second apart. Returns the payloads."""
        return run(*self.command("-m", "post", "-G", str(times), uri), longest_s=LONGEST_S).split()

    def notifications(self, uri, count):
        """Observes for two seconds more than the notifications take, one a second. Returns the payloads. The last one
        answers the cancellation."""
        self.ask("get", uri)  # the server knows the numbers from here on
        return run(*self.command("-s", str(count + 3), uri), longest_s=LONGEST_S).split()

    def observe(self, uri, changes, space):
        """Observes while another program of the same client changes the resource. Returns the payloads."""
        self.ask("get", uri)  # the server knows the numbers from here on
        (self.folder / "observer.number").write_text("25")  # others than the other program's, within the window
        observer = subprocess.Popen(
            self.command("-s", str(len(changes) * space + 1), uri, numbers="observer.number"),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            first = observer.stdout.readline().strip()
            for change in changes:
                run(*self.command("-m", "put", "-e", change, uri))
                time.sleep(space)
            *told, _ = observer.communicate(timeout=LONGEST_S)[0].split()  # the last one answers the cancellation
            return [first, *told]
        finally:
            observer.kill()


class Aiocoap:
    def __init__(self, module, folder):
        self.module, self.folder = module, folder
        # Its OSCORE wants modules for groups and for EDHOC, which nothing here calls.
        for name in ("ge25519", "lakers"):
            sys.modules.setdefault(name, types.ModuleType(name))

    @asynccontextmanager
    async def context(self, uri):
        context = await self.module.Context.create_client_context(transports=["oscore", "udp6"])
        base = "/".join(uri.split("/")[:3])
        context.client_credentials.load_from_dict({f"{base}/*": {"oscore": {"basedir": f"{self.folder}/aiocoap"}}})
        try:
            # A message that aiocoap has protected does not take the tuning of the one that it was made of.
            with mock.patch.object(self.module.numbers.constants.TransportTuning, "ACK_TIMEOUT", 0.2):
                yield context
        finally:
            await context.shutdown()
            for keys in context.client_credentials.values():
                keys._destroy()  # writes the sequence number, and gives up the lock of the folder

    def message(self, method, uri, body=b"", **more):
        code = getattr(self.module, method.upper())
        return self.module.Message(code=code, uri=uri, payload=body, **more)

    async def answer(self, context, *request):
        from aiocoap.oscore import NotAProtectedMessage

        try:
            got = await asyncio.wait_for(context.request(self.message(*request)).response, LONGEST_S)
        except NotAProtectedMessage as plain:
            got = plain.plain_message
        return got.payload if got.code.is_successful() else got.code.dotted.encode()

    def ask(self, *request):
        async def once():
            async with self.context(request[1]) as context:
                return await self.answer(context, *request)

        return asyncio.run(once())

    def post(self, uri, times):
        async def all_of_them():
            async with self.context(uri) as context:
                return [await self.answer(context, "post", uri) for _ in range(times)]

        return asyncio.run(all_of_them())

    def notifications(self, uri, count):
        """Observes, and returns the payloads of the response and of that many notifications."""
        async def all_of_them():
            async with self.context(uri) as context:
                request = context.request(self.message("get", uri, observe=0))
                told = [(await asyncio.wait_for(request.response, LONGEST_S)).payload]
                async for each in request.observation:
                    told.append(each.payload)
                    if len(told) > count:
                        break
                request.observation.cancel()
                return told

        return asyncio.run(asyncio.wait_for(all_of_them(), LONGEST_S))

    def observe(self, uri, changes, space):
        async def take(notifications, into):
            async for each in notifications:
                into.append(each.payload)

        async def all_of_them():
            async with self.context(uri) as context:
                request = context.request(self.message("get", uri, observe=0))
                told = [(await asyncio.wait_for(request.response, LONGEST_S)).payload]
                taking = asyncio.create_task(take(request.observation, told))
                for change in changes:
                    await self.answer(context, "put", uri, change.encode())
                    await asyncio.sleep(space)
                taking.cancel()
                request.observation.cancel()
                return told

        return asyncio.run(all_of_them())


KINDS = {"libcoap": (Libcoap, "coap_client_oscore"), "aiocoap": (Aiocoap, "aiocoap")}
