"""A planted mix of workflows is recovered: which of them wait, with how much of the money, and what to do first."""

from typing import Any

import msgspec
import pytest
from tests.audit.given import MONDAY, audited, bounds, days, known_prices, record
from tests.audit.planted import DAYS, mix

from bide.audit.evidence.month import Pricing
from bide.audit.evidence.patience import Strength, horizon
from bide.audit.levers.judging import Basis
from bide.audit.plan.audit import Audit, audit
from bide.audit.profile.profiling import profile_of
from bide.audit.readers.record import BY_PROMPTS
from bide.audit.views.rendering import rendered
from bide.audit.views.wording import facts, headline
from bide.core.clock import DAY, HOUR
from bide.core.errors import InputError
from bide.core.money import DOLLAR

HOURLY = "gpt-4.1-mini hourly at minute 40"


@pytest.fixture(scope="module")
def of() -> Audit:
    return audited(sorted(mix(), key=lambda row: row.at))


def test_the_log_stands_for_its_four_weeks(of: Audit) -> None:
    assert of.covered == DAYS * DAY
    assert of.notes == ()


def test_who_waits_is_recovered(of: Audit) -> None:
    assert {one.name: (horizon(one.patience.within), one.patience.strength) for one in of.workflows} == {
        "ticket-summaries": ("hours", Strength.STRONG),
        HOURLY: ("hours", Strength.STRONG),
        "planner": ("somebody waits", Strength.STRONG),
        "faq": ("somebody waits", Strength.FAIR),
        "support-bot": ("somebody waits", Strength.STRONG),
        "evals": ("hours", Strength.STRONG),
    }


def test_what_can_wait_is_recovered_in_money(of: Audit) -> None:
    """By requests a month and USD each: summaries 1,800 × 0.03, hourly 2,160 × 0.0096, evaluations 600 × 0.0038; planner 1,200 × 0.012125, faq 1,440 ×
    0.008, support 20 of 28 days × 40 × 30 × 0.012."""
    waits = dict(of.waits())
    hours, somebody = 54 + 20.736 + 2.28, 14.55 + 11.52 + 10.285714285714286

    assert {word: float(money.low) for word, money in waits.items()} == pytest.approx(
        {"hours": hours, "somebody waits": somebody}
    )
    assert of.now is not None
    assert float(waits["hours"].low / of.now.low) == pytest.approx(hours / (hours + somebody))


def test_what_to_do_first(of: Audit) -> None:
    """54 and 20.736 by half; 49 % of the questions."""
    sure = [(step.workflow, step.lever, bounds(step.saves)) for step in of.plan if step.verdict == "do"]

    assert sure == [
        ("ticket-summaries", "batch", ("27",)),
        ("ticket-summaries", "prompt cache", ("1.204875", "11.585925")),
        (HOURLY, "batch", ("10.368",)),
        ("faq", "response cache", ("5.674285714285714",)),
    ]
    assert [step.verdict for step in of.plan] == sorted(
        (step.verdict for step in of.plan), key=("do", "ask", "try").index
    )


def test_the_steps_of_a_plan_add_up(of: Audit) -> None:
    assert of.now is not None
    assert of.left is not None
    assert of.sure is not None
    assert (of.now.low - of.sure.low, of.now.high - of.sure.high) == (of.left.low, of.left.high)


def test_what_is_captured(of: Audit) -> None:
    """Evaluations by half of 4.56; 3.6 million cached tokens of gpt-5 at 0.125 in the place of 1.25."""
    assert bounds(of.captured) == ("6.33",)


def test_what_is_not_known_is_said(of: Audit) -> None:
    gaps = {gap.field: (gap.rows, gap.of) for gap in of.gaps}

    assert gaps["workflow"] == (DAYS * 72, 7_520)
    assert gaps["streamed"] == (DAYS * 20, 7_520)
    assert "lane" not in gaps
    assert all(gap.remedy for gap in of.gaps)


