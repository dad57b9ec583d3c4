"""A transaction on a session of PostgreSQL's."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bide.store.bulk import cut
from bide.store.database import Row
from bide.store.postgres.connection import STAGING, Connection
from bide.store.queries import Dialect, Query

_PLACE = re.compile(r"\$(\d+)")


@dataclass(frozen=True, slots=True)
class Bulk:
    """An ``INSERT … VALUES`` as one statement over arrays of values, one array a column that rows differ in."""

    text: str
    texts: tuple[bool, ...]
    """Which of these columns are text."""
    stages: bool
    """Whether it fills a staging table."""


class PostgresTransaction:
    """A transaction on a session. `bulks` keeps what is worked out about bulk inserts, by their text."""

    def __init__(self, connection: Connection, bulks: dict[str, Bulk]) -> None:
        self.connection = connection
        self.staged = 0
        self._bulks = bulks

    async def one(self, query: Query, /, **parameters: object) -> Row | None:
        return await self.connection.fetchrow(query.texts[Dialect.POSTGRES], *_values(query, parameters))

    async def all(self, query: Query, /, **parameters: object) -> Sequence[Row]:
        return await self.connection.fetch(query.texts[Dialect.POSTGRES], *_values(query, parameters))

    async def run(self, query: Query, /, **parameters: object) -> int:
        return _count(await self.connection.execute(query.texts[Dialect.POSTGRES], *_values(query, parameters)))

    async def many(self, query: Query, rows: Sequence[Sequence[object]], /, **shared: object) -> int:
        if not rows:
            return 0
        bulk = await self._bulk(query, tuple(shared))
        self.staged += len(rows) if bulk.stages else 0
        columns = [
            [_storable(value) for value in column] if is_text else column
            for column, is_text in zip(zip(*rows, strict=True), bulk.texts, strict=True)
        ]
        always = [_storable(value) for value in shared.values()]
        return _count(await self.connection.execute(bulk.text, *always, *columns))

    async def lock(self, query: Query, /, **parameters: object) -> None:
        await self.connection.execute(query.texts[Dialect.POSTGRES], *_values(query, parameters))

    async def _bulk(self, query: Query, shared: tuple[str, ...]) -> Bulk:
        text = query.texts[Dialect.POSTGRES]
        if text not in self._bulks:
            insert = cut(text)
            prepared = (await self.connection.prepare(text)).get_parameters()
            types = {name: parameter.name for name, parameter in zip(query.names, prepared, strict=True)}
            own = [name for name in query.names if name not in shared]
            arrays = ", ".join(f"${place}::{types[name]}[]" for place, name in enumerate(own, len(shared) + 1))
            places = {name: f"${place}::{types[name]}" for place, name in enumerate(shared, 1)}
            places.update({name: f"given.{name}" for name in own})
            values = _PLACE.sub(lambda found: places[query.names[int(found[1]) - 1]], insert.values)
            self._bulks[text] = Bulk(
                f"{insert.head}SELECT {values} FROM unnest({arrays}) AS given ({', '.join(own)}){insert.tail}",
                tuple(types[name] == "text" for name in own),
                insert.table in STAGING,
            )
        return self._bulks[text]


def _values(query: Query, parameters: Mapping[str, object]) -> list[object]:
    return [_storable(value) for value in query.values(parameters)]


def _storable(value: object) -> object:
    """PostgreSQL's text has no U+0000; a provider's message may have."""
    return value.replace("\0", "\ufffd") if isinstance(value, str) and "\0" in value else value


def _count(status: str) -> int:
    """The rows of a command's tag, as in ``INSERT 0 5``."""
    return int(status.rpartition(" ")[2])
