"""What holds for every line that does not say otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec import Raw

from bide.core.errors import InputError
from bide.intake.endpoint import BUILT, EMBEDDINGS, Endpoint, find_endpoint
from bide.intake.problem import did_you_mean, excerpt
from bide.intake.template import Template

RESERVED_PARAMETERS = frozenset({"model", "messages", "input", "instructions"})
"""Fields of a body that bide itself writes from the prompt, the system prompt and the model."""

ID_COLUMNS = ("custom_id", "id")
"""Where a row's `custom_id` is looked for, in this order, unless the user names a column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """What a user says once for a whole input.

    `endpoint` is ``chat``, ``responses``, ``embeddings`` or a URL path; None takes embeddings for lines with only an
    `input` and chat for all others. `prompt` is a template over columns and `variables`; a variable wins over a column
    of the same name. `parameters` go into every body that bide builds, under a line's own. `id_column` names the column
    of the `custom_id`; None looks for ``custom_id`` and ``id``, and an empty name numbers the rows instead.

    A batch line is finished as it stands: of all this only `model` is used there, where the line names none.

    Raises:
        InputError: a value cannot be used; the message names it.
    """

    model: str | None = None
    endpoint: str | None = None
    system: str | None = None
    prompt: str | None = None
    variables: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    parameters: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    id_column: str | None = None

    def __post_init__(self) -> None:
        if self.model is not None and (not self.model or "\0" in self.model):
            raise InputError("the default model has no usable name; name one with --model")
        endpoint = self.chosen_endpoint()
        if endpoint is EMBEDDINGS and self.system is not None:
            raise InputError("embeddings take no system prompt; leave it out, or put the text into the prompt template")
        for name in sorted(RESERVED_PARAMETERS & self.parameters.keys()):
            raise InputError(
                f"the parameter {excerpt(name)} is written by bide; use --model, --system and --prompt for it"
            )
        if self.parameters.get("stream"):
            raise InputError("the parameter stream cannot be true: a file is not answered in a stream; leave it out")
        self.parsed_prompt()
        self.encoded_parameters()

    def chosen_endpoint(self) -> Endpoint | None:
        """The endpoint for every line; None lets each line choose."""
        if self.endpoint is None:
            return None
        endpoint = find_endpoint(self.endpoint)
        if endpoint is None:
            names = [known.name for known in BUILT.values()]
            raise InputError(
                f"there is no endpoint {excerpt(self.endpoint)}{did_you_mean(self.endpoint, [*names, *BUILT])};"
                f" use {', '.join(names)}"
            )
        return endpoint

    def parsed_prompt(self) -> Template | None:
        """The prompt template, parsed."""
        return None if self.prompt is None else Template(self.prompt, self.variables)

    def encoded_parameters(self) -> dict[str, Raw]:
        """The parameters as JSON text, encoded once for all lines."""
        try:
            return {name: Raw(msgspec.json.encode(value)) for name, value in self.parameters.items()}
        except (TypeError, ValueError, RecursionError) as error:
            raise InputError(f"the parameters are no JSON: {error}; give them as one JSON object") from error
