"""``model-catalog.json``: every price that bide knows on a day, as a file that others can read.

`ModelCatalog` is its shape; `schema` describes it as JSON Schema, and ``docs/model-catalog.schema.json`` is that, checked in.
"""

import datetime
from collections.abc import Iterable
from typing import Annotated, Any, Literal

import msgspec

from bide.ledger import infrastructure
from bide.ledger.infrastructure import LISTED, Infrastructure
from bide.ledger.lookup import models
from bide.ledger.overlay import USER
from bide.ledger.prices import Prices
from bide.ledger.sheet import STALE_AFTER, Sheet, is_stale, sheet


class Hardware(msgspec.Struct, frozen=True, kw_only=True):
    """What running a model oneself costs: USD for one `per`, from `low` to `high`."""

    name: str
    service: str
    per: infrastructure.Unit
    low: str
    high: str
    accelerators: str
    source: str
    confidence: str
    checked_on: datetime.date | None
    stale: bool


class ModelCatalog(msgspec.Struct, frozen=True, kw_only=True):
    """The prices of a day, in USD. A price that nobody knows is null, and nothing stands in for it."""

    format: Literal["bide-model-catalog-1"] = "bide-model-catalog-1"
    day: datetime.date
    editions: Annotated[str, msgspec.Meta(description="The data that the prices are from.")]
    stale_after_days: int
    unit: Literal["USD per million tokens"] = "USD per million tokens"
    models: tuple[Sheet, ...]
    infrastructure: tuple[Hardware, ...]


def model_catalog(
    prices: Prices,
    day: datetime.date,
    *,
    only: Iterable[tuple[str, str]] | None = None,
    today: datetime.date | None = None,
    stale_after: int = STALE_AFTER,
    hardware: Infrastructure = LISTED,
) -> ModelCatalog:
    """The catalogue of a day: of all models that have a known price in some mode, or of `only` those named; and of `hardware`."""
    today = today or day
    keys = models(prices) if only is None else only
    sheets = (sheet(prices, *key, day.isoformat(), today=today, stale_after=stale_after) for key in keys)
    return ModelCatalog(
        day=day,
        editions=prices.edition,
        stale_after_days=stale_after,
        models=tuple(each for each in sheets if any(each.modes().values())),
        infrastructure=tuple(_hardware(each, today, stale_after) for each in hardware.prices()),
    )


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "bide model catalog",
        **msgspec.json.schema(ModelCatalog),
    }


def _hardware(price: infrastructure.Price, today: datetime.date, stale_after: int) -> Hardware:
    return Hardware(
        name=price.name,
        service=price.service,
        per=price.per,
        low=f"{price.low:f}",
        high=f"{price.high:f}",
        accelerators=price.accelerators,
        source=price.source,
        confidence=price.confidence,
        checked_on=price.checked_on,
        stale=price.confidence != USER and is_stale(price.checked_on, today, stale_after),
    )
