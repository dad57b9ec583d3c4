"""The batches that a worker works on: each in a task of its own, no more than there is room for, and none twice."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from typing import Any

from tests.engine.desk import Desk, Scripted, a_remote

from bide.core.batch import Batch
from bide.core.bucket import Bucket
from bide.core.clock import FAR_FUTURE
from bide.core.states import BatchState
from bide.engine.following import FULL_PAUSE, Following
from bide.engine.outlook import outlook_of
from bide.lanes.decision.decision import Decisions
from bide.lanes.decision.grounds import Grounds
from bide.lanes.plan.assemble import Opening
from bide.providers.port import Remote, Submission
from bide.settings import EngineSettings, Settings
from bide.testing.scene import ROOMY, held

PLENTY = 1 << 30


class Taking(Scripted):
    """Takes every batch, each under an id of its own."""

    async def submit(self, submission: Submission, input_file: str | None) -> Remote:
        self.used.append("submit")
        return a_remote(provider_id=f"batch-{self.used.count('submit')}")


@dataclass
class Worker:
    """Stands for the loop of a worker: notes what is begun, and has it wait until it is let go."""

    desk: Desk
    steps: int = 8
    is_over: bool = False
    serves: bool = True
    """Whether the account of the scene is on."""
    begun: list[str] = field(default_factory=list[str])
    changes: int = 0

    def __post_init__(self) -> None:
        desk, settings = self.desk, Settings(engine=EngineSettings(steps=self.steps))
        self.provider = Taking(desk.scene.account, {"stage": "file-in"})
        providers = {desk.scene.account: self.provider} if self.serves else {}
        self.context = replace(desk.context, settings=settings, providers=providers)
        self.following = Following(self.context, self._spawn, self._changed, lambda: self.is_over)
        self._tasks: list[asyncio.Task[None]] = []
        self._go = asyncio.Event()

    def _changed(self) -> None:
        self.changes += 1

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        self.begun.append(work.__name__)
        task = asyncio.create_task(self._begin(work))
        self._tasks.append(task)
        return task

    async def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await self._go.wait()
        except asyncio.CancelledError:
            work.close()
            raise
        await work

    async def finish(self) -> None:
        """Everything that was begun ends, and what comes of it."""
        self._go.set()
        while self._tasks:
            await self._tasks.pop(0)
        self._go.clear()

    async def drop(self) -> None:
        """Nothing of what was begun happens."""
        await asyncio.sleep(0)  # each task has to have its work in hand, to close it
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)

    async def fill(self, bucket: Bucket, requests: int, batches: int = 1) -> int:
        """Have batches filled from a bucket, as if that was decided; when a bucket may be tried again."""
        now = self.context.clock.now()
        snapshot = await self.context.store.snapshots.take("host", now)
        decisions = Decisions(openings=[Opening(bucket, requests, PLENTY, PLENTY, batches=batches)])
        return self.following.fill(Grounds(outlook_of(self.context, snapshot), self.context.rules, decisions, now))

    async def claim(self) -> int:
        """Take up what is due; when the next will be."""
        now = self.context.clock.now()
        return await self.following.claim(await self.context.store.snapshots.take("host", now), now)

    async def live(self) -> list[Batch]:
        """The batches that have not ended, by id."""
        live = (await self.context.store.snapshots.take("host", self.context.clock.now())).live
        return sorted((one.batch for one in live), key=lambda batch: batch.id)


async def waiting(desk: Desk, count: int) -> list[Batch]:
    """Batches that are sealed, held by nobody, and due."""
    batches: list[Batch] = []
    for _ in range(count):
        batch = await desk.scene.batch((await desk.scene.hand_in(2)).bucket, BatchState.SEALED)
        await desk.scene.store.batches.troubled(held(batch), "later", desk.scene.now, has_failed=False)
        batches.append(batch)
    return batches


async def test_a_batch_is_filled_beside_the_loop_and_followed_to_its_provider(desk: Desk) -> None:
    worker = Worker(desk)
    bucket = (await desk.scene.hand_in(2)).bucket

    assert await worker.fill(bucket, 2) == FAR_FUTURE
    assert (worker.begun, worker.provider.used) == (["fill"], []), "the loop does not wait for it"
    await worker.finish()

    assert worker.begun == ["fill", "follow"]
    assert worker.provider.used == ["stage", "submit"]
    assert worker.changes == 1, "what is left of the bucket is looked at again"
    [batch] = await worker.live()
    assert (batch.state, batch.requests) == (BatchState.SUBMITTED, 2)


async def test_a_bucket_is_filled_from_by_one_task_at_a_time(desk: Desk) -> None:
    worker = Worker(desk)
    bucket = (await desk.scene.hand_in(4)).bucket
    for _ in range(3):
        await worker.fill(bucket, 2)
    assert worker.begun == ["fill"]

    await worker.finish()
    await worker.fill(bucket, 2)

    assert worker.begun == ["fill", "follow", "fill"]
    await worker.finish()


async def test_batches_of_one_opening_are_filled_one_after_the_other_until_nothing_waits(desk: Desk) -> None:
    worker = Worker(desk)
    await worker.fill((await desk.scene.hand_in(5)).bucket, 2, batches=8)

    await worker.finish()

    assert [batch.requests for batch in await worker.live()] == [2, 2, 1]
    assert worker.begun == ["fill", "follow", "follow", "follow"]
    assert await worker.fill((await desk.scene.hand_in(2)).bucket, 2) == FAR_FUTURE, "nobody took the room of the first"
    await worker.finish()


async def test_who_is_about_to_stop_fills_the_batch_that_he_has_begun_and_no_other(desk: Desk) -> None:
    worker = Worker(desk, is_over=True)
    await worker.fill((await desk.scene.hand_in(4)).bucket, 2, batches=2)

    await worker.finish()

    assert [batch.state for batch in await worker.live()] == [BatchState.SUBMITTED]


async def test_a_bucket_whose_room_another_worker_took_is_left_alone_for_a_while(desk: Desk) -> None:
    worker = Worker(desk)
    bucket = (await desk.scene.hand_in(4)).bucket
    other = await desk.scene.open(bucket)
    await worker.fill(bucket, 2)
    await worker.finish()
    again = desk.clock.now() + FULL_PAUSE

    assert await worker.fill(bucket, 2) == again
    assert worker.begun == ["fill"], "it is not tried before that"

    await desk.scene.store.batches.fill(held(other), bucket, ROOMY, 2)
    await desk.scene.store.batches.seal(held(other), desk.clock.now())
    desk.clock.move_to(again)
    assert await worker.fill(bucket, 2) == FAR_FUTURE
    await worker.finish()
    assert worker.begun == ["fill", "fill", "follow"]


async def test_what_is_due_is_claimed_and_followed_and_the_next_is_waited_for(desk: Desk) -> None:
    worker = Worker(desk)
    await waiting(desk, 2)

    assert await worker.claim() == FAR_FUTURE
    assert worker.begun == ["follow"] * 2
    await worker.finish()

    polls = await worker.live()
    assert [batch.state for batch in polls] == [BatchState.SUBMITTED] * 2
    assert await worker.claim() == min(batch.due_at or 0 for batch in polls), "their providers are asked then"
    assert worker.begun == ["follow"] * 2


async def test_no_more_are_worked_on_than_there_are_steps_and_who_ends_makes_room(desk: Desk) -> None:
    worker = Worker(desk, steps=2)
    await waiting(desk, 3)

    await worker.claim()
    assert (worker.begun, worker.changes) == (["follow"] * 2, 0)
    await worker.claim()
    assert worker.begun == ["follow"] * 2, "nobody has ended"
    await worker.finish()
    await worker.claim()

    assert (worker.begun, worker.changes) == (["follow"] * 3, 1), "the last were claimed, so others may be due"
    await worker.finish()


async def test_an_account_without_any_gets_one_while_another_one_s_hang(desk: Desk) -> None:
    worker = Worker(desk, steps=1)
    await waiting(desk, 2)
    await worker.claim()
    bucket = (await desk.scene.hand_in(2)).bucket

    await worker.fill(bucket, 2)
    assert worker.begun == ["follow"], "the account has one that is worked on"
    await worker.fill(replace(bucket, account="another"), 2)

    assert worker.begun == ["follow", "fill"]
    await worker.drop()


async def test_batches_of_an_account_that_is_off_here_are_left_to_others(desk: Desk) -> None:
    worker = Worker(desk, serves=False)
    await waiting(desk, 1)

    assert await worker.claim() == FAR_FUTURE
    assert worker.begun == []
