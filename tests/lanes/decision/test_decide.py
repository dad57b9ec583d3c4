"""Where requests go: every branch of `decide` about what waits and what is called, and when to look again."""

from typing import Any

import pytest
from tests.lanes.given import NOW, a_batch, a_bucket
from tests.lanes.looking import LATENCY, OLD, ahead, calls, due_in, look, opened

from bide.core.bucket import Phase, Tally
from bide.core.clock import FAR_FUTURE, HOUR, MINUTE, SECOND
from bide.core.deadline import OnMiss
from bide.core.states import BatchState, JobState
from bide.lanes.capacity.quota import Quota
from bide.lanes.decision.decision import Decisions
from bide.lanes.rescue.protection import is_rescued

# What waits


def test_nothing_to_do() -> None:
    assert look() == Decisions()


def test_what_can_wait_goes_into_a_batch_at_once() -> None:
    decisions = look(a_bucket(waiting=600))

    assert (opened(decisions), calls(decisions)) == ([(1, 600)], [])
    assert (decisions.held, decisions.cancels, decisions.given_up, decisions.protected) == ([], {}, [], [])
    assert ahead(decisions) == 5 * MINUTE + 1, "then it counts as new no longer"


def test_what_waits_for_long_is_looked_at_when_a_batch_no_longer_pays() -> None:
    decisions = look(a_bucket(waiting=600, **OLD))

    assert ahead(decisions) == 8 * HOUR - LATENCY - 600 * SECOND - 15 * MINUTE


@pytest.mark.parametrize(
    ("waiting", "stubborn", "fields", "batched", "called"),
    [
        pytest.param(100, 10, {}, 100, 10, id="lost twice: called, the others wait in a batch"),
        pytest.param(0, 10, {}, 0, 10, id="nothing but what was lost twice"),
        pytest.param(100, 10, {"deadline": NOW + 137 * SECOND}, 49, 61, id="more are needed than were lost"),
        pytest.param(100, 10, {"deadline": NOW + 72 * SECOND}, 0, 110, id="all of them are needed"),
        pytest.param(100, 60, {"deadline": NOW + 247 * SECOND}, 100, 60, id="more were lost than are needed yet"),
        pytest.param(100, 10, {"protected": False}, 100, 10, id="also where nothing was promised"),
        pytest.param(100, 10, {"batchable": False}, 0, 110, id="without a batch lane"),
    ],
)
def test_requests_that_batches_lost_more_than_once_are_called(
    waiting: int, stubborn: int, fields: dict[str, Any], batched: int, called: int
) -> None:
    counts = {Phase.WAITING: Tally(waiting), Phase.STUBBORN: Tally(stubborn)}

    decisions = look(a_bucket(tallies=counts, **fields))

    assert sum(requests for _, requests in opened(decisions)) == batched
    assert calls(decisions) == [(1, called)]


def test_a_bucket_with_an_open_batch_gets_no_second_one() -> None:
    filling = a_batch(7, state=BatchState.OPEN)

    assert opened(look(a_bucket(waiting=5, batched=5), live=[(filling, {1: 5})])) == []


def test_a_sealed_batch_is_no_obstacle() -> None:
    sealed = a_batch(7, state=BatchState.SEALED)

    assert opened(look(a_bucket(waiting=5, batched=5), live=[(sealed, {1: 5})])) == [(1, 5)]


@pytest.mark.parametrize(
    ("quota", "why"),
    [
        pytest.param(Quota(None, 0, 1, 2_000), "2,000 batches were created in the last hour", id="batches an hour"),
        pytest.param(Quota(1_000, 950, 1, 1), "950 of 1,000 enqueued tokens are in use", id="enqueued tokens"),
    ],
)
def test_what_a_quota_keeps_out_is_held_with_the_reason(quota: Quota, why: str) -> None:
    decisions = look(a_bucket(waiting=5, tokens=100), quota=quota)

    [held] = decisions.held
    assert (held.bucket.id, decisions.openings, calls(decisions)) == (1, [], [])
    assert why in held.why


@pytest.mark.parametrize(
    ("limit", "batches", "ago", "wait"),
    [
        pytest.param(1_000, 0, 20 * SECOND, 40 * SECOND, id="a minute after it was full"),
        pytest.param(1_000, 0, MINUTE, None, id="then another is tried"),
        pytest.param(10, 0, MINUTE, 4 * MINUTE, id="not even one request was taken: it is full of others' work"),
        pytest.param(10, 0, 5 * MINUTE, None, id="then one is tried"),
        pytest.param(1_000, 1, 20 * SECOND, None, id="what lies there is waited for anyway"),
    ],
)
def test_a_queue_that_refuses_though_nothing_of_ours_lies_there_is_left_alone_for_a_while(
    limit: int, batches: int, ago: int, wait: int | None
) -> None:
    decisions = look(a_bucket(waiting=5, tokens=100), quota=Quota(limit, 0, batches, 1, NOW - ago))

    assert bool(opened(decisions)) is (wait is None)
    if wait is not None:
        assert len(decisions.held) == 1
        assert decisions.next_at <= NOW + wait


