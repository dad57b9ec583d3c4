"""Every branch of `decide`: what is opened, held, called, cancelled, given up and promoted, and when to look again."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from tests.lanes.given import CAPABILITIES, LIMITS, NOW, a_batch, a_bucket

from bide.core.batch import Batch, LiveBatch
from bide.core.bucket import Bucket, Phase, Tally
from bide.core.clock import FAR_FUTURE, HOUR, MINUTE, SECOND
from bide.core.deadline import OnMiss
from bide.core.states import BatchState, JobState
from bide.lanes.assemble import Quota
from bide.lanes.capacity import Capacity
from bide.lanes.decide import Account, Decisions, Key, Outlook, Rules, decide, is_rescued
from bide.lanes.plan import Thresholds
from bide.lanes.rescue import Margins

SIXTY = Capacity(60, None, True)

KEY: Key = ("openai", "gpt-6-luna")

RULES = Rules(Margins(head_room=1.0, safety=0), Thresholds(), promote_share=0.5)
"""The whole rate and no safety: with 60 calls a minute every sum is one of seconds. A call takes up to 12 s."""

LATENCY = 12 * SECOND

OLD: dict[str, Any] = {"accepted_at": NOW - HOUR}


def look(
    *buckets: Bucket,
    live: Sequence[tuple[Batch, Mapping[int, int]]] = (),
    quota: Quota | None = None,
    accounts: Mapping[str, Account] | None = None,
    capacity: Capacity | None = SIXTY,
) -> Decisions:
    """One look at some buckets of an account with 60 calls a minute."""
    outlook = Outlook(
        buckets,
        [LiveBatch(batch, shares) for batch, shares in live],
        {KEY: capacity} if capacity else {},
        {KEY: quota} if quota else {},
        {"openai": Account(LIMITS, CAPABILITIES)} if accounts is None else accounts,
    )
    return decide(outlook, RULES, NOW)


def due_in(seconds: int, **fields: Any) -> Bucket:
    """A bucket whose last call must start so many seconds from now."""
    values: dict[str, Any] = {"deadline": NOW + seconds * SECOND + LATENCY}
    return a_bucket(**(values | fields))


def calls(decisions: Decisions) -> list[tuple[int, int]]:
    return [(wanted.bucket.id, wanted.calls) for wanted in decisions.wanted]


def opened(decisions: Decisions) -> list[tuple[int, int]]:
    return [(opening.bucket.id, opening.requests) for opening in decisions.openings]


def ahead(decisions: Decisions) -> int:
    """Microseconds until the next look."""
    return decisions.next_at - NOW


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


# Giving up


def given_up(decisions: Decisions) -> list[tuple[int, str, str]]:
    return [(one.bucket.id, str(one.state), str(one.phase)) for one in decisions.given_up]


CANCELLING: dict[str, Any] = {"job_state": JobState.CANCELLING}
EXPIRING: dict[str, Any] = {"on_miss": OnMiss.EXPIRE}


@pytest.mark.parametrize(
    ("bucket", "expected"),
    [
        pytest.param(a_bucket(waiting=2, batched=3, **CANCELLING), [(1, "cancelled", "waiting")], id="cancelled: what waits; batches are read to their end"),
        pytest.param(a_bucket(tallies={Phase.STUBBORN: Tally(2)}, **CANCELLING), [(1, "cancelled", "waiting")], id="cancelled: what waits to be called"),
        pytest.param(a_bucket(batched=3, calling=1, **CANCELLING), [], id="cancelled: nothing waits"),
        pytest.param(due_in(-12, waiting=2, batched=3, **EXPIRING, **OLD), [(1, "expired", "waiting"), (1, "expired", "batched")], id="its deadline has come"),
        pytest.param(due_in(-12, batched=3, **EXPIRING, **OLD), [(1, "expired", "batched")], id="its deadline has come, all of it in batches"),
        pytest.param(due_in(-12, tallies={Phase.STUBBORN: Tally(2)}, **EXPIRING, **OLD), [(1, "expired", "waiting")], id="its deadline has come before its call"),
        pytest.param(due_in(-12, calling=1, **EXPIRING, **OLD), [], id="a call in flight is waited for"),
        pytest.param(due_in(-11, waiting=2, batched=3, **EXPIRING, **OLD), [], id="a second before its deadline"),
        pytest.param(due_in(-100, waiting=2, on_miss=OnMiss.LATE, **OLD), [], id="late, but wanted"),
        pytest.param(due_in(-100, waiting=2, **OLD), [], id="late, but called"),
    ],
)  # fmt: skip
def test_what_is_given_up(bucket: Bucket, expected: list[tuple[int, str, str]]) -> None:
    assert given_up(look(bucket)) == expected


def test_what_may_expire_is_looked_at_again_at_its_deadline() -> None:
    assert ahead(look(a_bucket(batched=3, **EXPIRING))) == 8 * HOUR


def test_what_is_given_up_is_neither_batched_nor_called() -> None:
    decisions = look(
        a_bucket(1, waiting=2, **CANCELLING), due_in(-12, id=2, waiting=2, batchable=False, **EXPIRING, **OLD)
    )

    assert (opened(decisions), calls(decisions)) == ([], [])


# Cancelling batches


def test_a_batch_is_cancelled_when_its_requests_are_needed_in_real_time() -> None:
    decisions = look(due_in(100, batched=100, **OLD), live=[(a_batch(7), {1: 100})])

    assert decisions.cancels == {7: "its requests are needed in real time"}


def test_until_then_the_next_look_is_the_moment_of_its_cancel() -> None:
    """Needed an hour from now, at the age of two hours: three minutes are left for reading what it has finished."""
    decisions = look(
        due_in(3_700, batched=100, **OLD), live=[(a_batch(7, completed_count=1), {1: 100})], quota=Quota(None, 0, 1, 1)
    )

    assert (decisions.cancels, ahead(decisions)) == ({}, 57 * MINUTE)


def test_those_that_wait_are_called_before_a_batch_is_cancelled() -> None:
    """Twenty are left, a second each: the first of those in the batch is needed ten seconds before the last call."""
    waits = a_bucket(tallies={Phase.STUBBORN: Tally(5), Phase.WAITING: Tally(5), Phase.BATCHED: Tally(10)}, **OLD)

    decisions = look(replace(waits, deadline=NOW + 10 * SECOND + LATENCY), live=[(a_batch(7), {1: 10})])
    earlier = look(replace(waits, deadline=NOW + 15 * SECOND + LATENCY), live=[(a_batch(7), {1: 10})])

    assert decisions.cancels
    assert not earlier.cancels


@pytest.mark.parametrize(
    ("bucket", "batch", "unwanted"),
    [
        pytest.param(a_bucket(batched=5), a_batch(7), False, id="somebody waits for it"),
        pytest.param(a_bucket(batched=5, **CANCELLING), a_batch(7), True, id="its only job was cancelled"),
        pytest.param(a_bucket(tallies={Phase.REALTIME: Tally(5)}), a_batch(7), True, id="all of it was rescued"),
        pytest.param(a_bucket(calling=5), a_batch(7), False, id="its calls may yet fail"),
        pytest.param(a_bucket(2, batched=5), a_batch(7), True, id="its job is done"),
        pytest.param(a_bucket(2), a_batch(7, cancel_asked=True), False, id="asked for already"),
        pytest.param(a_bucket(2), a_batch(7, state=BatchState.CANCELLING), False, id="under way already"),
        pytest.param(a_bucket(2), a_batch(7, state=BatchState.ENDED), False, id="it has ended"),
    ],
)
def test_a_batch_that_nobody_needs_is_cancelled(bucket: Bucket, batch: Batch, unwanted: bool) -> None:
    expected = {7: "nobody needs its answers any more"} if unwanted else {}

    assert look(bucket, live=[(batch, {1: 5})]).cancels == expected


def test_a_batch_of_two_jobs_outlives_one_of_them() -> None:
    buckets = [a_bucket(1, batched=5, **CANCELLING), a_bucket(2, batched=5)]

    assert look(*buckets, live=[(a_batch(7), {1: 5, 2: 5})]).cancels == {}


# A rest that fits by now


REST: dict[str, Any] = {"protected": False, **OLD}


@pytest.mark.parametrize(
    ("bucket", "promoted"),
    [
        pytest.param(due_in(200, batched=94, **REST), [1], id="it leaves half the time to its batches"),
        pytest.param(due_in(200, batched=95, **REST), [], id="a request too many"),
        pytest.param(due_in(200, waiting=94, **REST), [1], id="what waits counts as well"),
        pytest.param(due_in(200, batched=94, **(REST | {"protected": True})), [], id="it is protected already"),
        pytest.param(due_in(200, batched=94, on_miss=OnMiss.LATE, **REST), [], id="it may be late"),
        pytest.param(due_in(200, batched=94, **REST, **CANCELLING), [], id="its job is being cancelled"),
        pytest.param(due_in(200, tallies={Phase.BATCH: Tally(94)}, **REST), [], id="all of it is answered"),
        pytest.param(due_in(-12, batched=1, **REST), [], id="its deadline has passed"),
    ],
)
def test_a_rest_is_protected_as_soon_as_it_fits(bucket: Bucket, promoted: list[int]) -> None:
    assert [bucket.id for bucket in look(bucket).protected] == promoted


def test_a_rest_is_not_protected_at_the_cost_of_what_was_promised() -> None:
    promised = due_in(200, batched=60, **OLD)

    assert look(promised, replace(due_in(200, batched=60, **REST), id=2)).protected == []


def test_rests_are_protected_one_after_the_other_while_there_is_room() -> None:
    first, second = due_in(200, batched=60, **REST), due_in(200, id=2, batched=60, **REST)

    assert [bucket.id for bucket in look(first, second).protected] == [1]
