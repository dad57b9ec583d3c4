"""One step of a batch at a time: what a provider's reply leads to."""

import datetime
from dataclasses import replace
from typing import Any

import pytest
from tests.engine.desk import ENDED, Desk, a_remote

from bide.core.clock import DAY, HOUR, MINUTE, SECOND, from_datetime, to_datetime
from bide.core.states import BATCH_MOVES, BatchOutcome, BatchState
from bide.engine.clean import MOST_TRIES
from bide.engine.steps import STEPS, fill, follow
from bide.lanes.plan.assemble import Opening
from bide.providers.failures import (
    BusyError,
    MissingError,
    OutOfCreditError,
    OverloadedError,
    QuotaError,
    RejectedError,
    StorageFullError,
    UnauthorisedError,
)
from bide.providers.port import RowError
from bide.providers.transport import NotSentError, ReplyLostError
from bide.settings import ProviderSettings, Settings

OPEN, SEALED, SUBMITTING, AMBIGUOUS = BatchState.OPEN, BatchState.SEALED, BatchState.SUBMITTING, BatchState.AMBIGUOUS
SUBMITTED, CANCELLING, ENDED_, HARVESTED = (
    BatchState.SUBMITTED,
    BatchState.CANCELLING,
    BatchState.ENDED,
    BatchState.HARVESTED,
)


def test_every_state_has_its_step() -> None:
    assert list(STEPS) == list(BATCH_MOVES)


async def batch_in(desk: Desk, state: BatchState, **script: Any) -> Any:
    """A batch of two requests, held; the provider says what the script has."""
    handed = await desk.scene.hand_in(2)
    batch = await desk.scene.batch(handed.bucket, state)
    desk.clock.move_to(max(desk.scene.now, desk.clock.now()))
    desk.provider.script |= script
    return batch


# Creating


@pytest.mark.parametrize(
    ("reply", "state", "code"),
    [
        pytest.param(a_remote(), SUBMITTED, None, id="created"),
        pytest.param(ReplyLostError(), AMBIGUOUS, None, id="no reply: it may exist"),
        pytest.param(OverloadedError("502"), AMBIGUOUS, None, id="a server's error: it may exist"),
        pytest.param(NotSentError(), SEALED, None, id="never left: again later"),
        pytest.param(BusyError("429"), SEALED, None, id="too many requests: again later"),
        pytest.param(UnauthorisedError(), SEALED, None, id="the key is refused: a person has to act"),
        pytest.param(OutOfCreditError(), SEALED, None, id="no credit: a person has to act"),
        pytest.param(MissingError("no such file"), SEALED, None, id="its file is gone: uploaded anew"),
        pytest.param(RejectedError("no", code="model_not_found"), ENDED_, "model_not_found", id="refused for good"),
        pytest.param(QuotaError("full", limit=5), ENDED_, "token_limit_exceeded", id="the quota is full"),
    ],
)
async def test_what_follows_a_create(desk: Desk, reply: Any, state: BatchState, code: str | None) -> None:
    batch = await batch_in(desk, SEALED, stage="file-1", submit=reply)

    await STEPS[SEALED](desk.context, batch)

    present = await desk.again(batch)
    assert (present.state, present.code) == (state, code)
    assert desk.provider.used == ["stage", "submit"]
    assert present.input_file == (None if isinstance(reply, MissingError) else "file-1")


async def test_a_quota_that_a_refusal_told_is_remembered(desk: Desk) -> None:
    batch = await batch_in(desk, SEALED, stage="file-1", submit=QuotaError("full", limit=5))

    await STEPS[SEALED](desk.context, batch)

    snapshot = await desk.scene.store.snapshots.take("host", desk.clock.now())
    assert [known.value for known in snapshot.limits.values()] == [5]


async def test_a_line_that_is_refused_with_its_upload_is_thrown_out_alone(desk: Desk) -> None:
    error = RejectedError("Line 2: no", code="invalid_request", errors=(RowError("invalid_request", "Line 2: no", 2),))
    batch = await batch_in(desk, SEALED, stage=error)

    ended = await STEPS[SEALED](desk.context, batch)
    assert ended is not None
    assert (ended.state, ended.code, ended.message) == (ENDED_, "invalid_request", "line 2: Line 2: no")
    await STEPS[ENDED_](desk.context, ended)

    successor = await desk.scene.store.batches.get(batch.id + 1)
    assert (successor.state, successor.requests, successor.failed_validations) == (SEALED, 1, 1)
    assert desk.provider.used == ["stage"]


