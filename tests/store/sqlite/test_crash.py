"""A process is killed while it writes: what it was told is there, and the database agrees with itself."""

import random  # noqa: TID251 - the moments of the kills
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bide.store.objects import LocalObjects
from bide.store.sqlite.database import SqliteDatabase
from bide.store.store import Store
from bide.testing.audit import audit

WRITER = """
import asyncio, os, sys
from pathlib import Path
from bide.core.errors import LeaseLostError
from bide.core.states import BatchState
from bide.store.objects import LocalObjects
from bide.store.sqlite.database import SqliteDatabase
from bide.store.store import Store
from bide.testing.scene import Scene, report

def say(*words):
    os.write(1, (" ".join(map(str, words)) + chr(10)).encode())

async def work(store, name):
    scene = Scene(store, name, holder=name)
    while True:
        handed = await scene.hand_in(300, workflow=name)
        say("job", handed.job.id)
        calls = await scene.call(handed.bucket, 100)
        for call in calls[:10]:
            await scene.settle_calls([report(call.attempt)])
            say("answered", handed.job.id)
        await scene.settle_calls([report(call.attempt) for call in calls[10:]])
        batch = await scene.batch(handed.bucket, BatchState.ENDED)
        await scene.land(batch, [report(one) for one in await scene.attempts(batch)])
        await store.batches.harvested((batch.id, batch.fence), scene.now)
        say("done", handed.job.id)

async def main():
    store = Store(SqliteDatabase(Path(sys.argv[1])), LocalObjects(Path(sys.argv[1] + "-objects")))
    await asyncio.gather(*(work(store, f"{sys.argv[2]}-{number}") for number in range(3)))

asyncio.run(main())
"""


def killed(path: Path, name: str, word: str, after: float) -> list[tuple[str, int]]:
    """What a writer was told before it was killed, so many seconds after it had said this word."""
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(path), name], stdout=subprocess.PIPE)
    assert process.stdout is not None
    first = b""
    while not first.rpartition(b"\n")[0].rpartition(b"\n")[2].startswith(word.encode()):
        line = process.stdout.readline()
        assert line, "it has ended by itself"
        first += line
    time.sleep(after)  # noqa: TID251
    assert process.poll() is None
    process.kill()
    lines = (first + process.stdout.read()).decode().splitlines()
    process.wait()
    process.stdout.close()
    return [(word, int(number)) for word, _, number in (line.partition(" ") for line in lines)]


@pytest.mark.parametrize("seed", range(2))
async def test_what_was_committed_survives(tmp_path: Path, seed: int) -> None:
    path, dice = tmp_path / "bide.db", random.Random(seed)
    told: list[tuple[str, int]] = []
    for number in range(4):
        told += killed(path, f"life-{seed}-{number}", "job" if number else "done", dice.uniform(0.0, 0.4))
        store = Store(SqliteDatabase(path), LocalObjects(tmp_path / "objects"))
        assert await audit(store) == []
        for job in {job for word, job in told if word == "job"}:
            progress = await store.jobs.progress("local", job)
            assert progress.total == 300
            assert 300 - progress.open >= told.count(("answered", job))
            if ("done", job) in told:
                assert (progress.open, (await store.jobs.get("local", job)).done_at is not None) == (0, True)
        await store.close()
    assert any(word == "done" for word, _ in told)
