"""The thirty cost scenarios of three published articles: every figure worked out anew, every article judged."""

from collections import Counter

import pytest
from tests.advise.scenarios import (
    Case,
    all_figures,
    document,
    is_expected,
    judged,
    prices,
    scenarios,
    tariff,
    worked,
)

from bide.advise.calculator.tariff import LANES, from_card

CALCULATIONS = [(scenario, calculation) for scenario in scenarios() for calculation in scenario["calculations"]]


def test_they_are_thirty_of_which_thirteen_do_not_hold() -> None:
    assert len({scenario["id"] for scenario in scenarios()}) == 30
    assert Counter(scenario["verdict"] for scenario in scenarios()) == {"consistent": 17, "inconsistent": 13}


@pytest.mark.parametrize(
    ("scenario", "calculation"), CALCULATIONS, ids=[f"{one['id']}-{each['name']}" for one, each in CALCULATIONS]
)
def test_every_figure_comes_out(scenario: Case, calculation: Case) -> None:
    figures, derivation = worked(calculation)

    assert {name: said for name, said in calculation["expect"].items() if not is_expected(figures[name], said)} == {}
    for beginning in calculation.get("notes", []):
        assert [note for note in derivation.notes if note.startswith(beginning)]


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda one: one["id"])
def test_every_article_is_judged_by_its_numbers(scenario: Case) -> None:
    assert judged(scenario) == scenario["verdict"]


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda one: one["id"])
def test_every_scenario_says_what_was_found_and_whose_it_is(scenario: Case) -> None:
    assert scenario["article"] in document()["articles"]
    assert len(scenario["why"]) > 40
    assert scenario["where"]
    assert scenario["title"]


@pytest.mark.parametrize("scenario", [one for one in scenarios() if "ledger" in one], ids=lambda one: one["id"])
def test_the_list_prices_are_those_of_the_ledger(scenario: Case) -> None:
    provider, _, model = scenario["ledger"]["model"].partition("/")
    part = next(one for one in scenario["calculations"] if one["name"] == scenario["ledger"]["of"])["parts"][0]

    for lane, price in tariff(part["prices"]).prices.items():
        card = prices().card(provider, model, LANES[lane], document()["as_of"])
        assert card is not None
        ours = from_card(card, 1)
        assert (price.input, price.output) == (ours.input, ours.output)


def test_a_wrong_number_is_seen() -> None:
    scenario = next(one for one in scenarios() if one["id"] == "A-S07")
    figures = all_figures(scenario)

    assert judged({**scenario, "stated": [{"figure": "own.realtime.cost", "value": "31"}]}) == "inconsistent"
    assert is_expected(figures["own.realtime.cost"], "30")
    assert not is_expected(figures["own.realtime.cost"], "30.01")
    assert not is_expected(figures["own.realtime.cost"], ["30", "31"])
