"""The prices that published articles state (`tests/cases/prices.csv`), each judged against ours."""

import csv
import datetime
import re
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from bide.core.money import RateCard
from bide.ledger.claims import judge
from bide.ledger.prices import Prices

CASES = Path(__file__).parents[1] / "cases" / "prices.csv"
TODAY = datetime.date(2026, 11, 21)

PROVIDERS = {"OpenAI": "openai", "Anthropic": "anthropic", "Google": "gemini"}
DAYS = {"2024": "2024-12-31", "2025": "2025-07-31", "2026": "2026-11-21"}
COLUMNS = ("realtime_in", "realtime_out", "batch_in", "batch_out")
RIGHT = {"correct", "correct_historical", "correct_for_vertex", "context_wrong", "unit_error"}

Row = dict[str, str]


def every_row() -> list[Row]:
    with CASES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rows() -> list[Row]:
    """Those that state prices of a model: the others are discounts of a whole provider, and sums."""
    return [row for row in every_row() if row["catalogue_model"] and "total" not in row["realtime_in"]]


def test_all_of_them_are_there() -> None:
    verdicts = Counter(row["judged"] for row in every_row())

    assert verdicts == {"agrees": 8, "differs": 7, "retired": 7, "unknown": 9}
    assert len(rows()) == 22


@pytest.mark.parametrize("row", every_row(), ids=lambda row: row["case_id"])
def test_bide_judges_a_row_as_expected(prices: Prices, row: Row) -> None:
    judged = judge(prices, row, TODAY)

    assert str(judged.verdict) == row["judged"], judged.reasons
    assert judged.reasons or row["verdict"] == "correct"


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
