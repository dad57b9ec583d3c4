"""From dollars per million tokens to the integer rates of `bide.core.money`.

One USD per million tokens is 1,000,000,000 units of 1e-15 USD per token, so nine decimals of a price are exact. What is
finer is refused, not rounded.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal, get_args

import msgspec

from bide.core.money import RATE_DOLLAR, Rates

Mode = Literal["standard", "batch", "flex", "priority", "fast"]
"""What a provider sells the same tokens as, at different prices. Fast is Anthropic's ``speed``, and OpenAI's newer name of priority."""

MODES: tuple[Mode, ...] = get_args(Mode)
STANDARD: Mode = "standard"

UNKNOWN = "unknown"
"""What was sold as something that bide has no price for."""

SOLD_AS: Mapping[str | None, str] = {
    None: STANDARD,
    "default": STANDARD,
    "flex": "flex",
    "priority": "priority",
    "fast": "fast",
}


def mode_of(tier: str | None) -> str:
    """What a real-time answer was sold as, by the service tier that it names; None: it names none."""
    return SOLD_AS.get(tier, UNKNOWN)


PER_MILLION = RATE_DOLLAR // 1_000_000
"""One USD per million tokens, as a rate."""

Tiers = tuple[tuple[int, Rates], ...]
"""As in `RateCard`: (input tokens above which they apply, rates), ascending, the first from 0."""


class PerKind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A number for each kind of token: USD per million tokens, or a multiplier of another price.

    Without one of its own a cached or cache-writing token is an input token like any other. A write that lives for an hour
    is not: who tells it apart charges more for it, so without a number of its own its price is unknown.
    """

    input: Decimal
    output: Decimal
    cached: Decimal | None = None
    cache_write: Decimal | None = None
    cache_write_1h: Decimal | None = None


def rate(dollars: Decimal) -> int:
    """The rate of so many USD per million tokens.

    Raises:
        ValueError: the price is negative, not finite, or finer than 1e-15 USD per token.
    """
    if not dollars.is_finite() or dollars < 0:
        raise ValueError(f"{dollars} USD per million tokens is no price")
    return _whole(dollars, PER_MILLION)


def flat(price: PerKind) -> Tiers:
    """One tier of a price in USD per million tokens.

    Raises:
        ValueError: as `rate`.
    """
    plain = rate(price.input)
    return (
        (
            0,
            Rates(
                input=plain,
                cached=plain if price.cached is None else rate(price.cached),
                cache_write=plain if price.cache_write is None else rate(price.cache_write),
                output=rate(price.output),
                cache_write_1h=None if price.cache_write_1h is None else rate(price.cache_write_1h),
            ),
        ),
    )


def scaled(tiers: Tiers, multiplier: PerKind) -> Tiers:
    """The same tiers, each kind of token at a multiple of its own rate.

    The kinds are apart because a discount rarely treats them alike: OpenAI's batch halves the input of GPT-4.1 but not
    its cached tokens, Bedrock's knows no cache at all.

    Raises:
        ValueError: a rate becomes finer than 1e-15 USD per token.
    """
    return tuple((above, _scaled_rates(rates, multiplier)) for above, rates in tiers)


def _scaled_rates(rates: Rates, multiplier: PerKind) -> Rates:
    plain = _whole(multiplier.input, rates.input)
    return Rates(
        input=plain,
        cached=plain if multiplier.cached is None else _whole(multiplier.cached, rates.cached),
        cache_write=plain if multiplier.cache_write is None else _whole(multiplier.cache_write, rates.cache_write),
        output=_whole(multiplier.output, rates.output),
        cache_write_1h=(
            None
            if rates.cache_write_1h is None or multiplier.cache_write_1h is None
            else _whole(multiplier.cache_write_1h, rates.cache_write_1h)
        ),
    )


def _whole(factor: Decimal, unit: int) -> int:
    # A ratio of integers, because a Decimal product is rounded to the context's 28 digits without a word.
    numerator, denominator = factor.as_integer_ratio()
    quotient, remainder = divmod(numerator * unit, denominator)
    if remainder:
        raise ValueError(f"{factor} times {unit} is finer than 1e-15 USD per token")
    return quotient
