"""The engine's world for tests of single steps: a store on the disk, a clock that stands, a provider that says what it is told."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.lanes.given import CAPABILITIES, LIMITS
from tests.store.migrated import laid

from bide.core.batch import Batch
from bide.core.clock import ManualClock
from bide.core.entropy import SeededEntropy
from bide.core.job import Job
from bide.core.states import BatchOutcome
from bide.engine.context import Context
from bide.engine.pricing import Pricing
from bide.ledger.prices import Prices
from bide.providers.port import Answer, Call, Remote, Row, Sought, Submission
from bide.settings import Settings
from bide.store.objects import LocalObjects
from bide.store.sqlite.database import SqliteDatabase
from bide.store.store import Store
from bide.testing.scene import Scene


def a_remote(**fields: Any) -> Remote:
    """A running batch as a provider shows it."""
    values: dict[str, Any] = {
        "provider_id": "batch-1",
        "status": "in_progress",
        "outcome": None,
        "cancelling": False,
        "total": 2,
        "completed": 0,
        "failed": 0,
    }
    return Remote(**(values | fields))


ENDED = a_remote(status="completed", outcome=BatchOutcome.COMPLETED, output_file="file-out")


@dataclass
class Scripted:
    """A provider: each verb gives (or raises) what stands under its name, and notes that it was used."""

    account: str
    script: dict[str, Any] = field(default_factory=dict[str, Any])
    used: list[str] = field(default_factory=list[str])
    catalogue: str = "openai"
    serves: tuple[str, ...] = ()
    limits = LIMITS
    capabilities = CAPABILITIES

    def _play(self, verb: str) -> Any:
        self.used.append(verb)
        outcome = self.script.get(verb)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    def check(self, endpoint: str, body: bytes) -> None:
        """Anything goes."""

    async def send(self, call: Call) -> Answer:
        return self._play("send")

    def stream(self, call: Call) -> AsyncIterator[bytes]:
        raise NotImplementedError

    async def stage(self, submission: Submission) -> str | None:
        return self._play("stage")

    async def submit(self, submission: Submission, input_file: str | None) -> Remote:
        return self._play("submit")

    async def find(self, sought: Sought) -> Remote | None:
        return self._play("find")

    async def poll(self, provider_id: str) -> Remote:
        return self._play("poll")

    async def harvest(self, file: str, endpoint: str) -> AsyncIterator[list[Row]]:
        yield self._play("harvest")

    async def cancel(self, provider_id: str) -> Remote:
        return self._play("cancel")

    async def discard(self, file: str) -> None:
        self._play("discard")


async def nowhere(store: Store, job: Job, kept: str) -> None:
    """Deliver to nobody."""


@dataclass
class Desk:
    """A scene and a context over one store."""

    scene: Scene
    provider: Scripted
    clock: ManualClock
    context: Context

    async def again(self, batch: Batch) -> Batch:
        """The batch as it is now."""
        return await self.scene.store.batches.get(batch.id)

    def with_settings(self, settings: Settings) -> Context:
        return replace(self.context, settings=settings)


@asynccontextmanager
async def opened(folder: Path) -> AsyncGenerator[Desk]:
    store = Store(SqliteDatabase(laid(folder / "bide.db")), LocalObjects(folder / "objects"))
    scene = Scene(store)
    clock, provider = ManualClock(scene.now), Scripted(scene.account)
    context = Context(
        store=store,
        providers={scene.account: provider},
        clock=clock,
        entropy=SeededEntropy("engine"),
        pricing=Pricing(store, Prices()),
        settings=Settings(),
        holder=scene.holder,
        host="host",
        tag="tag",
        deliver=nowhere,
    )
    yield Desk(scene, provider, clock, context)
    await store.close()
