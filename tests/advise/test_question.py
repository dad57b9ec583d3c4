"""What the calculator is asked as JSON."""

from typing import Any

import msgspec
import pytest

from bide.advise.calculator.offers import offers
from bide.advise.calculator.quantity import quantity
from bide.advise.calculator.question import MOST, Question, asked, listed, work_of
from bide.advise.calculator.reasoning import Reported
from bide.advise.calculator.rendering import offered
from bide.core.errors import InputError
from bide.ledger.prices import Prices
from bide.settings import ProviderSettings

DAY = "2026-11-21"

HAIKU = "anthropic/claude-haiku-4-5"

WORK = {"models": [HAIKU], "tokens_in": "10M", "tokens_out": 5_000_000}


def question(**changed: Any) -> Question:
    return msgspec.json.decode(msgspec.json.encode(WORK | changed), type=Question)


def costs(prices: Prices, reported: Any = None, **changed: Any) -> dict[str, Any]:
    """By lane, as they are told."""
    wanted = question(**changed)
    [told] = offers(asked(wanted, DAY, reported), [listed(name, {}) for name in wanted.models], prices)
    shown: Any = offered(told)["estimate"]
    return {} if shown is None else {one["lane"]: one for one in shown["lanes"]}


@pytest.fixture(scope="module")
def prices() -> Prices:
    return Prices()


def test_the_plain_question(prices: Prices) -> None:
    found = costs(prices)

    assert (found["realtime"]["cost"], found["batch"]["cost"]) == ("35", "17.5")
    assert found["realtime"]["cost_a_month"] is None


@pytest.mark.parametrize(
    ("given", "more"),
    [
        ({}, {"requests": "10K"}),
        ({}, {"per": "day"}),
        ({}, {"tokens_of": "gpt-4o"}),
        ({}, {"cached": "50%"}),
        ({}, {"cache_hits": "10%"}),
        ({}, {"reasoning": "10%-20%"}),
        ({}, {"compression": "20%"}),
        ({}, {"batch_share": "90%"}),
        ({"per": "day"}, {"month_days": 31}),
        ({}, {"on": "2020-01-01"}),
        ({}, {"tokens_in": "1M-2M"}),
    ],
)
def test_every_word_is_reckoned_with(given: dict[str, Any], more: dict[str, Any], prices: Prices) -> None:
    assert costs(prices, **given, **more) != costs(prices, **given)


def test_reasoning_is_learned_where_it_is_asked_for(prices: Prices) -> None:
    """A quarter of the output was reasoning: a third on top of the visible."""
    reported = {HAIKU: Reported(answers=100, output=4_000, reasoning=1_000)}

    plain, learned = costs(prices, reported), costs(prices, reported, reasoning="learned")
    assert (plain["realtime"]["output_cost"], learned["realtime"]["output_cost"][:8]) == ("25", "33.33333")


@pytest.mark.parametrize(
    "changed",
    [
        {"tokens_in": 0, "tokens_out": 0},
        {"tokens_in": "999999999999999.999999999", "tokens_out": "0.000000001"},
        {"tokens_in": "999999T", "requests": "1"},
        {"tokens_in": "5M-2M"},
        {"on": "0001-01-01"},
        {"on": "9999-12-31"},
        {"cached": "100%", "cache_hits": "100%", "compression": "100%", "batch_share": "0%"},
        {"per": "hour", "requests": 10**15, "month_days": 1},
        {"models": ["a/b"] * MOST},
    ],
)
def test_whatever_may_be_asked_has_an_answer(changed: dict[str, Any], prices: Prices) -> None:
    wanted = question(**changed)
    models = [listed(name, {}) for name in wanted.models]
    assert len(offers(asked(wanted, DAY, None), models, prices)) == len(models)


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"models": []}, "$.models"),
        ({"models": ["gpt-4.1"]}, "$.models[0]"),
        ({"models": ["openai/"]}, "$.models[0]"),
        ({"models": [HAIKU] * (MOST + 1)}, "$.models"),
        ({"tokens_in": -1}, "$.tokens_in"),
        ({"tokens_in": 1.5}, "$.tokens_in"),
        ({"tokens_in": 10**16}, "$.tokens_in"),
        ({"tokens_out": "many"}, "$.tokens_out"),
        ({"tokens_out": "2-5M"}, "$.tokens_out"),
        ({"tokens_out": "1e6"}, "$.tokens_out"),
        ({"requests": 0}, "$.requests"),
        ({"requests": "0K"}, "$.requests"),
        ({"cached": "101%"}, "$.cached"),
        ({"cached": "0.5"}, "$.cached"),
        ({"reasoning": "guessed"}, "$.reasoning"),
        ({"per": "year"}, "$.per"),
        ({"month_days": 0}, "$.month_days"),
        ({"on": "yesterday"}, "$.on"),
        ({"tokens": 1}, "unknown field"),
    ],
)
def test_what_cannot_be_reckoned_with_is_named(changed: dict[str, Any], path: str) -> None:
    with pytest.raises(msgspec.ValidationError) as refused:
        question(**changed)
    assert path in str(refused.value)


def test_an_account_is_priced_by_the_list_that_it_names() -> None:
    team = {"team": ProviderSettings(catalogue="openai"), "local": ProviderSettings()}

    assert listed("team/gpt-5", team).provider == "openai"
    assert listed("local/gpt-5", team).provider == "local"
    assert listed("openrouter/openai/gpt-4.1", team).model == "openai/gpt-4.1"
    with pytest.raises(InputError, match="say whose it is, as in openai/gpt-5"):
        listed("gpt-5", team)


def test_no_requests_are_no_work() -> None:
    with pytest.raises(InputError, match="requests: give a number above 0"):
        work_of(quantity(1), quantity(1), quantity(0))
