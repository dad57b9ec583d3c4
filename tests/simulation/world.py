"""What outlives a crash: the database, the objects, the provider, and whoever waits for answers.

Each life of an engine gets handles of its own on them; a dead life's handles stand still for ever.
"""

import asyncio
import io
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import BinaryIO

from bide.buckets.memory import MemoryBuckets
from bide.core.clock import MILLISECOND, SECOND
from bide.core.errors import StoreError
from bide.core.job import Job
from bide.providers.transport import IDLE_TIMEOUT, Reply, Upload
from bide.simulator.books import Books
from bide.simulator.bucket import MemoryBucket
from bide.simulator.chance import Chance
from bide.simulator.inprocess import InProcessTransport
from bide.store.database import Result, Work
from bide.store.objects import ObjectWriter
from bide.store.sqlite.connection import connect, prepare
from bide.store.sqlite.errors import translate
from bide.store.sqlite.migration import migrate
from bide.store.sqlite.transaction import SqliteTransaction, drive
from bide.store.store import Store
from tests.simulation.gates import Gates, Kind, Moment
from tests.simulation.loop import Process, SimulatedClock, SimulatedLoop

STORE_LATENCY = 20 * MILLISECOND
"""The longest a store call takes, where it yields at all."""

YIELDS = 0.25
"""The share of store calls that let others run. Calls that do not, and calls that do, interleave differently."""


class World:
    """See the module."""

    def __init__(self, loop: SimulatedLoop, books: Books, gates: Gates, seed: int) -> None:
        self.loop = loop
        self.clock = SimulatedClock(loop)
        self.books = books
        self.gates = gates
        self.chance = Chance(seed).within("world")
        self.connection = connect(":memory:", cache=2_048)
        migrate(self.connection)
        prepare(self.connection)
        self.objects: dict[str, bytes] = {}
        self.bucket = MemoryBucket()
        """The object store that the provider shares with us."""
        self.delivered: dict[int, list[bytes]] = {}
        self.alive: dict[str, Process] = {}
        self.processes: list[Process] = []
        self.crashes: list[tuple[int, Process]] = []
        self.crashed = asyncio.Event()
        self.faults: list[BaseException] = []
        self._listeners: dict[Process, asyncio.Event] = {}

    def process(self, name: str) -> Process:
        """A new life."""
        process = Process(name)
        self.processes.append(process)
        self._listeners[process] = asyncio.Event()
        return process

    def store(self, process: Process) -> Store:
        """The store as this life sees it."""
        return Store(SimulatedDatabase(self, process), SimulatedObjects(self, process))

    async def strike(self, process: Process, site: str, nth: int, moment: Moment) -> Kind | None:
        """Let happen what is to happen here. Does not return when the process dies."""
        if process.dead:
            await self._for_ever()
        kind = self.gates.check(site, nth, moment)
        if kind is Kind.CRASH:
            self.crash(process)
            await self._for_ever()
        if kind is Kind.PAUSE:
            self.loop.pause(process)
            self.loop.call_later(PAUSE / SECOND, self.loop.resume, process)
            await asyncio.sleep(0)
        return kind

    def crash(self, process: Process) -> None:
        """`kill -9`."""
        if self.connection.in_transaction:
            self.connection.execute("ROLLBACK")
        self.loop.kill(process)
        self.crashes.append((self.clock.now(), process))
        self.crashed.set()

    def committed(self, by: Process) -> None:
        """Tell the other processes that something may have changed."""
        for process, event in self._listeners.items():
            if process is not by and not process.dead:
                event.set()

    async def changed(self, process: Process) -> None:
        """Until another process commits."""
        event = self._listeners[process]
        await event.wait()
        event.clear()

    async def _for_ever(self) -> None:
        await self.loop.create_future()


PAUSE = 25 * 60 * SECOND
"""How long a paused process stands still: longer than every lease."""


class SimulatedDatabase:
    """A life's handle on the database. Verbs run on the loop's own thread, whole; faults strike around them."""

    def __init__(self, world: World, process: Process) -> None:
        self._world = world
        self._process = process

    async def write(self, name: str, work: Work[Result]) -> Result:
        world, process, connection = self._world, self._process, self._world.connection
        nth = world.gates.enter(name)
        if await world.strike(process, name, nth, Moment.BEFORE) is Kind.FAIL:
            raise StoreError("the disk is full (simulated)")
        await self._latency(name, nth)
        connection.execute("BEGIN")
        try:
            result = drive(work(SqliteTransaction(connection)))
        except BaseException as error:
            connection.execute("ROLLBACK")
            raise translate(error) from error
        kind = world.gates.check(name, nth, Moment.INSIDE)
        if kind is not None:
            connection.execute("ROLLBACK")
            if kind is Kind.FAIL:
                raise StoreError("the commit failed (simulated)")
            world.crash(process)
            await world.loop.create_future()
        connection.execute("COMMIT")
        world.committed(process)
        await world.strike(process, name, nth, Moment.AFTER)
        return result

    async def read(self, name: str, work: Work[Result]) -> Result:
        if self._process.dead:
            await self._world.loop.create_future()
        return drive(work(SqliteTransaction(self._world.connection)))

    async def wait_for_change(self) -> None:
        await self._world.changed(self._process)

    async def attend(self, holder: str) -> None:
        self._world.alive[holder] = self._process

    async def is_present(self, holder: str) -> bool:
        process = self._world.alive.get(holder)
        return process is not None and not process.dead

    async def others_present(self, holder: str) -> bool:
        return any(name != holder and not process.dead for name, process in self._world.alive.items())

    async def close(self) -> None:
        """The world keeps the connection."""

    async def _latency(self, name: str, nth: int) -> None:
        drawn = self._world.chance.uniform("latency", name, nth)
        if drawn < YIELDS:
            await asyncio.sleep(drawn / YIELDS * STORE_LATENCY / SECOND)
            if self._process.dead:
                await self._world.loop.create_future()


