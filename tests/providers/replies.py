"""Replies made up by hand."""

import json
from collections.abc import AsyncIterator, Iterable

from bide.providers.transport import Reply


class MadeUp(Reply):
    """A reply whose head and body are given; the body comes in these pieces."""

    def __init__(self, status: int = 200, headers: dict[str, str] | None = None, pieces: Iterable[bytes] = ()) -> None:
        self.status = status
        self.headers = headers or {}
        self._pieces = list(pieces)

    async def chunks(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece


def error_body(code: object = None, message: object = "no", kind: object = None) -> bytes:
    """An error as OpenAI writes it."""
    return json.dumps({"error": {"message": message, "type": kind, "param": None, "code": code}}).encode()
