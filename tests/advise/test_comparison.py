from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from bide.advise.calculator.comparison import compare
from bide.advise.calculator.month import Convention
from bide.advise.calculator.quantity import given, quantity
from bide.advise.calculator.tariff import PER_TOKEN, Price, Tariff, by_hand, from_card
from bide.advise.calculator.unit import HOUR, REQUEST, TOKEN, USD, UnitError
from bide.advise.calculator.workload import Part, Workload, routed, split
from bide.core.errors import InputError
from bide.core.money import RateCard, Rates
from bide.core.usage import Usage

MILLION = "USD per 1M tokens"
TARIFF = Tariff(
    "m", {"realtime": by_hand(MILLION, 2, 8, "0.5", "2.5"), "batch": by_hand(MILLION, 1, 4, "0.25", "1.25")}
)


def work(**more: Any) -> Workload:
    """1,000 requests a day of 1,000 tokens in and 100 out: 2.00 + 0.80 USD in real time."""
    usual: dict[str, Any] = {
        "input_tokens": quantity(1_000, TOKEN / REQUEST),
        "output_tokens": quantity(100, TOKEN / REQUEST),
        "requests": quantity(1_000, REQUEST),
        "period": "day",
    }
    return Workload(**(usual | more))


def cost(lane: str = "realtime", tariff: Tariff = TARIFF, **more: Any) -> tuple[Fraction, Fraction]:
    return compare([Part("work", work(**more), tariff)]).lane(lane).cost.value.bounds


@pytest.mark.parametrize(
    ("more", "low", "high"),
    [
        pytest.param({}, "2.8", "2.8", id="as it is"),
        pytest.param({"answered": given("25%")}, "2.1", "2.1", id="a quarter from the response cache"),
        pytest.param({"compression": given("50%")}, "1.8", "1.8", id="half of the prompt left out"),
        pytest.param({"cached": given("80%")}, "1.6", "1.6", id="0.4 at 2 + 1.6 at 0.25 of it"),
        pytest.param({"cached": given("40%"), "written": given("40%")}, "2.4", "2.4", id="0.4 + 0.2 + 1 + 0.8"),
        pytest.param({"reasoning": given("10-20%")}, "2.88", "2.96", id="hidden reasoning is output"),
        pytest.param({"compression": given("20-50%")}, "1.8", "2.4", id="the cheapest case saves most"),
        pytest.param({"answered": given("50%"), "compression": given("50%")}, "0.9", "0.9", id="they multiply"),
    ],
)
def test_hand_worked_costs_of_a_day(more: Mapping[str, Any], low: str, high: str) -> None:
    assert cost(**more) == (Fraction(low), Fraction(high))


def test_a_day_makes_a_month_of_thirty_unless_it_is_said_otherwise() -> None:
    parts = [Part("work", work(), TARIFF)]
    month, longer = compare(parts), compare(parts, Convention(days=Fraction(31)))

    assert month.lane("batch").month is not None
    assert [one.value.low for one in (month.lane("batch").month, longer.lane("batch").month) if one] == [
        42,
        Fraction("43.4"),
    ]
    assert "a month is 30 days" in month.derivation.notes
    assert compare([Part("work", work(period="once"), TARIFF)]).lane("batch").month is None
    request = month.lane("realtime").request
    assert request is not None
    assert request.value == quantity("0.0028", USD / REQUEST)


def test_every_step_says_what_was_done_with_what() -> None:
    steps = {step.name: step for step in compare([Part("work", work(), TARIFF)]).derivation.steps}

    assert steps["input tokens"].formula == "requests a day × input tokens of each"
    assert [number.value.low for number in steps["input tokens"].numbers] == [1_000, 1_000]
    assert str(steps["input tokens"].result.unit) == "token per day"
    assert steps["cost, batch"].formula == "input cost, batch + output cost, batch"
    assert steps["cost a month, batch"].result == quantity(42, "USD per month")
    assert steps["saved, batch, share"].result == quantity("50%")


def test_no_step_is_told_twice() -> None:
    steps = compare(split(Part("work", work(), TARIFF), given("90%"))).derivation.steps

    assert len({step.name for step in steps}) == len(steps)


def test_a_lane_without_a_price_is_not_there_and_nothing_stands_in_for_it() -> None:
    alone = Tariff("m", {"realtime": TARIFF.prices["realtime"]})

    assert [one.lane for one in compare([Part("work", work(), alone)]).lanes] == ["realtime"]
    batches = compare([Part("work", work(), Tariff("m", {"batch": TARIFF.prices["batch"]}))])
    assert [(one.lane, one.saved) for one in batches.lanes] == [("batch", None)]
    with pytest.raises(InputError, match="no lane has a price"):
        compare([Part("work", work(), Tariff("m", {}))])


