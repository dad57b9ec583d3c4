"""Our cards against the library's own arithmetic, to the last unit, where it has a real answer."""

import datetime
from collections import Counter
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar

import genai_prices
from genai_prices.data import providers
from genai_prices.types import ModelInfo, ModelPrice, TieredPrices

from bide.core.entropy import SeededEntropy
from bide.core.money import DOLLAR
from bide.core.usage import Usage
from bide.ledger.catalogue import Catalogue
from bide.ledger.prices import Prices

CASES = 5_000
SURFACES = {"openai": "openai", "anthropic": "anthropic", "gemini": "google", "xai": "x-ai"}
CONTEXTS = {
    "standard": None,
    "batch": {"processing": "batch"},
    "flex": {"service_tier": "flex"},
    "priority": {"service_tier": "priority"},
    "fast": {"speed": "fast"},
}
DAYS = [
    *("2025-06-09", "2025-06-10", "2026-03-12", "2026-03-13", "2026-07-29", "2026-07-30", "2026-10-11", "2026-10-12"),
    *("2026-10-13", "2026-10-14", "2026-10-15", "2026-11-21", "2026-11-30", "2026-12-01", "2026-12-31", "2027-01-01"),
]
MODELS = [
    (surface, model)
    for provider in providers
    for surface, library in SURFACES.items()
    if provider.id == library
    for model in provider.models
    if not (surface == "gemini" and model.id.startswith("claude"))
]

T = TypeVar("T")


def exists(model: ModelInfo, mode: str, day: datetime.date) -> bool:
    """Whether the library has a price of this mode on this day, and does not fall back to another one."""
    return mode == "standard" or any(
        variant.when in (CONTEXTS[mode], {"service_tier": mode})
        and (variant.constraint is None or variant.constraint.start_date <= day)  # pyright: ignore
        for variant in model.price_variants or ()
    )


def boundaries(model: ModelInfo) -> list[int]:
    """Every number of input tokens at which a price of the model changes, and its neighbours."""
    lists = [model.prices] if isinstance(model.prices, ModelPrice) else [each.prices for each in model.prices]
    tiers = {
        tier.start
        for prices in (*lists, *(variant.prices for variant in model.price_variants or ()))
        for value in vars(prices).values()
        if isinstance(value, TieredPrices)
        for tier in value.tiers
    }
    return [start + step for start in sorted(tiers) for step in (-1, 0, 1)]


def test_where_the_library_has_no_price_nobody_falls_back(prices: Prices) -> None:
    """Every card that is not the catalogue's own says by which row of ours it came about; none is the standard price in disguise."""
    entropy = SeededEntropy("fallbacks")
    unknown, ours = Counter[str](), Counter[str]()
    for _ in range(CASES // 2):
        surface, model = MODELS[int(entropy.uniform() * len(MODELS))]
        mode = list(CONTEXTS)[1 + int(entropy.uniform() * 4)]
        day = DAYS[int(entropy.uniform() * len(DAYS))]
        if exists(model, mode, datetime.date.fromisoformat(day)):
            continue
        card = prices.card(surface, model.id, mode, day)
        if card is None:
            unknown[mode] += 1
        else:
            assert card.source.startswith("overlay:"), (surface, model.id, mode, day, card.source)
            ours[mode] += 1

    assert all(unknown[mode] >= 100 for mode in ("batch", "flex", "priority", "fast")), unknown
    assert ours["batch"] >= 20, ours


def test_costs_equal_the_librarys_on_random_cases(catalogue: Catalogue) -> None:
    entropy = SeededEntropy("prices")

    def below(count: int) -> int:
        return int(entropy.uniform() * count)

    def pick(values: Sequence[T]) -> T:
        return values[below(len(values))]

    compared, absent, for_an_hour = Counter[str](), Counter[str](), 0
    for _ in range(CASES):
        surface, model = pick(MODELS)
        mode, day = pick(list(CONTEXTS)), pick(DAYS)
        size = pick([*boundaries(model), below(100), below(10_000), below(1_000_000)])
        cached = below(size + 1) if below(2) else 0
        written = below(size - cached + 1) if below(2) else 0
        longer = below(written + 1) if below(2) else 0
        usage = Usage(input=size, cached=cached, cache_write=written, output=below(10_000), cache_write_1h=longer)

        card = catalogue.card(surface, model.id, mode, day)
        moment = datetime.datetime.fromisoformat(day).replace(hour=below(24), minute=below(60), tzinfo=datetime.UTC)
        if not exists(model, mode, moment.date()):
            assert card is None, (surface, model.id, mode, day)
            absent[mode] += 1
        if card is None:
            continue
        if longer and card.rates(size).cache_write_1h is None:
            # The library falls back to the price of a shorter write.
            assert card.cost(usage) is None
            usage = usage._replace(cache_write_1h=0)
        library = genai_prices.calc_price(
            genai_prices.Usage(
                input_tokens=usage.input,
                cache_read_tokens=usage.cached,
                cache_write_tokens=usage.cache_write,
                cache_write_1h_tokens=usage.cache_write_1h or None,
                output_tokens=usage.output,
            ),
            model.id,
            provider_id=SURFACES[surface],
            genai_request_timestamp=moment,
            price_context=CONTEXTS[mode] if surface == "anthropic" or mode != "fast" else {"service_tier": "fast"},
        )
        expected = int((library.total_price * DOLLAR).quantize(Decimal(1), ROUND_HALF_UP))
        assert card.cost(usage) == expected, (surface, model.id, mode, day, usage)
        compared[mode] += 1
        for_an_hour += bool(usage.cache_write_1h)

    # The comparison is worth something only if each mode had its share of real answers.
    assert sum(compared.values()) >= 1_000
    assert all(compared[mode] >= (20 if mode == "fast" else 50) for mode in CONTEXTS), compared
    assert for_an_hour >= 20
    assert all(absent[mode] >= 50 for mode in ("batch", "flex", "priority", "fast")), absent
