"""Opening bide for a command, and running a command's coroutine."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from bide.core.errors import NotFoundError

if TYPE_CHECKING:
    from bide.config import Config
    from bide.core.job import Job
    from bide.embedded import Embedded

Result = TypeVar("Result")

RECENT = 200
"""Jobs among which the beginning of an id is looked up."""


def configured(database: str | None, assignments: Sequence[str] | None, file: str | None) -> "Config":
    """The configuration for a command. Raises `SettingError`."""
    from bide import config

    return config.load(config.from_process(), assignments=assignments or (), file=file, database=database)


def run_async(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """Run a command's coroutine to its end."""
    return asyncio.run(coroutine)


async def find_job(bide: "Embedded", identifier: str) -> "Job":
    """The job with this id, or the only recent one whose id begins so. Raises `NotFoundError`."""
    from bide.embedded import LOCAL_OWNER

    if identifier.startswith("req_"):
        raise NotFoundError(
            f"{identifier!r} is the id of a call, and this is about jobs; `bide status {identifier}` shows the call, and its job"
        )
    jobs = await bide.store.jobs.recent(LOCAL_OWNER, RECENT)
    if identifier == "last" and jobs:
        return jobs[0]
    found = [job for job in jobs if job.external_id.startswith(identifier)]
    if len(found) > 1 and identifier not in [job.external_id for job in found]:
        raise NotFoundError(f"{identifier!r} is the beginning of {len(found)} jobs; write more of it")
    return found[0] if found else await bide.store.jobs.find(LOCAL_OWNER, identifier)
