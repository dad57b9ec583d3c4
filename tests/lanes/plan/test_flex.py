"""What goes to the flex tier, in place of a batch, beside one, or in place of a call at the list price."""

from dataclasses import replace
from typing import Any

import pytest
from tests.lanes.given import CAPABILITIES, CHAT, LIMITS, NOW, a_batch, a_bucket
from tests.lanes.looking import KEY, LATENCY, RULES, SIXTY

from bide.core.batch import LiveBatch
from bide.core.bucket import Bucket, Phase, Tally
from bide.core.clock import HOUR, MINUTE, SECOND
from bide.core.deadline import OnMiss
from bide.core.states import JobState, Lane
from bide.lanes.decision.decide import decide
from bide.lanes.decision.decision import Decisions
from bide.lanes.decision.outlook import Account, Outlook
from bide.lanes.plan.flex import FlexRules, Tier

TIER = Tier(frozenset({CHAT}))

FIVE = LATENCY + 5 * MINUTE


def bucket(left: int, *, waiting: int = 1, **fields: Any) -> Bucket:
    """Requests of which the first one's last safe moment is `left` microseconds away."""
    count = waiting + fields.get("batched", 0)
    values: dict[str, Any] = {"deadline": NOW + left + LATENCY + count * SECOND}
    return a_bucket(waiting=waiting, tokens=1, **(values | fields))


def look(one: Bucket, tier: Tier | None = TIER, *, batches: bool = True, rules: Any = RULES, **live: Any) -> Decisions:
    can = replace(CAPABILITIES, batch=batches)
    carried = [LiveBatch(a_batch(**live), {one.id: one.tally(Phase.BATCHED).requests})] if live else []
    flex = {} if tier is None else {KEY: tier}
    outlook = Outlook([one], carried, {KEY: SIXTY}, {}, {"openai": Account(LIMITS, can)}, flex=flex)
    return decide(outlook, rules, NOW)


def told(decisions: Decisions) -> tuple[int, int, int, int]:
    """How many go into a batch, to flex out of the waiting and out of batches, and are called."""
    flex = [one for one in decisions.wanted if one.lane is Lane.FLEX]
    return (
        sum(one.requests for one in decisions.openings),
        sum(one.calls for one in flex if one.waiting),
        sum(one.calls for one in flex if not one.waiting),
        sum(one.calls for one in decisions.wanted if one.lane is Lane.REALTIME),
    )


@pytest.mark.parametrize(
    ("left", "found"),
    [
        pytest.param(2 * HOUR, (1, 0, 0, 0), id="a batch has time enough"),
        pytest.param(30 * MINUTE + SECOND, (1, 0, 0, 0), id="still"),
        pytest.param(29 * MINUTE, (0, 1, 0, 0), id="below half an hour"),
        pytest.param(46 * SECOND, (0, 1, 0, 0), id="where a batch is too slow anyway"),
        pytest.param(44 * SECOND, (0, 0, 0, 1), id="too late for an answer from flex"),
        pytest.param(-MINUTE, (0, 0, 0, 1), id="past the last safe moment"),
    ],
)
def test_by_slack(left: int, found: tuple[int, int, int, int]) -> None:
    assert told(look(bucket(left))) == found


def test_of_a_large_group_those_go_to_flex_that_are_needed_first() -> None:
    # 6,000 requests at 60 a minute take 100 minutes; the first is needed in 10, so 20 minutes' worth has less than 30.
    assert told(look(bucket(10 * MINUTE, waiting=6_000))) == (6_000 - 1_201, 1_201, 0, 0)


def test_what_is_in_flight_there_is_not_asked_for_again() -> None:
    flexing = replace(TIER, flexing={1: 1_000})
    one = bucket(10 * MINUTE, waiting=5_000, batched=1_000)
    assert told(look(one, flexing)) == (5_000 - 201, 201, 0, 0)


def test_what_comes_back_unanswered_goes_there_rather_than_being_called() -> None:
    one = bucket(12 * MINUTE, accepted_at=NOW - HOUR)
    assert told(look(one, None)) == (0, 0, 0, 1)
    assert told(look(one)) == (0, 1, 0, 0)


def test_what_no_batch_takes_goes_there_until_its_last_safe_moment() -> None:
    assert told(look(bucket(3 * HOUR), batches=False)) == (0, 1, 0, 0)
    assert told(look(bucket(30 * SECOND), batches=False)) == (0, 0, 0, 1)


