"""Lists as OpenAI's clients read them, page by page, and the words of their queries."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from bide.gateway.exchange import Exchange
from bide.gateway.refusal import Protocol, RefusalError


def page(listed: Sequence[Mapping[str, Any]], *, has_more: bool) -> bytes:
    """A page of a list. The next one is asked for by ``after=`` and its `last_id`."""
    return msgspec.json.encode(
        {
            "object": "list",
            "data": listed,
            "first_id": listed[0]["id"] if listed else None,
            "last_id": listed[-1]["id"] if listed else None,
            "has_more": has_more,
        }
    )


def read_limit(query: Mapping[str, str], default: int, most: int) -> int:
    """How many entries a page may have. Raises `RefusalError`."""
    limit = read_number(query, "limit", default)
    if not 1 <= limit <= most:
        raise RefusalError(400, "invalid_value", f"limit is {limit}; write 1 to {most:,}", param="limit")
    return limit


def read_number(query: Mapping[str, str], name: str, default: int) -> int:
    """A whole number of a query. Raises `RefusalError`."""
    text = query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise RefusalError(400, "invalid_type", f"{name} is {text[:40]!r}; write a whole number", param=name)
    return int(text)


def read_choice(query: Mapping[str, str], name: str, choices: Sequence[str]) -> str:
    """One of a few words, by default the first. Raises `RefusalError`."""
    text = query.get(name, choices[0])
    if text not in choices:
        raise RefusalError(400, "invalid_value", f"{name} is {text[:40]!r}; write {' or '.join(choices)}", param=name)
    return text


def openai_only(exchange: Exchange) -> None:
    """See that it is not Anthropic's API of the same path, and that what it names can be looked up. Raises `RefusalError`."""
    if any("\0" in text for text in (*exchange.parameters.values(), *exchange.query.values())):
        raise RefusalError(400, "invalid_value", "a NUL stands in the path or the query; no name has one")
    if exchange.protocol is Protocol.ANTHROPIC:
        raise RefusalError(404, "unknown_path", f"bide serves {exchange.path} to OpenAI's clients only")
