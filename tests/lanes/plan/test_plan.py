from dataclasses import replace
from typing import Any

import pytest
from tests.lanes.given import CAPABILITIES, NOW, a_bucket

from bide.core.bucket import Bucket, Phase, Tally
from bide.core.clock import DAY, FAR_FUTURE, HOUR, MINUTE, SECOND
from bide.core.deadline import OnMiss
from bide.core.states import JobState
from bide.lanes.plan.plan import URGENT_WINDOW, Plan, Thresholds, next_change, plan
from bide.lanes.rescue.rescue import Start

THRESHOLDS = Thresholds()

FAR = Start(NOW + HOUR, 100 * SECOND, 100)
"""A hundred requests, a second each; the first must be called in an hour."""


def starting(ahead: int) -> Start:
    """The same, to be begun `ahead` microseconds from now."""
    return replace(FAR, at=NOW + ahead)


AGED: dict[str, Any] = {"accepted_at": NOW - 5 * MINUTE - 1}


@pytest.mark.parametrize(
    ("fields", "start", "lanes", "why"),
    [
        pytest.param({}, FAR, (100, 0), "free option", id="whatever can wait goes into a batch at once"),
        pytest.param({}, None, (100, 0), "no rescue", id="nothing protects it: batch, however late it is"),
        pytest.param({"deadline": NOW - DAY, "accepted_at": NOW - 2 * DAY}, None, (100, 0), "no rescue", id="its deadline passed long ago"),
        pytest.param({"waiting": 0}, FAR, (0, 0), "nothing to plan", id="nothing waits"),
        pytest.param({"job_state": JobState.CANCELLING}, FAR, (0, 0), "nothing to plan", id="its job is being cancelled"),
        pytest.param({"deadline": NOW + URGENT_WINDOW - 1}, None, (0, 100), "urgent", id="urgent"),
        pytest.param({"deadline": NOW - HOUR}, None, (0, 100), "urgent", id="its deadline passed while it was read"),
        pytest.param({"deadline": NOW + URGENT_WINDOW}, None, (100, 0), "no rescue", id="a second is no urgency"),
        pytest.param({"endpoint": "/v1/moderations"}, FAR, (0, 100), "no batch lane", id="an endpoint without batches"),
        pytest.param({"batchable": False}, FAR, (0, 100), "no batches for this model", id="a model without batches"),
        pytest.param({"on_miss": OnMiss.EXPIRE, "deadline": NOW}, None, (0, 0), "has passed", id="to be given up, not planned"),
        pytest.param({"on_miss": OnMiss.EXPIRE, "deadline": NOW, "batchable": False}, None, (0, 0), "has passed", id="to be given up, not called"),
        pytest.param({"on_miss": OnMiss.EXPIRE, "deadline": NOW + SECOND}, None, (100, 0), "no rescue", id="to be given up in a second"),
        pytest.param({"on_miss": OnMiss.LATE, "deadline": NOW - HOUR, "accepted_at": NOW - DAY}, None, (100, 0), "no rescue", id="late is late"),
        pytest.param({}, starting(75 * SECOND + 1), (100, 0), "free option", id="just enough slack for a batch"),
        pytest.param({}, starting(75 * SECOND), (99, 1), "needed from now on", id="the first is needed within 75 s"),
        pytest.param({}, starting(25 * SECOND), (49, 51), "needed from now on", id="half of them are"),
        pytest.param({}, starting(-23 * SECOND), (1, 99), "needed from now on", id="all but one are"),
        pytest.param({}, starting(-24 * SECOND), (0, 100), "less than 75 s of slack", id="all of them are"),
        pytest.param({"batched": 50}, starting(76 * SECOND), (100, 0), "free option", id="some lie in a batch already: the others are new still"),
        pytest.param(AGED, starting(15 * MINUTE + 1), (100, 0), "free option", id="no longer new: enough slack for another batch"),
        pytest.param(AGED, starting(15 * MINUTE), (99, 1), "needed from now on", id="no longer new: the first is needed within 15 m"),
        pytest.param(AGED, starting(13 * MINUTE + 21 * SECOND), (0, 100), "less than 900 s of slack", id="no longer new: all are"),
        pytest.param({"accepted_at": NOW - 5 * MINUTE}, starting(2 * MINUTE), (100, 0), "free option", id="new for five minutes"),
        pytest.param({}, Start(NOW - HOUR, 0, 0), (99, 1), "needed from now on", id="no rate to go by: one at a time"),
    ],
)  # fmt: skip
def test_which_lane_waiting_requests_take(
    fields: dict[str, Any], start: Start | None, lanes: tuple[int, int], why: str
) -> None:
    waiting: dict[str, Any] = {"waiting": 100}

    planned = plan(a_bucket(**(waiting | fields)), start, CAPABILITIES, THRESHOLDS, NOW)

    assert (planned.batch, planned.realtime) == lanes
    assert why in planned.why


def test_a_provider_without_a_batch_lane_is_called() -> None:
    planned = plan(a_bucket(waiting=3), FAR, replace(CAPABILITIES, batch=False), THRESHOLDS, NOW)

    assert planned == Plan(0, 3, "the provider has no batch lane")


def test_thresholds_are_settings() -> None:
    lazy = Thresholds(batch_minimum=HOUR, rebatch_minimum=2 * HOUR)

    assert plan(a_bucket(waiting=100), FAR, CAPABILITIES, lazy, NOW).realtime == 1
    assert plan(a_bucket(waiting=100, **AGED), FAR, CAPABILITIES, lazy, NOW).realtime == 100


