"""What the engine tells the forecast: once a batch, once a call; and what it reads of what others have told it."""

from dataclasses import replace

import pytest
from tests.engine.desk import Desk
from tests.engine.test_harvest import Interrupted

from bide.core.batch import Batch, LiveBatch
from bide.core.batchline import line_overhead
from bide.core.clock import HOUR, MINUTE, SECOND
from bide.core.deadline import OnMiss
from bide.core.errors import StoreError
from bide.core.identifiers import custom_id
from bide.core.states import BatchOutcome, BatchState
from bide.core.usage import Usage
from bide.engine.context import Context
from bide.engine.expectation import weighings
from bide.engine.harvest import harvest
from bide.engine.learn import lessons_of_call, promised
from bide.engine.memory import REFRESH, Memory
from bide.engine.poll import VANISHED
from bide.intake.entry import Chunk, Entries, Entry, join_bodies
from bide.intake.ingest import ingest
from bide.intake.order import Order
from bide.lanes.arrival.route import Route
from bide.lanes.arrival.weighing import UNSEEN, Weighing, by_size
from bide.lanes.forecast.calibration import LEVELS, as_text, from_text
from bide.lanes.forecast.cell import WHOLE, Kind, Lessons, Weight
from bide.lanes.forecast.evidence import bin_of
from bide.lanes.forecast.prior import Prior
from bide.lanes.outcome.lesson import of_tokens
from bide.providers.port import Answer, RateHeaders, Row, Verdict
from bide.store.forecasts import Forecasts
from bide.testing.scene import held


async def running(desk: Desk, requests: int = 4) -> Batch:
    """A batch at the provider that was given what the forecast says."""
    batch = await desk.scene.batch((await desk.scene.hand_in(requests)).bucket, BatchState.SUBMITTING)
    submitted = await desk.scene.store.batches.submitted(
        held(batch),
        provider_id="batch_1",
        submitted_at=desk.scene.now,
        expires_at=None,
        due_at=desk.scene.now,
        now=desk.scene.now,
        promise=promised(desk.context, batch),
    )
    return await desk.scene.claim(submitted)


async def harvested(
    desk: Desk, batch: Batch, done_after: list[int | None], outcome: BatchOutcome, after: int
) -> Context:
    """The batch has ended after so long, with rows that say when they were done, or do not."""
    submitted_at = batch.submitted_at or 0
    attempts = await desk.scene.attempts(batch)
    rows = [
        Row(
            custom_id(batch.tag, attempt),
            Verdict.ANSWERED,
            b"{}",
            200,
            created=None if age is None else submitted_at + age,
        )
        for attempt, age in zip(attempts, done_after, strict=False)
    ]
    context = replace(desk.context, providers={batch.account: Interrupted(batch.account, rows=rows)})
    desk.clock.move_to(submitted_at + after)
    ended = await desk.scene.store.batches.ended(
        held(batch),
        outcome=outcome,
        code=VANISHED if outcome is BatchOutcome.FAILED else None,
        output_file="output",
        ended_at=submitted_at + after,
        now=submitted_at + after,
    )
    await harvest(context, ended)
    return context


async def on_record(desk: Desk, kind: Kind) -> dict[int, Weight]:
    """What is on record of a kind, by bin."""
    found = await desk.scene.store.forecasts.changed(0)
    return {count.bin: weight for count, weight in found.items() if count.cell.kind is kind}


async def test_a_batch_teaches_when_each_of_its_rows_was_done(desk: Desk) -> None:
    batch = await running(desk)

    await harvested(desk, batch, [MINUTE, MINUTE, HOUR, HOUR], BatchOutcome.COMPLETED, HOUR)

    assert await on_record(desk, Kind.TURNAROUND) == {
        bin_of(MINUTE): (2 * WHOLE, 0),
        bin_of(HOUR): (2 * WHOLE, 0),
    }
    levels = await on_record(desk, Kind.LEVEL)
    assert sum(weight.ended for weight in levels.values()) == WHOLE
    assert len(levels) == 2


async def test_rows_without_a_time_count_at_the_end_and_missing_ones_were_present_until_then(desk: Desk) -> None:
    batch = await running(desk)

    await harvested(desk, batch, [None, None, None], BatchOutcome.COMPLETED, HOUR)

    assert await on_record(desk, Kind.TURNAROUND) == {bin_of(HOUR): (3 * WHOLE, WHOLE)}


