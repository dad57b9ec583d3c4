"""A provider that answers everything alike and remembers what it heard."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from aiohttp import web


@asynccontextmanager
async def listening() -> AsyncGenerator[tuple[str, list[dict[str, str]]]]:
    """A server of OpenAI's protocol that answers everything alike, and the headers of what it heard, with the body among them."""
    heard: list[dict[str, str]] = []

    async def answer(asked: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in asked.headers.items()}
        heard.append({**headers, "body": await asked.text()})
        if "/refused/" in asked.path:
            return web.json_response({"error": {"message": "something is wrong", "code": "internal"}}, status=500)
        choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "yes"}}
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        return web.json_response({"id": "c", "object": "chat.completion", "choices": [choice], "usage": usage})

    application = web.Application()
    application.router.add_route("*", "/{tail:.*}", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1", heard
    finally:
        await runner.cleanup()
