from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.lanes.given import CAPABILITIES, CHAT, LIMITS, NOW, a_batch, a_bucket
from tests.lanes.looking import KEY, RULES, SIXTY

from bide.core.batch import Batch, LiveBatch
from bide.core.bucket import Tally
from bide.core.clock import HOUR, MINUTE, SECOND
from bide.core.deadline import OnMiss
from bide.core.states import BatchState
from bide.lanes.capacity.pressure import Load
from bide.lanes.capacity.quota import Quota
from bide.lanes.decision.decide import decide
from bide.lanes.decision.outlook import Account, Outlook, Rules
from bide.lanes.forecast.efficacy import NO_COPIES, PRIOR, Efficacy
from bide.lanes.forecast.turnaround import MEDIAN, PRIOR_WEIGHT, SIGMA, Turnaround
from bide.lanes.hours.hours import Hours
from bide.lanes.hours.window import parse_window
from bide.lanes.plan.copies import BUDGET, LEAST_GAIN, NO_BOUND, Spending, affordable, gain, may_be_copied, worth
from bide.lanes.plan.flex import Tier
from bide.lanes.rescue.cancel import endings
from bide.lanes.rescue.carrier import Carrier
from bide.lanes.rescue.rescue import Start

COPYING = replace(RULES, copies=True, copy_budget=NO_BOUND)

FRESH = Turnaround.prior(MEDIAN, SIGMA, PRIOR_WEIGHT)
"""Half of all batches are done within seven minutes."""

chances = st.floats(0, 1)


@given(first=chances, second=chances)
def test_with_luck_of_its_own_a_copy_pays_where_the_first_comes_in_less_than_half_of_all_cases(
    first: float, second: float
) -> None:
    assert (gain(first, second) > 1e-12) == (first < 0.5 - 1e-9 and second * (0.5 - first) > 1e-12)


@given(first=chances, second=chances, factor=chances)
def test_a_copy_is_worth_less_the_less_copies_have_achieved(first: float, second: float, factor: float) -> None:
    assert gain(first, second, factor) <= gain(first, second)


@pytest.mark.parametrize(
    ("fields", "may"),
    [
        pytest.param({}, True, id="one request, under way"),
        pytest.param({"requests": 2}, False, id="two requests: one of them may be done"),
        pytest.param({"state": BatchState.SEALED}, False, id="not submitted yet"),
        pytest.param({"cancel_asked": True}, False, id="being cancelled"),
        pytest.param({"copied": True}, False, id="it has a copy"),
        pytest.param({"rescued": 1}, False, id="its request was called"),
        pytest.param({"copy_of": 7}, False, id="it is one"),
    ],
)
def test_which_batches_may_have_a_copy(fields: dict[str, Any], may: bool) -> None:
    assert may_be_copied(a_batch(**({"requests": 1} | fields))) is may


def test_a_copy_is_made_when_the_first_is_overdue_and_a_second_still_has_time() -> None:
    overdue, young = a_batch(requests=1, age=HOUR), a_batch(requests=1, age=SECOND)

    assert worth(overdue, NOW + 10 * MINUTE, FRESH, NO_COPIES, NOW) == pytest.approx(FRESH.finished(10 * MINUTE))
    assert worth(young, NOW + 10 * MINUTE, FRESH, NO_COPIES, NOW) is None, "the first has every chance itself"
    assert worth(overdue, NOW + SECOND, FRESH, NO_COPIES, NOW) is None, "the second has none"


def test_where_bad_luck_is_shared_copies_are_given_up() -> None:
    overdue = a_batch(requests=1, age=HOUR)
    useless = Efficacy(won=0, expected=100 * PRIOR)

    assert worth(overdue, NOW + 10 * MINUTE, FRESH, useless, NOW) is None
    assert 0.5 * FRESH.finished(10 * MINUTE) > LEAST_GAIN


def one_overdue(**fields: Any) -> tuple[Batch, Mapping[int, int]]:
    """A batch of one request of the first bucket that should have been back long ago."""
    return a_batch(**({"requests": 1, "age": 5 * HOUR, "tokens": 100} | fields)), {1: 1}


