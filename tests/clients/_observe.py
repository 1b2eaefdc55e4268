"""_observe.py <folder of the module aiocoap> <URI> <seconds>: prints the responses for so long.

The client then forgets the observation, so it rejects the next notification with a Reset.
"""

import asyncio
import sys

FOLDER, URI, SECONDS = sys.argv[1:]
sys.path.insert(0, FOLDER)
import aiocoap  # noqa: E402


def show(answer):
    print(answer.payload.decode(), flush=True)


async def show_all(notifications):
    async for notification in notifications:
        show(notification)


async def main():
    context = await aiocoap.Context.create_client_context()
    request = context.request(aiocoap.Message(code=aiocoap.GET, uri=URI, observe=0))
    show(await request.response)
    showing = asyncio.create_task(show_all(request.observation))
    await asyncio.sleep(float(SECONDS))
    showing.cancel()
    request.observation.cancel()
    await asyncio.sleep(2)
    await context.shutdown()


asyncio.run(main())
