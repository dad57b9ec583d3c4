"""The batches of an account: creating, finding, listing and cancelling them, and writing their results when they end."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from bide.core.clock import DAY, HOUR
from bide.simulator.batch import Batch
from bide.simulator.behaviour import Behaviour, Behaviours
from bide.simulator.chance import Chance
from bide.simulator.creation import Identify, NewBatch, fail_all, make_batch
from bide.simulator.exchange import Content
from bide.simulator.fate import follow
from bide.simulator.limits import ANY_MODEL, Limit, Limits, over_quota, refuse_at_create
from bide.simulator.outages import Standstill
from bide.simulator.refusal import Failure, Refusal, busy, invalid, unknown
from bide.simulator.rows import Batchable, Problem
from bide.simulator.script import Script

Publish = Callable[[Batch], None]
"""Writes the results of a batch that has ended to where its protocol has them, and fills in `Batch.files`."""


class Batches:
    """All batches of an account, in the order of creation. `received` counts creates, accepted or not."""

    def __init__(
        self,
        script: Script,
        chance: Chance,
        limits: Limits,
        standstill: Standstill,
        started_at: int,
        identify: Identify,
        publish: Publish,
    ) -> None:
        self._script = script
        self._chance = chance
        self._limits = limits
        self._standstill = standstill
        self._identify = identify
        self._publish = publish
        self._behaviours = Behaviours(script.batch, script.when, chance, started_at)
        self._batches: list[Batch] = []
        self._places: dict[str, int] = {}
        self._unpublished: dict[str, Batch] = {}
        self._pending: list[Batch] = []
        """Those that may use up a quota."""
        self._creates: deque[int] = deque()
        """When batches were created within the last hour."""
        self.received = 0

    def __iter__(self) -> Iterator[Batch]:
        return iter(self._batches)

    def __len__(self) -> int:
        return len(self._batches)

    def create(self, new: NewBatch, found: Batchable | Problem, content: Content, now: int) -> Batch:
        """Accept a batch, given what was found in its input. A bad one is accepted too, and fails in validation.

        Raises:
            Refusal: too many batches were created this hour, or one over a quota is refused at once.
        """
        self.received += 1
        self._limit_creates(now)
        model = found.model if isinstance(found, Batchable) else ""
        behaviour = self._behaviours.of(self.received, model, content, now)
        if isinstance(found, Batchable):
            if self._script.fate is not None:
                behaviour = follow(self._script.fate, behaviour, found.rows, now)
            found = self._problem(behaviour, new, found, now) or found
        life = self._script.files.output_life
        batch = make_batch(
            self.received, new, found, behaviour, self._chance, self._standstill, life, self._identify, now
        )
        self._places[batch.id] = len(self._batches)
        self._batches.append(batch)
        self._unpublished[batch.id] = batch
        self._pending.append(batch)
        return batch

    def get(self, identifier: str, now: int) -> Batch:
        """A batch, its results written if it has ended; or a 404."""
        place = self._places.get(identifier)
        batch = None if place is None else self._batches[place]
        if batch is None or batch.deleted or now < batch.created_at + batch.behaviour.hidden:
            raise unknown(f"No batch found with id '{identifier}'.")
        self.publish(batch, now)
        return batch

    def older(self, than: str | None, limit: int, now: int) -> tuple[list[Batch], bool]:
        """Up to `limit` batches, the newest first, from behind a batch on; and whether there are more.

        Raises:
            Refusal: there is no such batch to go on after.
        """
        place = len(self._batches) if than is None else self._place(than)
        return self._listed((self._batches[index] for index in range(place - 1, -1, -1)), limit, now)

    def newer(self, than: str, limit: int, now: int) -> tuple[list[Batch], bool]:
        """The same, the other way: those that came right after a batch, the newest first."""
        batches, more = self._listed(islice(self._batches, self._place(than) + 1, None), limit, now)
        return batches[::-1], more

    def cancel(self, identifier: str, now: int) -> Batch:
        """Begin to cancel a batch. One that has ended is refused, as the script says."""
        batch = self.get(identifier, now)
        if not batch.ended(now):
            batch.stop(now, self._standstill)
            self.publish(batch, now)
        elif (status := self._script.account.cancel_ended) != 200:
            raise Refusal(Failure(status, f"Cannot cancel a batch with status '{batch.status(now)}'."))
        return batch

    def publish(self, batch: Batch, now: int) -> None:
        """Write the results of a batch that somebody looks at for the first time since they exist."""
        if batch.id in self._unpublished and now >= batch.files_at:
            self._publish(batch)
            del self._unpublished[batch.id]

    def publish_all(self, now: int) -> None:
        """The same for every batch: somebody looks for files without asking for batches."""
        for batch in list(self._unpublished.values()):
            self.publish(batch, now)

    def _place(self, identifier: str) -> int:
        place = self._places.get(identifier)
        if place is None:
            raise invalid(f"There is no batch {identifier!r} to go on after.", param="after")
        return place

    def _listed(self, batches: Iterable[Batch], limit: int, now: int) -> tuple[list[Batch], bool]:
        chosen: list[Batch] = []
        for batch in batches:
            if batch.created_at + batch.behaviour.unlisted <= now and not batch.deleted:
                chosen.append(batch)
                if len(chosen) > limit:
                    break
        for batch in chosen[:limit]:
            self.publish(batch, now)
        return chosen[:limit], len(chosen) > limit

    def _limit_creates(self, now: int) -> None:
        while self._creates and self._creates[0] <= now - HOUR:
            self._creates.popleft()
        if len(self._creates) >= self._script.account.batches_per_hour:
            wait = self._creates[0] + HOUR - now if self._creates else HOUR
            raise busy("Too many batches were created within an hour.", wait)
        self._creates.append(now)

    def _problem(self, behaviour: Behaviour, new: NewBatch, valid: Batchable, now: int) -> Problem | None:
        """Why a batch with a valid input fails all the same. Raises where it is refused at once."""
        if behaviour.refuses:
            raise refuse_at_create(over_quota(valid.model, 0), behaviour.refuses)
        if (fails := behaviour.fails) and new.validates:
            return Problem(fails.code, fails.message, fails.line, fails.param)
        fail_all(valid, behaviour)
        limit = self._limits.limit(valid.model, now)
        failure = self._over(limit, valid, now) if limit else None
        if limit is None or failure is None:
            return None
        if limit.over_quota != "late" or not new.validates:
            raise refuse_at_create(failure, 429 if limit.over_quota == "late" else int(limit.over_quota))
        return Problem(failure.code or "", failure.message)

    def _over(self, limit: Limit, valid: Batchable, now: int) -> Failure | None:
        """Which quota this batch does not fit."""
        # A day's grace, because clocks may be set back: what counts is asked of each batch.
        self._pending = [batch for batch in self._pending if batch.ended_at > now - DAY]
        open_ = [batch for batch in self._pending if not batch.ended(now)]
        same = [batch for batch in open_ if (batch.model or "") == valid.model]
        held = open_ if limit.model == ANY_MODEL else same
        quotas = (
            ("token", limit.enqueued_tokens, lambda: valid.tokens + sum(batch.tokens for batch in same)),
            (
                "request",
                limit.enqueued_requests,
                lambda: len(valid.rows) + sum(len(batch.rows) - batch.done(now) for batch in held),
            ),
            ("batch", limit.open_batches, lambda: 1 + len(held)),
        )
        for unit, most, used in quotas:
            if most is not None and used() > most:
                return over_quota(valid.model, most, unit)
        return None
