"""A request in no provider's words."""

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Raw, Struct

from bide.providers.translate.parts import Lifetime, Part, Text
from bide.providers.translate.untranslatable import LEAVE_OUT, UntranslatableError

Role = Literal["user", "assistant"]


class Turn(Struct, frozen=True):
    """One side's say. A tool's results are the user's. Neighbours of one role are not merged by readers."""

    role: Role
    parts: tuple[Part, ...]
    path: str = ""


class Tool(Struct, frozen=True):
    """A function that the model may call. `schema` is the JSON Schema of its arguments, None where it takes none."""

    name: str
    path: str
    description: str | None = None
    schema: Raw | None = None
    strict: bool = False
    cache: Lifetime | None = None


class ToolChoice(Struct, frozen=True):
    """Whether tools are called. With `names` only these; `required` with one name calls that one."""

    mode: Literal["auto", "none", "required"]
    names: tuple[str, ...] = ()


class Format(Struct, frozen=True):
    """JSON as the answer: by a `schema`, or any object where that is None. `strict` is None where nothing is said."""

    schema: Raw | None = None
    name: str | None = None
    description: str | None = None
    strict: bool | None = None


class Settings(Struct, frozen=True, kw_only=True):
    """Everything that is said about the answer. None and False say nothing, so readers turn no-ops into them.

    A field that a target's `SPELLING` lacks is refused by `expressible.py`: a new field here is refused everywhere
    until a wire learns it.
    """

    max_output_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    stop: tuple[str, ...] | None = None
    seed: int | None = None
    n: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    logprobs: bool = False
    top_logprobs: int | None = None
    logit_bias: Mapping[str, float] | None = None

    format: Format | None = None
    verbosity: str | None = None

    tool_choice: ToolChoice | None = None
    one_call_at_a_time: bool = False

    effort: str | None = None
    """`none` (do not think), `minimal`, `low`, `medium`, `high`, `xhigh`, `max`."""
    adaptive_thinking: bool = False
    """Think as much as you see fit. Only said where no effort is."""
    thinking_budget: int | None = None
    """Tokens to think with."""
    thoughts: str | None = None
    """Show them: `auto`, `concise`, `detailed`."""

    tier: str | None = None
    """In OpenAI's words: `auto`, `default`, `flex`, `priority`, `scale`, `fast`."""
    user: str | None = None
    safety_identifier: str | None = None
    metadata: Mapping[str, str] | None = None
    store: bool = False
    stream: bool = False
    include_usage: bool = False
    cache: Lifetime | None = None
    """Cache the whole prompt's prefix, wherever it ends."""
    cache_key: str | None = None
    cache_retention: str | None = None
    continues: str | None = None
    """An answer kept by the provider that this request goes on from."""


class Prompt(Struct, frozen=True):
    """A request. `spelling` is the caller's word for each field, for refusals."""

    model: str
    system: tuple[Text, ...]
    turns: tuple[Turn, ...]
    tools: tuple[Tool, ...]
    settings: Settings
    spelling: Mapping[str, str]

    def refusal(self, field: str, target: str, remedy: str = LEAVE_OUT) -> UntranslatableError:
        """To be raised: `target` cannot express this field of the settings, or not with its value."""
        return UntranslatableError(self.spelling.get(field, field), target, remedy)


def detail_of(prompt: Prompt, part: Part | Tool, field: str) -> str:
    """A part's detail as the caller wrote it: `messages[0].content[1].image_url.detail`."""
    kind = "tool" if isinstance(part, Tool) else part.kind
    return f"{part.path}.{prompt.spelling.get(f'{kind}.{field}', field)}"


def is_said(value: Any) -> bool:
    """Whether a setting says anything."""
    return value is not None and value is not False
