"""PostgreSQL goes away, at the worst moments too: nothing is lost, nothing happens twice, work goes on by itself."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest

from bide.core.errors import StoreError
from bide.core.states import BatchState
from bide.store.objects import LocalObjects
from bide.store.postgres.database import PostgresDatabase
from bide.store.store import Store
from bide.testing.audit import audit
from bide.testing.scene import Scene, report
from tests.patience import PATIENCE
from tests.store.cut import Moment, Wire, wire
from tests.store.postgres_server import PostgresServer, remove_server, start_server


@pytest.fixture
async def wired(
    database_url: str, postgres_server: PostgresServer, tmp_path: Path
) -> AsyncGenerator[tuple[Wire, Store]]:
    """A store behind a wire."""
    async with wire(postgres_server.folder, tmp_path) as one:
        url = database_url.replace(str(postgres_server.folder), str(tmp_path))
        store = Store(await PostgresDatabase.open(url), LocalObjects(tmp_path / "objects"))
        yield one, store
        problems = await audit(store)
        await store.close()
        assert problems == []


@pytest.mark.parametrize("moment", Moment, ids=lambda moment: moment.name)
async def test_a_commit_that_nobody_answered_happens_once(wired: tuple[Wire, Store], moment: Moment) -> None:
    one, store = wired
    scene = Scene(store)
    handed = await scene.hand_in(3)
    for number in range(3):
        one.cut = moment
        [call] = await scene.call(handed.bucket, 1)
        one.cut = moment
        assert await scene.settle_calls([report(call.attempt, amount=5)]) == 1
        assert one.cuts == 2 * number + 2
    progress = await store.jobs.progress(scene.owner, handed.job.id)
    assert (progress.paid, progress.open) == (15, 0)
    kinds = [event["kind"] for event in await store.events.of_job(scene.owner, handed.job.id)]
    assert kinds.count("requests.called") == 3


@pytest.fixture(scope="module")
def mortal() -> Generator[PostgresServer]:
    """A server of this module's own: others are not disturbed by its restarts."""
    server = start_server()
    yield server
    remove_server(server)


async def test_work_goes_on_after_a_restart(
    mortal: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "bide.store.postgres.database.PAUSES", (0.0, 0.05, 0.2) + (0.5,) * 200
    )  # the server's start takes its time
    store = Store(await PostgresDatabase.open(mortal.url("postgres")), LocalObjects(tmp_path))
    await store.database.attend("survivor")
    scene = Scene(store)
    handed = await scene.hand_in(400)
    done, stopped = 0, asyncio.Event()

    async def work() -> None:
        nonlocal done
        while calls := await scene.call(handed.bucket, 4):
            if done > 200:  # what is left is done when the server is back
                await stopped.wait()
            moved = await scene.settle_calls([report(call.attempt) for call in calls])
            done += moved

    working = [asyncio.create_task(work()) for _ in range(3)]
    while done < 40:
        await asyncio.sleep(0)
    await asyncio.to_thread(mortal.stop)
    before = done
    stopped.set()
    await asyncio.sleep(0.3)
    await asyncio.to_thread(mortal.start)
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*working)
    assert before < 400
    assert done == 400
    other = Store(await PostgresDatabase.open(mortal.url("postgres")), LocalObjects(tmp_path))
    async with asyncio.timeout(PATIENCE):
        while not await other.database.is_present("survivor"):
            await asyncio.sleep(0.05)
    assert await audit(store) == []
    await other.close()
    await store.close()


