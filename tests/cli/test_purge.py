"""`bide purge`: what would go, and what goes."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bide.cli.app import app
from bide.core.clock import SystemClock
from bide.store.objects import LocalObjects
from bide.store.sqlite.database import SqliteDatabase
from bide.store.store import Store
from bide.testing.scene import Scene
from bide.testing.store.retention import MONTH, answered


async def two_jobs(path: Path) -> None:
    """Two jobs that have been over for more than a month."""
    store = Store(SqliteDatabase(path), LocalObjects(path.with_name("bide.db-objects")))
    scene = Scene(store, now=SystemClock().now() - MONTH)
    for size in (3, 1):
        await answered(scene, size)
    await store.close()


def test_a_rehearsal_shows_what_goes_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "bide.db"
    asyncio.run(two_jobs(path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BIDE_HOME", str(tmp_path))

    def told(*arguments: str) -> Any:
        done = CliRunner().invoke(app, ["purge", *arguments, "--output", "json", "--db", f"sqlite:///{path}"])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    nothing = {"jobs": 0, "requests": 0, "batches": 0, "events": 0, "passages": 0, "ledger": 0}
    assert told("--dry-run", "--set", "retention.jobs=never") == {"dry_run": True, **nothing}
    for _ in range(2):
        assert told("--dry-run") == {"dry_run": True, **nothing, "jobs": 1, "requests": 3}
    assert told() == {"dry_run": False, **nothing, "jobs": 1, "requests": 3, "batches": 1}
    assert told() == {"dry_run": False, **nothing}