def test_a_hybrid_is_what_waits_in_batches_and_the_rest_called() -> None:
    parts = split(Part("work", work(), TARIFF), given("90%"))
    found = compare(parts)

    assert [one.lane for one in found.lanes] == ["realtime", "hybrid"]
    assert found.lane("hybrid").cost.value == quantity("1.54", "USD per day")
    less = found.lane("hybrid").saved
    assert less is not None
    assert less.share.value == quantity("45%")
    whole = split(
        Part(
            "work", work(requests=None, input_tokens=quantity(10**6, TOKEN), output_tokens=quantity(0, TOKEN)), TARIFF
        ),
        given("50%"),
    )
    assert compare(whole).lane("hybrid").cost.value == quantity("1.5", "USD per day")


def test_models_share_the_work_by_tokens() -> None:
    cheap = Tariff("cheap", {"realtime": by_hand(MILLION, "0.2", "0.8")})
    dear, cheaper = Part("dear", work(), TARIFF), Part("cheap", work(), cheap)
    parts = routed([(dear, given("40%")), (cheaper, given("60%"))])

    assert compare(parts).lane("realtime").cost.value == quantity("1.288", "USD per day")
    with pytest.raises(InputError, match="come to 100%"):
        routed([(dear, given("40%")), (cheaper, given("50%"))])


def test_an_estimate_of_the_input_alone_says_so() -> None:
    alone = compare([Part("work", work(output_tokens=quantity(0, TOKEN / REQUEST)), TARIFF)])

    assert [note for note in alone.derivation.notes if note.startswith("input only")]
    for parts in ([Part("w", work(), TARIFF)], split(Part("w", work(), TARIFF), given("100%"))):
        assert not [note for note in compare(parts).derivation.notes if note.startswith("input only")]


def test_output_without_a_price_and_a_cache_without_one() -> None:
    bare = Tariff("m", {"realtime": by_hand(MILLION, 2)})

    with pytest.raises(InputError, match="no output price for realtime"):
        cost(tariff=bare)
    found = compare([Part("w", work(output_tokens=quantity(0, TOKEN / REQUEST), cached=given("50%")), bare)])
    assert found.lane("realtime").cost.value.low == 2
    assert [note for note in found.derivation.notes if "reckoned at the input price" in note]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        pytest.param({"cached": given("120%")}, "cached is a share", id="more than all"),
        pytest.param({"cached": given("60%"), "written": given("60%")}, "more than all of it", id="together"),
        pytest.param(
            {"input_tokens": quantity(-1, TOKEN / REQUEST)}, "input_tokens is less than nothing", id="negative"
        ),
        pytest.param({"requests": quantity(-1, REQUEST)}, "less than none", id="no requests"),
        pytest.param({"period": "fortnight"}, "'fortnight' is no period", id="period"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_field(more: Mapping[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        cost(**more)


def test_prices_and_tokens_in_a_wrong_unit_are_refused() -> None:
    with pytest.raises(UnitError, match="a token's price is in USD per hour"):
        by_hand("USD per hour", "1.41")
    with pytest.raises(UnitError, match="input_tokens is in token and has to be in token per request"):
        work(input_tokens=quantity(5, TOKEN))
    with pytest.raises(InputError, match="one period"):
        compare([Part("a", work(), TARIFF), Part("b", work(period="month"), TARIFF)])
    with pytest.raises(UnitError):
        Price(quantity(1, USD / HOUR), None).input.of(PER_TOKEN, "a price")


TIERS = ((0, Rates(2_000_000_000, 200_000_000, 2_500_000_000, 10_000_000_000)), (1_000, Rates(4_000_000_000, 400_000_000, 5_000_000_000, 15_000_000_000)))  # fmt: skip
CARD = RateCard("openai", "m", "standard", "2026-11-21", TIERS, "test", "catalogue")


@drawn(st.integers(0, 5_000), st.integers(0, 5_000), st.integers(1, 10**6), st.integers(0, 100))
def test_one_answer_costs_what_the_ledger_would_enter(
    tokens_in: int, tokens_out: int, requests: int, cached: int
) -> None:
    """Tiers and cached tokens included: the calculator and the ledger never differ by a digit."""
    read = tokens_in * cached // 100
    entered = CARD.cost(Usage(tokens_in, read, 0, tokens_out))
    share = Fraction(read, tokens_in) if tokens_in else Fraction(0)
    one = replace(
        work(cached=quantity(share)),
        requests=quantity(requests, REQUEST),
        input_tokens=quantity(tokens_in, TOKEN / REQUEST),
        output_tokens=quantity(tokens_out, TOKEN / REQUEST),
        period="once",
    )

    found = compare([Part("work", one, Tariff("m", {"realtime": from_card(CARD, tokens_in)}))])

    assert entered is not None
    assert found.lane("realtime").cost.value == quantity(Fraction(entered * requests, 10**12), USD)
