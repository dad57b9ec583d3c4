"""Schedules: seen to once an instant, by whoever holds them, on machines that can reach their files."""

import pytest

from bide.core.clock import HOUR, MINUTE
from bide.core.errors import ConflictError, LeaseLostError, NotFoundError
from bide.store.schedules import SKIPPED, NewSchedule, Outcome, Run, Schedule
from bide.testing.scene import Scene
from bide.testing.store.case import StoreCase


async def a_schedule(
    scene: Scene, name: str = "nightly", host: str | None = None, owner: str | None = None
) -> Schedule:
    """A schedule that is due in an hour."""
    new = NewSchedule(
        external_id=f"sched_{owner}_{name}",
        name=name,
        asked="{}",
        cron="0 2 * * *",
        timezone="UTC",
        missed="run-once",
        host=host,
        due_at=scene.now + HOUR,
    )
    return await scene.store.schedules.add(owner or scene.owner, new, scene.now)


async def claimed(scene: Scene, host: str = "host", holder: str = "worker") -> list[Schedule]:
    return await scene.store.schedules.claim(holder, host, scene.now, scene.now + MINUTE, 10)


class ScheduleCases(StoreCase):
    """Verbs over schedules."""

    async def test_a_name_is_an_owners_once(self, scene: Scene) -> None:
        first = await a_schedule(scene)
        with pytest.raises(ConflictError, match="bide schedule remove nightly"):
            await a_schedule(scene)
        other = await a_schedule(scene, owner="somebody")
        store = scene.store.schedules
        assert (await store.all(scene.owner), await store.all("somebody")) == ([first], [other])
        with pytest.raises(NotFoundError):
            await store.find("nobody", "nightly")

    async def test_of_its_instants_the_newest_are_remembered(
        self, scene: Scene, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bide.store.schedules.RUNS_KEPT", 2)
        first, other = await a_schedule(scene), await a_schedule(scene, "other")
        scene.now += HOUR
        store = scene.store.schedules
        for schedule in await claimed(scene):
            count = 5 if schedule.id == first.id else 1
            outcomes = [Outcome(scene.now + step, None, SKIPPED, "nobody ran") for step in range(count)]
            await store.seen_to(schedule, outcomes, None, scene.now)
        assert [run.due_at - scene.now for run in await store.runs(first, 10)] == [4, 3]
        assert [run.due_at - scene.now for run in await store.runs(other, 10)] == [0]

    async def test_one_that_is_due_is_taken_by_one(self, scene: Scene) -> None:
        await a_schedule(scene)
        assert await claimed(scene) == []
        scene.now += HOUR
        [mine] = await claimed(scene)
        assert await claimed(scene, holder="another") == []
        job = (await scene.hand_in(1)).job
        await scene.store.schedules.seen_to(mine, [Outcome(mine.due_at or 0, job.id)], scene.now + HOUR, scene.now)
        assert await scene.store.schedules.runs(mine, 10) == [
            Run(mine.due_at or 0, scene.now, job.external_id, None, None)
        ]
        assert await claimed(scene) == []
        scene.now += HOUR
        [again] = await claimed(scene)
        assert (again.due_at, again.fence) == (scene.now, mine.fence + 1)

    async def test_whoever_lost_the_lease_notes_nothing(self, scene: Scene) -> None:
        await a_schedule(scene)
        scene.now += HOUR
        [lost] = await claimed(scene)
        scene.now += MINUTE
        [mine] = await claimed(scene, holder="another")
        store = scene.store.schedules
        for late in (
            store.renew(lost, scene.now + HOUR),
            store.seen_to(lost, [Outcome(lost.due_at or 0)], scene.now + HOUR, scene.now),
        ):
            with pytest.raises(LeaseLostError):
                await late
        assert await store.runs(mine, 10) == []
        await store.renew(mine, scene.now + HOUR)
        scene.now += 2 * MINUTE
        assert await claimed(scene) == [], "it was renewed"

    async def test_an_instant_is_on_record_once(self, scene: Scene) -> None:
        schedule = await a_schedule(scene)
        store = scene.store.schedules
        await store.note(schedule, Outcome(5, None, "failed", "it is gone"), scene.now)
        await store.note(schedule, Outcome(5, None, "other", "again"), scene.now + 1)
        await store.note(schedule, Outcome(7, None, SKIPPED, "two"), scene.now)
        assert [(run.due_at, run.code) for run in await store.runs(schedule, 10)] == [(7, SKIPPED), (5, "failed")]
        assert [run.due_at for run in await store.runs(schedule, 1)] == [7]

    async def test_a_machine_sees_to_what_it_can_reach(self, scene: Scene) -> None:
        await a_schedule(scene, "mine", "host")
        await a_schedule(scene, "theirs", "elsewhere")
        await a_schedule(scene, "anywhere")
        snapshots = scene.store.snapshots
        assert (await snapshots.take("host", scene.now)).next_schedule == scene.now + HOUR
        scene.now += HOUR
        assert [one.name for one in await claimed(scene)] == ["mine", "anywhere"]
        assert (await snapshots.take("host", scene.now)).next_schedule == scene.now + MINUTE, "the lease's end"
        assert (await snapshots.take("elsewhere", scene.now)).next_schedule == scene.now

    async def test_a_worker_that_died_holds_nothing(self, scene: Scene) -> None:
        await a_schedule(scene)
        scene.now += HOUR
        [dead] = await claimed(scene)
        assert "worker" in await scene.store.holders()
        await scene.store.release_holder("worker")
        [again] = await claimed(scene, holder="another")
        assert again.fence == dead.fence + 1

    async def test_one_that_is_put_off_is_due_again(self, scene: Scene) -> None:
        await a_schedule(scene)
        scene.now += HOUR
        [one] = await claimed(scene)
        await scene.store.schedules.put_off(one, scene.now + 5)
        assert await claimed(scene) == []
        scene.now += 5
        [again] = await claimed(scene)
        assert again.due_at == one.due_at

    async def test_one_that_is_removed_is_gone_for_who_holds_it_too(self, scene: Scene) -> None:
        await a_schedule(scene)
        scene.now += HOUR
        [one] = await claimed(scene)
        await scene.store.schedules.note(one, Outcome(5, None, "failed", "it is gone"), scene.now)
        with pytest.raises(NotFoundError):
            await scene.store.schedules.remove("somebody", "nightly", scene.now)
        await scene.store.schedules.remove(scene.owner, "nightly", scene.now)
        with pytest.raises(LeaseLostError):
            await scene.store.schedules.seen_to(one, [Outcome(one.due_at or 0)], None, scene.now)
        assert await scene.store.schedules.all(scene.owner) == []
        again = await a_schedule(scene)
        assert await scene.store.schedules.runs(again, 10) == []

    async def test_what_happens_to_it_is_in_the_log(self, scene: Scene) -> None:
        schedule = await a_schedule(scene)
        await scene.store.schedules.note(schedule, Outcome(5, None, "failed", "it is gone"), scene.now)
        await scene.store.schedules.note(schedule, Outcome(6, None, SKIPPED, "one"), scene.now)
        await scene.store.schedules.remove(scene.owner, "nightly", scene.now)
        rows = await scene.store.events.page(scene.owner, 0, 1 << 60, 100)
        assert [row["kind"] for row in rows] == [
            f"schedule.{word}" for word in ("added", "failed", "skipped", "removed")
        ]
