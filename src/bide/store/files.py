"""Files in the store: uploaded ones, which lie in objects, and those that are made from the answers of a batch."""

from collections.abc import Sequence
from dataclasses import dataclass

from bide.core.errors import NotFoundError
from bide.core.file import File, FileKind
from bide.store import queries, records
from bide.store.bodies import Bodies, NewObject
from bide.store.database import Database, Row, Transaction, Verbs, reads, writes

SQL = queries.load("files")

UPLOAD = "upload"
"""The kind of an uploaded file's object."""

SWEPT = 100
"""Files whose bytes are removed in one sweep of each kind."""

LAST = (1 << 63) - 1
"""Above every id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFile:
    """What a file is when it is put on record. Instants in microseconds since 1970."""

    external_id: str
    name: str
    purpose: str
    kind: FileKind = FileKind.UPLOADED
    key: int | None = None
    size: int | None = None
    object: int | None = None
    batch: int | None = None
    expires_at: int | None = None


@dataclass(frozen=True, slots=True)
class Lying:
    """A file whose bytes can be removed, and the name of the object that they are; no file: an upload that died half-way."""

    file: int | None
    name: str


def object_name(external_id: str) -> str:
    """The name of the object of an uploaded file."""
    return f"{UPLOAD}-{external_id}"


class Files(Verbs):
    """Verbs over files. `owner` sees only its own."""

    def __init__(self, database: Database, bodies: Bodies) -> None:
        super().__init__(database)
        self._bodies = bodies

    async def begin(self, owner: str, external_id: str, now: int) -> int:
        """Put the object of an upload on record before it is written; its row id. `bide.store.bodies` creates it."""
        return await self._bodies.add(owner, NewObject(object_name(external_id), UPLOAD, 0), now)

    @writes
    async def add(self, transaction: Transaction, owner: str, new: NewFile, now: int) -> File:
        """Put a file on record; an uploaded one when its object is on the disk."""
        await insert(transaction, owner, new, now)
        return await _get(transaction, owner, new.external_id)

    @reads
    async def find(self, transaction: Transaction, owner: str, external_id: str, now: int) -> File:
        """A file that can be had at an instant. Raises `NotFoundError`."""
        found = await _get(transaction, owner, external_id)
        if not found.is_there(now):
            raise _missing(external_id)
        return found

    @reads
    async def list(
        self,
        transaction: Transaction,
        owner: str,
        *,
        after: str | None,
        purpose: str | None,
        limit: int,
        now: int,
        oldest_first: bool = False,
    ) -> Sequence[File]:
        """A page of files, behind the one with the id `after`, whether that is still there or not.

        Raises `NotFoundError` where the owner never had that one.
        """
        start = 0 if oldest_first else LAST
        if after is not None:
            start = (await _get(transaction, owner, after)).id
        query = SQL["oldest"] if oldest_first else SQL["newest"]
        rows = await transaction.all(query, owner=owner, now=now, purpose=purpose or "", **{"from": start}, count=limit)
        return [_file(row) for row in rows]

    @writes
    async def delete(self, transaction: Transaction, owner: str, external_id: str, now: int) -> File:
        """Give a file out no more. Its bytes are removed by `sweep`. Raises `NotFoundError`."""
        row = await transaction.one(SQL["delete"], owner=owner, external_id=external_id, now=now)
        if row is None:
            raise _missing(external_id)
        return _file(row)

    @writes
    async def count(self, transaction: Transaction, file: int, size: int) -> None:
        """Note how many bytes a file has that is made from answers, once these are all there."""
        await transaction.run(SQL["count"], file=file, size=size)

    async def sweep(self, now: int, torn_before: int) -> int:
        """Remove the bytes of files that are gone, and of uploads that began before `torn_before` and never ended.

        Gives how many there were. A file that a batch has yet to read keeps its bytes until then.
        """
        lying = await self._lying(now, torn_before)
        for one in lying:
            if one.file is not None:
                await self._let_go(one.file)
            await self._bodies.drop(one.name)
        return len(lying)

    @reads
    async def _lying(self, transaction: Transaction, now: int, torn_before: int) -> Sequence[Lying]:
        gone = await transaction.all(SQL["to_drop"], now=now, count=SWEPT)
        torn = await transaction.all(SQL["torn"], before=torn_before, count=SWEPT)
        return [Lying(row["id"], row["name"]) for row in gone] + [Lying(None, row["name"]) for row in torn]

    @writes
    async def _let_go(self, transaction: Transaction, file: int) -> None:
        await transaction.run(SQL["dropped"], file=file)


async def insert(transaction: Transaction, owner: str, new: NewFile, now: int) -> None:
    """Put a file on record, within a transaction. One that is there already stays as it is."""
    await transaction.run(
        SQL["insert"], owner=owner, now=now, **{name: getattr(new, name) for name in NewFile.__slots__}
    )


async def limit(transaction: Transaction, external_id: str, now: int, expires_at: int) -> None:
    """Say until when a file of a batch that has ended is kept, within a transaction."""
    await transaction.run(SQL["limit"], external_id=external_id, now=now, expires_at=expires_at)


async def _get(transaction: Transaction, owner: str, external_id: str) -> File:
    row = await transaction.one(SQL["by_external_id"], owner=owner, external_id=external_id)
    if row is None:
        raise _missing(external_id)
    return _file(row)


def _missing(external_id: str) -> NotFoundError:
    return NotFoundError(f"No such File object: {external_id}")


def _file(row: Row) -> File:
    found = records.values(File, row)
    found.update(kind=FileKind(row["kind"]))
    return File(**found)
