"""Does a request fit its model's context window? Asked of every request, answered by counting for very few.

A token is at least one byte, so a body that is shorter than the window fits. Only where that does not settle it is
the text taken out of the body and counted.
"""

import functools
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, cast

from bide.intake.endpoint import EMBEDDINGS, Endpoint
from bide.intake.problem import Code, excerpt, refuse
from bide.intake.tokens import Tokens, count_tokens

BINARY_KEYS = frozenset({"data", "file_data", "image_url", "url", "file_url", "b64_json", "encrypted_content"})
"""Where bodies carry images, sound and files: their tokens do not depend on the length of the base64."""

INPUT_KEYS = ("messages", "input", "instructions", "system", "tools", "functions", "prompt")
"""The fields of a body that a model reads."""


class ContextWindows:
    """Windows of models in tokens, from whoever knows them; None is unknown, and then nothing is refused."""

    def __init__(self, window_of: Callable[[str], int | None] | None) -> None:
        self._window_of = functools.lru_cache(maxsize=1024)(window_of) if window_of else None

    @property
    def known(self) -> bool:
        return self._window_of is not None

    def surely_fit(self, models: Iterable[str], size: int, max_output_tokens: int) -> bool:
        """Whether bodies of at most `size` bytes fit all the models without any counting."""
        windows = (self._window_of(model) for model in models) if self._window_of else ()
        return all(window is None or size + max_output_tokens <= window for window in windows)

    def check(self, line: int, endpoint: Endpoint, model: str, body: bytes, output: int | None) -> None:
        """Hold a request against its model's window; `output` is the most it may produce.

        Raises:
            LineError: it cannot fit, however kindly its tokens are counted.
        """
        window = self._window_of(model) if self._window_of else None
        if window is None or len(body) + (output or 0) <= window:
            return
        tokens = _input_tokens(endpoint, body, model)
        if tokens.count + (output or 0) <= window:
            return
        wanted = f"{tokens.count:,} input tokens ({tokens.method})"
        if output:
            wanted += f" and up to {output:,} output tokens"
        message = f"{wanted} do not fit the context window of {excerpt(model)}, {window:,} tokens"
        raise refuse(line, Code.CONTEXT_WINDOW_EXCEEDED, message, field="body")


def _input_tokens(endpoint: Endpoint, body: bytes, model: str) -> Tokens:
    """Tokens of what the model reads: all of it together, for embeddings the longest of the inputs."""
    # Numbers are never looked at; the standard parser can be told so, and then none is too large for it.
    fields: dict[str, Any] = json.loads(body, parse_int=len, parse_float=len)
    if endpoint is not EMBEDDINGS:
        return count_tokens("\n".join(texts_in([fields.get(key) for key in INPUT_KEYS])), model)
    value = fields.get("input")
    inputs = cast(list[Any], value) if isinstance(value, list) else [value]
    if all(isinstance(item, int) for item in inputs):
        return Tokens(len(inputs), "exact, given as tokens")
    return max((_embedding_tokens(item, model) for item in inputs), key=lambda tokens: tokens.count)


def _embedding_tokens(item: Any, model: str) -> Tokens:
    if isinstance(item, list):
        return Tokens(len(cast(list[Any], item)), "exact, given as tokens")
    return count_tokens(str(item), model)


def texts_in(value: Any) -> Iterator[str]:
    """Every text inside a JSON value, except what stands for an image, a sound or a file."""
    if isinstance(value, str):
        if not value.startswith("data:"):
            yield value
    elif isinstance(value, dict):
        for key, inner in cast(dict[str, Any], value).items():
            if key not in BINARY_KEYS:
                yield from texts_in(inner)
    elif isinstance(value, list):
        for inner in cast(list[Any], value):
            yield from texts_in(inner)
