"""x"""

from bide.core.job import Job
from bide.store.store import Store


async def deliver(store: Store, job: Job, destination: str) -> None:
    del store, job, destination
