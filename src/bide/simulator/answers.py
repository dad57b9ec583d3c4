"""What an answer says and costs: a function of the request's body, the script and the seed, plainly marked as simulated."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated

from bide.core.usage import Usage
from bide.simulator import notation as written
from bide.simulator.chance import Chance, Spread

BYTES_PER_TOKEN = 4
"""A token is taken for four bytes, of the body as of the answer."""

CACHE_FROM = 1024
"""Prompts below this many tokens are never read from the prompt cache."""

WORDS = 12
"""How many words of the prompt an answer quotes."""

FILLER = "The quick brown fox jumps over the lazy dog while the batch waits for its turn. "

ODD_TEXT = "\u2028\u2029\x85 naïve Ærøskøbing 漢字 🦊 "
"""What breaks readers that split lines as `str.splitlines` does, or that count on ASCII."""


@dataclass(frozen=True, kw_only=True)
class AnswerSettings:
    """`[answers]` of a script.

    `output_tokens` is how long an answer would like to be, `reasoning_tokens` come on top, `cached` is the share of a
    long prompt that is read from the cache, `odd_text` the share of answers with raw line separators and non-ASCII
    text in them. Without `echo` an answer quotes nothing of its request.
    """

    output_tokens: Annotated[Spread, written.amounts] = field(default=Spread(60, 0.5, most=4000))
    reasoning_tokens: Annotated[Spread, written.amounts] = field(default=Spread(0))
    cached: Annotated[float, written.share] = 0.0
    odd_text: Annotated[float, written.share] = 0.0
    echo: Annotated[bool, written.flag] = True


TINY = AnswerSettings(output_tokens=Spread(1), echo=False)
"""The answers of fast mode."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. `capped` when it ends because the request allowed no more."""

    text: str
    usage: Usage
    capped: bool


def embedding(size: int) -> Usage:
    """What the embedding of a body of `size` bytes consumes."""
    return Usage(max(1, size // BYTES_PER_TOKEN))


def first_words(said: str) -> str:
    """As much of what was said as an answer quotes."""
    return " ".join(said[:400].split(None, WORDS)[:WORDS])


class Answers:
    """The answers of one simulated provider."""

    def __init__(self, settings: AnswerSettings, chance: Chance) -> None:
        self._settings = settings
        self._chance = chance.within("answers")

    def usage(self, cap: int | None, digest: int, size: int) -> Usage:
        """What the answer to a body of `size` bytes consumes, which allows for `cap` tokens; known without making it."""
        tokens = max(1, size // BYTES_PER_TOKEN)
        cached = int(tokens * self._settings.cached) if tokens >= CACHE_FROM else 0
        wanted, reasoning = self._wanted(digest)
        if cap is not None:
            wanted, reasoning = min(wanted, cap), min(reasoning, cap)
        return Usage(tokens, cached, 0, wanted, reasoning)

    def answer(self, said: Callable[[], str], digest: int, usage: Usage) -> Answer:
        """The answer, as long as its tokens say; `said` gives the words of the prompt that it quotes."""
        length = (usage.output - usage.reasoning) * BYTES_PER_TOKEN
        start = f"[simulated {digest >> 32:08x}] You said: {said()} … " if self._settings.echo else "ok"
        if self._chance.happens(self._settings.odd_text, "odd", digest):
            start = ODD_TEXT + start
        if len(start) < length and self._settings.echo:
            start += FILLER * (1 + (length - len(start)) // len(FILLER))
        return Answer(start[:length], usage, capped=usage.output < self._wanted(digest)[0])

    def _wanted(self, digest: int) -> tuple[int, int]:
        reasoning = self._chance.spread(self._settings.reasoning_tokens, "reasoning", digest)
        return max(1, self._chance.spread(self._settings.output_tokens, "output", digest)) + reasoning, reasoning
