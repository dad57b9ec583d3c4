"""The yardstick of the gateway: uvicorn before, aiohttp behind, and nothing in between. Arguments: upstream URL, port."""

import sys
from typing import Any

import aiohttp
import uvicorn

UPSTREAM = sys.argv[1].removesuffix("/v1") if len(sys.argv) > 1 else ""

sessions: list[aiohttp.ClientSession] = []


async def app(scope: Any, receive: Any, send: Any) -> None:
    if not sessions:
        sessions.append(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=512)))
    parts: list[bytes] = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            break
    headers = {"content-type": "application/json", "authorization": "Bearer simulated"}
    async with sessions[0].post(UPSTREAM + scope["path"], data=b"".join(parts), headers=headers) as reply:
        kind = reply.headers["content-type"].encode()
        await send({"type": "http.response.start", "status": reply.status, "headers": [(b"content-type", kind)]})
        async for chunk in reply.content.iter_any():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="error", access_log=False, lifespan="off")
