"""What providers' prompt caches ask for: from how many tokens on they keep what requests begin with, and for how long.

What a write and a read cost stands in the rate cards (`bide.core.money.Rates`). The rules here are facts with a source; where a model's
least length is not known, the longest that its provider has asked of any model is taken, so that nothing is promised too early.
"""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from fractions import Fraction

from bide.audit.levers.family import undated
from bide.core.clock import MINUTE

UNKNOWN_IN_BATCH = (Fraction(0), Fraction(1))
"""Where nobody has said anything about a provider's cache."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptCache:
    """The rule of a provider for models whose names match. `lifetime` is in microseconds, from the last use of an entry."""

    provider: str
    models: tuple[str, ...]
    least: int
    """Tokens below which nothing is cached."""
    known: bool = True
    """Whether the least length of this very model is known."""
    marked: bool
    """Whether a request has to say where its shared beginning ends; else the provider finds out by itself."""
    lifetime: int
    in_batch: tuple[Fraction, Fraction] = UNKNOWN_IN_BATCH
    """The part of what real time would find in the cache that a batch finds, at least and at best: its rows run in any order and place."""
    source: str


ANTHROPIC = "Anthropic: Prompt caching, minimum cacheable length by model (2026-10-04)"
OPENAI = "OpenAI: Prompt caching guide (2026-11)"
GOOGLE = "Google: Gemini API, context caching (2026-11); of 2.5 Flash the API itself was seen to ask for less"
AMAZON = "Amazon Bedrock: Prompt caching (2026-11)"

_SHORT, _LONG = 5 * MINUTE, 30 * MINUTE


def _anthropic(models: tuple[str, ...], least: int, *, known: bool = True) -> PromptCache:
    return PromptCache(
        provider="anthropic",
        models=models,
        least=least,
        known=known,
        marked=True,
        lifetime=_SHORT,
        in_batch=(Fraction(30, 100), Fraction(98, 100)),  # Anthropic: Batch processing, typical hit rates
        source=ANTHROPIC,
    )


RULES: tuple[PromptCache, ...] = (
    _anthropic(("claude-opus-5*", "claude-sonnet-5-5*", "claude-fable-5", "claude-fable-5-1*", "claude-mythos-5", "claude-mythos-5-1*"), 512),
    _anthropic(("claude-opus-4-8*", "claude-sonnet-4-5*", "claude-sonnet-4-6*", "claude-sonnet-5*"), 1_024),
    _anthropic(("claude-opus-4-7*",), 2_048),
    _anthropic(("claude-opus-4-5*", "claude-opus-4-6*", "claude-haiku-4-5*"), 4_096),
    _anthropic(("*",), 4_096, known=False),
    *(
        PromptCache(provider=provider, models=models, least=1_024, marked=False, lifetime=lifetime, source=OPENAI)
        for provider in ("openai", "azure-openai")
        for models, lifetime in ((("gpt-5.6*", "gpt-6*"), _LONG), (("*",), _SHORT))
    ),
    PromptCache(
        provider="vertex", models=("claude*",), least=4_096, known=False, marked=True, lifetime=_SHORT, source=ANTHROPIC
    ),
    *(
        PromptCache(
            provider=provider, models=models, least=least, known=known, marked=False, lifetime=_SHORT, source=GOOGLE
        )
        for provider in ("gemini", "vertex")
        for models, least, known in ((("gemini-2.5-*",), 2_048, True), (("gemini-3*",), 4_096, True), (("*",), 4_096, False))
    ),
    PromptCache(
        provider="bedrock", models=("*",), least=4_096, known=False, marked=True, lifetime=_SHORT, source=AMAZON
    ),
)  # fmt: skip


def found_in_batch(provider: str, model: str) -> tuple[Fraction, Fraction]:
    """The part of cached tokens that a batch finds, at least and at best."""
    rule = prompt_cache(provider, model)
    return UNKNOWN_IN_BATCH if rule is None else rule.in_batch


def prompt_cache(provider: str, model: str) -> PromptCache | None:
    """The rule for a model of a provider (as bide calls it); None where nobody has said that there is such a cache."""
    return next(
        (
            rule
            for rule in RULES
            if rule.provider == provider
            and any(fnmatchcase(undated(model.lower()), pattern) for pattern in rule.models)
        ),
        None,
    )
