"""Asking bide's own paths in a test."""

from collections.abc import Mapping
from typing import Any

from tests.gateway.place import CHAT, Place

HEADERS = {"Prefer": "respond-async", "Bide-Within": "1h"}


async def get(at: Place, path: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Any:
    """The JSON at a path under ``/bide/v1``."""
    async with at.http.get(f"/bide/v1{path}", headers=headers) as answer:
        assert answer.status == status, await answer.text()
        return await answer.json()


async def post(at: Place, path: str, body: object = None, status: int = 200) -> Any:
    """The JSON that a POST is answered with."""
    async with at.http.post(f"/bide/v1{path}", json=body) as answer:
        assert answer.status == status, await answer.text()
        return await answer.json()


async def defer(at: Place, **headers: str) -> str:
    """Hand a call in and leave; its id."""
    async with at.http.post("/v1/chat/completions", json=dict(CHAT), headers=HEADERS | headers) as promised:
        assert promised.status == 202
        return (await promised.json())["id"]


async def passed(at: Place) -> str:
    """Make a call that is passed on; its id, once it is in the books."""
    answer = await at.openai().chat.completions.with_raw_response.create(**CHAT)
    await at.gateway.books.settle()
    return answer.headers["x-request-id"]
