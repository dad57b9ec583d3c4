"""The prices that published articles state, each judged against ours.

The rows are shared between parts of the project and stand outside of the repository (`BIDE_SHARED`).
"""

import csv
import os
import re
from decimal import Decimal
from pathlib import Path

import pytest

from bide.core.money import RateCard
from bide.ledger.prices import Prices

SHARED = Path(os.environ.get("BIDE_SHARED", Path(__file__).parents[2].parent / "shared"))
ROWS = SHARED / "seed-cases" / "prices.csv"

PROVIDERS = {"OpenAI": "openai", "Anthropic": "anthropic", "Google": "gemini"}
DAYS = {"2024": "2024-12-31", "2025": "2025-07-31", "2026": "2026-11-21"}
COLUMNS = ("realtime_in", "realtime_out", "batch_in", "batch_out")
RIGHT = {"correct", "correct_historical", "correct_for_vertex", "context_wrong", "unit_error"}

Row = dict[str, str]


def rows() -> list[Row]:
    if not ROWS.exists():
        return []
    with ROWS.open(encoding="utf-8", newline="") as file:
        # Rows without a model are discounts of a whole provider; "derived" sums are the scenarios', not prices.
        return [row for row in csv.DictReader(file) if row["catalogue_model"] and "total" not in row["realtime_in"]]


def test_the_shared_rows_are_there() -> None:
    if not ROWS.exists():
        pytest.skip(f"seed-cases/prices.csv is not in {SHARED}; BIDE_SHARED says where the shared folder is")
    assert len(rows()) >= 20


def our_cards(prices: Prices, row: Row) -> tuple[RateCard | None, RateCard | None]:
    """Standard and batch."""
    provider, model = PROVIDERS[row["provider"]], row["catalogue_model"]
    if model.startswith("vertex "):
        provider, model = "vertex", model.removeprefix("vertex ")
    if row["case_id"] == "B-P04":
        provider = "vertex"  # Gemini 1.5 had batches there, and none in the developer API.
    today, then = row["catalogue_date"], row["stated_date"]
    batch = prices.card(provider, model, "batch", today)
    # A retired model has no batch price today, but had one when the article was written.
    batch = batch or prices.card(provider, model, "batch", then if len(then) == 10 else DAYS[then[:4]])
    return prices.card(provider, model, "standard", today), batch


def of_card(cards: tuple[RateCard | None, RateCard | None]) -> list[Decimal | None]:
    """Standard in and out, batch in and out, USD per million tokens, in the lowest tier."""
    return [
        Decimal(rate).scaleb(-9) if card else None
        for card in cards
        for rate in ((card.tiers[0][1].input, card.tiers[0][1].output) if card else (0, 0))
    ]


def stated(row: Row) -> list[Decimal | None]:
    """What the article says, USD per million tokens; None where it says nothing."""
    numbers: list[Decimal | None] = []
    for column in COLUMNS:
        found = re.match(r"[\d.]+", row[column])
        thousandfold = 1_000 if "per 1K" in row[column] else 1
        numbers.append(Decimal(found.group()) * thousandfold if found else None)
    return numbers


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["case_id"])
def test_our_price_is_the_corrected_one(prices: Prices, row: Row) -> None:
    corrected = [Decimal(row[f"catalogue_{each}"]) for each in ("rt_in", "rt_out", "batch_in", "batch_out")]

    assert of_card(our_cards(prices, row)) == corrected


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["case_id"])
def test_an_article_is_judged_as_expected(prices: Prices, row: Row) -> None:
    pairs = [
        (said, ours)
        for said, ours in zip(stated(row), of_card(our_cards(prices, row)), strict=True)
        if said is not None
    ]

    if row["verdict"] == "no_price_stated":
        assert not pairs
    else:
        assert pairs
        assert all(said == ours for said, ours in pairs) == (row["verdict"] in RIGHT)
