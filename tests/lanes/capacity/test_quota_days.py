"""Days on which the provider's queue holds a tenth of the work: who gets the room, and how often is a batch refused?"""

from dataclasses import dataclass, field, replace

from tests.lanes.market import Market

from bide.core.clock import DAY, FAR_FUTURE, HOUR, MINUTE
from bide.core.quota import Resource, Source, Told, learned
from bide.lanes.capacity.capacity import Capacity
from bide.lanes.capacity.quota import Bound, Known, Quota, limit_of, next_try, refused_at
from bide.lanes.decision.outlook import Outlook
from bide.lanes.plan.assemble import Opening

REQUESTS = Resource.ENQUEUED_REQUESTS

KEY = ("openai", "gpt-6-luna")


@dataclass
class Queued(Market):
    """A market whose queue holds so many requests, which its refusals name or do not. bide learns it as the engine does."""

    holds: int = 100
    names: bool = True
    known: Known | None = None
    refusals: int = 0
    order: list[int] = field(default_factory=list[int])
    """Buckets, as they got their batches."""

    @property
    def enqueued(self) -> int:
        return sum(group.batch.requests for group in self.groups.values())

    def _outlook(self) -> Outlook:
        found = limit_of(None, None, self.known, self.now)
        quota = Quota(
            None,
            0,
            len(self.groups),
            0,
            refused_at(self.known, self.now),
            () if found is None else (Bound(REQUESTS, found.limit, self.enqueued),),
            changes_at=FAR_FUTURE if found is None else next_try(found, self.now),
        )
        return replace(super()._outlook(), quotas={KEY: quota})

    def _create(self, opening: Opening) -> None:
        amount, others = min(opening.requests, self.buckets[opening.bucket.id].waiting.requests), self.enqueued
        if amount + others > self.holds:
            self.refusals += 1
            limit, source = learned(Told(REQUESTS, self.holds if self.names else None), amount, others)
            self.known = Known(limit, source, self.now)
            return
        self.order.append(opening.bucket.id)
        super()._create(opening)


def a_day(*, names: bool = True, holds: int = 100) -> Queued:
    """A thousand requests: most have all day, some six hours, and batches take half an hour."""
    market = Queued(Capacity(60, None, True), lambda number: 30 * MINUTE, holds=holds, names=names)
    market.submit(800, DAY)
    market.submit(200, 6 * HOUR)
    market.run()
    return market


def test_every_deadline_is_met_and_everything_is_batched() -> None:
    market = a_day()

    assert max(market.lateness.values()) <= 0
    assert market.batched == market.requests == 1_000


def test_a_limit_that_was_named_is_refused_once_for_each_job_that_did_not_know_it() -> None:
    market = a_day()

    assert market.refusals == 2, "both are tried at the first look; the ten batches after it all fit"


def test_a_limit_that_was_guessed_is_found_in_a_few_refusals() -> None:
    market = a_day(names=False)
    hours = max(at for at, _ in market.sent) // HOUR - min(at for at, _ in market.sent) // HOUR + 1

    assert max(market.lateness.values()) <= 0
    assert market.batched == 1_000
    assert market.refusals <= 4 + hours, "halved until it fits, and tried at twice its size once an hour"


def test_the_least_slack_has_the_room_first() -> None:
    market = Queued(
        Capacity(60, None, True), lambda number: 30 * MINUTE, known=Known(100, Source.NAMED, 1_800_000_000 * 1_000_000)
    )
    market.submit(300, DAY)
    market.submit(300, 6 * HOUR)
    market.run()

    assert market.order == [2, 2, 2, 1, 1, 1]
    assert market.refusals == 0


def test_what_finds_no_room_is_called_at_the_last_safe_moment() -> None:
    market = Queued(Capacity(60, None, True), lambda number: None, holds=100)
    market.submit(1_000, 6 * HOUR)
    market.run()

    assert max(market.lateness.values()) <= 0
    assert market.called == 1_000, "the one batch that fits never ends, so nothing else gets in"
    assert min(at for at, way in market.sent if way == "call") - 1_800_000_000 * 1_000_000 > 5 * HOUR
