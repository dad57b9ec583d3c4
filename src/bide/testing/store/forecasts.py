"""What the forecast learns: added once a batch, with its last move, and by everybody at a time."""

import asyncio

import pytest

from bide.core.clock import DAY, MINUTE, SECOND
from bide.core.errors import LeaseLostError
from bide.core.states import AttemptState, BatchState
from bide.lanes.forecast.cell import REALTIME, WHOLE, Kind, Lessons, Weight
from bide.lanes.forecast.evidence import bin_of
from bide.lanes.outcome.lesson import of_call, of_tokens
from bide.testing.scene import Scene, held, report
from bide.testing.store.case import OpenStore, StoreCase


class ForecastCases(StoreCase):
    """`forecasts`."""

    async def test_a_batch_teaches_once_and_with_its_last_move(self, scene: Scene) -> None:
        batch = await scene.batch((await scene.hand_in(1)).bucket, BatchState.ENDED)
        lessons = _lessons(scene)
        await scene.store.batches.write_off(held(batch), AttemptState.LOST, 0, 10, scene.now)
        await scene.store.batches.harvested(held(batch), scene.now, lessons)
        with pytest.raises(LeaseLostError):
            await scene.store.batches.harvested(held(batch), scene.now, lessons)

        assert _of(scene, await scene.store.forecasts.changed(scene.now)) == lessons

    async def test_two_processes_that_add_at_once_lose_nothing(self, scene: Scene, open_store: OpenStore) -> None:
        other = await open_store()
        lessons = _lessons(scene)
        try:
            await asyncio.gather(
                *(store.forecasts.add(lessons, scene.now) for store in (scene.store, other) for _ in range(10))
            )
        finally:
            await other.close()

        found = _of(scene, await scene.store.forecasts.changed(scene.now))
        assert set(found.values()) == {Weight(20 * WHOLE, 0)}

    async def test_tokens_of_a_busy_day_are_added_up(self, scene: Scene) -> None:
        lessons = of_tokens(scene.account, scene.model, 1_000_000, 10**14, 2 * 10**14, scene.now)
        for _ in range(3):
            await scene.store.forecasts.add(lessons, scene.now)

        found = _of(scene, await scene.store.forecasts.of_kind(Kind.TOKENS))
        assert set(found.values()) == {Weight(6 * 10**14, 3 * 10**14), Weight(3 * 10**6 * WHOLE, 0)}
        await scene.store.forecasts.add(_lessons(scene), scene.now)
        assert _of(scene, await scene.store.forecasts.of_kind(Kind.TOKENS)) == found

    async def test_only_what_changed_is_read(self, scene: Scene) -> None:
        await scene.store.forecasts.add(_lessons(scene), scene.now)
        await scene.store.forecasts.add(_lessons(scene, took=4 * MINUTE), scene.now + MINUTE)

        [count] = _of(scene, await scene.store.forecasts.changed(scene.now + MINUTE))
        assert count.bin > 0
        assert len(_of(scene, await scene.store.forecasts.changed(scene.now))) == 2
        await scene.store.forecasts.forget(scene.now + 2 * DAY)
        assert _of(scene, await scene.store.forecasts.changed(0)) == {}

    async def test_a_batch_knows_what_it_was_given_and_when_its_rows_were_done(self, scene: Scene) -> None:
        bucket = (await scene.hand_in(4)).bucket
        batch = await scene.batch(bucket, BatchState.SEALED)
        batch = await scene.store.batches.intend(held(batch), scene.lease_until, scene.now)
        batch = await scene.store.batches.submitted(
            held(batch),
            provider_id="batch_1",
            submitted_at=scene.now,
            expires_at=None,
            due_at=scene.now,
            now=scene.now,
            promise="1,2,-",
        )
        assert batch.promise == "1,2,-"
        [batch] = await scene.store.batches.claim(batch.account, scene.holder, scene.now, scene.lease_until, 1)
        first = batch.first_attempt or 0
        reports = [
            report(first, finished_at=scene.now + MINUTE),
            report(first + 1, AttemptState.ERRORED, finished_at=scene.now + MINUTE + SECOND),
            report(first + 2, finished_at=None),
            report(first + 3, AttemptState.REFUSED, finished_at=scene.now + MINUTE),
        ]
        await scene.store.batches.land(held(batch), reports, [], output_rows=2, error_rows=2, unknown=0, now=scene.now)

        assert await scene.store.forecasts.done(batch) == ([(scene.now + MINUTE, 2)], 1)


def _lessons(scene: Scene, took: int = 5 * SECOND) -> Lessons:
    return {
        count: weight
        for count, weight in of_call(scene.account, scene.model, REALTIME, took, 100, scene.now).items()
        if count.cell.kind is Kind.LATENCY and count.bin <= bin_of(DAY)
    }


def _of(scene: Scene, lessons: Lessons) -> Lessons:
    """Those of the scene's account: others may share its database."""
    return {count: weight for count, weight in lessons.items() if count.cell.account == scene.account}