async def test_an_upload_that_is_refused_for_no_line_s_sake_is_tried_again(desk: Desk) -> None:
    batch = await batch_in(desk, SEALED, stage=RejectedError("no"))

    await follow(desk.context, batch)

    present = await desk.again(batch)
    assert (present.state, present.failures, present.trouble) == (SEALED, 1, "rejected: no")


@pytest.mark.parametrize(
    "error", [UnauthorisedError("bad key"), OutOfCreditError("no credit"), StorageFullError("too many files")]
)
async def test_what_stops_an_upload_is_told(desk: Desk, error: Exception) -> None:
    batch = await batch_in(desk, SEALED, stage=error)

    await follow(desk.context, batch)

    assert desk.context.troubles == {desk.scene.account: str(error)}
    assert ((await desk.again(batch)).due_at or 0) >= desk.clock.now() + MINUTE


@pytest.mark.parametrize("error", [UnauthorisedError("bad key"), OutOfCreditError("no credit")])
async def test_what_a_person_has_to_do_is_told(desk: Desk, error: Exception) -> None:
    batch = await batch_in(desk, SEALED, stage="file-1", submit=error)

    await STEPS[SEALED](desk.context, batch)

    assert desk.context.troubles == {desk.scene.account: str(error)}
    assert ((await desk.again(batch)).due_at or 0) >= desk.clock.now() + MINUTE


async def test_a_file_that_is_uploaded_is_not_uploaded_again(desk: Desk) -> None:
    batch = await batch_in(desk, SEALED, submit=a_remote())
    await desk.scene.store.batches.staged((batch.id, batch.fence), "file-0")

    await STEPS[SEALED](desk.context, await desk.again(batch))

    assert desk.provider.used == ["submit"]


async def test_a_batch_that_a_blackout_overtakes_is_handed_in_after_it(desk: Desk) -> None:
    batch = await batch_in(desk, SEALED, stage="file-in", submit=a_remote())
    now = to_datetime(desk.clock.now())
    blackout = f"00:00-{now.hour + 1:02}:00 UTC"
    context = desk.with_settings(Settings(providers={desk.scene.account: ProviderSettings(blackout=blackout)}))

    await follow(context, batch)

    waits = await desk.again(batch)
    assert (waits.state, waits.due_at, desk.provider.used) == (SEALED, hour_after(now), [])
    assert (waits.trouble, waits.failures) == ("waits for the end of the account's blackout", 0)
    desk.clock.move_to(hour_after(now))
    [again] = await desk.scene.store.batches.claim(
        desk.scene.account, "h", desk.clock.now(), desk.clock.now() + HOUR, 1
    )
    await follow(context, again)
    assert (await desk.again(batch)).state is SUBMITTED


def hour_after(moment: datetime.datetime) -> int:
    return from_datetime(moment.replace(minute=0, second=0, microsecond=0)) + HOUR


async def test_a_batch_whose_cancel_was_asked_for_is_never_sent(desk: Desk) -> None:
    batch = await batch_in(desk, SEALED)

    await STEPS[SEALED](desk.context, replace(batch, cancel_asked=True))

    present = await desk.again(batch)
    assert (present.state, present.outcome, present.code) == (ENDED_, BatchOutcome.CANCELLED, "never_sent")
    assert desk.provider.used == []


# A create that nobody answered


