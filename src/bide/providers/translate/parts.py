"""What turns are made of.

`path` is where a part stands in the caller's body, as the caller would write it: refusals quote it. A field that may be
None is a detail that some wires cannot express; `expressible.py` refuses it for them, so a writer need not ask.
"""

from typing import ClassVar, Literal

from msgspec import Struct

Lifetime = Literal["5m", "1h"]
"""How long a prefix that a part ends is to stay in the provider's prompt cache."""


class Text(Struct, frozen=True, gc=False):
    """Words."""

    kind: ClassVar[str] = "text"
    text: str
    path: str = ""
    cache: Lifetime | None = None


class Image(Struct, frozen=True, gc=False):
    """A picture: either `data` (base64) with its `media_type`, or a `url`, or a `file_id`."""

    kind: ClassVar[str] = "image"
    path: str
    media_type: str | None = None
    data: str | None = None
    url: str | None = None
    file_id: str | None = None
    detail: str | None = None
    cache: Lifetime | None = None


class Document(Struct, frozen=True, gc=False):
    """A file to be read: one of `data` (base64, with its `media_type`), `text` (plain), `url` and `file_id`."""

    kind: ClassVar[str] = "document"
    path: str
    media_type: str | None = None
    data: str | None = None
    text: str | None = None
    url: str | None = None
    file_id: str | None = None
    name: str | None = None
    context: str | None = None
    cache: Lifetime | None = None


class Audio(Struct, frozen=True, gc=False):
    """Sound, base64, with its short format's name (`wav`, `mp3`)."""

    kind: ClassVar[str] = "audio"
    path: str
    data: str
    format: str


class ToolCall(Struct, frozen=True, gc=False):
    """A call that the model made. `arguments` is JSON text, as the model wrote it."""

    kind: ClassVar[str] = "tool_call"
    id: str
    name: str
    arguments: str
    path: str = ""
    cache: Lifetime | None = None


class ToolResult(Struct, frozen=True):
    """What a tool answered. `is_error` is None where nothing is said about it."""

    kind: ClassVar[str] = "tool_result"
    id: str
    parts: "tuple[Part, ...]"
    path: str = ""
    is_error: bool | None = None
    cache: Lifetime | None = None


class Reasoning(Struct, frozen=True, gc=False):
    """Thoughts of the model. `signature` proves them to who made them; `redacted` is their sealed form."""

    kind: ClassVar[str] = "reasoning"
    text: str
    path: str = ""
    signature: str | None = None
    redacted: str | None = None


class Refusal(Struct, frozen=True, gc=False):
    """Words by which the model declined."""

    kind: ClassVar[str] = "refusal"
    text: str
    path: str = ""


Part = Text | Image | Document | Audio | ToolCall | ToolResult | Reasoning | Refusal
