"""A conversation put together from what bide kept of its earlier turns, where no provider has kept them."""

from typing import Any

import msgspec
from msgspec import Raw

from bide.gateway.refusal import RefusalError

PREVIOUS = "previous_response_id"

NAMED = ("message", "function_call")
"""Kinds of items whose ids mean something only where they are kept: without their ids they are what was said."""

_fields = msgspec.json.Decoder(dict[str, Raw]).decode


class _Kind(msgspec.Struct):
    type: str = "message"
    encrypted_content: str | None = None


class _Given(msgspec.Struct):
    input: str | list[Raw] = ""


class _Answered(msgspec.Struct):
    output: list[Raw] = msgspec.field(default_factory=list[Raw])


_kind = msgspec.json.Decoder(_Kind).decode
_given = msgspec.json.Decoder(_Given).decode
_answered = msgspec.json.Decoder(_Answered).decode


def put_together(asked: bytes, answer: bytes, body: bytes, *, keeps_seals: bool) -> bytes:
    """The body that goes on with an answer: everything that was asked and answered before, then its own input.

    `asked` is the body that was answered by `answer`. As at OpenAI only what was said is gone on with: instructions, tools and
    settings are those of the new body. Thoughts that are sealed stay where `keeps_seals`, for nobody but who sealed them can
    read them; those that are not sealed are known by an id that nobody has kept, and are left out.

    Raises:
        RefusalError: the input is none.
    """
    try:
        own = _items(_given(body).input)
    except msgspec.ValidationError as error:
        raise RefusalError(
            400, "invalid_type", f"input: {error}; write text or a list of items", param="input"
        ) from None
    said = [_said(item, keeps_seals=keeps_seals) for item in _answered(answer).output]
    items = [*_items(_given(asked).input), *(item for item in said if item is not None), *own]
    fields = {name: value for name, value in _fields(body).items() if name != PREVIOUS}
    return msgspec.json.encode({**fields, "input": items})


def _items(given: str | list[Raw]) -> list[Any]:
    return [{"role": "user", "content": given}] if isinstance(given, str) else list(given)


def _said(item: Raw, *, keeps_seals: bool) -> Any:
    """An item of an answer as it can be said again; None where it cannot."""
    kind = _kind(item)
    if kind.type == "reasoning" and not (kind.encrypted_content and keeps_seals):
        return None
    if kind.type in NAMED:
        return {name: value for name, value in _fields(item).items() if name not in ("id", "status")}
    return item
