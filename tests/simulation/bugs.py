"""Planted bugs: mistakes that others have shipped, put into the engine to see whether the checker finds them."""

import contextlib
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any
from unittest import mock

from bide.core.batch import Batch
from bide.core.states import AttemptState, BatchOutcome
from bide.engine import harvest
from bide.engine.context import Context
from bide.lanes.forecast.cell import Lessons
from bide.providers.failures import OverloadedError
from bide.providers.openai.adapter import OpenAIProvider
from bide.providers.port import Remote, Submission
from bide.providers.transport import ReplyLostError
from bide.store import attempts, fence
from bide.store.batches import Batches
from bide.store.forecasts import Forecasts


@contextlib.contextmanager
def create_is_retried() -> Generator[None]:
    """The create is sent again when no reply came, as every HTTP client does by itself."""
    create = OpenAIProvider.submit

    async def insistent(self: OpenAIProvider, submission: Submission, input_file: str | None) -> Remote:
        try:
            return await create(self, submission, input_file)
        except (ReplyLostError, OverloadedError):
            return await create(self, submission, input_file)

    with mock.patch.object(OpenAIProvider, "submit", insistent):
        yield


@contextlib.contextmanager
def counters_are_trusted() -> Generator[None]:
    """A batch whose counters say that every row is done is not looked through for rows that are missing."""
    write_off = harvest.write_off

    async def trusting(context: Context, batch: Batch, verdict: AttemptState) -> None:
        if batch.completed_count + batch.failed_count < batch.requests:
            await write_off(context, batch, verdict)

    with mock.patch.object(harvest, "write_off", trusting):
        yield


@contextlib.contextmanager
def intent_is_committed_after_the_reply() -> Generator[None]:
    """The create is sent first and put on record afterwards."""
    intend, create = Batches.intend, OpenAIProvider.submit
    waiting: dict[str, tuple[Any, ...]] = {}

    async def later(self: Batches, fenced: tuple[int, int], lease_until: int, now: int) -> Batch:
        batch = await self.get(fenced[0])
        waiting[batch.tag] = (self, fenced, lease_until, now)
        return replace(batch, intended_at=now)

    async def first(self: OpenAIProvider, submission: Submission, input_file: str | None) -> Remote:
        store, fenced, lease_until, now = waiting[submission.tag]
        try:
            return await create(self, submission, input_file)
        finally:
            await intend(store, fenced, lease_until, now)

    with mock.patch.object(Batches, "intend", later), mock.patch.object(OpenAIProvider, "submit", first):
        yield


@contextlib.contextmanager
def settling_does_not_compare() -> Generator[None]:
    """An answer is accepted whatever state its request is in."""
    query = attempts.SQL["resolve"]
    texts = {dialect: text.replace("AND r.state = 'open'", "") for dialect, text in query.texts.items()}
    careless = {**attempts.SQL, "resolve": replace(query, texts=texts)}
    with mock.patch.object(attempts, "SQL", careless):
        yield


@contextlib.contextmanager
def expired_output_is_dropped() -> Generator[None]:
    """The files of a batch that expired are not read."""
    collect = harvest.collect

    async def dropping(context: Context, batch: Batch, *rest: Any) -> tuple[int, int]:
        if batch.outcome is BatchOutcome.EXPIRED:
            return 0, 0
        return await collect(context, batch, *rest)

    with mock.patch.object(harvest, "collect", dropping):
        yield


@contextlib.contextmanager
def missing_rows_are_forgotten() -> Generator[None]:
    """Rows that no file mentions are not planned again; a rescue would hide it."""

    async def nothing(context: Context, batch: Batch, verdict: AttemptState) -> None:
        del context, batch, verdict

    with mock.patch.object(harvest, "write_off", nothing):
        yield


@contextlib.contextmanager
def lost_create_is_submitted_anew() -> Generator[None]:
    """A create without a reply is taken for one that never arrived."""

    async def forgetting(self: Batches, fenced: tuple[int, int], trouble: str, due_at: int, now: int) -> Batch:
        batch = await self.get(fenced[0])
        await self.withdrawn(fenced, trouble, batch.input_file, due_at, now)
        return await self.get(fenced[0])

    with mock.patch.object(Batches, "ambiguous", forgetting):
        yield


@contextlib.contextmanager
def what_grew_is_not_read_again() -> Generator[None]:
    """The harvest goes on where the reading of the growing output was, as if rows were only ever added at its end."""
    query = fence.SQL["end"]
    texts = {dialect: text.replace("output_rows = 0,", "") for dialect, text in query.texts.items()}
    with mock.patch.object(fence, "SQL", {**fence.SQL, "end": replace(query, texts=texts)}):
        yield


@contextlib.contextmanager
def lessons_are_added_before_the_move() -> Generator[None]:
    """What a batch teaches is written first, in a transaction of its own: whoever is killed in between writes it again."""
    harvested = Batches.harvested

    async def twice(self: Batches, fenced: tuple[int, int], now: int, lessons: Lessons | None = None) -> Batch:
        await Forecasts(self.database).add(lessons or {}, now)
        return await harvested(self, fenced, now)

    with mock.patch.object(Batches, "harvested", twice):
        yield


BUGS: Mapping[str, Callable[[], AbstractContextManager[None]]] = {
    "create is retried": create_is_retried,
    "counters are trusted": counters_are_trusted,
    "intent is committed after the reply": intent_is_committed_after_the_reply,
    "settling does not compare": settling_does_not_compare,
    "expired output is dropped": expired_output_is_dropped,
    "missing rows are forgotten": missing_rows_are_forgotten,
    "lost create is submitted anew": lost_create_is_submitted_anew,
    "what grew is not read again": what_grew_is_not_read_again,
    "lessons are added before the move": lessons_are_added_before_the_move,
}

AT = {"what grew is not read again": "doubleword"}
"""Bugs that show elsewhere than at OpenAI."""

SEEN = {
    "intent is committed after the reply": 31,
    "settling does not compare": 16,
    "expired output is dropped": 10,
    "lessons are added before the move": 36,
}
"""Seeds in which bugs that few days bring to light were seen last. They are lived first; where one of them shows nothing any more, for the
engine does otherwise on that day, all of them are."""
