"""Who goes first, and that nothing is loaded or invented on the way."""

import subprocess
import sys
from decimal import Decimal

import pytest
from tests.patience import PATIENCE

from bide.core.clock import DAY, HOUR, SECOND
from bide.core.errors import SettingError
from bide.core.money import from_decimal
from bide.core.usage import Usage
from bide.ledger.overlay import Overlay
from bide.ledger.prices import CARDS_KEPT, Prices, day_of

TODAY = "2026-11-21"
MILLION_EACH = Usage(input=1_000_000, output=1_000_000)

OURS = Overlay(
    """
    [[price]]
    id = "dollars"
    provider = "openai"
    model = ["gpt-4.1"]
    mode = "batch"
    valid_from = 2026-11-01
    price = { input = "7", output = "70" }
    source = "here"
    checked_on = 2026-11-21
    confidence = "verified"

    [[price]]
    id = "third"
    provider = "openai"
    model = ["*"]
    mode = "batch"
    valid_from = 2026-01-01
    multiplier = { input = "0.3", output = "0.3" }
    source = "here"
    checked_on = 2026-11-21
    confidence = "rule"

    [[dispute]]
    provider = ["openai"]
    model = ["gpt-5"]
    about = "a test"
    checked_on = 2026-11-21
    """
)
USER_PRICE = {"openai/gpt-4.1": {"batch": {"input": "1", "output": "1"}}}
USER_FACTOR = {"openai/gpt-4.1": {"batch": "0.1"}}
CATALOGUE = "catalogue:genai-prices@"


@pytest.mark.parametrize(
    ("settings", "overlay", "model", "day", "dollars", "source", "confidence"),
    [
        # gpt-4.1 is 2 + 8 = 10 standard and 1 + 4 = 5 in the catalogue's batch, from 2026-10-14.
        pytest.param(USER_PRICE, OURS, "gpt-4.1", TODAY, "2", "user", "user", id="the user's price"),
        pytest.param(USER_FACTOR, OURS, "gpt-4.1", TODAY, "1", f"user × {CATALOGUE}", "catalogue", id="the user's factor"),
        pytest.param({}, OURS, "gpt-4.1", TODAY, "77", "overlay:dollars", "verified", id="the overlay's price"),
        pytest.param({}, OURS, "gpt-4.1", "2026-10-31", "5", CATALOGUE, "catalogue", id="the catalogue"),
        pytest.param({}, OURS, "gpt-4.1", "2026-10-13", "3", f"overlay:third × {CATALOGUE}", "rule", id="the overlay's factor"),
        pytest.param({}, OURS, "gpt-4.1", "2025-12-31", None, "", "", id="nobody"),
        pytest.param({}, OURS, "my-model", TODAY, None, "", "", id="a factor of nothing is nothing"),
        pytest.param({}, OURS, "gpt-5", TODAY, "5.625", CATALOGUE, "disputed", id="a disputed price"),
        pytest.param({}, Overlay(""), "gpt-4.1", "2026-10-13", None, "", "", id="an empty overlay"),
    ],
)  # fmt: skip
def test_the_batch_price_comes_from_the_first_who_knows(
    settings: dict[str, object],
    overlay: Overlay,
    model: str,
    day: str,
    dollars: str | None,
    source: str,
    confidence: str,
) -> None:
    card = Prices(settings, overlay=overlay).card("openai", model, "batch", day)

    if dollars is None:
        assert card is None
    else:
        assert card is not None
        assert card.cost(MILLION_EACH) == from_decimal(Decimal(dollars))
        assert card.source.startswith(source)
        assert card.confidence == confidence
        assert (card.provider, card.model, card.mode, card.day) == ("openai", model, "batch", day)


@pytest.mark.parametrize(
    ("settings", "mode", "dollars"),
    [
        pytest.param({"input": "3", "output": "4"}, "standard", "7", id="standard"),
        pytest.param({"input": "3", "output": "4"}, "batch", None, id="says nothing about batch"),
        pytest.param({"input": "3", "output": "4", "batch": "0.5"}, "batch", "3.5", id="with a multiplier"),
        pytest.param({"batch": "0.5"}, "batch", None, id="a multiplier of nothing"),
        pytest.param({"batch": {"input": "1", "output": "2"}}, "batch", "3", id="a batch price alone"),
        pytest.param({"batch": {"input": "1", "output": "2"}}, "standard", None, id="says nothing about standard"),
    ],
)
def test_a_model_of_ones_own(settings: dict[str, object], mode: str, dollars: str | None) -> None:
    card = Prices({"localhost/my-model": settings}).card("localhost", "my-model", mode, TODAY)

    assert (card and card.cost(MILLION_EACH)) == (dollars and from_decimal(Decimal(dollars)))


def test_an_override_that_cannot_be_used_is_refused_at_once() -> None:
    with pytest.raises(SettingError):
        Prices({"openai/gpt-5": {"input": "cheap"}})


def test_an_answer_is_remembered_and_memory_is_bounded() -> None:
    prices = Prices(overlay=Overlay(""))
    first = prices.card("openai", "gpt-5", "batch", TODAY)
    assert prices.card("openai", "gpt-5", "batch", TODAY) is first

    for number in range(CARDS_KEPT + 1):
        assert prices.card("nobody", f"model-{number}", "batch", TODAY) is None
    again = prices.card("openai", "gpt-5", "batch", TODAY)
    assert again is not first
    assert again == first


def test_a_stored_card_is_taken_again_in_the_same_edition_only() -> None:
    prices = Prices()
    card = prices.card("openai", "gpt-5", "batch", TODAY)
    assert card is not None
    text = prices.encode(card)

    assert Prices().restore(text)
    assert not Prices(overlay=Overlay("")).restore(text)
    assert not Prices({"openai/gpt-5": {"input": "1", "output": "2"}}).restore(text)


def test_the_library_is_loaded_only_when_somebody_asks_it() -> None:
    """A later run that finds its cards in the store saves the third of a second."""
    prices = Prices()
    card = prices.card("openai", "gpt-5", "batch", TODAY)
    assert card is not None
    script = f"""
import sys
from bide.core.usage import Usage
from bide.ledger import estimate, facts
from bide.ledger.prices import Prices
prices = Prices({{"localhost/m": {{"input": "1", "output": "2"}}}})
assert prices.card("localhost", "m", "standard", "{TODAY}") is not None
prices = Prices()
assert prices.restore({prices.encode(card)!r})
assert prices.card("openai", "gpt-5", "batch", "{TODAY}").cost(Usage(input=8)) == {card.cost(Usage(input=8))}
assert "genai_prices" not in sys.modules, "loaded too early"
assert prices.card("openai", "gpt-5", "standard", "{TODAY}") is not None
assert "genai_prices" in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], check=True, timeout=PATIENCE)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        pytest.param(0, "1970-01-01", id="the epoch"),
        pytest.param(20_000 * DAY - 1, "2024-10-03", id="the last microsecond"),
        pytest.param(20_000 * DAY, "2024-10-04", id="midnight, UTC"),
        pytest.param(20_000 * DAY + 23 * HOUR + 59 * SECOND, "2024-10-04", id="late"),
    ],
)
def test_a_price_is_dated_in_utc(instant: int, day: str) -> None:
    assert day_of(instant) == day
