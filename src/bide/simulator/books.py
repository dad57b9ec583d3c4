"""The provider's books. What they say is a function of the script, the seed, what was asked, and the instant.

No clock, no task, no timer, no stream of chance: everything is worked out when somebody looks, and comes out the same
whoever looks when.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from bide.core.clock import SECOND
from bide.simulator.answers import Answers
from bide.simulator.batches import Batches
from bide.simulator.calls import Calls
from bide.simulator.chance import Chance
from bide.simulator.charges import Charge, summary
from bide.simulator.exchange import Content
from bide.simulator.faults import Fault, Faults, Site
from bide.simulator.files import UPLOAD_PURPOSES, Files, StoredFile
from bide.simulator.limits import Limits
from bide.simulator.outages import Outages
from bide.simulator.refusal import invalid
from bide.simulator.script import Script
from bide.simulator.wire import FileObject, Page


class Books:
    """One account at one simulated provider, from `started_at` on.

    With `faults` the run meets exactly these and none of the script's own: so a run is replayed from `faults.fired`.
    """

    def __init__(self, script: Script, seed: int, started_at: int, faults: Iterable[Fault] | None = None) -> None:
        chance = Chance(seed)
        answers = Answers(script.answers, chance)
        limits = Limits(script.limit, started_at)
        self.script = script
        self.seed = seed
        self.started_at = started_at
        self.faults = Faults(chance, script.fault if faults is None else (), faults or ())
        self.outages = Outages(script.outage, started_at)
        self.files = Files()
        self.batches = Batches(script, chance, self.files, answers, limits, self.outages.standstill, started_at)
        self.calls = Calls(script.realtime, limits, script.account.models, answers, chance)
        self.received: Counter[Site] = Counter()
        """Calls that were acted on, by site; `faults.calls` counts all that arrived."""
        self._chance = chance
        self._uploads = 0

    def upload(self, filename: str, purpose: str, content: Content, life: int | None, now: int) -> FileObject:
        """Keep an uploaded file, for `life` microseconds where the upload says so."""
        if purpose not in UPLOAD_PURPOSES:
            raise invalid(f"{purpose!r} is not one of {list(UPLOAD_PURPOSES)}.", param="purpose")
        life = life or (self.script.files.input_life if purpose == "batch" else None)
        self._uploads += 1
        identifier = self._chance.identifier("file-", self._uploads)
        file = StoredFile(identifier, filename, purpose, content, now, now + life if life else None)
        self.files.add(file)
        return file.view()

    def list_files(self, purpose: str | None, limit: int, order: str, after: str | None, now: int) -> Page:
        """One page of files, the results of ended batches among them."""
        self.batches.name_files(now)
        return self.files.listing(purpose, limit, order, after, now)

    def charges(self, now: int) -> Iterator[Charge]:
        """Everything billed by now: rows by batch, then calls."""
        for batch in self.batches:
            yield from batch.charges(now)
        yield from self.calls.charges

    def request_identifier(self, site: Site) -> str:
        """The id of the reply to the latest call of a site."""
        return self._chance.identifier("req_", site, self.faults.calls[site])

    def summary(self, now: int) -> dict[str, object]:
        """What happened so far, for people and tests, as JSON-able values."""
        shown = [self.batches.view(batch, now) for batch in self.batches]
        return {
            "seed": self.seed,
            "elapsed_seconds": (now - self.started_at) // SECOND,
            "arrived": {str(site): self.faults.calls[site] for site in Site},
            "received": {str(site): self.received[site] for site in Site},
            "creates": {"received": self.batches.received, "accepted": len(self.batches)},
            "batches": [
                {
                    "id": batch.id,
                    "status": batch.status,
                    "model": batch.model,
                    "input_file_id": batch.input_file_id,
                    "metadata": batch.metadata,
                    "request_counts": batch.request_counts,
                }
                for batch in shown
            ],
            "billed": summary(self.charges(now)),
            "faults": [fault.as_table() for fault in self.faults.fired],
        }
