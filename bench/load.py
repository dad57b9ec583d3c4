"""Callers: so many connections, each asking again as soon as it has its answer. Prints JSON.

Arguments: URL, connections, requests of all together, and further headers as name:value.
"""

import asyncio
import json
import statistics
import sys
import time
from typing import cast
from urllib.parse import urlsplit

import httptools
import uvloop

BODY = json.dumps(
    {"model": "gpt-4.1-mini", "messages": [{"role": "user", "content": "word " * 380}]}, separators=(",", ":")
).encode()
STREAM = BODY[:-1] + b',"stream":true,"stream_options":{"include_usage":true}}'


class Caller(asyncio.Protocol):
    """One connection."""

    def __init__(self, request: bytes, left: list[int], seconds: list[float], wrong: list[int]) -> None:
        self._request = request
        self._left = left
        self._seconds = seconds
        self._wrong = wrong
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by its class
        self._ask()

    def _ask(self) -> None:
        if self._left[0] <= 0:
            self._transport.close()
            return
        self._left[0] -= 1
        self._parser = httptools.HttpResponseParser(self)
        self._began = time.perf_counter()
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        self._seconds.append(time.perf_counter() - self._began)
        if self._parser.get_status_code() >= 300:
            self._wrong[0] += 1
        asyncio.get_running_loop().call_soon(self._ask)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)


async def main() -> None:
    url, connections, requests, *extra = sys.argv[1:]
    parts = urlsplit(url)
    host, _, port = parts.netloc.partition(":")
    body = STREAM if "stream" in extra else BODY
    headers = [header for header in extra if header != "stream"]
    head = [f"POST {parts.path}/chat/completions HTTP/1.1", f"host: {parts.netloc}", "content-type: application/json"]
    head += [header.replace(":", ": ", 1) for header in headers]
    head += [f"content-length: {len(body)}", "", ""]
    request = "\r\n".join(head).encode() + body
    left, seconds, wrong = [int(requests)], list[float](), [0]
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    callers = [
        (await loop.create_connection(lambda: Caller(request, left, seconds, wrong), host, int(port)))[1]
        for _ in range(int(connections))
    ]
    await asyncio.gather(*(caller.done for caller in callers))
    told = {
        "seconds": time.perf_counter() - began,
        "answers": len(seconds),
        "wrong": wrong[0],
        "p50": statistics.median(seconds),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    uvloop.run(main())