class SimulatedObjects:
    """A life's handle on the objects. What was not committed is gone after a crash."""

    def __init__(self, world: World, process: Process) -> None:
        self._world = world
        self._process = process

    async def create(self, name: str) -> ObjectWriter:
        return SimulatedWriter(self._world, self._process, name)

    async def put(self, name: str, data: bytes | bytearray) -> None:
        nth = self._world.gates.enter("put")
        if await self._world.strike(self._process, "put", nth, Moment.BEFORE) is Kind.FAIL:
            raise StoreError("the disk is full (simulated)")
        self._world.objects[name] = bytes(data)
        await self._world.strike(self._process, "put", nth, Moment.AFTER)

    async def read(self, name: str, offset: int, length: int) -> bytes:
        data = self._world.objects.get(name, b"")[offset : offset + length]
        if len(data) != length:
            raise StoreError(f"the object {name} is torn")
        return data

    def open(self, name: str) -> BinaryIO:
        return io.BytesIO(self._world.objects[name])

    async def delete(self, name: str) -> None:
        self._world.objects.pop(name, None)

    async def close(self) -> None:
        """The world keeps the objects."""


class SimulatedWriter:
    """An object that is being written; in memory only until it is committed."""

    def __init__(self, world: World, process: Process, name: str) -> None:
        self._world = world
        self._process = process
        self._name = name
        self._data = bytearray()

    async def write(self, data: bytes | bytearray) -> None:
        self._data += data

    async def commit(self) -> int:
        nth = self._world.gates.enter("commit")
        await self._world.strike(self._process, "commit", nth, Moment.BEFORE)
        self._world.objects[self._name] = bytes(self._data)
        await self._world.strike(self._process, "commit", nth, Moment.AFTER)
        return len(self._data)

    async def abort(self) -> None:
        self._data.clear()


class SimulatedTransport:
    """A life's way to the provider. The provider's own faults are in its books; here the process dies."""

    def __init__(self, world: World, process: Process) -> None:
        self._world = world
        self._process = process
        self._inner = InProcessTransport(world.books, world.clock, world.bucket)

    @asynccontextmanager
    async def exchange(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | Upload | None = None,
        idle_timeout: float = IDLE_TIMEOUT,
    ) -> AsyncGenerator[Reply]:
        world, process, site = self._world, self._process, self._world.books.site_of(method, url) or "unknown"
        nth = world.gates.enter(site)
        await world.strike(process, site, nth, Moment.BEFORE)
        exchange = self._inner.exchange(method, url, headers=headers, body=body, idle_timeout=idle_timeout)
        async with exchange as reply:
            await world.strike(process, site, nth, Moment.AFTER)
            yield _StoppableReply(reply, world, process)

    async def close(self) -> None:
        """Nothing is open."""


class SimulatedBuckets:
    """A life's way to the object store that the provider reads from and writes to."""

    def __init__(self, world: World, process: Process) -> None:
        self._world = world
        self._process = process
        self._inner = MemoryBuckets()
        self._inner.objects = world.bucket.objects

    async def put(self, uri: str, chunks: AsyncIterator[bytes], *, exclusive: bool = False) -> int:
        world, process = self._world, self._process
        nth = world.gates.enter("upload")
        await world.strike(process, "upload", nth, Moment.BEFORE)
        size = await self._inner.put(uri, chunks, exclusive=exclusive)
        await world.strike(process, "upload", nth, Moment.AFTER)
        return size

    async def read(self, uri: str, offset: int = 0) -> AsyncIterator[bytes]:
        world, process = self._world, self._process
        nth = world.gates.enter("download")
        await world.strike(process, "download", nth, Moment.BEFORE)
        async for chunk in self._inner.read(uri, offset):
            if process.dead:
                await world.loop.create_future()
            yield chunk

    async def size(self, uri: str) -> int:
        return await self._inner.size(uri)

    async def list(self, prefix: str) -> AsyncIterator[str]:
        async for uri in self._inner.list(prefix):
            yield uri

    async def delete(self, uri: str) -> None:
        world, process = self._world, self._process
        nth = world.gates.enter("delete")
        await world.strike(process, "delete", nth, Moment.BEFORE)
        await self._inner.delete(uri)
        await world.strike(process, "delete", nth, Moment.AFTER)

    async def close(self) -> None:
        """Nothing is open."""


class _StoppableReply(Reply):
    """A reply that a dead process does not read on."""

    def __init__(self, reply: Reply, world: World, process: Process) -> None:
        self.status = reply.status
        self.headers = reply.headers
        self._reply = reply
        self._world = world
        self._process = process

    async def chunks(self) -> AsyncIterator[bytes]:
        async for chunk in self._reply.chunks():
            if self._process.dead:
                await self._world.loop.create_future()
            yield chunk


async def deliver(world: World, process: Process, store: Store, job: Job) -> None:
    """Hand a job's answers to whoever waits; a delivery that nobody heard of is made again."""
    from bide.delivery.file import Destination, pages
    from bide.delivery.shape import Format

    nth = world.gates.enter("deliver")
    if await world.strike(process, "deliver", nth, Moment.BEFORE) is Kind.FAIL:
        raise StoreError("the disk is full (simulated)")
    data = b"".join([page async for page in pages(store, job, Destination("", Format.BATCH))])
    world.delivered.setdefault(job.id, []).append(data)
    await world.strike(process, "deliver", nth, Moment.AFTER)
