"""The receipt of a job: what was promised, what happened, what it cost and saved. Made from the store, at any time.

Money is in 1e-12 USD inside and in USD, as decimal text, in the JSON; durations are seconds there.
"""

from typing import Any

import msgspec

from bide.core.batch import Batch
from bide.core.bucket import ANSWERED_PHASES, Phase
from bide.core.clock import SECOND, to_datetime
from bide.core.job import Job
from bide.core.money import to_decimal
from bide.core.states import AttemptState, JobState, Lane
from bide.core.usage import Usage
from bide.ledger import cards
from bide.ledger.balance import balance, percent
from bide.ledger.promise import Predicted, Promise, decode_promise
from bide.ledger.times import Spread, Stage, stages
from bide.store.jobs import Progress
from bide.store.ledger import Total
from bide.store.store import Store


class Waste(msgspec.Struct, frozen=True):
    """Money for nothing, or perhaps for nothing, by its reason."""

    reason: str
    answers: int
    amount: int


class Times(msgspec.Struct, frozen=True):
    """How long a job's stages took or should take, in microseconds; None for a stage that there was not."""

    queue: int | None
    provider: int | None
    rescue: int | None


class Share(msgspec.Struct, frozen=True):
    """What one model at one account had of a job. Money is None where a price is unknown."""

    account: str
    model: str
    progress: Progress

    @property
    def paid(self) -> int | None:
        return None if self.progress.unpriced else self.progress.paid

    @property
    def listed(self) -> int | None:
        return None if self.progress.unpriced else self.progress.listed

    @property
    def saved(self) -> int | None:
        """What the used answers would have cost in real time at list price, less everything spent."""
        progress = self.progress
        return None if progress.unpriced else progress.listed - progress.paid - progress.wasted


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about a finished or unfinished job; `final` once nothing can change any more.

    `paid` is for the answers that were used, `listed` what these would have cost in real time at list price; None where a
    price is unknown. `saved` is `listed` less everything spent, waste included. `suspected` is money that calls without
    a reply may have cost at most.
    """

    job: Job
    promise: Promise | None
    progress: Progress
    final: bool
    late: int
    paid: int | None
    listed: int | None
    saved: int | None
    shares: list[Share]
    waste: list[Waste]
    suspected: list[Waste]
    unpriced: int
    usage: Usage
    attempts: dict[str, dict[str, int]]
    retries: int
    batches: dict[str, int]
    files_kept: int
    predicted: Times | None
    actual: Times
    prices: list[str]
    stages: dict[str, Stage] = msgspec.field(default_factory=dict[str, Stage])
    """How long requests were in each stage of the way, beside what was predicted."""

    @property
    def margin(self) -> int | None:
        """Microseconds between the last answer and the deadline; negative when it was late."""
        return None if self.job.answered_at is None else self.job.deadline - self.job.answered_at

    @property
    def wasted(self) -> int:
        return sum(one.amount for one in self.waste)


async def receipt(store: Store, job: Job) -> Receipt:
    """The receipt of a job as it stands."""
    owner, number = job.owner, job.id
    totals = await store.ledger.totals(owner, number)
    batches = await store.batches.of_job(number)
    attempts = await store.ledger.attempts(owner, number)
    first_call, last_call = await store.ledger.realtime_span(owner, number)
    promise = decode_promise(job.admission) if job.admission else None
    money = balance(totals)
    return Receipt(
        job=job,
        promise=promise,
        progress=await store.jobs.progress(owner, number),
        final=job.state is JobState.DONE,
        late=await store.ledger.late(owner, number),
        paid=money.paid,
        listed=money.listed,
        saved=money.saved,
        shares=[Share(*key, progress) for key, progress in (await store.jobs.progress_by_model(owner, number)).items()],
        waste=_waste(totals, "waste"),
        suspected=_waste(totals, "suspected"),
        unpriced=money.unpriced,
        usage=money.usage,
        attempts=_by_lane(attempts),
        retries=sum(attempts.values()) - job.requests,
        batches=_outcomes(batches),
        files_kept=sum(batch.files_kept for batch in batches),
        predicted=_predicted(promise.predicted) if promise else None,
        actual=Times(
            _queue_time(batches, job.accepted_at),
            _provider_time(batches),
            last_call - first_call if first_call is not None and last_call is not None else None,
        ),
        stages=await stages_of(store, job),
        prices=sorted({_card(kept.card) for kept in await store.ledger.used_cards(owner, number)}),
    )


async def stages_of(store: Store, job: Job) -> dict[str, Stage]:
    """How long the stages of a job should take, and took once it is answered."""
    promise = decode_promise(job.admission) if job.admission else None
    took = await store.ledger.stages(job.owner, job.id) if job.answered_at is not None else {}
    return stages(promise.predicted if promise else None, took)


def as_table(receipt: Receipt) -> dict[str, Any]:
    """The receipt as JSON: stable names, USD as decimal text, seconds, ISO 8601 instants."""
    job, promise, phases = receipt.job, receipt.promise, receipt.progress.phases
    return {
        "job": job.external_id,
        "name": job.name,
        "state": str(job.state),
        "final": receipt.final,
        "promised": {
            "deadline": _instant(job.deadline),
            "said_by": job.priority_source,
            "on_miss": str(job.on_miss),
            "requests": job.requests,
            "max_cost": _dollars(job.max_cost),
            "guaranteed": promise.guaranteed if promise else 0,
            "arithmetic": [one.arithmetic for one in promise.admitted] if promise else [],
        },
        "delivered": {
            "accepted_at": _instant(job.accepted_at),
            "answered_at": _instant(job.answered_at),
            "margin_seconds": _seconds(receipt.margin),
            "late": receipt.late,
        },
        "requests": {
            "total": job.requests,
            "succeeded": sum(phases.get(phase, 0) for phase in ANSWERED_PHASES),
            "batch": phases.get(Phase.BATCH, 0),
            "flex": phases.get(Phase.FLEX, 0),
            "realtime": phases.get(Phase.REALTIME, 0),
            "cache": phases.get(Phase.CACHE, 0),
            "failed": phases.get(Phase.FAILED, 0),
            "cancelled": phases.get(Phase.CANCELLED, 0),
            "expired": phases.get(Phase.EXPIRED, 0),
            "open": receipt.progress.open,
            "refused_lines": job.refused,
        },
        "money": {
            "currency": "USD",
            "paid": _dollars(receipt.paid),
            "list_price": _dollars(receipt.listed),
            "saved": _dollars(receipt.saved),
            "saved_percent": percent(receipt.saved, receipt.listed),
            "wasted": _dollars(receipt.wasted),
            "waste": [_waste_table(one) for one in receipt.waste],
            "suspected": [_waste_table(one) for one in receipt.suspected],
            "unpriced": receipt.unpriced,
            "prices": receipt.prices,
        },
        "models": [_share_table(one) for one in receipt.shares],
        "tokens": receipt.usage._asdict(),
        "attempts": receipt.attempts,
        "retries": receipt.retries,
        "batches": receipt.batches,
        "files_kept": receipt.files_kept,
        "seconds": {
            "predicted": _times(receipt.predicted) if receipt.predicted else None,
            "actual": _times(receipt.actual),
            "by_request": {name: stage_table(one) for name, one in receipt.stages.items()},
        },
    }


def stage_table(stage: Stage) -> dict[str, Any]:
    """A stage as JSON, in seconds."""
    return {"predicted": _spread_table(stage.predicted), "actual": _spread_table(stage.actual)}


def _spread_table(spread: Spread | None) -> dict[str, Any] | None:
    if spread is None:
        return None
    found: dict[str, Any] = {"p50": _seconds(spread.p50), "p95": _seconds(spread.p95)}
    return found if spread.requests is None else found | {"requests": spread.requests}


def _predicted(predicted: Predicted) -> Times:
    return Times(predicted.queue, predicted.provider, predicted.rescue)


def _waste(totals: list[Total], kind: str) -> list[Waste]:
    found = [Waste(one.reason or "", one.entries, one.amount) for one in totals if one.kind == kind]
    return [one for one in found if one.amount or one.answers]


def _by_lane(attempts: dict[tuple[str, str], int]) -> dict[str, dict[str, int]]:
    lanes: dict[str, dict[str, int]] = {}
    for (lane, state), count in attempts.items():
        lanes.setdefault(Lane(lane), {})[AttemptState(state)] = count
    return lanes


def _outcomes(batches: list[Batch]) -> dict[str, int]:
    found: dict[str, int] = {}
    for batch in batches:
        word = str(batch.outcome or batch.state)
        found[word] = found.get(word, 0) + 1
    return found


def _queue_time(batches: list[Batch], accepted_at: int | None) -> int | None:
    """How long after it was accepted the job's first batch had reached its provider."""
    known = [batch.submitted_at for batch in batches if batch.submitted_at is not None]
    return max(0, min(known) - accepted_at) if known and accepted_at is not None else None


