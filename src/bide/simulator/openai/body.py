"""What the simulator reads of a request's body, for all endpoints; everything else passes unread."""

import msgspec
from msgspec import UNSET, Raw, UnsetType

from bide.simulator.answers import first_words
from bide.simulator.refusal import Failure
from bide.simulator.tools import ToolCall, demanded

CHAT = "/v1/chat/completions"
RESPONSES = "/v1/responses"
EMBEDDINGS = "/v1/embeddings"
COMPLETIONS = "/v1/completions"
MODERATIONS = "/v1/moderations"
IMAGES = "/v1/images/generations"
ENDPOINTS = (CHAT, RESPONSES, EMBEDDINGS, COMPLETIONS, MODERATIONS, IMAGES)

CONTENTS = {CHAT: "messages", COMPLETIONS: "prompt", IMAGES: "prompt"}
"""The field that carries the question; at the others it is `input`."""

STREAMED = (CHAT, RESPONSES)

NULL = Raw(b"null")
"""What stands for a field that the body leaves out, where the answer repeats it unread."""


class StreamOptions(msgspec.Struct):
    include_usage: bool | None = None


class Body(msgspec.Struct):
    """A body, decoded as far as validation, the answer and its usage need it."""

    model: str | UnsetType = UNSET
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    service_tier: str | None = None
    messages: list[Raw] | UnsetType = UNSET
    input: str | list[Raw] | UnsetType = UNSET
    prompt: str | list[Raw] | UnsetType = UNSET
    max_completion_tokens: int | None = None
    max_tokens: int | None = None
    max_output_tokens: int | None = None
    dimensions: int | None = None
    encoding_format: str | None = None
    # A response repeats what it was asked with.
    instructions: Raw = NULL
    metadata: Raw = NULL
    reasoning: Raw = NULL
    text: Raw = NULL
    tools: Raw = NULL
    tool_choice: Raw = NULL
    temperature: float | None = None
    top_p: float | None = None
    user: str | None = None
    background: bool | None = None
    store: bool | None = None
    previous_response_id: str | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None

    @property
    def cap(self) -> int | None:
        """The most output tokens that were asked for."""
        caps = (self.max_completion_tokens, self.max_tokens, self.max_output_tokens)
        return next((cap for cap in caps if cap is not None), None)

    def fault(self, endpoint: str) -> Failure | None:
        """What makes this body one that the endpoint refuses."""
        needed = CONTENTS.get(endpoint, "input")
        if not getattr(self, needed):
            return Failure(
                400, f"Missing required parameter: '{needed}'.", code="missing_required_parameter", param=needed
            )
        if (cap := self.cap) is not None and cap < 1:
            return Failure(
                400, "The output limit has to be at least 1.", code="integer_below_min_value", param="max_tokens"
            )
        return None

    def words(self) -> str:
        """The first words of the last thing that was said."""
        last: Raw | str = ""
        if self.messages:
            last = self.messages[-1]
        elif asked := self.input or self.prompt:
            last = asked if isinstance(asked, str) else asked[-1]
        said = last if isinstance(last, str) else _said(last)
        return first_words(said)

    def called(self) -> ToolCall | None:
        """The call of a tool that it demands."""
        return demanded(self.tools, self.tool_choice)

    def texts(self) -> list[bytes]:
        """The JSON of each text to embed: a list of texts or of token lists is many, a text or one token list is one."""
        if isinstance(self.input, list):
            items = [bytes(item) for item in self.input]
            return items if all(item[:1] in (b'"', b"[") for item in items) else [b",".join(items)]
        return [self.input.encode()] if self.input else []


class _Part(msgspec.Struct):
    text: str | None = None


class _Message(msgspec.Struct):
    content: str | list[_Part] | None = None


_decode_body = msgspec.json.Decoder(Body).decode
_decode_message = msgspec.json.Decoder(_Message | str).decode


def read_body(raw: Raw | bytes | bytearray) -> Body | Failure:
    """The body in these bytes, or why it is none."""
    try:
        return _decode_body(raw)
    except msgspec.ValidationError as error:
        return Failure(400, f"Invalid type: {error}.", code="invalid_type")
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Failure(400, f"The body of your request is not valid JSON: {error}.")


def _said(message: Raw) -> str:
    try:
        decoded = _decode_message(message)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""  # a kind of message that the simulator does not know is answered all the same
    if isinstance(decoded, str):
        return decoded
    content = decoded.content or ""
    return content if isinstance(content, str) else " ".join(part.text for part in content if part.text)
