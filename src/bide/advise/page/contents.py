"""All that the calculator's page is told: `web/src/page/contents.ts` reads it."""

import datetime
from typing import Literal

import msgspec

from bide.advise.calculator.catalogue import Catalogue, catalogue
from bide.advise.page.lane_times import LaneTimes, lane_times
from bide.advise.page.use_case import UseCase, use_cases
from bide.ledger.prices import Prices


class KeyModel(msgspec.Struct, frozen=True, kw_only=True):
    """A model that is offered before all others, and what it is for."""

    name: str
    tier: str


KEY_MODELS = (
    KeyModel(name="anthropic/claude-3-5-sonnet", tier="general"),
    KeyModel(name="openai/gpt-4o-mini", tier="balanced"),
    KeyModel(name="anthropic/claude-3-5-haiku-latest", tier="throughput"),
)
"""Those of the widget that the article "Batch Processing vs Real-Time: The Cost-Latency Tradeoff" describes, with its tiers. Two of them are
retired by now, which the page says: their successors are found by search. One that an edition of the catalogue does not have is left out."""


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """Prices of a day, the use cases, and how long lanes take."""

    format: Literal["bide-calculator-page-1"] = "bide-calculator-page-1"
    key_models: tuple[KeyModel, ...]
    use_cases: tuple[UseCase, ...]
    lane_times: LaneTimes
    catalogue: Catalogue


def contents(prices: Prices, day: datetime.date) -> Contents:
    """What the page is told on a day. Takes about half a second, blocking: every model's price is looked up."""
    prices_of_day = catalogue(prices, day)
    known = {f"{row.provider}/{row.model}" for row in prices_of_day.models}
    return Contents(
        key_models=tuple(one for one in KEY_MODELS if one.name in known),
        use_cases=tuple(use_cases()),
        lane_times=lane_times(),
        catalogue=prices_of_day,
    )
