"""Collecting a batch's rows: whatever order they come in, however often the connection breaks."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace

import pytest
from tests.engine.desk import Desk, Scripted

from bide.core.batch import Batch
from bide.core.bucket import Phase
from bide.core.identifiers import custom_id
from bide.core.job import Job
from bide.core.span import Span
from bide.core.states import BatchState
from bide.engine.context import Context
from bide.engine.harvest import harvest
from bide.providers.port import Row, Verdict
from bide.providers.transport import ReplyLostError
from bide.settings import EngineSettings, Settings

REQUESTS = 23
SMALL = Settings(engine=EngineSettings(landing_chunk=10, landing_bytes=60))
"""A transaction for ten rows, an object for every four or five answers."""


@dataclass
class Interrupted(Scripted):
    """A provider that gives so many rows of its file at the first try, so many at the next; in pages of three."""

    rows: Sequence[Row] = ()
    holds_for: list[int] = field(default_factory=list[int])

    async def harvest(self, file: str, endpoint: str) -> AsyncIterator[list[Row]]:
        self.used.append("harvest")
        holds_for = self.holds_for.pop(0) if self.holds_for else len(self.rows)
        for first in range(0, holds_for, 3):
            yield list(self.rows[first : min(first + 3, holds_for)])
        if holds_for < len(self.rows):
            raise ReplyLostError("the reply was cut")


async def ended(desk: Desk, *holds_for: int) -> tuple[Context, Job, Batch]:
    """An ended batch whose rows come in another order than they went, from a connection that holds for so many rows."""
    handed = await desk.scene.hand_in(REQUESTS)
    batch = await desk.scene.batch(handed.bucket, BatchState.ENDED)
    attempts = await desk.scene.attempts(batch)
    rows = [
        Row(custom_id(batch.tag, attempt), Verdict.ANSWERED, b'{"number":%d}' % number, 200)
        for number, attempt in enumerate(attempts)
    ]
    account = desk.scene.account
    provider = Interrupted(account, rows=rows[1::2] + rows[::-2], holds_for=list(holds_for))
    return replace(desk.with_settings(SMALL), providers={account: provider}), handed.job, batch


async def answers(desk: Desk, job: Job) -> list[bytes]:
    """A job's answers in the order of its input."""
    store = desk.scene.store
    results = await store.requests.results(desk.scene.owner, job, 0, 100)
    spans = [Span(row["object_id"], row["start"], row["length"], row["checksum"]) for row in results]
    return [await store.bodies.read(span) for span in spans]


async def test_every_answer_is_found_whatever_order_they_came_in(desk: Desk) -> None:
    context, job, batch = await ended(desk)

    assert await harvest(context, batch) is not None

    assert await answers(desk, job) == [b'{"number":%d}' % number for number in range(REQUESTS)]
    assert (await desk.again(batch)).output_rows == REQUESTS


async def test_what_came_before_a_connection_broke_is_kept(desk: Desk) -> None:
    context, job, batch = await ended(desk, 7, 13, 13)
    for landed in (7, 13, 13):
        with pytest.raises(ReplyLostError):
            await harvest(context, batch)
        batch = await desk.again(batch)
        assert batch.output_rows == landed
        progress = await desk.scene.store.jobs.progress(desk.scene.owner, job.id)
        assert progress.phases[Phase.BATCH] == landed

    assert await harvest(context, batch) is not None

    assert await answers(desk, job) == [b'{"number":%d}' % number for number in range(REQUESTS)]
