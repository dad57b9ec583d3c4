"""The batches of an account: creating, showing, listing and cancelling them, and naming their files when they end."""

from collections import deque
from collections.abc import Iterator

from bide.core.clock import DAY, HOUR
from bide.simulator.answers import Answers
from bide.simulator.batch import Batch
from bide.simulator.behaviour import Behaviour, Behaviours
from bide.simulator.chance import Chance
from bide.simulator.creation import NewBatch, make_batch
from bide.simulator.files import Files, StoredFile
from bide.simulator.limits import Limits, over_quota, refuse_at_create
from bide.simulator.lines import Batchable, Problem, read_lines
from bide.simulator.outages import Standstill
from bide.simulator.refusal import Failure, Refusal, busy, invalid, unknown
from bide.simulator.results import write
from bide.simulator.script import Script
from bide.simulator.wire import BatchObject, Page, page

MAX_PAGE = 100
"""Batches in one page of the listing."""


class Batches:
    """All batches of an account, in the order of creation. `received` counts creates, accepted or not."""

    def __init__(
        self,
        script: Script,
        chance: Chance,
        files: Files,
        answers: Answers,
        limits: Limits,
        standstill: Standstill,
        started_at: int,
    ) -> None:
        self._script = script
        self._chance = chance
        self._files = files
        self._answers = answers
        self._limits = limits
        self._standstill = standstill
        self._behaviours = Behaviours(script.batch, script.when, chance, started_at)
        self._batches: list[Batch] = []
        self._places: dict[str, int] = {}
        self._nameless: dict[str, Batch] = {}
        """Those that have not named their files yet."""
        self._pending: list[Batch] = []
        """Those that may hold tokens of the quota."""
        self._creates: deque[int] = deque()
        """When batches were created within the last hour."""
        self.received = 0

    def __iter__(self) -> Iterator[Batch]:
        return iter(self._batches)

    def __len__(self) -> int:
        return len(self._batches)

    def create(self, new: NewBatch, now: int) -> BatchObject:
        """Accept a batch. A bad file is accepted too, and fails in validation, as the real service does it.

        Raises:
            Refusal: too many batches were created this hour, or the script refuses one over the quota at once.
        """
        self.received += 1
        self._limit_creates(now)
        file = self._files.find(new.input_file_id, now)
        if file is None:
            found = Problem("invalid_request", f"There is no file {new.input_file_id!r}.", None, "file_id")
        elif file.purpose != "batch":
            found = Problem("invalid_request", "The input file's purpose has to be 'batch'.", None, "file_id")
        else:
            found = read_lines(file.content, new.endpoint, self._script.account.models, self._answers)
        model = found.model if isinstance(found, Batchable) else ""
        behaviour = self._behaviours.of(self.received, model, file.content if file else b"", now)
        if isinstance(found, Batchable):
            found = self._problem(behaviour, found, now) or found
        life = self._script.files.output_life
        batch = make_batch(self.received, new, found, behaviour, self._chance, self._standstill, life, now)
        self._places[batch.id] = len(self._batches)
        self._batches.append(batch)
        self._nameless[batch.id] = batch
        self._pending.append(batch)
        return batch.view(now)

    def retrieve(self, identifier: str, now: int) -> BatchObject:
        """A batch as it is now, or a 404."""
        return self.view(self._get(identifier, now), now)

    def listing(self, after: str | None, limit: int, now: int) -> Page:
        """One page of batches, the newest first, from behind the batch `after` on."""
        if not 1 <= limit <= MAX_PAGE:
            raise invalid(f"limit has to be 1 to {MAX_PAGE}.", param="limit", code="integer_out_of_range")
        if after is not None and after not in self._places:
            raise invalid(f"There is no batch {after!r} to go on after.", param="after")
        place = len(self._batches) if after is None else self._places[after]
        chosen: list[Batch] = []
        while place and len(chosen) <= limit:
            place -= 1
            batch = self._batches[place]
            if batch.created_at + batch.behaviour.unlisted <= now:
                chosen.append(batch)
        objects = [self.view(batch, now, metadata=batch.behaviour.metadata_listed) for batch in chosen[:limit]]
        return page(objects, more=len(chosen) > limit)

    def cancel(self, identifier: str, now: int) -> BatchObject:
        """Begin to cancel a batch. One that has ended is refused, as the script says."""
        batch = self._get(identifier, now)
        if not batch.ended(now):
            batch.stop(now, self._standstill)
        elif (status := self._script.account.cancel_ended) != 200:
            raise Refusal(Failure(status, f"Cannot cancel a batch with status '{batch.status(now)}'."))
        return self.view(batch, now)

    def view(self, batch: Batch, now: int, *, metadata: bool = True) -> BatchObject:
        """A batch as the wire shows it; at its end, that includes its files."""
        self._name_files(batch, now)
        return batch.view(now, metadata=metadata)

    def name_files(self, now: int) -> None:
        """Name the files of every batch that has ended by now: somebody lists files without asking for batches."""
        for batch in list(self._nameless.values()):
            self._name_files(batch, now)

    def _get(self, identifier: str, now: int) -> Batch:
        place = self._places.get(identifier)
        batch = None if place is None else self._batches[place]
        if batch is None or now < batch.created_at + batch.behaviour.hidden:
            raise unknown(f"No batch found with id '{identifier}'.")
        return batch

    def _limit_creates(self, now: int) -> None:
        while self._creates and self._creates[0] <= now - HOUR:
            self._creates.popleft()
        if len(self._creates) >= self._script.account.batches_per_hour:
            wait = self._creates[0] + HOUR - now if self._creates else HOUR
            raise busy("Too many batches were created within an hour.", wait)
        self._creates.append(now)

    def _problem(self, behaviour: Behaviour, valid: Batchable, now: int) -> Problem | None:
        """Why a batch with a valid file fails all the same. Raises where it is refused at once."""
        if behaviour.refuses:
            raise refuse_at_create(over_quota(valid.model, 0), behaviour.refuses)
        if fails := behaviour.fails:
            return Problem(fails.code, fails.message, fails.line, fails.param)
        quota = self._limits.quota(valid.model, now)
        if quota is None or self._enqueued(valid.model, now) + valid.tokens <= quota.tokens:
            return None
        failure = over_quota(valid.model, quota.tokens)
        if quota.refused_with:
            raise refuse_at_create(failure, quota.refused_with)
        return Problem(failure.code or "", failure.message)

    def _enqueued(self, model: str, now: int) -> int:
        """Tokens of all batches of a model that have not ended."""
        # A day's grace, because clocks may be set back: what holds tokens is asked of each batch.
        self._pending = [batch for batch in self._pending if batch.ended_at > now - DAY]
        return sum(batch.tokens for batch in self._pending if batch.model == model and not batch.ended(now))

    def _name_files(self, batch: Batch, now: int) -> None:
        """Write the files of a batch that somebody looks at for the first time since they exist."""
        if batch.id not in self._nameless or now < batch.files_at:
            return
        results = write(batch, self._answers)
        names: list[str | None] = []
        for kind, content in (("output", results.output), ("error", results.errors)):
            names.append(batch.chance.identifier("file-", kind) if content else None)
            if name := names[-1]:
                self._files.add(
                    StoredFile(
                        id=name,
                        filename=f"{batch.id}_{kind}.jsonl",
                        purpose="batch_output",
                        content=content,
                        created_at=batch.files_at,
                        expires_at=batch.files_at + batch.output_life,
                        served_from=batch.files_at + batch.behaviour.download_late,
                        early_status=batch.behaviour.download_status,
                    )
                )
        batch.files = (names[0], names[1])
        del self._nameless[batch.id]
