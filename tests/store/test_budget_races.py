"""A budget that several processes reserve from at the same time is never overspent."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from bide.core.budget import Span
from bide.store.database import Database
from bide.store.objects import LocalObjects
from bide.store.postgres.database import PostgresDatabase
from bide.store.sqlite.database import SqliteDatabase
from bide.store.store import Store
from bide.testing.audit import audit
from bide.testing.scene import START, Scene
from bide.testing.store.keys import make_key

PROCESSES, EACH, FIT = 4, 25, 37

CALLER = """
import asyncio, sys
from pathlib import Path
from bide.core.budget import BudgetExhaustedError
from bide.store.budgets import Budgets
async def main():
    kind, place, key, now, count = sys.argv[1:]
    if kind == "sqlite":
        from bide.store.sqlite.database import SqliteDatabase
        database = SqliteDatabase(Path(place))
    else:
        from bide.store.postgres.database import PostgresDatabase
        database = await PostgresDatabase.open(place, sessions=5)
    budgets = Budgets(database)
    print("ready", flush=True)
    sys.stdin.readline()
    ends = await asyncio.gather(*(budgets.reserve(int(key), 10, int(now)) for _ in range(int(count))), return_exceptions=True)
    refused = [end for end in ends if isinstance(end, BudgetExhaustedError)]
    assert all(not isinstance(end, Exception) or end in refused for end in ends), ends
    print(len(ends) - len(refused), flush=True)
    await database.close()
asyncio.run(main())
"""


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """A kind of database, and where it is."""
    if request.param == "sqlite":
        return "sqlite", str(tmp_path / "bide.db")
    return "postgres", request.getfixturevalue("postgres_url")


async def test_a_hundred_reservations_of_four_processes(place: tuple[str, str], tmp_path: Path) -> None:
    kind, where = place
    database: Database = SqliteDatabase(Path(where)) if kind == "sqlite" else await PostgresDatabase.open(where)
    store = Store(database, LocalObjects(tmp_path / "objects"))
    key, _ = await make_key(Scene(store), budget_day=10 * FIT + 9, budget_month=10 * FIT + 500)
    arguments = [sys.executable, "-c", CALLER, kind, where, str(key.id), str(START), str(EACH)]
    callers = [
        await asyncio.create_subprocess_exec(*arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(PROCESSES)
    ]
    for caller in callers:
        assert caller.stdout is not None
        assert await caller.stdout.readline() == b"ready\n"
    made = [int(out) for out, _ in await asyncio.gather(*(caller.communicate(b"go\n") for caller in callers))]
    assert [caller.returncode for caller in callers] == [0] * PROCESSES
    assert sum(made) == FIT
    standings = await store.budgets.standings(key.id, START)
    assert {standings[span].reserved for span in Span} == {10 * FIT}
    assert await audit(store) == []
    await store.close()