def copied(*live: tuple[Batch, Mapping[int, int]], rules: Rules = COPYING, **changes: Any) -> list[int]:
    """Which batches of a bucket, which has twenty minutes left, get a copy."""
    bucket = a_bucket(
        **({"batched": 1, "deadline": NOW + 20 * MINUTE, "accepted_at": NOW - 5 * HOUR} | changes.pop("bucket", {}))
    )
    outlook = Outlook(
        [bucket],
        [LiveBatch(*one) for one in live],
        {KEY: SIXTY},
        changes.pop("quotas", {}),
        {"openai": Account(LIMITS, CAPABILITIES)},
        **changes,
    )
    return list(decide(outlook, rules, NOW).copies)


def test_copies_are_off_until_somebody_turns_them_on() -> None:
    assert copied(one_overdue()) == [1]
    assert copied(one_overdue(), rules=RULES) == []


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"bucket": {"on_miss": OnMiss.LATE}}, id="nobody calls it, so a copy spares nothing"),
        pytest.param({"bucket": {"deadline": NOW + 10 * SECOND}}, id="it is about to be called"),
        pytest.param({"bucket": {"batchable": False}}, id="the provider has no batch lane for the model"),
        pytest.param({"bucket": {"account": "another"}}, id="its account is left alone"),
        pytest.param({"loads": {KEY: Load(Tally(10_000, 0))}}, id="bursts exceed the rate limit"),
        pytest.param({"flex": {KEY: Tier(frozenset({CHAT}), True, 0.05, {})}}, id="flex costs no more"),
        pytest.param({"efficacy": {KEY: Efficacy(0, 1_000)}}, id="copies have achieved nothing"),
        pytest.param({"quotas": {KEY: Quota(None, 0, 1, 1_000)}}, id="half of the creates of an hour are used"),
        pytest.param({"quotas": {KEY: Quota(150, 100, 1, 1)}}, id="the queue has no room for another"),
        pytest.param({"hours": {KEY: Hours(blackout=parse_window("07:00-09:00 UTC"))}}, id="a blackout"),
        pytest.param({"hours": {KEY: Hours(window=parse_window("20:00-21:00 UTC"))}}, id="its window is closed"),
    ],
)
def test_where_there_are_none(changes: dict[str, Any]) -> None:
    assert copied(one_overdue(), **changes) == []


def spent(wasted: float = 0, *, answered: int = 1_000) -> Spending:
    """A thousand requests, each of which would cost 2 in real time: so a copy that is for nothing costs 1."""
    return Spending(2.0 * answered, wasted, answered)


@pytest.mark.parametrize(
    ("spending", "at_stake", "budget", "left"),
    [
        pytest.param(spent(), 0, 0.004, 8, id="0.4 % of 2,000 are eight copies"),
        pytest.param(spent(), 5, 0.004, 3, id="those at stake count as paid twice"),
        pytest.param(spent(), 9, 0.004, 0, id="never less than none"),
        pytest.param(
            spent(answered=166), 0, BUDGET, 0, id="by default six for each thousand that were answered, so none"
        ),
        pytest.param(spent(answered=167), 0, BUDGET, 1, id="before there are 167"),
        pytest.param(spent(6.5), 0, 0.004, 1, id="what was paid twice is gone, for whatever reason"),
        pytest.param(spent(300), 0, 0.004, 0, id="more was paid twice than may be"),
        pytest.param(Spending(0, 0, 1_000), 0, 0.004, 0, id="no price is known"),
        pytest.param(Spending(), 0, 0.004, 0, id="nothing was answered"),
    ],
)
def test_so_many_copies_can_be_afforded(spending: Spending, at_stake: int, budget: float, left: int) -> None:
    assert affordable(spending, at_stake, budget) == left