async def test_a_cancelled_batch_teaches_how_long_its_cancel_took(desk: Desk) -> None:
    batch = await running(desk, 1)
    at = desk.scene.now + 30 * MINUTE
    batch = await desk.scene.claim(await desk.scene.store.batches.cancelling(held(batch), at, at))

    await harvested(desk, batch, [], BatchOutcome.CANCELLED, 33 * MINUTE)

    assert await on_record(desk, Kind.TURNAROUND) == {bin_of(30 * MINUTE): (0, WHOLE)}
    assert await on_record(desk, Kind.CANCEL) == {bin_of(3 * MINUTE): (WHOLE, 0)}


async def test_a_batch_that_failed_teaches_nothing(desk: Desk) -> None:
    batch = await running(desk)

    await harvested(desk, batch, [], BatchOutcome.FAILED, MINUTE)

    assert await desk.scene.store.forecasts.changed(0) == {}


async def test_what_one_worker_learned_another_expects(desk: Desk) -> None:
    store, now = desk.scene.store, desk.scene.now
    mine, other = Memory(), Memory()
    await other.refresh(store, now)
    context = replace(desk.context, memory=mine)
    bucket = (await desk.scene.hand_in(1)).bucket
    answer = Answer(Row("", Verdict.ANSWERED, b"{}", 200, usage=Usage(input=1, output=100)), RateHeaders())
    for _ in range(300):
        context.memory.note(lessons_of_call(bucket, answer, 1, now - 2 * MINUTE, now))
    before = other.look([], now).latency(bucket.account, bucket.model).bound(100)
    await mine.refresh(store, now)

    await other.refresh(store, now + REFRESH - SECOND)
    assert other.look([], now + REFRESH).latency(bucket.account, bucket.model).bound(100) == before, "once a minute"
    await other.refresh(store, now + REFRESH)
    assert other.look([], now + REFRESH).latency(bucket.account, bucket.model).bound(100) > 5 * before
    assert other.slowness(bucket.account, bucket.model) > 5, "two minutes for a hundred tokens"
    assert other.slowness(bucket.account, "another model") == 1.0


class Refusing(Forecasts):
    """A store that takes nothing."""

    async def add(self, lessons: Lessons, now: int) -> None:
        raise StoreError("the disk is full")


async def test_what_the_store_refuses_is_written_later(desk: Desk) -> None:
    store, now, memory = desk.scene.store, desk.scene.now, Memory()
    bucket = (await desk.scene.hand_in(1)).bucket
    answer = Answer(Row("", Verdict.ANSWERED, b"{}", 200, usage=Usage(input=1, output=100)), RateHeaders())
    memory.note(lessons_of_call(bucket, answer, 1, now - MINUTE, now))
    taking, store.forecasts = store.forecasts, Refusing(store.database)
    with pytest.raises(StoreError):
        await memory.refresh(store, now)

    store.forecasts = taking
    await memory.refresh(store, now)

    assert sum(weight.ended for weight in (await on_record(desk, Kind.LATENCY)).values()) == WHOLE


async def test_live_batches_count_with_their_age(desk: Desk) -> None:
    batch = await desk.again(await running(desk))
    memory = Memory()
    memory.expect({batch.account: Prior()})
    later = (batch.submitted_at or 0) + 20 * HOUR

    calm = memory.look([], later).batch(batch.account, batch.model, 4)
    bout = memory.look([LiveBatch(batch, {})] * 50, later).batch(batch.account, batch.model, 4)

    assert bout.finished(HOUR) < calm.finished(HOUR)
    assert len(from_text(batch.promise or "")) == len(LEVELS)
    assert batch.promise == as_text(desk.context.memory.view.promise(batch.account, batch.model, 4))


@pytest.mark.parametrize("is_first", [True, False])
async def test_a_second_copy_teaches_once_whether_it_brought_the_answer(desk: Desk, is_first: bool) -> None:
    scene = desk.scene
    bucket = (await scene.hand_in(1)).bucket
    original = await scene.batch(bucket)
    new = replace(scene.new_batch(), copy_of=original.id, copy_chance=600)
    sealed = await scene.store.batches.copy(original, new, bucket, scene.now)
    assert sealed is not None
    copy = await scene.bring(await scene.claim(sealed), BatchState.SUBMITTED)
    for batch in (copy, original) if is_first else (original, copy):
        await harvested(desk, batch, [None], BatchOutcome.COMPLETED, MINUTE)

    assert await on_record(desk, Kind.COPY) == {0: Weight(WHOLE if is_first else 0, 600)}