@pytest.mark.parametrize(
    ("found", "waited", "expected"),
    [
        pytest.param(a_remote(), 0, SUBMITTED, id="found: adopted"),
        pytest.param(a_remote(), DAY, SUBMITTED, id="found late: adopted all the same"),
        pytest.param(None, 0, AMBIGUOUS, id="not listed: listings lag"),
        pytest.param(None, 3 * MINUTE - SECOND, AMBIGUOUS, id="not listed, a second before the lag is over"),
        pytest.param(None, 3 * MINUTE, ENDED_, id="not listed after it: it was never made"),
    ],
)
async def test_a_lost_reply_is_looked_up(desk: Desk, found: Any, waited: int, expected: BatchState) -> None:
    batch = await batch_in(desk, AMBIGUOUS, find=found)
    desk.clock.move_to(max(desk.clock.now(), (batch.doubted_at or 0) + waited))

    await STEPS[AMBIGUOUS](desk.context, batch)

    present = await desk.again(batch)
    assert present.state is expected
    assert desk.provider.used == ["find"], "it is never sent again"
    if expected is ENDED_:
        assert (present.outcome, present.code) == (BatchOutcome.FAILED, "not_created")


async def test_a_create_whose_sender_is_gone_is_in_doubt_from_now_on(desk: Desk) -> None:
    """However long ago it was meant to be sent: a machine that slept may have sent it a moment ago."""
    batch = await batch_in(desk, SUBMITTING)
    desk.clock.advance(DAY)

    await STEPS[SUBMITTING](desk.context, batch)

    present = await desk.again(batch)
    assert (present.state, present.doubted_at) == (AMBIGUOUS, desk.clock.now())
    assert desk.provider.used == []


# Polling


@pytest.mark.parametrize(
    ("reply", "waited", "state", "outcome"),
    [
        pytest.param(a_remote(completed=1), 0, SUBMITTED, None, id="it runs"),
        pytest.param(ENDED, 0, ENDED_, "completed", id="it has ended"),
        pytest.param(replace(ENDED, outcome=BatchOutcome.EXPIRED), 0, ENDED_, "expired", id="it has expired: what it has is kept"),
        pytest.param(a_remote(outcome=BatchOutcome.FAILED), 0, ENDED_, "failed", id="it failed: there are no files to wait for"),
        pytest.param(a_remote(outcome=BatchOutcome.COMPLETED, ended_at=1 << 60), 0, SUBMITTED, None, id="ended, and its files are not there yet"),
        pytest.param(replace(ENDED, output_file=None, error_file="file-err", completed=1, ended_at=1 << 60), 0, SUBMITTED, None, id="the errors are there, the answers not yet"),
        pytest.param(a_remote(outcome=BatchOutcome.COMPLETED, ended_at=0), 0, ENDED_, "completed", id="its files never came"),
        pytest.param(MissingError("404"), 0, None, None, id="unknown at first: a 404 is not believed"),
        pytest.param(MissingError("404"), 2 * DAY - SECOND, None, None, id="unknown for almost a day after its window: it may turn up"),
        pytest.param(MissingError("404"), 2 * DAY, ENDED_, "failed", id="unknown a day after its window: gone"),
    ],
)  # fmt: skip
async def test_what_a_poll_leads_to(
    desk: Desk, reply: Any, waited: int, state: BatchState | None, outcome: str | None
) -> None:
    batch = await batch_in(desk, SUBMITTED, poll=reply)
    desk.clock.advance(waited)

    if state is None:
        with pytest.raises(MissingError):
            await STEPS[SUBMITTED](desk.context, batch)
        return
    await STEPS[SUBMITTED](desk.context, batch)

    present = await desk.again(batch)
    assert (present.state, present.outcome) == (state, outcome)


async def test_a_poll_notes_how_far_a_batch_is_and_when_to_look_again(desk: Desk) -> None:
    batch = await batch_in(desk, SUBMITTED, poll=a_remote(total=2, completed=1))

    await STEPS[SUBMITTED](desk.context, batch)

    present = await desk.again(batch)
    assert (present.total_count, present.completed_count) == (2, 1)
    assert present.due_at == desk.clock.now() + 15 * SECOND


async def test_a_batch_that_overstays_its_window_is_cancelled(desk: Desk) -> None:
    batch = await batch_in(desk, SUBMITTED, poll=a_remote())
    desk.clock.advance(DAY + HOUR + SECOND)

    await STEPS[SUBMITTED](desk.context, batch)

    assert (await desk.again(batch)).cancel_asked


