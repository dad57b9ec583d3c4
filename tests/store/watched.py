"""A PostgreSQL database whose deadlocks are counted: the store itself only runs such a transaction again."""

import asyncpg

from bide.store.database import Result, Work
from bide.store.postgres.database import PostgresDatabase


class Watched(PostgresDatabase):
    """Counts the transactions that the server undid because two of them waited for each other."""

    deadlocks = 0

    async def _write(self, work: Work[Result]) -> Result:
        try:
            return await super()._write(work)
        except asyncpg.DeadlockDetectedError:
            self.deadlocks += 1
            raise
