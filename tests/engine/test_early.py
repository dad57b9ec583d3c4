"""Answers of a batch that still runs: settled as they are shown, once each, whoever is killed meanwhile."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace

import pytest
from tests.engine.desk import Desk, Scripted, a_remote
from tests.engine.test_harvest import SMALL, answers
from tests.engine.test_trouble import claimed

from bide.core.batch import Batch
from bide.core.bucket import Bucket, Phase
from bide.core.errors import LeaseLostError
from bide.core.identifiers import custom_id
from bide.core.job import Job
from bide.core.span import Span
from bide.core.states import BatchOutcome, BatchState
from bide.engine import pricing
from bide.engine.collect import EARLY, Collection
from bide.engine.context import Context
from bide.engine.harvest import harvest
from bide.engine.poll import poll
from bide.providers.failures import MissingError
from bide.providers.port import EarlyResults, Row, Verdict
from bide.providers.transport import ReplyLostError
from bide.store.jobs import Progress

REQUESTS = 23


class Killed(BaseException):
    """The process dies."""


@dataclass
class Growing(Scripted):
    """A provider whose output grows. `rows` are those that it shows, in pages of three; `breaks` is how reading ends, and after
    how many of them."""

    rows: Sequence[Row] = ()
    breaks: tuple[int, BaseException] | None = None
    skipped: list[int] = field(default_factory=list[int])
    capabilities = replace(Scripted.capabilities, early_results=EarlyResults.SKIP)

    async def finished(self, file: str, endpoint: str, skip: int) -> AsyncIterator[list[Row]]:
        self.used.append("finished")
        self.skipped.append(skip)
        shown, broken = list(self.rows[skip:]), self.breaks
        holds_for = broken[0] if broken else len(shown)
        for first in range(0, holds_for, 3):
            yield shown[first : min(first + 3, holds_for)]
        if broken:
            self.breaks = None
            raise broken[1]

    async def harvest(self, file: str, endpoint: str) -> AsyncIterator[list[Row]]:
        self.used.append("harvest")
        yield list(self.rows)


@dataclass
class Case:
    """A batch at a provider whose output grows."""

    desk: Desk
    context: Context
    provider: Growing
    job: Job
    bucket: Bucket
    batch: Batch
    written: Sequence[Row]
    """The rows of all requests, in the order of the input."""

    async def look(self, *rows: Row, **fields: object) -> Batch:
        """A poll that shows these rows; the batch as it is then."""
        self.provider.rows = rows
        shown = {"total": REQUESTS, "completed": len(rows), "output_file": "growing"} | fields
        self.provider.script["poll"] = a_remote(**shown)
        self.batch = await claimed(self.desk, self.batch)
        await poll(self.context, self.batch)
        return await self.desk.again(self.batch)

    async def end(self, *rows: Row, outcome: BatchOutcome = BatchOutcome.COMPLETED) -> Batch:
        """The batch's end, with these rows in its file, and its harvest."""
        ended = await self.look(*rows, status=outcome.value, outcome=outcome)
        assert await harvest(self.context, ended) is not None
        return await self.desk.again(ended)

    async def progress(self) -> Progress:
        return await self.desk.scene.store.jobs.progress(self.desk.scene.owner, self.job.id)

    async def answered(self) -> int:
        return (await self.progress()).phases.get(Phase.BATCH, 0)


async def case(desk: Desk) -> Case:
    handed = await desk.scene.hand_in(REQUESTS)
    batch = await desk.scene.batch(handed.bucket)
    attempts = await desk.scene.attempts(batch)
    rows = [
        Row(custom_id(batch.tag, attempt), Verdict.ANSWERED, b'{"number":%d}' % number, 200)
        for number, attempt in enumerate(attempts)
    ]
    provider = Growing(desk.scene.account)
    context = replace(desk.with_settings(SMALL), providers={desk.scene.account: provider})
    return Case(desk, context, provider, handed.job, handed.bucket, batch, rows)


async def test_answers_settle_while_the_batch_runs(desk: Desk) -> None:
    given = await case(desk)

    running = await given.look(*given.written[:7])
    assert (running.state, running.output_rows, running.completed_count) == (BatchState.SUBMITTED, 7, 7)
    assert await given.answered() == 7
    assert (await given.look(*given.written[:12])).output_rows == 12
    assert await given.answered() == 12
    await given.end(*given.written[::-1])

    assert given.provider.skipped == [0, 7]
    assert await answers(desk, given.job) == [row.response for row in given.written]
    assert (await given.progress()).unpriced == REQUESTS  # an entry for each, and no price for any