async def weighing_of(desk: Desk, account: str, model: str) -> Weighing:
    """What is on record of the size of requests."""
    return (await weighings(desk.scene.store, desk.clock.now())).get((account, model), UNSEEN)


async def test_the_answers_of_a_batch_teach_how_many_tokens_requests_have(desk: Desk) -> None:
    batch = await running(desk, 40)
    attempts = await desk.scene.attempts(batch)
    body = (batch.size - batch.requests * line_overhead(batch.endpoint)) // batch.requests
    rows = [
        Row(custom_id(batch.tag, attempt), Verdict.ANSWERED, b"{}", 200, usage=Usage(input=3 * by_size(body)))
        for attempt in attempts[:30]
    ]
    rows.append(Row(custom_id(batch.tag, attempts[30]), Verdict.ANSWERED, b"{}", 200))
    rows.append(Row(custom_id(batch.tag, attempts[31]), Verdict.ERRORED, b"{}", 400, usage=Usage(input=10**6)))
    context = replace(desk.context, memory=Memory(), providers={batch.account: Interrupted(batch.account, rows=rows)})
    ended = await desk.scene.store.batches.ended(
        held(batch), outcome=BatchOutcome.COMPLETED, output_file="output", ended_at=desk.scene.now, now=desk.scene.now
    )

    await harvest(context, ended)
    assert await weighing_of(desk, batch.account, batch.model) == UNSEEN, "written with the next refresh"
    await context.memory.keep(context.store, desk.scene.now)

    found = await weighing_of(desk, batch.account, batch.model)
    assert (found.answers, found.ratio) == (pytest.approx(30, rel=0.1), pytest.approx(3, rel=0.1))


async def test_what_calls_have_taught_about_tokens_is_gone_by_in_other_processes(desk: Desk) -> None:
    store, now = desk.scene.store, desk.scene.now
    mine, other = Memory(), Memory()
    bucket = (await desk.scene.hand_in(1)).bucket
    answer = Answer(Row("", Verdict.ANSWERED, b"{}", 200, usage=Usage(input=150, output=1)), RateHeaders())
    for _ in range(50):
        mine.note(lessons_of_call(bucket, answer, 100, now - SECOND, now))
    await mine.refresh(store, now)

    await other.refresh(store, now)  # as in a gateway whose engine runs elsewhere: nobody looks at batches there
    assert other.weighing(bucket.account, bucket.model).tokens(1_000) == pytest.approx(1_500, abs=1)
    assert other.weighing(bucket.account, "another model") == UNSEEN


async def test_a_new_job_is_weighed_by_what_was_learned(desk: Desk) -> None:
    """Its batches are filled, and its quotas reckoned, by the corrected tokens."""
    store, now = desk.scene.store, desk.scene.now
    account = desk.scene.account
    await store.forecasts.add(of_tokens(account, "gpt-4o-mini", 100, 10_000, 25_000, now), now)
    order = Order(
        owner=desk.scene.owner,
        name="tickets",
        deadline=now + HOUR,
        on_miss=OnMiss.LATE,
        priority=None,
        priority_source="default",
        parameters="{}",
    )
    body = b'{"model":"gpt-4o-mini","messages":[{"role":"user","content":"hello"}]}'
    models = ["gpt-4o-mini", "another", "gpt-4o-mini", "another", "gpt-4o-mini"]
    entries = [Entry(n, f"r{n}", "/v1/chat/completions", model, body, 10) for n, model in enumerate(models, 1)]
    chunk = Chunk(Entries.of(entries), [], join_bodies([one.body for one in entries]))

    reading = await ingest(desk.context, order, lambda model: Route(account, model), [chunk])

    plain, learned = by_size(len(body)), Weighing(100, 10.0, 25.0).tokens(by_size(len(body)))
    loads = {model: load.input_tokens for (_, model), load in reading.findings.loads.items()}
    assert learned > 2 * plain
    assert loads == {"gpt-4o-mini": 3 * learned, "another": 2 * plain}
    snapshot = await store.snapshots.take(desk.context.host, now)
    waiting = {one.model: one.waiting.tokens for one in snapshot.buckets if one.account == account}
    assert waiting == {"gpt-4o-mini": 3 * (learned + 10), "another": 2 * (plain + 10)}
