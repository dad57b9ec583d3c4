"""What bide itself has on record: rows of `bide.store.consumed` as records."""

from collections.abc import Callable, Iterable, Iterator

from bide.audit.readers.record import NOT_NAMED, Record
from bide.ledger.rates import MODES, STANDARD, Mode
from bide.store.database import Row

SOLD_AS: dict[str, Mode] = {"batch": "batch", "flex": "flex", "realtime": STANDARD, "cache": STANDARD}
"""What a lane is sold as, where the price that was billed does not say."""

NAME = "bide's own record"


def records(rows: Iterable[Row], catalogue: Callable[[str], str]) -> Iterator[Record]:
    """The records of these rows. `catalogue` is the name under which an account's prices are listed."""
    for row in rows:
        provider = row["provider"] or catalogue(row["account"])
        workflow, caller = row["workflow"], row["caller"]
        lane = row["mode"] if row["mode"] in MODES else SOLD_AS.get(row["lane"])
        sent, finished, digest = row["sent_at"], row["finished_at"], row["digest"]
        yield Record(
            at=row["at"],
            provider=provider,
            model=row["model"],
            workflow=workflow or caller or NOT_NAMED,
            named_by="workflow" if workflow else "caller: key" if caller else NOT_NAMED,
            lane=lane,
            input=row["input"],
            cached=row["cached"],
            cache_write=row["cache_write"],
            cache_write_1h=row["cache_write_1h"],
            output=row["output"],
            reasoning=row["reasoning"],
            cost=row["amount"],
            # How long a batch takes says nothing of how long anybody waits for a call.
            latency=finished - sent if row["lane"] == "realtime" and None not in (sent, finished) else None,
            streamed=None if row["stream"] is None else bool(row["stream"]),
            succeeded=True,
            from_cache=row["lane"] == "cache",
            prompt=None if digest is None else int.from_bytes(bytes(digest)[:8]),
            caller=caller,
        )
