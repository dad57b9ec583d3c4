"""What ends otherwise: requests that are given up, batches that are cancelled, and rests that are protected after all."""

from dataclasses import replace
from typing import Any

import pytest
from tests.lanes.given import NOW, a_batch, a_bucket
from tests.lanes.looking import LATENCY, OLD, ahead, calls, due_in, look, opened

from bide.core.batch import Batch
from bide.core.bucket import Bucket, Phase, Tally
from bide.core.clock import HOUR, MINUTE, SECOND
from bide.core.deadline import OnMiss
from bide.core.states import BatchState, JobState
from bide.lanes.capacity.quota import Quota
from bide.lanes.decision.decision import Decisions

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
    """Needed ten minutes from now, after an hour: three minutes are left for reading what it has finished."""
    decisions = look(
        due_in(700, batched=100, **OLD), live=[(a_batch(7, completed_count=1), {1: 100})], quota=Quota(None, 0, 1, 1)
    )

    assert (decisions.cancels, ahead(decisions)) == ({}, 7 * MINUTE)


def test_a_batch_that_is_needed_much_later_is_not_looked_at_before_its_cancel_can_come() -> None:
    decisions = look(
        due_in(3_700, batched=100, **OLD), live=[(a_batch(7, completed_count=1), {1: 100})], quota=Quota(None, 0, 1, 1)
    )

    assert (decisions.cancels, ahead(decisions)) == ({}, 50 * MINUTE)


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
        pytest.param(a_bucket(2), a_batch(7, output_rows=99), True, id="it has shown nearly all its rows"),
        pytest.param(a_bucket(2), a_batch(7, output_rows=100), False, id="it has shown all its rows"),
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