@given(wasted=st.floats(0, 100), answered=st.integers(1, 10_000), budget=st.floats(0.0001, 0.9))
def test_whatever_comes_back_no_more_than_the_budget_is_paid_twice(wasted: float, answered: int, budget: float) -> None:
    spending = spent(wasted, answered=answered)

    copies = affordable(spending, 0, budget)

    assert not copies or wasted + copies <= budget * spending.listed * (1 + 1e-9)
    assert wasted + copies + 1 > budget * spending.listed * (1 - 1e-9), "and nothing less"


def test_copies_stop_where_the_budget_is_used_up() -> None:
    live = [one_overdue(id=number) for number in (1, 2, 3)]
    bounded = replace(COPYING, copy_budget=0.004)
    bucket = {"batched": 3}

    assert len(copied(*live, bucket=bucket)) == 3
    assert copied(*live, bucket=bucket, rules=bounded) == [], "nothing was answered"
    assert len(copied(*live, bucket=bucket, rules=bounded, spending={KEY: spent()})) == 3
    assert len(copied(*live, bucket=bucket, rules=bounded, spending={KEY: spent(6)})) == 2
    under_way = a_batch(9, requests=1, copy_of=8), {1: 1}
    assert len(copied(*live, under_way, bucket=bucket, rules=bounded, spending={KEY: spent(6)})) == 1
    rest = a_batch(8, requests=1, copied=True, cancel_asked=True), {1: 1}
    assert len(copied(*live, rest, bucket=bucket, rules=bounded, spending={KEY: spent(6)})) == 1, "its copy answered"
    assert len(copied(*live, rest, under_way, bucket=bucket, rules=bounded, spending={KEY: spent(6)})) == 1, "one pair"
    alone = a_batch(8, requests=1, copied=True), {1: 1}
    assert len(copied(*live, alone, bucket=bucket, rules=bounded, spending={KEY: spent(6)})) == 2, (
        "its copy brought nothing"
    )
    assert copied(*live, bucket=bucket, rules=bounded, spending={("openai", "another"): spent()}) == []


def test_a_batch_that_ended_after_its_copy_had_answered_is_at_stake_until_it_is_read() -> None:
    bounded = replace(COPYING, copy_budget=0.004)
    bucket = a_bucket(batched=1, deadline=NOW + 20 * MINUTE, accepted_at=NOW - 5 * HOUR)
    ended = a_batch(8, requests=1, copied=True, state=BatchState.ENDED)

    def made(*, is_needed: bool) -> int:
        live = [LiveBatch(*one_overdue()), LiveBatch(ended, {1: 1}, is_needed)]
        accounts = {"openai": Account(LIMITS, CAPABILITIES)}
        return len(
            decide(Outlook([bucket], live, {KEY: SIXTY}, {}, accounts, spending={KEY: spent(7)}), bounded, NOW).copies
        )

    assert (made(is_needed=False), made(is_needed=True)) == (0, 1)


def test_a_pair_whose_request_is_settled_is_cancelled_at_once() -> None:
    bucket = a_bucket(batched=5)
    pair = [a_batch(1, requests=1, copied=True), a_batch(2, requests=1, copy_of=1), a_batch(3, requests=1)]
    live = [LiveBatch(batch, {1: 1}, is_needed=batch.id == 3) for batch in pair]

    outlook = Outlook([bucket], live, {KEY: SIXTY}, {}, {"openai": Account(LIMITS, CAPABILITIES)})
    assert set(decide(outlook, COPYING, NOW).cancels) == {1, 2}


def test_a_pair_is_one_request_to_those_that_make_way() -> None:
    """The batch after a pair is needed when one call has been made, not two."""
    start = Start(NOW + 10 * SECOND, 3 * MINUTE, 3)
    pair = [a_batch(2, requests=1, copied=True), a_batch(3, requests=1, copy_of=2)]
    other = a_batch(1, requests=1, due_at=NOW + HOUR)
    with_copy = endings({1: [Carrier(batch, 1) for batch in (*pair, other)]}, {}, {1: start}, NOW)
    without = endings({1: [Carrier(batch, 1) for batch in (pair[0], other)]}, {}, {1: start}, NOW)

    assert with_copy.looks[1] == without.looks[1]
