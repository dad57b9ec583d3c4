"""A price sheet: exact decimals, every mode or null, and what is known about it."""

import datetime

import pytest

from bide.ledger.prices import Prices
from bide.ledger.sheet import ModePrice, Sheet, per_million, sheet

TODAY = datetime.date(2026, 11, 21)


def a_sheet(prices: Prices, provider: str, model: str, day: str = "2026-11-21", *, after: int = 90) -> Sheet:
    return sheet(prices, provider, model, day, today=TODAY, stale_after=after)


@pytest.mark.parametrize(
    ("rate", "text"),
    [(0, "0"), (75_000_000, "0.075"), (10_000_000_000, "10"), (1, "0.000000001"), (100_000_000_000, "100")],
)
def test_a_rate_is_written_exactly(rate: int, text: str) -> None:
    assert per_million(rate) == text


def test_every_mode_is_there_and_the_unknown_is_null(prices: Prices) -> None:
    found = a_sheet(prices, "openai", "gpt-4.1")

    assert known(found.batch).of_standard is not None
    assert (known(found.standard).tiers[0].input, known(found.batch).tiers[0].input) == ("2", "1")
    assert found.flex is None
    assert (found.context_window, found.maximum_output) == (1_047_576, 32_768)
    assert found.retired is None


def test_what_a_batch_takes_off_each_kind_of_token(prices: Prices) -> None:
    """OpenAI's batch leaves the cached tokens of GPT-4.1 alone, and halves those of GPT-5."""
    older, newer = (known(a_sheet(prices, "openai", model).batch).of_standard for model in ("gpt-4.1", "gpt-5"))

    assert older is not None
    assert (older.input, older.cached, older.output) == ("0.5", "1", "0.5")
    assert newer is not None
    assert newer.cached == "0.5"


def test_tiers_are_shown(prices: Prices) -> None:
    tiers = known(a_sheet(prices, "openai", "gpt-6.1-sol").standard).tiers

    assert [(tier.above_input_tokens, tier.input, tier.output) for tier in tiers] == [
        (0, "2", "10"),
        (272_000, "4", "15"),
    ]


@pytest.mark.parametrize(
    ("model", "day", "past"),
    [
        ("claude-3-haiku-20240307", "2026-11-21", True),
        ("claude-3-haiku-20240307", "2026-04-20", False),
        ("claude-sonnet-4-5", "2026-11-21", False),
    ],
)
def test_a_retirement_is_told_before_and_after(prices: Prices, model: str, day: str, past: bool) -> None:
    gone = a_sheet(prices, "anthropic", model, day).retired

    assert gone is not None
    assert gone.past == past


def test_a_price_is_stale_after_so_many_days(prices: Prices) -> None:
    later = datetime.date(2027, 1, 10)
    for after, stale in ((50, False), (49, True)):
        found = sheet(prices, "openai", "gpt-4.1", "2026-11-21", today=later, stale_after=after)
        assert known(found.standard).checked_on == TODAY
        assert known(found.standard).stale == stale


def test_a_price_of_ones_own_is_never_stale() -> None:
    found = a_sheet(Prices({"local/m": {"input": "0", "output": "1", "batch": "0.5"}}), "local", "m", after=0)
    own, half = known(found.standard), known(found.batch)

    assert (own.source, own.checked_on, own.stale, own.cached_of_input) == ("user", None, False, None)
    assert (half.source, half.checked_on, half.stale) == ("user × user", None, False)


def test_a_dispute_and_cheap_hours_are_told(prices: Prices) -> None:
    assert "200,000" in (a_sheet(prices, "anthropic", "claude-sonnet-4-5").dispute or "")
    assert a_sheet(prices, "deepseek", "deepseek-chat").cheap_hours == "16:30-00:30 UTC"
    assert a_sheet(prices, "openai", "gpt-4.1").cheap_hours is None


def known(price: ModePrice | None) -> ModePrice:
    assert price is not None
    return price
