"""What an answer consumed, in the five kinds of token that have a price."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one answer.

    `input` counts all prompt tokens, `cached` (read from the provider's prompt cache) and `cache_write` are parts of
    it; `output` counts all completion tokens, `reasoning` is a part of it.
    """

    input: int = 0
    cached: int = 0
    cache_write: int = 0
    output: int = 0
    reasoning: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.input + other.input,
            self.cached + other.cached,
            self.cache_write + other.cache_write,
            self.output + other.output,
            self.reasoning + other.reasoning,
        )
