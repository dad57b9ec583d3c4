"""Everything that is open, on one snapshot: what the engine looks at before it decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bide.core.batch import LiveBatch
from bide.core.bucket import Bucket
from bide.store import attempts, batches, buckets, deliveries, limits, schedules
from bide.store.database import Transaction, Verbs, reads
from bide.store.deliveries import FILE, NEWS
from bide.store.limits import Created, Enqueued, Known, LimitKey, Stored, Usage


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is open, and the next instants at which leases and due times ask for attention (None: never)."""

    buckets: list[Bucket]
    live: list[LiveBatch]
    limits: Mapping[LimitKey, Known]
    enqueued: Mapping[tuple[str, str], Enqueued]
    created: Mapping[str, Created]
    """By account, the batches of the last hour."""
    next_batch: Mapping[str, int]
    """By account."""
    next_delivery: int | None
    next_lease: int | None
    next_news: int | None = None
    next_schedule: int | None = None
    stored: Mapping[str, Stored] = field(default_factory=dict[str, Stored])
    flexing: Mapping[int, int] = field(default_factory=dict[int, int])
    """By bucket, how many open requests are in flight in the flex tier, and in no other call."""
    held: Sequence[Bucket] = ()
    """What the caps of jobs hold back: in nobody's plans."""

    @property
    def usage(self) -> Usage:
        """What is in use of every quota."""
        return Usage(self.enqueued, self.created, self.stored)


class Snapshots(Verbs):
    """Taking one."""

    @reads
    async def take(self, transaction: Transaction, host: str, now: int) -> Snapshot:
        """Everything that is open, for a worker on `host`."""
        due = await deliveries.next_due(transaction, host)
        opened, held = await buckets.open_buckets(transaction)
        return Snapshot(
            opened,
            await batches.live_batches(transaction),
            await limits.known(transaction),
            await limits.enqueued(transaction),
            await limits.created(transaction, now),
            await batches.next_due(transaction),
            due.get(FILE),
            await attempts.next_lease(transaction),
            due.get(NEWS),
            await schedules.next_due(transaction, host),
            stored=await limits.stored(transaction),
            flexing=await attempts.flexing(transaction),
            held=held,
        )
