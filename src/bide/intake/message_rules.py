"""What Anthropic's API takes in a Messages body, by its version and by where the body stands; the same in front of any provider.

Facts: Anthropic's API reference and its guide to batch processing, as read in November 2026. Only what the versions differ in
and what batches leave out is looked at here; the rest is told by whoever is to be asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
from msgspec import Raw

from bide.intake.value import decode_object, read_value
from bide.providers.decoding import UNREADABLE

WITH_SAMPLING = "2023-06-01"
WITHOUT_SAMPLING = "2026-10-21"
VERSIONS = (WITH_SAMPLING, WITHOUT_SAMPLING)
"""Values of ``anthropic-version``, oldest first. The newer one knows no temperature, top_p and top_k, no documents in what
the assistant said, and no citations in what the user said."""

SAMPLING = ("temperature", "top_p", "top_k")

NOT_PERMITTED = "Extra inputs are not permitted"


@dataclass(frozen=True, slots=True)
class Fault:
    """What a body must not have, or lacks: the path of a field in Anthropic's notation, and why."""

    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.field}: {self.message}"


class _Block(msgspec.Struct):
    type: str = "text"
    citations: list[Raw] | None = None


class _Message(msgspec.Struct):
    role: str = ""
    content: str | list[_Block] = ""


_decode_messages = msgspec.json.Decoder(list[_Message]).decode


def fault(body: bytes, version: str) -> Fault | None:
    """What the version makes of a body that is a JSON object. Bodies in which nothing can be wrong are not decoded."""
    if version != WITHOUT_SAMPLING or not any(
        word in body for word in (b'"temperature"', b'"top_p"', b'"top_k"', b'"document"', b'"citations"')
    ):
        return None
    return _outdated(decode_object(body))


def batch_fault(fields: Mapping[str, Raw], version: str) -> Fault | None:
    """The same for a request of a batch, where nobody watches and less is allowed."""
    if "max_tokens" not in fields:
        return Fault("max_tokens", "Field required")
    limit = read_value(fields["max_tokens"])
    if isinstance(limit, int) and not isinstance(limit, bool) and limit < 1:
        return Fault("max_tokens", "Input should be greater than or equal to 1")
    if read_value(fields.get("stream")) is True:
        return Fault("stream", "Streaming is not supported in batches")
    for name in ("speed", "fallbacks"):
        if read_value(fields.get(name)) is not None:
            return Fault(name, "Not supported in batches")
    return _outdated(fields) if version == WITHOUT_SAMPLING else None


def _outdated(fields: Mapping[str, Raw]) -> Fault | None:
    for name in SAMPLING:
        if name in fields:
            return Fault(name, NOT_PERMITTED)
    raw = fields.get("messages")
    if raw is None or not any(word in bytes(raw) for word in (b'"document"', b'"citations"')):
        return None
    try:
        messages = _decode_messages(raw)
    except UNREADABLE:
        return None  # whoever is asked has the better words for it
    for number, message in enumerate(messages):
        for place, block in enumerate(() if isinstance(message.content, str) else message.content):
            path = f"messages.{number}.content.{place}"
            if message.role == "assistant" and block.type == "document":
                return Fault(path, "document blocks are not permitted in assistant messages")
            if message.role == "user" and block.type == "text" and block.citations:
                return Fault(f"{path}.citations", "citations are not permitted in user messages")
    return None
