"""Bodies: the rows of `objects`, and the ranges of them that requests and answers are."""

from collections.abc import Iterable
from dataclasses import dataclass

import xxhash

from bide.core.errors import DamagedError, StoreError
from bide.core.span import Span
from bide.store import queries
from bide.store.database import Database, Transaction, Verbs, reads, writes
from bide.store.objects import Objects, ObjectWriter

SQL = queries.load("bodies")


@dataclass(frozen=True, slots=True)
class NewObject:
    """An object that has been written and is to be put on record. `size` in bytes."""

    name: str
    kind: str
    size: int


async def record_object(transaction: Transaction, owner: str, new: NewObject, now: int) -> int:
    """The row id of an object."""
    row = await transaction.one(SQL["insert"], owner=owner, name=new.name, kind=new.kind, size=new.size, now=now)
    assert row is not None
    return row["id"]


HALF = 1 << 63
"""What takes an unsigned 64-bit integer into the range of a signed one."""


def checksum(data: bytes | memoryview) -> int:
    """XXH3-64 as the signed integer that databases store."""
    return xxhash.xxh3_64_intdigest(data) - HALF


def checksums(bodies: Iterable[bytes]) -> list[int]:
    """As `checksum`, of many bodies."""
    digest = xxhash.xxh3_64_intdigest
    return [digest(body) - HALF for body in bodies]


READ = ("bodies", "input")
"""The kinds of objects that the reading of a job writes: its requests' bodies, and the caller's columns."""


def name_of(kind: str, job: str) -> str:
    """The name of the object of a kind that a job's reading writes; `job` is the external id."""
    return f"{kind}-{job}"


INLINE = "inline-"
"""How the names of objects begin that lie in the database: bodies that came one at a time."""

NAMES = 10_000
"""Names that are remembered; single calls make many objects."""


async def keep_inline(transaction: Transaction, owner: str, name: str, content: bytes, now: int) -> int:
    """Put an object on record that lies in the database; its row id. `name` is what follows `INLINE`."""
    new = NewObject(INLINE + name, "inline", len(content))
    object_id = await record_object(transaction, owner, new, now)
    await transaction.run(SQL["keep_content"], object=object_id, content=content)
    return object_id


class Bodies(Verbs):
    """Verbs over objects and their rows."""

    def __init__(self, database: Database, objects: Objects) -> None:
        super().__init__(database)
        self.objects = objects
        self._names: dict[int, str] = {}

    @writes
    async def add(self, transaction: Transaction, owner: str, new: NewObject, now: int) -> int:
        """Put an object on record, before or after it is written but before any row points into it; its row id."""
        return await record_object(transaction, owner, new, now)

    @writes
    async def resize(self, transaction: Transaction, object_id: int, size: int) -> None:
        """Note the final size of an object that has been committed."""
        await transaction.run(SQL["resize"], object=object_id, size=size)

    async def drop(self, name: str) -> None:
        """Remove an object that no row points into, whole or half-written, and its row."""
        await self.objects.delete(name)
        await self._drop(name)

    @writes
    async def _drop(self, transaction: Transaction, name: str) -> None:
        await transaction.run(SQL["drop"], name=name)

    @reads
    async def size(self, transaction: Transaction, object_id: int) -> int:
        """An object's size in bytes."""
        row = await transaction.one(SQL["name"], object=object_id)
        return row["size"] if row else 0

    @reads
    async def _find(self, transaction: Transaction, object_id: int) -> str:
        row = await transaction.one(SQL["name"], object=object_id)
        if row is None:
            raise StoreError(f"object {object_id} is not on record")
        return row["name"]

    async def name(self, object_id: int) -> str:
        """An object's name."""
        if object_id not in self._names:
            if len(self._names) >= NAMES:
                self._names.clear()
            self._names[object_id] = await self._find(object_id)
        return self._names[object_id]

    async def create(self, name: str) -> ObjectWriter:
        """Begin an object."""
        return await self.objects.create(name)

    async def read(self, span: Span) -> bytes:
        """The bytes of a span, checked.

        Raises:
            DamagedError: they are not what was written.
            StoreError: they cannot be read.
        """
        data = await self.range(span.object_id, span.offset, span.length)
        if checksum(data) != span.check:
            raise DamagedError(f"{span.length} bytes at {span.offset} of object {span.object_id} are damaged")
        return data

    async def range(self, object_id: int, offset: int, length: int) -> bytes:
        """A range, unchecked: for runs of spans that the caller checks one by one."""
        name = await self.name(object_id)
        if name.startswith(INLINE):
            return await self._content(object_id, offset, length)
        return await self.objects.read(name, offset, length)

    @reads
    async def _content(self, transaction: Transaction, object_id: int, offset: int, length: int) -> bytes:
        row = await transaction.one(SQL["content"], object=object_id, start=offset + 1, length=length)
        if row is None:
            raise StoreError(f"object {object_id} is not on record any more")
        return row["content"]
