"""What the engine tells the forecast: every batch once, as it is harvested, and every call that was answered."""

from bide.core.batch import Batch
from bide.core.batchline import line_overhead
from bide.core.bucket import Bucket
from bide.core.states import BatchOutcome
from bide.engine.context import Context
from bide.engine.memory import promise_of
from bide.lanes.arrival.weighing import by_size
from bide.lanes.forecast.calibration import as_text
from bide.lanes.forecast.cell import REALTIME, Lessons, join
from bide.lanes.outcome.lesson import BatchEnd, of_batch, of_call, of_copy, of_tokens
from bide.providers.port import Answer, Verdict


async def lessons_of(context: Context, batch: Batch) -> Lessons:
    """What a batch teaches whose rows have all been settled."""
    outcome, submitted_at, ended_at = batch.outcome, batch.submitted_at, batch.ended_at
    if outcome is None or outcome is BatchOutcome.FAILED or submitted_at is None or ended_at is None:
        return {}
    told, lumped = await context.store.forecasts.done(batch)
    # What was answered after the end was settled by us, at some time: nobody told when it was done.
    done = [(max(0, at - submitted_at), requests) for at, requests in told if at <= ended_at]
    lumped += sum(requests for at, requests in told if at > ended_at)
    end = BatchEnd(
        account=batch.account,
        model=batch.model,
        requests=batch.requests,
        submitted_at=submitted_at,
        ended_at=max(submitted_at, ended_at),
        outcome=outcome,
        cancel_at=batch.cancel_at,
        done=done,
        lumped=lumped,
        left=max(0, batch.requests - lumped - sum(requests for _, requests in done)),
        given=promise_of(batch.promise),
    )
    lessons = of_batch(end, context.memory.view.batch(batch.account, batch.model, batch.requests))
    if batch.copy_of is not None and batch.copy_chance is not None:
        has_won = await context.store.batches.copy_won(batch)
        join(lessons, of_copy(batch.account, batch.model, batch.copy_chance, has_won, submitted_at))
    return lessons


def lessons_of_call(
    bucket: Bucket, answer: Answer, estimated: int, sent_at: int, finished_at: int, lane: str = REALTIME
) -> Lessons:
    """What a call teaches that was answered, where it is known how much it read and wrote; by its size it reads `estimated` tokens. Of a
    flex call that was refused: `bide.lanes.outcome.lesson.of_refusal`."""
    usage = answer.row.usage
    if usage is None or answer.row.verdict is not Verdict.ANSWERED:
        return {}
    lessons = of_call(bucket.account, bucket.model, lane, max(0, finished_at - sent_at), usage.output, finished_at)
    join(lessons, of_tokens(bucket.account, bucket.model, 1, estimated, usage.input, finished_at))
    return lessons


def lessons_of_answers(batch: Batch, answers: int, reported: int, now: int) -> Lessons:
    """What so many answers of a batch teach about the size of requests, which had so many input tokens together.

    Each counts with the mean size of the batch's requests: a row of a result file does not say how long its request was, and over all
    rows the sum is the same.
    """
    bodies = batch.size - batch.requests * line_overhead(batch.endpoint)
    estimated = by_size(bodies * answers // max(1, batch.requests))
    return of_tokens(batch.account, batch.model, answers, estimated, reported, now)


def promised(context: Context, batch: Batch) -> str:
    """What the forecast gives a batch that is submitted now, as it is kept with it."""
    return as_text(context.memory.view.promise(batch.account, batch.model, batch.requests))
