"""What an answer consumed, in the kinds of token that have a price."""

from typing import NamedTuple


class Usage(NamedTuple):
    """Tokens of one answer.

    `input` counts all prompt tokens, `cached` (read from the provider's prompt cache) and `cache_write` are parts of
    it; `output` counts all completion tokens, `reasoning` is a part of it. `cache_write_1h` is the part of `cache_write`
    that lives for an hour: Anthropic and who sells its models bill it at another price than what lives for five minutes.
    """

    input: int = 0
    cached: int = 0
    cache_write: int = 0
    output: int = 0
    reasoning: int = 0
    cache_write_1h: int = 0

    def plus(self, other: "Usage") -> "Usage":
        """The tokens of both."""
        return Usage(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))