@pytest.mark.parametrize(
    ("accepted", "start", "change"),
    [
        pytest.param(0, FAR, 5 * MINUTE + 1, id="when it is no longer new"),
        pytest.param(-HOUR, FAR, 45 * MINUTE, id="fifteen minutes before its start"),
        pytest.param(0, starting(2 * MINUTE), 45 * SECOND, id="75 s before its start"),
        pytest.param(0, starting(30 * SECOND), SECOND, id="when one more is needed"),
        pytest.param(-5 * MINUTE, FAR, 1, id="new for a microsecond more"),
    ],
)
def test_when_time_alone_changes_the_plan(accepted: int, start: Start, change: int) -> None:
    bucket = a_bucket(waiting=100, accepted_at=NOW + accepted)

    then = next_change(bucket, start, THRESHOLDS, NOW)

    assert then - NOW == change
    planned = [plan(bucket, start, CAPABILITIES, THRESHOLDS, now).realtime for now in (NOW, then - 1, then)]
    assert planned[0] == planned[1]
    assert then < FAR_FUTURE


@pytest.mark.parametrize(
    ("fields", "start", "lanes", "why"),
    [
        pytest.param({"waiting": 100}, FAR, (100, 0), "free option", id="exactly enough for a batch"),
        pytest.param({"waiting": 99}, FAR, (0, 99), "none can bring back as many", id="too few, and nothing comes back: called at once"),
        pytest.param({"waiting": 99}, None, (0, 99), "none can bring back as many", id="the same where nothing protects them"),
        pytest.param({"waiting": 99, "on_miss": OnMiss.LATE}, None, (0, 99), "none can bring back", id="the same where they may be late"),
        pytest.param({"waiting": 99, "batched": 1}, FAR, (0, 0), "wait for what batches may bring back", id="a batch may make up the number"),
        pytest.param({"waiting": 60, "batched": 39}, FAR, (0, 60), "none can bring back as many", id="not even all of it would"),
        pytest.param({"waiting": 60, "batched": 50_000}, None, (0, 0), "wait for what batches", id="the rest of a large job"),
        pytest.param({"waiting": 60, "calling": 50_000}, FAR, (0, 60), "none can bring back", id="what is being called comes back no more"),
        pytest.param({"waiting": 150}, starting(25 * SECOND), (0, 150), "none can bring back", id="so many are needed that the others are too few"),
        pytest.param({"waiting": 150, "batched": 50}, starting(25 * SECOND), (0, 51), "wait for what batches", id="the same, and a batch may make up the number"),
        pytest.param({"waiting": 150}, starting(74 * SECOND), (148, 2), "needed from now on", id="two are needed, the others are enough"),
        pytest.param({"waiting": 60, "batched": 90}, starting(-24 * SECOND), (0, 60), "less than 75 s", id="all are needed, whatever may come back"),
    ],
)  # fmt: skip
def test_a_batch_has_as_many_requests_as_the_provider_demands(
    fields: dict[str, Any], start: Start | None, lanes: tuple[int, int], why: str
) -> None:
    planned = plan(a_bucket(**fields), start, CAPABILITIES, THRESHOLDS, NOW, 100)

    assert (planned.batch, planned.realtime) == lanes
    assert why in planned.why


def test_what_batches_lost_twice_counts_for_no_batch() -> None:
    counts = {Phase.WAITING: Tally(99), Phase.STUBBORN: Tally(10)}

    assert plan(a_bucket(tallies=counts), FAR, CAPABILITIES, THRESHOLDS, NOW, 100).realtime == 109
    beside = a_bucket(tallies=counts | {Phase.BATCHED: Tally(1)})
    assert plan(beside, FAR, CAPABILITIES, THRESHOLDS, NOW, 100).realtime == 10, "the stubborn alone"


GATHERING: dict[str, Any] = {"gathers_until": NOW + MINUTE}


@pytest.mark.parametrize(
    ("bucket", "start", "lanes"),
    [
        (a_bucket(waiting=10, **GATHERING), FAR, (0, 0)),
        (a_bucket(waiting=1_000, **GATHERING), FAR, (1_000, 0)),
        (a_bucket(waiting=10, gathers_until=NOW), FAR, (10, 0)),
        (a_bucket(waiting=10, **GATHERING), starting(SECOND), (0, 10)),
        (a_bucket(waiting=10, deadline=NOW + MINUTE, **GATHERING), None, (0, 10)),
        (a_bucket(waiting=10, deadline=NOW + MINUTE), None, (10, 0)),
    ],
    ids=[
        "others may join",
        "enough are there",
        "nobody joins any more",
        "the last safe moment comes first",
        "no batch can be in time for a single call",
        "what a file holds beyond the capacity waits",
    ],
)
def test_calls_that_come_one_at_a_time_wait_for_each_other(
    bucket: Bucket, start: Start | None, lanes: tuple[int, int]
) -> None:
    found = plan(bucket, start, CAPABILITIES, THRESHOLDS, NOW)
    assert (found.batch, found.realtime) == lanes


def test_gathered_calls_are_fresh_when_they_are_complete() -> None:
    """However long they gathered, a batch gets its chance."""
    bucket = a_bucket(waiting=10, accepted_at=NOW - 10 * MINUTE, gathers_until=NOW)
    near = starting(10 * MINUTE)
    assert plan(bucket, near, CAPABILITIES, THRESHOLDS, NOW).batch == 10
    assert plan(replace(bucket, gathers_until=None), near, CAPABILITIES, THRESHOLDS, NOW).batch == 0
