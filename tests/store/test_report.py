"""A report over one job is its receipt, to the last digit, in either database; its days are those of whoever asks."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from random import Random  # noqa: TID251 - seeded: what jobs cost
from zoneinfo import ZoneInfo

import pytest

from bide.core.clock import DAY, HOUR, SECOND
from bide.core.states import AttemptState, BatchState
from bide.core.usage import Usage
from bide.ledger.receipt import receipt
from bide.ledger.report import Asked, report
from bide.ledger.report_form import MONEY, as_csv, as_table
from bide.store.objects import LocalObjects
from bide.store.postgres.database import PostgresDatabase
from bide.store.reports import Price
from bide.store.sqlite.database import SqliteDatabase
from bide.store.store import Store
from bide.testing import scene as made_up
from bide.testing.scene import Scene
from bide.testing.store.keys import make_key

SUMMER = 1_774_746_000 * SECOND
"""2026-03-29 01:00 UTC: in Berlin the clocks change."""


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncGenerator[Scene]:
    store = Store(SqliteDatabase(tmp_path / "bide.db"), LocalObjects(tmp_path / "objects"))
    yield Scene(store)
    await store.close()


@pytest.fixture(params=["sqlite", "postgres"])
async def either(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Scene]:
    """A scene in either database."""
    objects = LocalObjects(tmp_path / "objects")
    if request.param == "sqlite":
        store = Store(SqliteDatabase(tmp_path / "bide.db"), objects)
    else:
        store = Store(await PostgresDatabase.open(request.getfixturevalue("postgres_url")), objects)
    yield Scene(store)
    await store.close()


def priced(chance: Random) -> Price:
    """Some tokens at some price; now and then nobody knows at which, or what they cost in real time."""
    cached, reasoning = chance.randrange(1_000), chance.randrange(100)
    usage = Usage(cached + chance.randrange(10**6), cached, 0, reasoning + chance.randrange(10**5), reasoning, 0)
    amount, listed = chance.randrange(10**15), chance.randrange(10**15)
    unknown = chance.random()
    return Price(usage, None, None if unknown < 0.05 else amount, None if unknown < 0.1 else listed)


async def a_job(scene: Scene, chance: Random, workflow: str) -> None:
    """A job that went as jobs go: some were rescued, some twice paid for, of some nobody knows what became."""
    handed = await scene.hand_in(8, workflow=workflow, external_id=f"job_{workflow}")
    batch = await scene.batch(handed.bucket, BatchState.ENDED)
    called = await scene.call(handed.bucket, 4, batch=batch)
    answered, lost = AttemptState.ANSWERED, AttemptState.LOST
    verdicts = [chance.choice([answered, answered, lost]) for _ in called]
    await scene.settle_calls(
        [
            made_up.report(one.attempt, verdict, price=priced(chance), suspected=verdict is lost)
            for one, verdict in zip(called, verdicts, strict=True)
        ]
    )
    attempts = chance.sample(await scene.attempts(batch), 6)
    await scene.land(batch, [made_up.report(attempt, price=priced(chance)) for attempt in attempts])
    await scene.settle_calls(  # of one that was lost it became known after all
        [
            made_up.report(one.attempt, price=priced(chance))
            for one, verdict in zip(called, verdicts, strict=True)
            if verdict is lost and chance.random() < 0.5
        ]
    )
    await scene.write_off(batch)


async def test_a_report_over_one_job_is_its_receipt(either: Scene) -> None:
    chance = Random(7)
    names = [f"workflow-{number}" for number in range(12)]
    for name in names:
        await a_job(either, chance, name)
    found = await report(either.store, Asked(), either.now)
    by_name = {str(one.labels["workflow"]): one.balance for one in found.groups}
    assert sorted(by_name) == sorted(names)
    unknown = 0
    for name in names:
        job = await either.store.jobs.find("local", f"job_{name}")
        told = await receipt(either.store, replace(job, admission=None))
        money = by_name[name]
        assert (money.paid, money.listed, money.saved) == (told.paid, told.listed, told.saved)
        assert (money.wasted, money.unpriced, money.usage) == (told.wasted, told.unpriced, told.usage)
        assert money.suspected == sum(one.amount for one in told.suspected)
        unknown += money.saved is None
    assert 0 < unknown < len(names)
    assert found.whole.known == sum(one.known for one in by_name.values())
    everything = await report(either.store, Asked(by=("lane", "day", "provider", "model", "key")), either.now)
    assert everything.whole == found.whole


async def test_days_are_those_of_whoever_asks(scene: Scene) -> None:
    for scene.now in (SUMMER - 2 * HOUR - 1, SUMMER - HOUR, SUMMER + 20 * HOUR, SUMMER + 21 * HOUR):
        handed = await scene.hand_in(1)
        [one] = await scene.call(handed.bucket)
        await scene.settle_calls([made_up.report(one.attempt, amount=1)])
    asked = Asked(by=("day",), zone=ZoneInfo("Europe/Berlin"))
    found = await report(scene.store, asked, scene.now)
    assert [(one.labels["day"], one.balance.known) for one in found.groups] == [
        ("2026-03-28", 1),
        ("2026-03-29", 2),
        ("2026-03-30", 1),
    ]
    utc = await report(scene.store, Asked(by=("day",)), scene.now)
    assert [one.labels["day"] for one in utc.groups] == ["2026-03-28", "2026-03-29"]
    late = await report(scene.store, Asked(by=("day",), zone=asked.zone, since=SUMMER, until=SUMMER + DAY), scene.now)
    assert [one.balance.requests for one in late.groups] == [1, 1]
    assert (await report(scene.store, Asked(since=scene.now + 1), scene.now)).whole.requests == 0


async def test_budgets_stand_beside_it(scene: Scene) -> None:
    key, _ = await make_key(scene, budget_day=5 * 10**12)
    idle, _ = await make_key(scene)
    await scene.store.budgets.reserve(key.id, 10**12, scene.now)
    handed = await scene.hand_in(1, key_id=key.id)
    [one] = await scene.call(handed.bucket)
    await scene.settle_calls([made_up.report(one.attempt, amount=1_250_000_000_000)])
    found = as_table(await report(scene.store, Asked(by=("key",)), scene.now))
    day, month = found["budgets"]
    assert day == {
        "key": key.external_id,
        "key_name": "reports",
        "owner": "local",
        "window": "day",
        "period": "2027-01-15",
        "on_budget": "refuse",
        "limit": "5",
        "spent": "1.25",
        "reserved": "1",
        "left": "2.75",
        "resets_at": "2027-01-16T00:00:00Z",
    }
    assert (month["window"], month["limit"], month["left"], month["spent"]) == ("month", None, None, "1.25")
    assert idle.external_id not in str(found["budgets"]), "what has no budget and spent nothing is in no list"
    assert [(one["key"], one["key_name"], one["paid"]) for one in found["groups"]] == [
        (key.external_id, "reports", "1.25")
    ]


async def test_csv_is_exact_and_its_columns_are_stable(scene: Scene) -> None:
    for workflow, amount in (('a, "b"', 1), ("none of it", None)):
        handed = await scene.hand_in(1, workflow=workflow)
        [one] = await scene.call(handed.bucket)
        await scene.settle_calls([made_up.report(one.attempt, amount=amount)])
    found = await report(scene.store, Asked(by=("workflow", "key")), scene.now)
    header, first, second = as_csv(found, "groups").splitlines()
    assert header.split(",") == ["workflow", "key", "key_name", *MONEY]
    assert (
        first
        == '"a, ""b""",,,1,0.000000000001,0.000000000002,0.000000000001,50.0,0,0,0,0,0.000000000001,0,0,30,10,5,3,20,7'
    )
    assert second == "none of it,,,1,,,,,0,0,0,0,0,1,0,30,10,5,3,20,7"
    assert as_csv(found, "outliers") == "request,owner,at,cost,median,times,group_requests,workflow,key,key_name\n"
    assert as_csv(found, "budgets").startswith("key,key_name,owner,window,")