def _provider_time(batches: list[Batch]) -> int | None:
    times = [
        batch.ended_at - batch.submitted_at
        for batch in batches
        if batch.ended_at is not None and batch.submitted_at is not None
    ]
    return max(times) if times else None


def _card(text: str) -> str:
    card = cards.decode(text).card
    return f"{card.provider}/{card.model} {card.mode} {card.day}: {card.source} ({card.confidence})"


def _share_table(share: Share) -> dict[str, Any]:
    phases = share.progress.phases
    return {
        "account": share.account,
        "model": share.model,
        "requests": share.progress.total,
        "batch": phases.get(Phase.BATCH, 0),
        "flex": phases.get(Phase.FLEX, 0),
        "realtime": phases.get(Phase.REALTIME, 0),
        "cache": phases.get(Phase.CACHE, 0),
        "failed": phases.get(Phase.FAILED, 0),
        "paid": _dollars(share.paid),
        "list_price": _dollars(share.listed),
        "saved": _dollars(share.saved),
    }


def _waste_table(waste: Waste) -> dict[str, Any]:
    return {"reason": waste.reason, "answers": waste.answers, "amount": _dollars(waste.amount)}


def _times(times: Times) -> dict[str, float | None]:
    return {name: _seconds(getattr(times, name)) for name in times.__struct_fields__}


def _dollars(amount: int | None) -> str | None:
    return None if amount is None else format(to_decimal(amount).normalize(), "f")


def _seconds(duration: int | None) -> float | None:
    return None if duration is None else round(duration / SECOND, 3)


def _instant(instant: int | None) -> str | None:
    return None if instant is None else to_datetime(instant).isoformat().replace("+00:00", "Z")
