"""What the simulator reads of a Messages body; everything else passes unread."""

import msgspec
from msgspec import UNSET, Raw, UnsetType

from bide.simulator.answers import first_words
from bide.simulator.refusal import Failure
from bide.simulator.tools import ToolCall, demanded

WITH_SAMPLING = "2023-06-01"
WITHOUT_SAMPLING = "2026-10-21"
VERSIONS = (WITH_SAMPLING, WITHOUT_SAMPLING)
"""Values of ``anthropic-version``. The newer one has no temperature, top_p and top_k."""


class _Block(msgspec.Struct):
    type: str = "text"
    text: str | None = None
    citations: list[Raw] | None = None


class _Message(msgspec.Struct):
    role: str
    content: str | list[_Block]


class Body(msgspec.Struct):
    """A body, decoded as far as validation, the answer and its usage need it."""

    model: str | UnsetType = UNSET
    max_tokens: int | UnsetType = UNSET
    messages: list[_Message] | UnsetType = UNSET
    stream: bool | None = None
    speed: str | None = None
    fallbacks: Raw | UnsetType = UNSET
    temperature: float | UnsetType | None = UNSET
    top_p: float | UnsetType | None = UNSET
    top_k: int | UnsetType | None = UNSET
    tools: Raw = Raw(b"null")
    tool_choice: Raw = Raw(b"null")

    @property
    def cap(self) -> int | None:
        """The most output tokens that were asked for."""
        return None if self.max_tokens is UNSET else self.max_tokens

    def fault(self, version: str, *, counts: bool = False) -> Failure | None:
        """What makes this body one that is refused; one whose tokens are counted needs no `max_tokens`."""
        if not self.model:
            return _failure("model: Field required")
        if self.max_tokens is UNSET and not counts:
            return _failure("max_tokens: Field required")
        if not self.messages:
            return _failure("messages: at least one message is required")
        if self.max_tokens is not UNSET and self.max_tokens < 0:
            return _failure("max_tokens: Input should be greater than or equal to 0")
        return self._outdated(self.messages) if version == WITHOUT_SAMPLING else None

    def batch_fault(self, version: str) -> Failure | None:
        """The same for a request of a batch, where less is allowed."""
        if self.stream:
            return _failure("stream: Streaming is not supported in batches")
        if self.speed is not None:
            return _failure("speed: Fast mode is not supported in batches")
        if self.fallbacks is not UNSET:
            return _failure("fallbacks: Not supported in batches")
        if self.max_tokens == 0:
            return _failure("max_tokens: Input should be greater than or equal to 1")
        return self.fault(version)

    def words(self) -> str:
        """The first words of the last thing that was said."""
        content = self.messages[-1].content if self.messages else ""
        return first_words(
            content if isinstance(content, str) else " ".join(block.text for block in content if block.text)
        )

    def called(self) -> ToolCall | None:
        """The call of a tool that it demands."""
        return demanded(self.tools, self.tool_choice)

    def _outdated(self, messages: list[_Message]) -> Failure | None:
        """What the newer version has no place for any more."""
        for name in ("temperature", "top_p", "top_k"):
            if getattr(self, name) is not UNSET:
                return _failure(f"{name}: Extra inputs are not permitted")
        for place, message in enumerate(messages):
            for block in () if isinstance(message.content, str) else message.content:
                if message.role == "assistant" and block.type == "document":
                    return _failure(f"messages.{place}: document blocks are not permitted in assistant messages")
                if message.role == "user" and block.type == "text" and block.citations:
                    return _failure(f"messages.{place}: citations are not permitted in user messages")
        return None


_decode_body = msgspec.json.Decoder(Body).decode


def read_body(raw: Raw | bytes | bytearray) -> Body | Failure:
    """The body in these bytes, or why it is none."""
    try:
        return _decode_body(raw)
    except msgspec.ValidationError as error:
        return _failure(f"{error}")
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return _failure(f"The request body is not valid JSON: {error}")


def _failure(message: str) -> Failure:
    return Failure(400, message)
