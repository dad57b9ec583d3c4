"""What the simulator reads of a body of generateContent, for both of Google's services; a field that they do not know is refused."""

import msgspec
from msgspec import UNSET, Raw, UnsetType, field

from bide.simulator.answers import first_words
from bide.simulator.refusal import Failure

TIERS = ("standard", "flex", "priority")


class Part(msgspec.Struct):
    """A part of what is said; others than texts pass unread."""

    text: str | None = None


class _Content(msgspec.Struct):
    parts: list[Part] = field(default_factory=list[Part])
    role: str | None = None


class _Config(msgspec.Struct):
    camel: int | None = field(default=None, name="maxOutputTokens")
    snake: int | None = field(default=None, name="max_output_tokens")


class Body(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """A body. Names of fields may be written either way, as in all JSON of Google's."""

    contents: list[_Content] | UnsetType = UNSET
    model: str | None = None
    generation_config: _Config = field(default_factory=_Config)
    generation_config_snake: _Config | None = field(default=None, name="generation_config")
    system_instruction: Raw | UnsetType = UNSET
    system_instruction_snake: Raw | UnsetType = field(default=UNSET, name="system_instruction")
    tools: Raw | UnsetType = UNSET
    tool_config: Raw | UnsetType = UNSET
    safety_settings: Raw | UnsetType = UNSET
    cached_content: Raw | UnsetType = UNSET
    service_tier: str | None = None
    store: bool | None = None
    labels: dict[str, str] | None = None

    @property
    def cap(self) -> int | None:
        """The most output tokens that were asked for."""
        config = self.generation_config_snake or self.generation_config
        return config.camel if config.camel is not None else config.snake

    def fault(self, *, is_vertex: bool = False) -> Failure | None:
        """What makes this body one that is refused."""
        if is_vertex and self.service_tier is not None:
            return _unknown("serviceTier")
        if not is_vertex and self.labels is not None:
            return _unknown("labels")
        if self.service_tier not in (None, *TIERS):
            return Failure(400, f"Invalid value at 'service_tier': {self.service_tier!r}")
        if not self.contents:
            return Failure(400, "* GenerateContentRequest.contents: contents is not specified")
        for content in self.contents:
            if content.role not in (None, "user", "model"):
                return Failure(400, "Please use a valid role: user, model.")
            if not content.parts:
                return Failure(400, "Unable to submit request because it must include at least one parts field.")
        if self.cap is not None and self.cap < 1:
            return Failure(400, "max_output_tokens must be positive.")
        return None

    def words(self) -> str:
        """The first words of the last thing that was said."""
        parts = self.contents[-1].parts if self.contents else []
        return first_words(" ".join(part.text for part in parts if part.text))


_decode_body = msgspec.json.Decoder(Body).decode


def read_body(raw: Raw | bytes | bytearray) -> Body | Failure:
    """The body in these bytes, or why it is none."""
    try:
        return _decode_body(raw)
    except msgspec.ValidationError as error:
        return Failure(400, f"Invalid JSON payload received. {error}")
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Failure(400, f"Invalid JSON payload received. {error}")


def _unknown(name: str) -> Failure:
    return Failure(400, f'Invalid JSON payload received. Unknown name "{name}": Cannot find field.')
