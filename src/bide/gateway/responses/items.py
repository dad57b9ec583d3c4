"""What a response was asked, as the API lists it."""

from collections.abc import Mapping
from typing import Any

import msgspec

from bide.gateway.page import page
from bide.gateway.refusal import RefusalError
from bide.gateway.responses.names import CALL_PREFIX

MOST = 100
DEFAULT = 20


class _Asked(msgspec.Struct):
    input: str | list[dict[str, Any]] = ""


def listed(asked: bytes, call: str, query: Mapping[str, str]) -> bytes:
    """A page of the items of a body's input. They are named after the call and their place.

    Raises:
        RefusalError: the page is not understood.
    """
    given = msgspec.json.decode(asked, type=_Asked).input
    items = [{"role": "user", "content": given}] if isinstance(given, str) else given
    suffix = call.removeprefix(CALL_PREFIX)
    whole = [_item(one, f"{suffix}_{place}") for place, one in enumerate(items)]
    if query.get("order", "desc") == "desc":
        whole.reverse()
    limit = query.get("limit", str(DEFAULT))
    if not (limit.isascii() and limit.isdigit() and len(limit) < 9) or not 1 <= int(limit) <= MOST:
        raise RefusalError(400, "invalid_request", f"limit is {limit!r}; write 1 to {MOST}", param="limit")
    names = [one["id"] for one in whole]
    if after := query.get("after"):
        if after not in names:
            raise RefusalError(400, "invalid_request", f"after: there is no item {after!r}", param="after")
        whole = whole[names.index(after) + 1 :]
    return page(whole[: int(limit)], has_more=len(whole) > int(limit))


def _item(given: dict[str, Any], name: str) -> dict[str, Any]:
    if given.get("type", "message") != "message":
        return {"id": f"item_{name}", "status": "completed", **given}
    content = given.get("content")
    if isinstance(content, str):
        kind = "output_text" if given.get("role") == "assistant" else "input_text"
        piece: dict[str, Any] = {"type": kind, "text": content}
        if kind == "output_text":
            piece |= {"annotations": [], "logprobs": []}
        content = [piece]
    return {"id": f"msg_{name}", "type": "message", "status": "completed", **given, "content": content}