async def test_what_is_settled_is_not_rescued(desk: Desk) -> None:
    given = await case(desk)
    running = await given.look(*given.written[:7])

    claims = await desk.scene.call(given.bucket, batch=running)

    assert len(claims) == REQUESTS - 7


async def test_a_file_of_which_everything_was_read_is_not_read_again(desk: Desk) -> None:
    given = await case(desk)
    await given.look(*given.written)

    harvested = await given.end(*given.written)

    assert harvested.state is BatchState.HARVESTED
    assert given.provider.used.count("harvest") == 0
    assert await given.answered() == REQUESTS


async def test_what_has_not_grown_is_not_read_again(desk: Desk) -> None:
    given = await case(desk)
    for _ in range(3):
        await given.look(*given.written[:7])

    assert given.provider.used == ["poll", "finished", "poll", "poll"]


async def test_rows_that_turn_up_before_those_that_were_read_are_found_at_the_end(desk: Desk) -> None:
    given = await case(desk)
    await given.look(*given.written[3:8])
    assert await given.answered() == 5
    await given.look(*given.written[:10])  # goes on behind five rows: two that are known, three of which are new
    assert await given.answered() == 7

    await given.end(*given.written)

    assert await answers(desk, given.job) == [row.response for row in given.written]
    assert (await given.progress()).unpriced == REQUESTS


async def test_what_failed_is_judged_at_the_end(desk: Desk) -> None:
    given = await case(desk)
    first, *others = given.written
    failed = Row(first.custom_id, Verdict.ERRORED, b"", 500, "server_error", "it broke")
    await given.look(failed, *others[:3])
    assert await given.answered() == 3

    await given.end(*given.written)

    assert await answers(desk, given.job) == [row.response for row in given.written]


@pytest.mark.parametrize("outcome", [BatchOutcome.CANCELLED, BatchOutcome.EXPIRED])
async def test_a_batch_that_ends_early_is_charged_once(desk: Desk, outcome: BatchOutcome) -> None:
    given = await case(desk)
    await given.look(*given.written[:7])

    await given.end(*given.written[:9], outcome=outcome)

    progress = await given.progress()
    assert progress.phases[Phase.BATCH] == progress.unpriced == 9
    assert progress.phases[Phase.WAITING] == REQUESTS - 9


async def test_what_landed_before_a_crash_is_not_read_again(desk: Desk) -> None:
    given = await case(desk)
    given.provider.breaks = (17, Killed())
    with pytest.raises(Killed):
        await given.look(*given.written)
    assert await given.answered() == 10  # a chunk has landed, the next had not
    assert (await desk.again(given.batch)).output_rows == 10

    given.provider.breaks = (5, ReplyLostError("the reply was cut"))
    assert (await given.look(*given.written)).output_rows == 15
    assert (await given.look(*given.written)).output_rows == REQUESTS
    await given.end(*given.written)

    assert given.provider.skipped == [0, 10, 15]
    assert await answers(desk, given.job) == [row.response for row in given.written]
    assert (await given.progress()).unpriced == REQUESTS


async def test_whoever_has_lost_the_batch_does_not_write_over_its_answers(desk: Desk) -> None:
    given = await case(desk)
    store, lost = desk.scene.store, given.batch
    await given.look(*given.written[10:15])
    tariff = await given.context.pricing.tariff("openai", lost.model, pricing.BATCH, desk.clock.now())

    late = Collection(given.context, lost, tariff, EARLY, (0, 0), lambda attempt, row: True)
    await late.take(given.written[15:20])
    with pytest.raises(LeaseLostError):
        await late.land()

    results = await store.requests.results(desk.scene.owner, given.job, 0, 100)
    spans = [Span(row["object_id"], row["start"], row["length"], row["checksum"]) for row in results[10:15]]
    assert [await store.bodies.read(span) for span in spans] == [row.response for row in given.written[10:15]]


@pytest.mark.parametrize("error", [MissingError("no such file"), ReplyLostError("the reply was cut")])
async def test_a_file_that_cannot_be_read_yet_keeps_no_batch_from_being_followed(desk: Desk, error: Exception) -> None:
    given = await case(desk)
    given.provider.breaks = (0, error)

    running = await given.look(*given.written[:7])

    assert (running.trouble, running.failures, running.completed_count, running.output_rows) == (None, 0, 7, 0)
    assert (await given.look(*given.written[:7])).output_rows == 7


async def test_a_provider_that_shows_nothing_early_is_not_asked(desk: Desk) -> None:
    given = await case(desk)
    given.provider.capabilities = Scripted.capabilities

    running = await given.look(*given.written[:7])

    assert (running.output_rows, given.provider.used) == (0, ["poll"])