@pytest.mark.parametrize(
    ("reply", "state"),
    [
        pytest.param(a_remote(status="cancelling", cancelling=True), CANCELLING, id="it is being cancelled"),
        pytest.param(ENDED, ENDED_, id="it had ended before: its answers are read"),
    ],
)
async def test_a_cancel_is_passed_on(desk: Desk, reply: Any, state: BatchState) -> None:
    batch = await batch_in(desk, SUBMITTED, cancel=reply)

    await STEPS[SUBMITTED](desk.context, replace(batch, cancel_asked=True))

    assert (await desk.again(batch)).state is state
    assert desk.provider.used == ["cancel"]


@pytest.mark.parametrize(
    ("waited", "state"), [pytest.param(DAY, CANCELLING, id="a day"), pytest.param(DAY + SECOND, ENDED_, id="longer")]
)
async def test_a_cancel_that_never_ends_is_not_waited_for_for_ever(desk: Desk, waited: int, state: BatchState) -> None:
    batch = await batch_in(desk, CANCELLING, poll=a_remote(cancelling=True))
    desk.clock.move_to((batch.cancel_at or 0) + waited)

    await STEPS[CANCELLING](desk.context, batch)

    assert (await desk.again(batch)).state is state


# Filling, cleaning, following


async def test_a_batch_takes_what_there_is_room_for(desk: Desk) -> None:
    handed = await desk.scene.hand_in(5)

    batch = await fill(desk.context, Opening(handed.bucket, 3, 1 << 30, 1 << 30))

    assert batch is not None
    assert (batch.state, batch.requests) == (SEALED, 3)
    [left] = await desk.scene.buckets(handed.job)
    assert left.waiting.requests == 2


async def test_two_workers_do_not_fill_from_one_bucket(desk: Desk) -> None:
    handed = await desk.scene.hand_in(5)
    await desk.scene.open(handed.bucket)

    assert await fill(desk.context, Opening(handed.bucket, 3, 1 << 30, 1 << 30)) is None


async def test_a_batch_that_was_opened_and_never_filled_ends(desk: Desk) -> None:
    batch = await batch_in(desk, OPEN)

    await STEPS[OPEN](desk.context, batch)

    present = await desk.again(batch)
    assert (present.state, present.code, present.requests) == (ENDED_, "never_sent", 0)


@pytest.mark.parametrize(
    ("keep", "failures", "deleted", "kept"),
    [
        pytest.param(False, 0, 2, 0, id="both files"),
        pytest.param(True, 0, 0, 2, id="the account keeps its files"),
        pytest.param(False, MOST_TRIES, 0, 2, id="it was tried often enough: they expire"),
    ],
)
async def test_files_are_deleted_after_the_harvest(
    desk: Desk, keep: bool, failures: int, deleted: int, kept: int
) -> None:
    batch = replace(await batch_in(desk, HARVESTED), input_file="in", output_file="out", failures=failures)
    providers = {desk.scene.account: ProviderSettings(keep_files=keep)}

    await STEPS[HARVESTED](desk.with_settings(Settings(providers=providers)), batch)

    present = await desk.again(batch)
    assert desk.provider.used == ["discard"] * deleted
    assert (present.files_kept, present.cleaned_at) == (kept, desk.clock.now())


async def test_a_step_that_fails_is_made_again_later(desk: Desk) -> None:
    batch = await batch_in(desk, SUBMITTED, poll=BusyError("slow down", retry_after=HOUR))

    await follow(desk.context, batch)

    present = await desk.again(batch)
    assert (present.state, present.failures) == (SUBMITTED, 1)
    assert present.trouble == "rate_limit_exceeded: slow down"
    assert present.due_at == desk.clock.now() + HOUR
    assert present.holder is None, "another worker may take it up"


async def test_steps_follow_one_another_while_there_is_something_to_do(desk: Desk) -> None:
    batch = await batch_in(desk, SUBMITTED, poll=replace(ENDED, output_file=None, error_file="file-err"), harvest=[])

    await follow(desk.context, batch)

    present = await desk.again(batch)
    assert present.state is HARVESTED
    assert desk.provider.used == ["poll", "harvest", "discard"]
    assert present.cleaned_at is not None