async def test_a_server_that_stays_away_is_told_with_what_to_do(
    mortal: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bide.store.postgres.database.PAUSES", (0.0, 0.05))
    store = Store(await PostgresDatabase.open(mortal.url("postgres")), LocalObjects(tmp_path))
    await asyncio.to_thread(mortal.stop)
    try:
        with pytest.raises(StoreError, match=r"cannot be reached: .*; see that it runs"):
            await store.is_busy()
        with pytest.raises(StoreError, match=r"cannot be reached: .*; see that it runs"):
            await PostgresDatabase.open(mortal.url("postgres"))
    finally:
        await asyncio.to_thread(mortal.start)
    assert isinstance(await store.is_busy(), bool)
    await store.close()


@pytest.mark.parametrize(
    ("database", "says"),
    [
        pytest.param("nowhere", "there is no such database; make it with `createdb`", id="no database"),
        pytest.param("postgres?sslmode=everything", "the URL is not understood", id="no URL"),
    ],
)
async def test_what_cannot_be_opened_says_why(postgres_server: PostgresServer, database: str, says: str) -> None:
    name, _, rest = database.partition("?")
    with pytest.raises(StoreError, match=says):
        await PostgresDatabase.open(postgres_server.url(name) + (f"&{rest}" if rest else ""))


async def test_a_schema_of_a_newer_bide_is_left_alone(bare_url: str, postgres_server: PostgresServer) -> None:
    database = await PostgresDatabase.open(bare_url)
    await database.close()
    schema = bare_url.rpartition("=")[2]
    postgres_server.query(f"UPDATE {schema}.settings SET value = '999' WHERE name = 'schema'")
    with pytest.raises(StoreError, match=r"schema 999, this bide knows .*; upgrade bide"):
        await PostgresDatabase.open(bare_url)


CHANGE = """
import asyncio, sys
from pathlib import Path
from bide.store.objects import LocalObjects
from bide.store.postgres.database import PostgresDatabase
from bide.store.store import Store
async def main():
    store = Store(await PostgresDatabase.open(sys.argv[1]), LocalObjects(Path(sys.argv[2])))
    await store.database.attend("other")
    print("here", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    await store.agree("word", "given")
    print("told", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    await store.close()
asyncio.run(main())
"""


async def test_a_change_wakes_another_process(database_url: str, tmp_path: Path) -> None:
    store = Store(await PostgresDatabase.open(database_url), LocalObjects(tmp_path))
    await store.database.attend("me")
    other = subprocess.Popen(  # noqa: ASYNC220 - starting it does not block
        [sys.executable, "-c", CHANGE, database_url, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": "error"},
    )
    assert other.stdin is not None
    assert other.stdout is not None
    async with asyncio.timeout(PATIENCE):
        assert not await store.database.is_present("other")
        assert await asyncio.to_thread(other.stdout.readline) == "here\n"
        assert await store.database.is_present("other")
        assert await store.database.others_present("me")
        await asyncio.sleep(0.1)
        changed = asyncio.create_task(store.database.wait_for_change())
        await store.agree("own", "change")
        await asyncio.sleep(0.2)
        assert not changed.done(), "nobody is woken by what they did themselves"
        other.stdin.write("go on\n")
        other.stdin.flush()
        await changed
        assert await store.agreed("word") == "given"
        other.kill()
        await asyncio.to_thread(other.wait)
        while await store.database.is_present("other"):
            await asyncio.sleep(0.02)
        assert not await store.database.others_present("me")
    other.stdin.close()
    other.stdout.close()
    await store.close()


async def test_another_schema_of_the_database_is_another_world(
    database_url: str, tmp_path: Path, postgres_server: PostgresServer
) -> None:
    postgres_server.query("CREATE SCHEMA one; CREATE SCHEMA two", database_url.partition("?")[0].rpartition("/")[2])
    one, two = [
        Store(await PostgresDatabase.open(f"{database_url}&search_path={name}"), LocalObjects(tmp_path))
        for name in ("one", "two")
    ]
    await one.database.attend("holder")
    hearing = asyncio.create_task(two.database.wait_for_change())
    await one.agree("word", "given")
    await asyncio.sleep(0.2)
    assert not hearing.done()
    assert await two.agreed("word") is None
    assert not await two.database.is_present("holder")
    assert not await two.database.others_present("me")
    hearing.cancel()
    await one.close()
    await two.close()


async def test_a_batch_whose_worker_was_killed_is_released(postgres_url: str, tmp_path: Path) -> None:
    first, second = [Store(await PostgresDatabase.open(postgres_url), LocalObjects(tmp_path)) for _ in range(2)]
    scene = Scene(first, holder="doomed")
    await first.database.attend("doomed")
    handed = await scene.hand_in(2)
    batch = await scene.batch(handed.bucket, BatchState.SUBMITTING)
    assert await second.holders() == ["doomed"]
    assert await second.database.is_present("doomed")
    await first.close()
    assert not await second.database.is_present("doomed")
    await second.release_holder("doomed")
    [taken] = await second.batches.claim(scene.account, "next", scene.now, scene.lease_until, 10)
    assert (taken.id, taken.fence) == (batch.id, batch.fence + 1)
    await second.close()
