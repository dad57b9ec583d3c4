"""One account at a simulated provider: everything about it that no protocol has a word in.

No clock, no task, no timer, no stream of chance: everything is worked out when somebody looks, and comes out the same
whoever looks when.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from typing import Self

from bide.core.clock import SECOND
from bide.simulator.answers import Answers
from bide.simulator.batch import Batch
from bide.simulator.batches import Batches
from bide.simulator.calls import Calls
from bide.simulator.chance import Chance
from bide.simulator.charges import Charge, summary
from bide.simulator.creation import Identify
from bide.simulator.exchange import Content
from bide.simulator.faults import Fault, Faults, Site
from bide.simulator.files import Files, StoredFile
from bide.simulator.limits import Limits
from bide.simulator.outages import Outages
from bide.simulator.script import Script


class Account:
    """An account from `started_at` on. What it says is a function of the script, the seed, what was asked, and when.

    With `faults` the run meets exactly these and none of the script's own: so a run is replayed from `faults.fired`.
    `identify` and `publish` are what batches need of the protocol (see `protocol`).
    """

    def __init__(
        self,
        script: Script,
        seed: int,
        started_at: int,
        faults: Iterable[Fault] | None,
        identify: Identify,
        publish: Callable[[Self, Batch], None],
    ) -> None:
        chance = Chance(seed)
        limits = Limits(script.limit, started_at)
        self.script = script
        self.seed = seed
        self.started_at = started_at
        self.chance = chance
        self.answers = Answers(script.answers, chance)
        self.faults = Faults(chance, script.fault if faults is None else (), faults or ())
        self.outages = Outages(script.outage, started_at)
        self.files = Files()
        self.batches = Batches(
            script,
            chance,
            limits,
            self.outages.standstill,
            started_at,
            identify,
            lambda batch: publish(self, batch),
        )
        self.calls = Calls(
            script.realtime, limits, script.account.models, self.answers, chance, started_at, script.fate
        )
        self.received: Counter[Site] = Counter()
        """Calls that were acted on, by site; `faults.calls` counts all that arrived."""
        self.outbox: deque[tuple[str, bytes]] = deque()
        """Objects to be written to the bucket, URI and content, before the reply is sent."""
        self.kept: dict[str, object] = {}
        """What a protocol keeps beside files and batches, by its id."""
        self._uploads = 0

    def upload(
        self, filename: str, purpose: str, content: Content, life: int | None, now: int, *, prefix: str = "file-"
    ) -> StoredFile:
        """Keep an uploaded file, for `life` microseconds where the upload says so."""
        life = life or (self.script.files.input_life if purpose == "batch" else None)
        self._uploads += 1
        identifier = self.chance.identifier(prefix, self._uploads)
        file = StoredFile(identifier, filename, purpose, content, now, now + life if life else None)
        self.files.add(file)
        return file

    def keep_result(self, batch: Batch, identifier: str, filename: str, content: Content) -> None:
        """Keep a file of results, from when on and for as long as the batch says."""
        self.files.add(
            StoredFile(
                id=identifier,
                filename=filename,
                purpose="batch_output",
                content=content,
                created_at=batch.files_at,
                expires_at=batch.files_at + batch.output_life,
                served_from=batch.files_at + batch.behaviour.download_late,
                early_status=batch.behaviour.download_status,
            )
        )

    def charges(self, now: int) -> Iterator[Charge]:
        """Everything billed by now: rows by batch, then calls."""
        for batch in self.batches:
            yield from batch.charges(now)
        yield from self.calls.charges

    def reply_key(self, site: Site) -> str:
        """What makes the id of the reply to the latest call of a site: 24 hexadecimal digits."""
        return self.chance.identifier("req_", site, self.faults.calls[site]).removeprefix("req_")

    def summary(self, now: int) -> dict[str, object]:
        """What happened so far, for people and tests, as JSON-able values."""
        return {
            "seed": self.seed,
            "elapsed_seconds": (now - self.started_at) // SECOND,
            "arrived": {str(site): self.faults.calls[site] for site in Site},
            "received": {str(site): self.received[site] for site in Site},
            "creates": {"received": self.batches.received, "accepted": len(self.batches)},
            "batches": [_shown(batch, now) for batch in self.batches],
            "billed": summary(self.charges(now)),
            "faults": [fault.as_table() for fault in self.faults.fired],
        }


def _shown(batch: Batch, now: int) -> dict[str, object]:
    tally = batch.tally(now)
    return {
        "id": batch.id,
        "status": batch.status(now).value,
        "model": batch.model,
        "input_file_id": batch.source,
        "metadata": batch.metadata,
        "request_counts": {"total": tally.total, "completed": tally.answered, "failed": tally.failed},
    }
