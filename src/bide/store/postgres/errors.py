"""PostgreSQL's errors as bide's own, each with what to do next; and which of them a transaction may be run again after."""

from collections.abc import Mapping

import asyncpg

from bide.core.errors import BideError, ConflictError, StoreError

CONFLICTS: tuple[type[BaseException], ...] = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)
"""The server undid a transaction because of another one."""

LOST: tuple[type[BaseException], ...] = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InternalClientError,  # where the session breaks within a statement, asyncpg may lose count of its own state
    OSError,  # and with it TimeoutError
)
"""The session is gone, or there is none to be had."""

REMEDIES: Mapping[type[BaseException], str] = {
    asyncpg.InvalidCatalogNameError: "there is no such database; make it with `createdb`, or name another with --db",
    asyncpg.InvalidPasswordError: "the password was refused; correct it in the URL, or give it in PGPASSWORD",
    asyncpg.InvalidAuthorizationSpecificationError: "the user is not let in; name another in the URL",
    asyncpg.InsufficientPrivilegeError: (
        "the user may not do this; as the database's owner, GRANT TEMPORARY on the database and CREATE on its schema"
    ),
    asyncpg.DiskFullError: "the server's disk is full; free some space there, then run the same command again",
    asyncpg.TooManyConnectionsError: "the server has no connection left; raise its max_connections, or run fewer workers",
    asyncpg.ReadOnlySQLTransactionError: "this server is a read-only replica; name the primary in the URL",
    asyncpg.ClientConfigurationError: "the URL is not understood; write postgresql://user@host:5432/name",
}


def translate(error: BaseException, where: str) -> BaseException:
    """The error as bide's own; what is neither the server's nor the network's stays as it is. `where` names the database."""
    if isinstance(error, BideError):
        return error
    if isinstance(error, asyncpg.UniqueViolationError):
        return ConflictError(f"this is on record already ({error}); look it up instead of adding it again")
    for kind, remedy in REMEDIES.items():
        if isinstance(error, kind):
            return StoreError(f"PostgreSQL ({where}): {_text(error)}: {remedy}")
    if isinstance(error, LOST):
        return StoreError(
            f"PostgreSQL ({where}) cannot be reached: {_text(error)}; see that it runs, then run the same command again"
        )
    if isinstance(error, asyncpg.PostgresError):
        return StoreError(f"PostgreSQL ({where}): {_text(error)}")
    return error


def _text(error: BaseException) -> str:
    return str(error) or type(error).__name__