def test_what_batches_have_lost_twice_is_called() -> None:
    tallies = {Phase.STUBBORN: Tally(2, 2), Phase.WAITING: Tally(3, 3)}
    one = a_bucket(tallies=tallies, deadline=NOW + FIVE + 5 * SECOND)
    assert told(look(one)) == (0, 3, 0, 2)


def test_at_its_last_stage_what_lies_in_a_batch_is_asked_for_beside_it() -> None:
    one = bucket(7 * MINUTE, waiting=0, batched=1, accepted_at=NOW - HOUR)
    found = look(one, batch=5, age=HOUR)
    assert told(found) == (0, 0, 1, 0)
    assert list(found.cancels) == [5], "what it has finished is read first"
    assert told(look(bucket(9 * MINUTE, waiting=0, batched=1, accepted_at=NOW - HOUR), batch=5, age=HOUR)) == (
        0,
        0,
        0,
        0,
    )


def test_at_the_last_safe_moment_what_is_in_flight_in_flex_is_called() -> None:
    one = bucket(-SECOND, waiting=0, batched=1)
    [wanted] = look(one, replace(TIER, flexing={1: 1})).wanted
    assert (wanted.lane, wanted.calls, wanted.flexing) == (Lane.REALTIME, 1, True)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"flex": False}, "the key may not use the lane"),
        ({"endpoint": "/v1/embeddings"}, "the tier has not this endpoint"),
        ({"job_state": JobState.CANCELLING}, "its job is cancelled"),
        ({"on_miss": OnMiss.EXPIRE, "deadline": NOW - 1}, "its deadline has passed"),
        ({"accepted_at": NOW, "deadline": NOW}, "it is urgent"),
    ],
)
def test_what_never_goes_there(fields: dict[str, Any], why: str) -> None:
    values: dict[str, Any] = {"deadline": NOW + FIVE}
    asked = told(look(a_bucket(waiting=1, **(values | fields))))
    assert asked[1:3] == (0, 0), why


@pytest.mark.parametrize(("as_batch", "found"), [(True, (0, 1, 0, 0)), (False, (1, 0, 0, 0))])
def test_what_is_not_to_be_rescued_goes_there_where_it_costs_no_more_than_a_batch(
    as_batch: bool, found: tuple[int, int, int, int]
) -> None:
    one = a_bucket(waiting=1, on_miss=OnMiss.LATE, deadline=NOW + FIVE)
    assert told(look(one, replace(TIER, as_batch=as_batch))) == found


def test_what_is_late_and_not_to_be_rescued_goes_into_a_batch() -> None:
    assert told(look(a_bucket(waiting=1, on_miss=OnMiss.LATE, accepted_at=NOW - 2 * HOUR, deadline=NOW - HOUR))) == (
        1,
        0,
        0,
        0,
    )


@pytest.mark.parametrize(
    ("refused", "found"),
    [
        pytest.param(0.05, (0, 1, 0, 0), id="calm"),
        pytest.param(0.6, (0, 1, 0, 0), id="scarce, and time to try again"),
        pytest.param(0.97, (1, 0, 0, 0), id="hardly any: a batch is likelier to be back"),
    ],
)
def test_flex_or_a_batch_by_the_likelier(refused: float, found: tuple[int, int, int, int]) -> None:
    assert told(look(bucket(15 * MINUTE), replace(TIER, refused=refused))) == found


def test_where_flex_is_scarce_a_batch_is_left_to_end_by_itself() -> None:
    one = bucket(7 * MINUTE, waiting=0, batched=1, accepted_at=NOW - HOUR)
    found = look(one, replace(TIER, refused=0.97), batch=5, age=HOUR)
    assert (told(found), found.cancels) == ((0, 0, 0, 0), {})


def test_the_settings_turn_it_off() -> None:
    off = replace(RULES, flex=FlexRules(below=0, last_stage=0))
    assert told(look(bucket(5 * MINUTE), rules=off)) == told(look(bucket(5 * MINUTE), None))


def test_it_is_looked_at_again_when_time_alone_makes_it_flexible() -> None:
    assert 0 < look(bucket(31 * MINUTE)).next_at - NOW <= MINUTE
    carried = look(bucket(9 * MINUTE, waiting=0, batched=1), batch=5)
    assert 0 < carried.next_at - NOW <= MINUTE
