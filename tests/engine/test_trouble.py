"""What must not stop the engine, nor cost anybody anything: one test a trouble that was met."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from tests.engine.desk import Desk, Scripted, a_remote
from tests.engine.test_steps import batch_in

from bide.core.batch import Batch
from bide.core.bucket import Phase
from bide.core.clock import DAY, FAR_FUTURE, HOUR, MINUTE, SECOND
from bide.core.errors import SettingError, StoreError
from bide.core.quota import Resource, Source, Told
from bide.core.states import AttemptState, BatchOutcome, BatchState
from bide.engine import recover
from bide.engine.call import Caller
from bide.engine.outlook import outlook_of
from bide.engine.service import Service
from bide.engine.steps import STEPS, follow
from bide.lanes.capacity.capacity import Capacity
from bide.lanes.decision.decide import decide
from bide.lanes.decision.decision import Wanted
from bide.lanes.rescue.carrier import Carrier
from bide.providers.failures import (
    MissingError,
    OverloadedError,
    QuotaError,
    RejectedError,
    SlotsError,
    StorageFullError,
    UnauthorisedError,
)
from bide.providers.port import TOO_FEW, Remote, RowError
from bide.providers.translate import UntranslatableError
from bide.providers.transport import ReplyLostError
from bide.settings import EngineSettings, Settings
from bide.store.fence import Fenced
from bide.testing.scene import Scene, report

ROOMY = Capacity(6_000, None, True)


async def claimed(desk: Desk, batch: Batch) -> Batch:
    """The batch under a new lease, at the next instant at which that is possible."""
    present = await desk.again(batch)
    desk.clock.move_to(max(desk.clock.now(), present.due_at or 0, present.lease_until))
    desk.scene.now = desk.clock.now()
    return await desk.scene.claim(present)


class Calls:
    """A caller and the tasks it has started."""

    def __init__(self, desk: Desk) -> None:
        self.started: list[asyncio.Task[None]] = []
        self.caller = Caller(desk.context, self._spawn, lambda: None)

    def _spawn(self, work: Any) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self.started.append(task)
        return task


async def phases(desk: Desk) -> dict[Phase, int]:
    """How many requests of unfinished buckets there are, by phase."""
    snapshot = await desk.scene.store.snapshots.take("host", desk.clock.now())
    found: dict[Phase, int] = {}
    for bucket in snapshot.buckets:
        for phase, tally in bucket.tallies.items():
            if tally.requests:
                found[phase] = found.get(phase, 0) + tally.requests
    return found


@pytest.mark.parametrize("hung", [100 * SECOND, 5 * MINUTE])
async def test_never_created_is_said_a_whole_listing_delay_after_the_send(desk: Desk, hung: int) -> None:
    batch = await batch_in(desk, BatchState.SEALED, stage="file-1", find=None)

    async def slow(submission: Any, input_file: str | None) -> Any:
        desk.clock.advance(hung)
        raise ReplyLostError

    desk.provider.submit = slow
    await follow(desk.context, batch)
    lost_at = desk.clock.now()
    while (await desk.again(batch)).state is BatchState.AMBIGUOUS:
        await follow(desk.context, await claimed(desk, batch))

    assert desk.clock.now() >= lost_at + desk.provider.limits.listing_delay


async def test_a_create_that_was_slept_over_is_not_sent(desk: Desk) -> None:
    """Whoever took over meanwhile may have found that there is no batch, and have the requests done again."""
    batch = await batch_in(desk, BatchState.SEALED, stage=None, submit=a_remote())
    intend = desk.scene.store.batches.intend

    async def intend_and_sleep(held: Fenced, lease_until: int, now: int) -> Batch:
        intended = await intend(held, lease_until, now)
        desk.clock.advance(desk.context.settings.engine.lease)
        return intended

    desk.scene.store.batches.intend = intend_and_sleep
    await follow(desk.context, batch)

    assert "submit" not in desk.provider.used
    assert (await desk.again(batch)).state is BatchState.SUBMITTING, "whoever claims it looks it up"


async def test_a_batch_that_vanished_is_written_off(desk: Desk) -> None:
    batch = await batch_in(desk, BatchState.SUBMITTED, poll=MissingError("no such batch"))
    desk.clock.advance(3 * DAY)

    await follow(desk.context, await claimed(desk, batch))

    present = await desk.again(batch)
    assert (present.state, present.code) == (BatchState.HARVESTED, "vanished")
    assert await phases(desk) == {Phase.WAITING: 2}


async def test_why_a_batch_failed_is_not_asked_for_ever(desk: Desk) -> None:
    """It is gone at the provider, days after its end, and what was noted then has to do."""
    batch = await batch_in(desk, BatchState.SUBMITTED, poll=a_remote(outcome=BatchOutcome.FAILED, ended_at=1))
    ended = await STEPS[BatchState.SUBMITTED](desk.context, batch)
    assert ended is not None
    desk.provider.script["poll"] = MissingError("no such batch")

    await follow(desk.context, ended)

    present = await desk.again(batch)
    assert present.state is BatchState.HARVESTED
    assert await phases(desk) == {Phase.BATCHED: 2}, "in two batches of their own"


async def test_a_provider_that_refuses_a_cancel_is_asked_for_the_state(desk: Desk) -> None:
    batch = await batch_in(
        desk,
        BatchState.SUBMITTED,
        cancel=RejectedError("it has ended", code="invalid_request"),
        poll=a_remote(outcome=BatchOutcome.COMPLETED, ended_at=0, output_file="file-out"),
    )

    await STEPS[BatchState.SUBMITTED](desk.context, replace(batch, cancel_asked=True))

    assert desk.provider.used == ["cancel", "poll"]
    assert (await desk.again(batch)).outcome is BatchOutcome.COMPLETED


@pytest.mark.parametrize(
    "error", [UnauthorisedError("StopModelInvocationJob is not allowed"), OverloadedError("500"), ReplyLostError("cut")]
)
async def test_a_cancel_that_fails_keeps_nobody_from_what_has_ended(desk: Desk, error: Exception) -> None:
    ended = a_remote(outcome=BatchOutcome.COMPLETED, ended_at=0, output_file="file-out")
    batch = await batch_in(desk, BatchState.SUBMITTED, cancel=error, poll=ended)

    await STEPS[BatchState.SUBMITTED](desk.context, replace(batch, cancel_asked=True))

    assert (await desk.again(batch)).outcome is BatchOutcome.COMPLETED


async def test_a_cancel_that_fails_is_told_and_tried_again(desk: Desk) -> None:
    batch = await batch_in(desk, BatchState.SUBMITTED, cancel=UnauthorisedError("not allowed"), poll=a_remote())
    await desk.scene.store.batches.ask_cancel(batch.id, "needed", desk.clock.now())

    await follow(desk.context, await desk.again(batch))

    present = await desk.again(batch)
    assert (present.state, present.failures) == (BatchState.SUBMITTED, 1)
    assert desk.context.troubles == {desk.scene.account: "not allowed"}
    assert (present.due_at or 0) >= desk.clock.now() + MINUTE


async def test_a_cancel_asked_for_while_we_looked_is_not_put_off(desk: Desk) -> None:
    batch = await batch_in(desk, BatchState.SUBMITTED)
    now = desk.clock.now()

    async def meanwhile(provider_id: str) -> Any:
        await desk.scene.store.batches.ask_cancel(batch.id, "needed", now)
        return a_remote()

    desk.provider.poll = meanwhile
    await STEPS[BatchState.SUBMITTED](desk.context, batch)

    assert ((await desk.again(batch)).due_at or DAY) <= now


async def test_a_divided_batch_with_a_stubborn_request_keeps_count(desk: Desk) -> None:
    scene = desk.scene
    handed = await scene.hand_in(4)
    batch = await scene.batch(handed.bucket, BatchState.SUBMITTED)
    for _ in range(2):
        [bucket] = await scene.buckets(handed.job)
        [call] = await scene.call(bucket, 1, batch)
        await scene.settle_calls([report(call.attempt, AttemptState.LOST)])
    desk.clock.move_to(max(scene.now, desk.clock.now()))
    bad = RowError("invalid_value", "no", 4)
    desk.provider.script["poll"] = a_remote(status="failed", outcome=BatchOutcome.FAILED, errors=(bad,))

    await follow(desk.context, await scene.store.batches.get(batch.id))

    assert await phases(desk) == {Phase.BATCHED: 3, Phase.FAILED: 1}


async def test_what_is_claimed_is_called_though_the_next_claim_fails(desk: Desk) -> None:
    scene, calls = desk.scene, Calls(desk)
    handed = await scene.hand_in(4)
    batch = await scene.batch(handed.bucket, BatchState.SUBMITTED, requests=2)
    [bucket] = await scene.buckets(handed.job)
    claim = scene.store.attempts.claim_calls

    async def once(*arguments: Any, batch: Batch | None, **named: Any) -> Any:
        if batch is not None:
            raise StoreError("the disk is full")
        return await claim(*arguments, batch=batch, **named)

    desk.provider.script["send"] = ReplyLostError()
    scene.store.attempts.claim_calls = once
    await calls.caller.serve([Wanted(bucket, 4, [Carrier(batch, 2)], "due")], {(bucket.account, bucket.model): ROOMY})

    assert len(calls.started) == 2
    await asyncio.gather(*calls.started)
    assert calls.caller.in_flight == 0


async def test_a_call_that_fails_in_a_way_nobody_foresaw_gives_its_place_back(desk: Desk) -> None:
    faults: list[BaseException] = []
    desk.context = replace(desk.context, on_fault=faults.append)
    calls = Calls(desk)
    handed = await desk.scene.hand_in(1)
    desk.provider.script["send"] = ValueError("a field nobody knew")

    async def body(span: Any) -> bytes:
        return b"{}"

    desk.scene.store.bodies.read = body
    await calls.caller.serve(
        [Wanted(handed.bucket, 1, [], "due")], {(handed.bucket.account, handed.bucket.model): ROOMY}
    )
    await asyncio.gather(*calls.started)

    assert [str(fault) for fault in faults] == ["a field nobody knew"]
    assert calls.caller.in_flight == 0
    assert await phases(desk) == {Phase.WAITING: 1}


async def test_a_damaged_body_fails_its_request_and_no_other(desk: Desk) -> None:
    calls = Calls(desk)
    handed = await desk.scene.hand_in(1)
    name = await desk.scene.store.bodies.name(1)
    await desk.scene.store.objects.put(name, b"x" * 1_000)

    await calls.caller.serve(
        [Wanted(handed.bucket, 1, [], "due")], {(handed.bucket.account, handed.bucket.model): ROOMY}
    )
    await asyncio.gather(*calls.started)

    assert (await desk.scene.get(handed.job)).answered_at is not None
    assert desk.provider.used == []


async def test_what_cannot_be_said_to_its_provider_is_not_called_twice(desk: Desk) -> None:
    faults: list[BaseException] = []
    desk.context = replace(desk.context, on_fault=faults.append)
    calls = Calls(desk)
    handed = await desk.scene.hand_in(1)
    desk.provider.script["send"] = UntranslatableError("seed", "Anthropic's Messages")

    async def body(span: Any) -> bytes:
        return b"{}"

    desk.scene.store.bodies.read = body
    await calls.caller.serve(
        [Wanted(handed.bucket, 1, [], "due")], {(handed.bucket.account, handed.bucket.model): ROOMY}
    )
    await asyncio.gather(*calls.started)

    assert faults == []
    assert (await desk.scene.get(handed.job)).answered_at is not None
    assert await desk.scene.store.ledger.totals(desk.scene.owner, handed.job.id) == [], "nothing is suspected"


async def test_a_setting_that_is_gone_is_told_and_waited_for(desk: Desk) -> None:
    gone = SettingError("batches need a bucket; set providers.a.bucket")
    batch = await batch_in(desk, BatchState.ENDED, harvest=gone)

    await follow(desk.context, batch)

    present = await desk.again(batch)
    assert (present.state, present.failures) == (BatchState.ENDED, 1)
    assert desk.context.troubles == {desk.scene.account: str(gone)}


async def test_a_quota_refused_at_the_create_is_learned_once(desk: Desk) -> None:
    batch = await batch_in(desk, BatchState.SEALED, stage="file-1", submit=QuotaError("full", limit=50))

    await follow(desk.context, batch)

    snapshot = await desk.scene.store.snapshots.take("host", desk.clock.now())
    assert {key: known.value for key, known in snapshot.limits.items()} == {
        (batch.account, batch.model, Resource.ENQUEUED_TOKENS): 50
    }


async def test_a_batch_for_which_there_is_no_slot_waits_with_its_file(desk: Desk) -> None:
    batch = await batch_in(desk, BatchState.SEALED, stage="file-1", submit=SlotsError("10 jobs are under way"))

    await follow(desk.context, batch)

    present = await desk.again(batch)
    snapshot = await desk.scene.store.snapshots.take("host", desk.clock.now())
    assert (present.state, present.input_file) == (BatchState.SEALED, "file-1")
    assert present.due_at is not None
    assert present.due_at > desk.clock.now()
    assert {key[2]: known.value for key, known in snapshot.limits.items()} == {Resource.LIVE_BATCHES: 1}, (
        "its size is not to blame: as many as are there are as many as there may be"
    )


@pytest.mark.parametrize(
    ("stage", "learned"),
    [
        pytest.param(StorageFullError("full", told=Told(Resource.FILES, 500)), {Resource.FILES: 1}, id="files"),
        pytest.param(
            StorageFullError("full", told=Told(Resource.STORED_BYTES)), {Resource.STORED_BYTES: 208}, id="bytes"
        ),
    ],
)
async def test_a_full_folder_is_learned(desk: Desk, stage: StorageFullError, learned: dict[Resource, int]) -> None:
    batch = await batch_in(desk, BatchState.SEALED, stage=stage)

    await follow(desk.context, batch)

    snapshot = await desk.scene.store.snapshots.take("host", desk.clock.now())
    assert {key[1:]: known.value for key, known in snapshot.limits.items()} == {
        ("", resource): value for resource, value in learned.items()
    }, "all models share it"
    assert (await desk.again(batch)).state is BatchState.SEALED


@pytest.mark.parametrize(
    ("told", "limit"),
    [
        pytest.param(Told(Resource.ENQUEUED_TOKENS, 9_000), 9_000, id="the limit"),
        pytest.param(Told(Resource.ENQUEUED_TOKENS, 9_000, 8_000), 1_000, id="less what others have there"),
        pytest.param(Told(Resource.ENQUEUED_TOKENS, None, 8_000), None, id="no limit"),
    ],
)
async def test_what_a_create_tells_of_the_queue_is_learned(desk: Desk, told: Told, limit: int | None) -> None:
    created = Remote("batch_1", "validating", None, False, 0, 0, 0, told=(told,))
    batch = await batch_in(desk, BatchState.SEALED, stage="file-1", submit=created)

    await follow(desk.context, batch)

    snapshot = await desk.scene.store.snapshots.take("host", desk.clock.now())
    ours = snapshot.usage.of(Resource.ENQUEUED_TOKENS, batch.account, batch.model) if told.used else 0
    assert [known.value for known in snapshot.limits.values()] == ([] if limit is None else [limit + ours])
    assert (await desk.again(batch)).provider_id == "batch_1"


async def test_a_batch_below_the_smallest_is_not_sent_and_its_requests_are_called(desk: Desk) -> None:
    desk.provider.limits = replace(desk.provider.limits, min_requests=100)
    batch = await batch_in(desk, BatchState.SEALED, stage="file-1")

    await follow(desk.context, batch)

    present = await desk.again(batch)
    snapshot = await desk.scene.store.snapshots.take("host", desk.clock.now())
    [bucket] = snapshot.buckets
    assert (present.outcome, present.code) == (BatchOutcome.FAILED, TOO_FEW)
    assert desk.provider.used == []
    assert (bucket.batchable, bucket.waiting.requests) == (False, batch.requests)


@pytest.mark.parametrize("verb", ["stage", "submit"])
async def test_a_server_without_batches_is_called(desk: Desk, verb: str) -> None:
    batch = await batch_in(
        desk, BatchState.SEALED, **({"stage": "file-1"} | {verb: MissingError("404 page not found")})
    )

    while (await desk.again(batch)).state is not BatchState.HARVESTED:
        await follow(desk.context, await claimed(desk, batch))

    snapshot = await desk.scene.store.snapshots.take("host", desk.clock.now())
    [bucket] = snapshot.buckets
    assert (bucket.batchable, bucket.waiting.requests) == (False, batch.requests)
    assert desk.provider.used.count(verb) == 5


async def test_a_file_that_is_missing_again_and_again_is_uploaded_again(desk: Desk) -> None:
    batch = await batch_in(desk, BatchState.SEALED, stage="file-1")

    async def submit(submission: Any, input_file: str | None) -> Any:
        raise MissingError(f"no file of upload {desk.provider.used.count('stage')}")

    desk.provider.submit = submit
    for _ in range(8):
        await follow(desk.context, await claimed(desk, batch))

    assert (await desk.again(batch)).state is BatchState.SEALED
    assert desk.provider.used.count("stage") == 8


@pytest.mark.parametrize(("source", "hours"), [(Source.GUESSED, 1), (Source.NAMED, 6), (Source.HEADER, 6)])
async def test_a_learned_quota_is_tried_at_twice_its_size_and_then_forgotten(
    desk: Desk, source: Source, hours: int
) -> None:
    handed = await desk.scene.hand_in(1)
    key = (handed.bucket.account, handed.bucket.model)
    await desk.scene.store.limits.learn(*key, {Resource.ENQUEUED_TOKENS: 50}, source, desk.clock.now())
    found: list[tuple[int | None, int]] = []
    for pause in (hours * HOUR - 1, 1, 47 * HOUR):
        desk.clock.advance(pause)
        snapshot = await desk.scene.store.snapshots.take("host", desk.clock.now())
        quota = outlook_of(desk.context, snapshot).quotas[key]
        found.append((quota.limit, quota.changes_at - desk.clock.now()))

    assert found == [(50, 1), (100, hours * HOUR), (None, FAR_FUTURE - desk.clock.now())]


async def test_a_long_call_of_a_living_worker_is_nobody_s_to_write_off(desk: Desk) -> None:
    calls = Calls(desk)
    handed = await desk.scene.hand_in(1)
    answer = asyncio.Event()

    async def slow(call: Any) -> Any:
        await answer.wait()
        raise ReplyLostError

    async def body(span: Any) -> bytes:
        return b"{}"

    desk.provider.send = slow
    desk.scene.store.bodies.read = body
    await calls.caller.serve(
        [Wanted(handed.bucket, 1, [], "due")], {(handed.bucket.account, handed.bucket.model): ROOMY}
    )
    await asyncio.sleep(0)
    lease = desk.context.settings.realtime.call_lease
    for _ in range(6):
        desk.clock.advance(lease // 2)
        await calls.caller.keep()
        await recover.write_off(desk.context)

    assert await phases(desk) == {Phase.CALLING: 1}
    answer.set()
    await asyncio.gather(*calls.started)


async def test_a_store_that_is_away_for_a_while_does_not_end_the_watch(desk: Desk) -> None:
    service = Service(desk.context)
    tries = 0

    async def away() -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise StoreError("the server restarts")
        service.stop()
        await asyncio.Event().wait()

    desk.scene.store.database.wait_for_change = away
    running = asyncio.create_task(service.run())
    while not running.done():
        desk.clock.advance(MINUTE)
        await asyncio.sleep(0.01)

    assert tries == 2


async def test_a_provider_that_hangs_holds_up_its_own_batches_only(desk: Desk) -> None:
    """Its connections are accepted and never answered, for as many batches as are worked on at a time, and more."""
    for _ in range(3):
        await batch_in(desk, BatchState.SUBMITTED)
    other = Scene(desk.scene.store, seed="other")
    await other.batch((await other.hand_in(2)).bucket, BatchState.SUBMITTED)
    healthy, hung = Scripted(other.account, {"poll": a_remote()}), asyncio.Event()

    async def hang(provider_id: str) -> Any:
        desk.provider.used.append("poll")
        await hung.wait()
        return a_remote()

    desk.provider.poll = hang
    context = desk.with_settings(Settings(engine=EngineSettings(steps=2)))
    service = Service(replace(context, providers={desk.scene.account: desk.provider, other.account: healthy}))
    running = asyncio.create_task(service.run())
    while not ("poll" in healthy.used and desk.provider.used):
        desk.clock.advance(MINUTE)
        await asyncio.sleep(0.01)

    assert 0 < len(desk.provider.used) <= 2
    hung.set()
    service.stop()
    while not running.done():
        desk.clock.advance(MINUTE)
        await asyncio.sleep(0.01)


async def test_a_cancelled_job_ends_though_its_account_is_gone(desk: Desk) -> None:
    handed = await desk.scene.hand_in(2)
    await desk.scene.store.jobs.cancel("local", handed.job.id, desk.clock.now())
    context = replace(desk.context, providers={})
    snapshot = await desk.scene.store.snapshots.take("host", desk.clock.now())

    decisions = decide(outlook_of(context, snapshot), context.settings.rules, desk.clock.now())

    assert [one.bucket.id for one in decisions.given_up] == [handed.bucket.id]
