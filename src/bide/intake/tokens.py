"""How many tokens a request has: from its size for every request, by a tokenizer for the few where it matters.

The tokenizer is the extra ``bide[tokens]``; it works offline, and proves itself on golden strings before it is believed. Usage that a
provider reports replaces either number afterwards, and teaches how far sizes are off (`bide.lanes.arrival.weighing`).
"""

import functools
import importlib
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from bide.lanes.arrival.attachment import SHORTEST
from bide.lanes.arrival.weighing import BYTES_PER_TOKEN, weight_of

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

PROOFS = (
    "tiktoken is great!",
    "お誕生日おめでとう",
    "naïve café 🤷🏽‍♀️",
    "1234567890",
    "I'll don't WE'RE",
    "  \n\t a\0b",
    "<|endoftext|>",
)
"""Golden strings: scripts, joined emoji, digits, contractions, white space, NUL, and a special token that is plain text here."""

GOLDEN: Mapping[str, Sequence[int]] = {
    "o200k_base": (6, 8, 11, 4, 5, 5, 7),
    "o200k_harmony": (6, 8, 11, 4, 5, 5, 7),
    "cl100k_base": (6, 9, 14, 4, 6, 5, 7),
    "llama3": (5, 9, 13, 4, 6, 5, 7),
    "qwen3": (6, 7, 12, 10, 6, 5, 7),
}
"""Their tokens. Those of o200k and cl100k were counted by two independent tokenizers (quicktok 0.4.0, bpe-openai 0.1.4) on 2026-11-21;
llama3's and qwen3's by quicktok alone, so they only tell that it still counts as it did."""

log = logging.getLogger("bide.tokens")

Counter = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Tokens:
    """A number of tokens and, for people, how sure it is: ``exact, o200k_base`` or ``estimated, …``.

    `guessed` parts of it (pictures, documents, sound) are in it with a guess.
    """

    count: int
    method: str
    guessed: int = 0


def estimate_each(bodies: Iterable[bytes]) -> list[int]:
    """Tokens of JSON bodies by their size: `weight_of` each."""
    # Written out: nearly all of them are short, and there may be millions.
    return [-(-len(body) // BYTES_PER_TOKEN) if len(body) < SHORTEST else weight_of(body) for body in bodies]


def count_tokens(text: str, model: str) -> Tokens:
    """Tokens of a text: counted where the tokenizer is installed and knows the model, else the least it can be."""
    counter = counter_for(model)
    if counter is None:
        return Tokens(
            len(text) // CHARACTERS_PER_TOKEN, f"estimated, at least: one for {CHARACTERS_PER_TOKEN} characters"
        )
    count, method = counter
    return Tokens(count(text), method)


@functools.lru_cache(maxsize=1024)
def counter_for(model: str) -> tuple[Counter, str] | None:
    """The counter for a model and how sure it is; None without a tokenizer to be trusted, or without a known encoding."""
    name = model.lower().removeprefix("ft:").rpartition("/")[2]
    for prefix, encoding, published in ENCODINGS:
        if name.startswith(prefix):
            count = trusted(encoding)
            return None if count is None else (count, f"{'exact' if published else 'estimated'}, {encoding}")
    return None


@functools.cache
def trusted(encoding: str) -> Counter | None:
    """A counter of an encoding that has proved itself on the golden strings. It takes any text, half a surrogate pair included.

    None where there is no tokenizer, or it does not count them as it must: that is said once, and sizes stand in for it.
    """
    try:
        quicktok = cast(Any, importlib.import_module("quicktok"))
    except ImportError:
        return None
    try:
        plain: Counter = quicktok.get_encoding(encoding).count
        counted = tuple(map(plain, PROOFS))
    except Exception as error:  # whatever it does, work goes on without it
        log.warning("the tokenizer fails on its golden strings and is not used for %s: %s", encoding, error)
        return None
    if counted != tuple(GOLDEN[encoding]):
        expected = ", ".join(map(str, GOLDEN[encoding]))
        log.warning(
            "the tokenizer counts the golden strings of %s as %s in the place of %s and is not used for it; reinstall bide[tokens]",
            encoding,
            ", ".join(map(str, counted)),
            expected,
        )
        return None

    def count(text: str) -> int:
        # A tokenizer takes UTF-8, in which half a surrogate pair cannot be written.
        return plain(text.encode("utf-8", "replace").decode())

    return count
