"""The store: every noun's verbs over one database and one place for objects."""

from bide.core.job import Job
from bide.store import queries
from bide.store.attempts import Attempts
from bide.store.batches import Batches
from bide.store.bodies import READ, Bodies, name_of
from bide.store.buckets import Buckets
from bide.store.budgets import Budgets
from bide.store.cache import Cache
from bide.store.calls import Calls
from bide.store.consumed import Consumed
from bide.store.costs import Costs
from bide.store.database import Database, Transaction, Verbs, reads, writes
from bide.store.decisions import Decisions
from bide.store.deliveries import Deliveries
from bide.store.endpoints import Endpoints
from bide.store.events import Events
from bide.store.files import Files
from bide.store.forecasts import Forecasts
from bide.store.held import Held
from bide.store.history import History
from bide.store.jobs import Jobs
from bide.store.keys import Keys
from bide.store.ledger import Ledger
from bide.store.limits import Limits
from bide.store.message_batches import MessageBatches
from bide.store.notices import Notices
from bide.store.objects import Objects
from bide.store.passages import Passages
from bide.store.purge import Purge
from bide.store.requests import Requests
from bide.store.responses import Responses
from bide.store.retries import Retries
from bide.store.schedules import Schedules
from bide.store.served import Served
from bide.store.snapshot import Snapshots

BODIES = queries.load("bodies")
BATCHES = queries.load("batches")
JOBS = queries.load("jobs")
DELIVERIES = queries.load("deliveries")
LIMITS = queries.load("limits")
SCHEDULES = queries.load("schedules")


class Store(Verbs):
    """The only way state changes. Nouns are attributes: ``store.jobs.accept(…)``."""

    def __init__(self, database: Database, objects: Objects) -> None:
        super().__init__(database)
        self.objects = objects
        self.jobs = Jobs(database)
        self.buckets = Buckets(database)
        self.decisions = Decisions(database)
        self.requests = Requests(database)
        self.retries = Retries(database)
        self.calls = Calls(database)
        self.message_batches = MessageBatches(database)
        self.passages = Passages(database)
        self.batches = Batches(database)
        self.attempts = Attempts(database)
        self.ledger = Ledger(database)
        self.costs = Costs(database)
        self.limits = Limits(database)
        self.forecasts = Forecasts(database)
        self.deliveries = Deliveries(database)
        self.endpoints = Endpoints(database)
        self.notices = Notices(database)
        self.events = Events(database)
        self.history = History(database)
        self.consumed = Consumed(database)
        self.bodies = Bodies(database, objects)
        self.snapshots = Snapshots(database)
        self.keys = Keys(database)
        self.responses = Responses(database)
        self.files = Files(database, self.bodies)
        self.served = Served(database)
        self.budgets = Budgets(database)
        self.held = Held(database)
        self.purge = Purge(database, self.bodies)
        self.schedules = Schedules(database)
        self.cache = Cache(database)

    @writes
    async def agree(self, transaction: Transaction, name: str, value: str) -> str:
        """The value of a setting that everybody who uses this database shares: `value`, unless it was set before."""
        row = await transaction.one(BODIES["set"], name=name, value=value)
        assert row is not None
        return row["value"]

    @reads
    async def agreed(self, transaction: Transaction, name: str) -> str | None:
        """What was agreed on; None: nothing yet."""
        row = await transaction.one(BODIES["setting"], name=name)
        return row["value"] if row else None

    async def forget(self, job: Job) -> None:
        """Forget a job that was never accepted, with what its reader wrote. An accepted job stays whole."""
        if not await self._forsake(job.id):
            return
        for kind in READ:
            await self.bodies.drop(name_of(kind, job.external_id))
        while not await self.jobs.forget(job.id):
            pass

    @writes
    async def _forsake(self, transaction: Transaction, job: int) -> bool:
        """See that it cannot be accepted any more; False where it has been, or is gone."""
        return await transaction.one(JOBS["forsake"], job=job) is not None

    @reads
    async def is_busy(self, transaction: Transaction) -> bool:
        """Whether any job is unfinished or undelivered."""
        return await transaction.one(JOBS["busy"]) is not None

    @reads
    async def holders(self, transaction: Transaction) -> list[str]:
        """Everybody who holds a lease or has a call in flight."""
        return sorted(row["holder"] for row in await transaction.all(BATCHES["holders"]))

    @writes
    async def release_holder(self, transaction: Transaction, holder: str) -> None:
        """A worker has died: whatever it held is free. Its calls in flight are `Attempts.orphans`."""
        await transaction.run(BATCHES["release_holder"], holder=holder)
        await transaction.run(DELIVERIES["release_holder"], holder=holder)
        await transaction.run(SCHEDULES["release_holder"], holder=holder)
        await transaction.run(LIMITS["leave"], holder=holder)

    async def close(self) -> None:
        """Close the database and the objects."""
        await self.database.close()
        await self.objects.close()
