"""What is believed of an account before anything was seen there."""

from dataclasses import dataclass

from bide.core.clock import MINUTE, SECOND
from bide.lanes.forecast.turnaround import MEDIAN, UNKNOWN_MEDIAN

CANCEL_MEDIAN, CANCEL_SIGMA, LONGEST_CANCEL = 60 * SECOND, 1.0, 10 * MINUTE
"""A cancel takes a minute in the middle and ten at most (OpenAI's API reference, Batches; policy.md, Warm start)."""

CANCEL_MEDIANS = {"anthropic": 30 * SECOND}
"""By kind of provider, where it is known to be otherwise."""


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed of an account before anything was seen. Medians in microseconds."""

    median: int = UNKNOWN_MEDIAN
    cancel: int = CANCEL_MEDIAN


def prior_of(provider: str) -> Prior:
    """The prior for a kind of provider. The published sample is OpenRouter's, mostly of the first two and of Gemini."""
    known = provider in ("openai", "anthropic", "gemini", "openrouter")
    return Prior(MEDIAN if known else UNKNOWN_MEDIAN, CANCEL_MEDIANS.get(provider, CANCEL_MEDIAN))
