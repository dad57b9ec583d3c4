"""Reading an input without meaning it: into a store that is thrown away, for a dry run and for `bide files`.

The same reading as the real one, so that it finds the same problems, repeated ids among them, and makes the same promise.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from bide.accounts import build
from bide.core.clock import DAY, SystemClock
from bide.core.deadline import OnMiss
from bide.core.entropy import SystemEntropy
from bide.core.job import Job
from bide.core.money import RateCard
from bide.engine.context import Context
from bide.engine.pricing import Pricing
from bide.intake.entry import Chunk
from bide.intake.findings import BadLinesError, Findings
from bide.intake.ingest import Reading, ingest
from bide.intake.order import Order
from bide.intake.reader import Input
from bide.lanes.arrival.route import Route
from bide.lanes.hours.window import Window
from bide.ledger.hours import day_of
from bide.providers.openai.kinds import OPENAI
from bide.providers.pool import CallTransport
from bide.providers.setup import Tools
from bide.settings import ProviderSettings, Settings
from bide.store.sqlite.database import SqliteDatabase
from bide.store.store import Store


async def rehearse(
    context: Context,
    order: Order,
    route: Callable[[str], Route],
    opened: Input,
    on_progress: Callable[[Findings], None] = lambda findings: None,
    see: Callable[[Chunk], None] = lambda chunk: None,
) -> Reading:
    """Read an input as `ingest` would, skipping bad lines, and forget it. The capacity is what is free at `context`; `see` is shown
    each chunk."""
    with tempfile.TemporaryDirectory(prefix="bide-") as folder:
        store = Store(SqliteDatabase(Path(folder) / "rehearsal.db"), Nowhere())
        aside = replace(context, store=store, pricing=Pricing(store, context.pricing.source), herald=None)
        try:
            meant = replace(order, skip_bad_lines=True, destination=None, idempotency_key=None)
            return await ingest(aside, meant, route, _shown(opened, see), on_progress, beside=context.store)
        finally:
            await store.close()


async def inspect(opened: Input, settings: Settings, see: Callable[[Chunk], None] = lambda chunk: None) -> Findings:
    """Read an input only to see what is in it; needs no account and no state. `see` is shown each chunk."""
    with tempfile.TemporaryDirectory(prefix="bide-") as folder:
        store = Store(SqliteDatabase(Path(folder) / "inspection.db"), Nowhere())
        entropy, clock = SystemEntropy(), SystemClock()
        context = Context(
            store=store,
            providers=build({OPENAI.name: ProviderSettings(kind=OPENAI.name)}, {}, Tools(CallTransport())),
            clock=clock,
            entropy=entropy,
            pricing=Pricing(store, Unpriced()),
            settings=settings,
            holder="inspection",
            host="",
            tag="",
            deliver=_nobody,
        )
        order = Order(
            owner="inspection",
            name=opened.name,
            deadline=clock.now() + DAY,
            on_miss=OnMiss.LATE,
            priority=None,
            priority_source="default",
            parameters="{}",
            skip_bad_lines=True,
        )
        try:
            chunks = _shown(opened, see)
            return (await ingest(context, order, lambda model: Route(OPENAI.name, model), chunks)).findings
        except BadLinesError as error:
            return error.findings  # every line is bad: that is what was to be found out
        finally:
            await store.close()


def _shown(opened: Iterable[Chunk], see: Callable[[Chunk], None]) -> Iterator[Chunk]:
    for chunk in opened:
        see(chunk)
        yield chunk


async def _nobody(store: Store, job: Job, destination: str) -> None:
    """Nobody waits for the answers of an inspection."""


class Unpriced:
    """No prices: nothing is going to be sent."""

    def card(self, provider: str, model: str, mode: str, day: str) -> RateCard | None:
        return None

    def when(self, provider: str, model: str, instant: int) -> str:
        return day_of(instant)

    def cheap_hours(self, provider: str, model: str, mode: str, day: str) -> Window | None:
        return None

    def window(self, provider: str, model: str) -> int | None:
        return None

    def encode(self, card: RateCard) -> str:
        return ""

    def restore(self, text: str) -> bool:
        return False


class Nowhere:
    """Objects that are not kept."""

    async def create(self, name: str) -> "NowhereWriter":
        return NowhereWriter()

    async def put(self, name: str, data: bytes | bytearray) -> None:
        """Nothing is kept."""

    async def read(self, name: str, offset: int, length: int) -> bytes:
        raise LookupError(name)

    def open(self, name: str) -> BinaryIO:
        raise LookupError(name)

    async def delete(self, name: str) -> None:
        """Nothing is there."""

    async def close(self) -> None:
        """Nothing is open."""


class NowhereWriter:
    """Counts what would have been written."""

    def __init__(self) -> None:
        self._size = 0

    async def write(self, data: bytes | bytearray) -> None:
        self._size += len(data)

    async def commit(self) -> int:
        return self._size

    async def abort(self) -> None:
        """Nothing is there."""