def test_what_is_held_is_called_at_its_last_safe_moment() -> None:
    decisions = look(due_in(5, waiting=5), quota=Quota(None, 0, 1, 2_000))

    assert calls(decisions) == [(1, 5)], "slack below 75 s: all of them, whatever the quota does"


# Calls


@pytest.mark.parametrize(
    ("seconds", "wanted", "next_look"),
    [
        pytest.param(101, [], SECOND, id="a second before"),
        pytest.param(100, [(1, 1)], SECOND, id="the first is due"),
        pytest.param(60, [(1, 41)], SECOND, id="as many as have fallen due"),
        pytest.param(1, [(1, 100)], FAR_FUTURE - NOW, id="all of them: nothing changes by time"),
        pytest.param(-500, [(1, 100)], FAR_FUTURE - NOW, id="late: all of them, not more"),
    ],
)
def test_a_rescue_drips(seconds: int, wanted: list[tuple[int, int]], next_look: int) -> None:
    """A hundred in a batch of their own; it is cancelled only shortly before."""
    decisions = look(due_in(seconds, batched=100, **OLD))

    assert (calls(decisions), ahead(decisions)) == (wanted, next_look)


def test_a_rescue_says_why_and_from_which_batch_first() -> None:
    batches = [(a_batch(7, completed_count=90), {1: 50}), (a_batch(8, state=BatchState.SEALED), {1: 50})]

    [wanted] = look(due_in(10, batched=100, **OLD), live=batches).wanted

    assert [carrier.batch.id for carrier in wanted.carriers] == [8, 7]
    assert wanted.why == "the last safe moment has come"


def test_what_was_called_for_another_reason_says_that_reason() -> None:
    [wanted] = look(a_bucket(waiting=3, batchable=False)).wanted
    [both] = look(due_in(0, waiting=3, batchable=False)).wanted

    assert wanted.why == "the provider takes no batches for this model"
    assert both.why == "the last safe moment has come", "which is the stronger reason"


def test_calls_in_flight_are_not_called_again() -> None:
    assert calls(look(due_in(0, batched=2, calling=98, **OLD))) == [(1, 2)]


def test_who_is_called_first() -> None:
    """The promised and the urgent by their last call, then what was promised nothing, whatever its deadline."""
    rest = due_in(1, id=1, waiting=1, protected=False, batchable=False)
    later = due_in(30, id=2, waiting=1)
    urgent = due_in(0, id=3, waiting=1, accepted_at=NOW + LATENCY, protected=False)
    long = due_in(40, id=4, waiting=1, longest=875)  # 20 s of output: last call at 20 s

    assert [number for number, _ in calls(look(rest, later, urgent, long))] == [3, 4, 2, 1]


def test_an_unknown_rate_limit_is_assumed_to_be_low() -> None:
    assert calls(look(due_in(50, batched=100, **OLD), capacity=None)) == calls(look(due_in(50, batched=100, **OLD)))


def test_a_bucket_of_an_account_without_credentials_is_left_to_others() -> None:
    assert look(due_in(0, waiting=1, batched=1), accounts={}) == Decisions()


def test_models_do_not_share_a_rate_limit() -> None:
    other = due_in(100, id=2, model="gpt-6-sol", batched=60, **OLD)

    together = look(due_in(100, batched=60, **OLD), other)

    assert (calls(together), ahead(together)) == ([], 40 * SECOND)


def test_two_buckets_share_a_rate_limit() -> None:
    together = look(due_in(100, batched=60, **OLD), due_in(100, id=2, batched=60, **OLD))

    assert calls(together) == [(1, 21)], "the first has to begin at -20 s"


@pytest.mark.parametrize(
    ("fields", "rescued"),
    [
        pytest.param({}, True, id="promised"),
        pytest.param({"protected": False}, False, id="did not fit"),
        pytest.param({"on_miss": OnMiss.LATE}, False, id="may be late"),
        pytest.param({"on_miss": OnMiss.EXPIRE}, False, id="may expire"),
        pytest.param({"job_state": JobState.CANCELLING}, False, id="is being cancelled"),
    ],
)
def test_under_whom_the_safety_net_is(fields: dict[str, Any], rescued: bool) -> None:
    bucket = due_in(0, batched=10, **OLD, **fields)

    assert is_rescued(bucket) is rescued
    assert bool(calls(look(bucket))) is rescued


def test_where_calls_are_slow_the_last_safe_moment_comes_earlier() -> None:
    bucket = due_in(5, batched=1, **OLD)

    assert calls(look(bucket)) == []
    assert calls(look(bucket, slowness=2.0)) == [(1, 1)]
