"""What the simulator reads of a body: Converse for every model, and what Claude's own InvokeModel takes."""

import msgspec
from msgspec import UNSET, Raw, UnsetType

from bide.simulator.answers import first_words
from bide.simulator.anthropic.body import WITH_SAMPLING, WITHOUT_SAMPLING
from bide.simulator.anthropic.body import Body as Messages
from bide.simulator.anthropic.body import read_body as read_messages
from bide.simulator.refusal import Failure

VERSIONS = {"bedrock-2023-05-31": WITH_SAMPLING, WITHOUT_SAMPLING: WITHOUT_SAMPLING}
"""Values of `anthropic_version`, and what each is at Anthropic: its own client for Bedrock says the newer one."""


class _Block(msgspec.Struct):
    text: str | None = None


class _Message(msgspec.Struct):
    role: str
    content: list[_Block]


class _Inference(msgspec.Struct, rename="camel"):
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None


class _Tier(msgspec.Struct):
    type: str


class Converse(msgspec.Struct, rename="camel"):
    """A body, decoded as far as validation, the answer and its usage need it."""

    messages: list[_Message] = msgspec.field(default_factory=list[_Message])
    inference_config: _Inference = msgspec.field(default_factory=_Inference)
    tool_config: Raw | UnsetType = UNSET
    service_tier: _Tier | None = None

    @property
    def cap(self) -> int | None:
        """The most output tokens that were asked for."""
        return self.inference_config.max_tokens

    @property
    def tier(self) -> str:
        """The tier that was asked for."""
        return self.service_tier.type if self.service_tier else "default"

    def fault(self) -> Failure | None:
        """What makes this body one that is refused."""
        if not self.messages:
            return Failure(400, "The messages field is required.")
        if self.messages[0].role != "user":
            return Failure(
                400, "A conversation must start with a user message. Try again with a conversation that does."
            )
        if any(not message.content for message in self.messages):
            return Failure(400, "The content field in the Message object is empty.")
        asked = self.inference_config
        if asked.max_tokens is not None and asked.max_tokens < 1:
            return Failure(400, "Value at 'inferenceConfig.maxTokens' must be greater than or equal to 1.")
        if any(share is not None and not 0 <= share <= 1 for share in (asked.temperature, asked.top_p)):
            return Failure(400, "Value at 'inferenceConfig' must be from 0 to 1.")
        return None

    def batch_fault(self) -> Failure | None:
        """The same for a record of a job, where less is allowed."""
        if self.tool_config is not UNSET:
            return Failure(400, "toolConfig is not supported for batch inference with Converse.")
        if self.service_tier is not None:
            return Failure(400, "serviceTier is not supported for batch inference.")
        return self.fault()

    def words(self) -> str:
        """The first words of the last thing that was said."""
        return first_words(" ".join(block.text for block in self.messages[-1].content if block.text))


class _Native(msgspec.Struct):
    anthropic_version: str | None = None
    model: str | UnsetType = UNSET
    stream: bool | UnsetType = UNSET


_decode_converse = msgspec.json.Decoder(Converse).decode
_decode_native = msgspec.json.Decoder(_Native).decode


def is_claude(model: str) -> bool:
    """Whether a model is Anthropic's."""
    return "anthropic." in model


def read_converse(raw: Raw | bytes | bytearray) -> Converse | Failure:
    """The body in these bytes, or why it is none."""
    try:
        return _decode_converse(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Failure(400, f"The request body is not valid: {error}")


def read_native(raw: Raw | bytes | bytearray, model: str) -> Messages | Failure:
    """The body of an InvokeModel for Claude, whose model stands elsewhere; or why it is none."""
    try:
        head = _decode_native(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Failure(400, f"Malformed input request: {error}, please reformat your input and try again.")
    for name in ("model", "stream"):
        if getattr(head, name) is not UNSET:
            return Failure(400, f"{name}: Extra inputs are not permitted")
    version = VERSIONS.get(head.anthropic_version or "")
    if version is None:
        return Failure(400, f"anthropic_version: Input should be {' or '.join(map(repr, VERSIONS))}")
    body = read_messages(raw)
    if isinstance(body, Failure):
        return body
    body.model = model
    return body.fault(version) or body
