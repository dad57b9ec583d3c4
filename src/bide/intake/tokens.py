"""How many tokens a request has: from its size for every request, by a tokenizer for the few where it matters.

The tokenizer is the extra ``bide[tokens]``. Usage that a provider reports replaces either number afterwards.
"""

import functools
import importlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, cast

BYTES_PER_TOKEN = 4
"""English text in a JSON body: about 4.5 bytes a token in the text, less the braces, keys and escapes around it."""

CHARACTERS_PER_TOKEN = 8
"""No ordinary text in any language is written in fewer tokens than one for eight characters; English has 4 to 5,
Chinese 1 to 2. What is too long even by this measure is too long."""

ENCODINGS = (
    ("gpt-oss", "o200k_harmony", True),
    ("gpt-4o", "o200k_base", True),
    ("gpt-4.1", "o200k_base", True),
    ("gpt-4.5", "o200k_base", True),
    ("gpt-4", "cl100k_base", True),
    ("gpt-3.5", "cl100k_base", True),
    ("gpt-5", "o200k_base", False),
    ("gpt-6", "o200k_base", False),
    ("chatgpt-4o", "o200k_base", True),
    ("o1", "o200k_base", True),
    ("o3", "o200k_base", True),
    ("o4", "o200k_base", True),
    ("text-embedding-3", "cl100k_base", True),
    ("text-embedding-ada", "cl100k_base", True),
    ("llama-3", "llama3", True),
    ("meta-llama-3", "llama3", True),
    ("qwen2", "qwen3", True),
    ("qwen3", "qwen3", True),
)
"""(start of a model's name, encoding, whether its maker says so), the first that fits. For newer models, whose encoding
is not published, the last published one is an assumption, and the count an estimate."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """A number of tokens and, for people, how sure it is: ``exact, o200k_base`` or ``estimated, …``."""

    count: int
    method: str


def estimate_tokens(size: int) -> int:
    """Tokens of a JSON body of `size` bytes, by size alone.

    Right to a third or so for English prose; too low for code and for other scripts, too high for bodies that carry
    images or escape every character. Good enough to fill batches and to show a cost before anything is sent.
    """
    return -(-size // BYTES_PER_TOKEN)


def estimate_each(sizes: Iterable[int]) -> list[int]:
    """As `estimate_tokens`, of many bodies."""
    return [-(-size // BYTES_PER_TOKEN) for size in sizes]


def count_tokens(text: str, model: str) -> Tokens:
    """Tokens of a text: counted where the tokenizer is installed and knows the model, else the least it can be."""
    counter = counter_for(model)
    if counter is None:
        return Tokens(
            len(text) // CHARACTERS_PER_TOKEN, f"estimated, at least: one for {CHARACTERS_PER_TOKEN} characters"
        )
    count, method = counter
    # A tokenizer takes UTF-8, in which half a surrogate pair cannot be written.
    return Tokens(count(text.encode("utf-8", "replace").decode()), method)


@functools.lru_cache(maxsize=1024)
def counter_for(model: str) -> tuple[Callable[[str], int], str] | None:
    """The counter for a model and how sure it is; None without the tokenizer or without a known encoding."""
    name = model.lower().removeprefix("ft:").rpartition("/")[2]
    for prefix, encoding, published in ENCODINGS:
        if name.startswith(prefix):
            try:
                quicktok = cast(Any, importlib.import_module("quicktok"))
            except ImportError:
                return None
            return quicktok.get_encoding(encoding).count, f"{'exact' if published else 'estimated'}, {encoding}"
    return None