def test_every_price_has_its_source_and_day(of: Audit) -> None:
    assert {(one.model, one.lane) for one in of.prices} >= {("openai/gpt-4.1", "batch"), ("openai/gpt-5", "flex")}
    assert all(
        one.price.source and one.price.day == "2026-11-21" and one.checked_on and not one.stale for one in of.prices
    )


def test_where_nothing_is_certain_that_is_said() -> None:
    assert headline(audited(days())) == [
        "A month of this costs $84.00.",
        "Nothing that was counted would save anything.",
        "$42.00 may be saved, if what is asked below is so.",
    ]


@pytest.mark.parametrize(
    ("other", "says"),
    [
        pytest.param({"input": 10**6, "output": None}, "$144.00, as far as tokens are known.", id="no output tokens"),
        pytest.param({"input": None, "output": None, "cost": DOLLAR}, "$114.00.", id="a bill instead of tokens"),
        pytest.param({"model": "nobody-s-model", "input": 5}, "$84.00, as far as prices are known.", id="no price"),
    ],
)
def test_what_is_missing_in_the_sum_is_said_beside_it(other: dict[str, Any], says: str) -> None:
    rows = [*days(), *days(**{"workflow": "others", "input": 0, "output": 0, **other})]
    assert headline(audited(rows))[0] == f"A month of this costs {says}"


def test_a_price_that_nobody_has_looked_at_for_long_is_said() -> None:
    of = audit(profile_of(days()), Basis(pricing=Pricing(known_prices(), "2027-06-01", known_prices().checked_on)))

    assert all(one.stale for one in of.prices)
    assert "not checked for long: openai/gpt-4.1 (batch), openai/gpt-4.1 (real time)" in dict(facts(of))["prices"]


def test_it_is_the_same_in_any_order_of_the_rows(of: Audit) -> None:
    other = audited(sorted(mix(), key=lambda row: -row.at))

    assert [(step.workflow, step.lever, bounds(step.saves)) for step in other.plan if step.lever != "prompt cache"] == [
        (step.workflow, step.lever, bounds(step.saves)) for step in of.plan if step.lever != "prompt cache"
    ]


def test_as_json(of: Audit) -> None:
    told = msgspec.json.decode(msgspec.json.encode(rendered(of)))

    assert told["object"] == "bide.audit"
    assert told["a_month"]["by_wait"]["hours"] == "77.016"
    assert told["plan"][0]["saves"] == "27"
    assert told["plan"][1]["saves"] == {"low": "1.204875", "high": "11.585925"}
    steps = told["workflows"][0]["parts"][0]["findings"][0]["steps"]
    assert steps[-1]["result"] == "27"


def test_a_short_log_says_that_it_is_short() -> None:
    assert "nights and weekends" in audited([record(MONDAY, input=1), record(MONDAY + HOUR, input=1)]).notes[0]
    assert "less than a week" in audited(days()[:3]).notes[0]


def test_a_log_of_one_moment_is_refused() -> None:
    with pytest.raises(InputError, match="one moment"):
        audited([record(MONDAY, input=1)])


def test_names_are_those_of_callers_where_there_are_no_others() -> None:
    (one,) = audited(days(workflow="sk-abc", named_by="caller: api_key_id")).workflows

    assert (one.name, one.guessed) == ("sk-abc", "whoever called (api_key_id)")


def test_names_are_the_first_words_of_prompts_where_there_is_nothing_else() -> None:
    prompt = "You are an assistant\n who sorts the mail of a large firm by what it is about."
    (one,) = audited(days(workflow=prompt, named_by=BY_PROMPTS)).workflows

    assert (one.name, one.guessed) == ("You are an assistant who sorts the mail of a la…", BY_PROMPTS)
    assert one.patience.within is None, "any prompt may say so"


def test_what_a_cache_answered_whole_lacks_neither_tokens_nor_requests() -> None:
    """Nobody sold it, so it is in no amount; its rows say what they would have used all the same."""
    assert audited([*days(), *days(workflow="kept", from_cache=True)]).notes == audited(days()).notes
