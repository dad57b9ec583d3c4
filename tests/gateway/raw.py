"""HTTP as bytes: what no client would send, and every status that comes back."""

import asyncio
import re
from urllib.parse import urlsplit

from tests.patience import PATIENCE

STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})")

SILENCE = 0.3
"""Seconds after which a connection that has said something and stays open has said everything."""


async def statuses(url: str, sent: bytes) -> tuple[list[int], bytes]:
    """The status of each response, and all of them as they came, until the server closes or has nothing to say."""
    place = urlsplit(url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    writer.write(sent)
    await writer.drain()
    said = b""
    try:
        part = b"more"
        while part:
            async with asyncio.timeout(SILENCE if said else PATIENCE):
                said += (part := await reader.read(1 << 16))
    except (TimeoutError, ConnectionResetError):
        pass
    finally:
        writer.close()
    return [int(status) for status in STATUS.findall(said)], said


def request(*head: str, body: str = "") -> bytes:
    """A request of these lines, as they are."""
    return ("\r\n".join(head) + "\r\n\r\n" + body).encode("latin-1")
