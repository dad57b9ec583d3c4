"""The database seam: transactions, wake-ups and presence. A driver is one folder; the verbs above are written once.

A verb is an ``async def`` over a `Transaction`. On PostgreSQL its awaits are real; on SQLite they never suspend, so
that a writer thread can run a whole transaction without a hop per statement.
"""

import functools
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from bide.store.queries import Query

Result = TypeVar("Result")
Parameters = ParamSpec("Parameters")


class Row(Protocol):
    """A row, by column name or place."""

    def __getitem__(self, column: str | int, /) -> Any: ...

    def keys(self) -> Iterable[str]: ...


class Transaction(Protocol):
    """One transaction. Parameters are named as in the query."""

    async def one(self, query: Query, /, **parameters: object) -> Row | None:
        """The first row, or None."""
        ...

    async def all(self, query: Query, /, **parameters: object) -> Sequence[Row]:
        """Every row. Queries bound their own size."""
        ...

    async def run(self, query: Query, /, **parameters: object) -> int:
        """Run a statement; the number of rows it changed."""
        ...

    async def many(self, query: Query, rows: Sequence[Sequence[object]], /, **shared: object) -> int:
        """Run an ``INSERT … VALUES`` for each row of values; how many were inserted.

        `shared` are the parameters that are the same for all rows; a row holds the others, in the order of the query's names.
        """
        ...

    async def lock(self, query: Query, /, **parameters: object) -> None:
        """Keep other writers from the rows of a query until the end. Nothing to do where there is one writer at a time.

        Everybody locks in the same order: a batch, then the queue of an account, then buckets by id, then jobs by id, then spending by key and period.
        What is read afterwards is what the last holder left.
        """
        ...


Work = Callable[[Transaction], Coroutine[Any, Any, Result]]


class Database(Protocol):
    """A driver."""

    async def write(self, name: str, work: Work[Result]) -> Result:
        """Run `work` in one durable transaction; when this returns it is committed, when it raises nothing happened.

        `work` may be run again after a conflict, so it must have no effect outside its transaction.
        """
        ...

    async def read(self, name: str, work: Work[Result]) -> Result:
        """Run `work` on a consistent snapshot."""
        ...

    async def wait_for_change(self) -> None:
        """Return when another process may have changed something."""
        ...

    async def attend(self, holder: str) -> None:
        """Show `holder` as alive for as long as this process lives, without heartbeats. Again changes nothing."""
        ...

    async def is_present(self, holder: str) -> bool:
        """Whether the process behind `holder` lives."""
        ...

    async def others_present(self, holder: str) -> bool:
        """Whether a process other than that of `holder` attends to this database."""
        ...

    async def close(self) -> None: ...


class Verbs:
    """Base of the noun modules: verbs over one database."""

    def __init__(self, database: Database) -> None:
        self.database = database


Noun = TypeVar("Noun", bound=Verbs)


def writes(
    verb: Callable[Concatenate[Noun, Transaction, Parameters], Coroutine[Any, Any, Result]],
) -> Callable[Concatenate[Noun, Parameters], Awaitable[Result]]:
    """Make a verb over a transaction one that opens and commits its own."""

    @functools.wraps(verb)
    async def run(self: Noun, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        return await self.database.write(
            _name(self, verb), lambda transaction: verb(self, transaction, *args, **kwargs)
        )

    return run


def reads(
    verb: Callable[Concatenate[Noun, Transaction, Parameters], Coroutine[Any, Any, Result]],
) -> Callable[Concatenate[Noun, Parameters], Awaitable[Result]]:
    """As `writes`, on a snapshot."""

    @functools.wraps(verb)
    async def run(self: Noun, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        return await self.database.read(_name(self, verb), lambda transaction: verb(self, transaction, *args, **kwargs))

    return run


def _name(noun: Verbs, verb: Callable[..., object]) -> str:
    """What a transaction is called: ``Batches.fill``, whichever module the verb stands in."""
    return f"{type(noun).__name__}.{verb.__name__}"
