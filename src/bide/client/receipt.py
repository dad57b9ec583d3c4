"""What requests were promised, what happened, what it cost and saved."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from bide.client.handle import Handle
from bide.client.told import Told, amount, moment
from bide.core.count import many

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The receipt of one request or of several together. Money is in USD, exact; None where a price is unknown.

    `paid` is for the answers that were used, `listed` what these would have cost in real time, `wasted` for answers that
    another attempt had given already; `suspected` is the most that calls without a reply may have cost beside it.
    `deadline` is the earliest, `answered_at` the latest; None while something is open. `why` is what was decided, where it is
    one request's.
    """

    ids: tuple[str, ...]
    succeeded: int = 0
    failed: int = 0
    open: int = 0
    late: int = 0
    lanes: Mapping[str, int] = field(default_factory=dict[str, int])
    paid: Decimal | None = ZERO
    listed: Decimal | None = ZERO
    wasted: Decimal = ZERO
    suspected: Decimal = ZERO
    deadline: datetime | None = None
    answered_at: datetime | None = None
    why: str | None = None

    @property
    def requests(self) -> int:
        """How many it is for."""
        return len(self.ids)

    @property
    def saved(self) -> Decimal | None:
        """List price less everything spent, waste included; None where a price is unknown."""
        return None if self.listed is None or self.paid is None else self.listed - self.paid - self.wasted

    @property
    def margin(self) -> timedelta | None:
        """Between the last answer and the earliest deadline; negative where that was missed."""
        return None if self.deadline is None or self.answered_at is None else self.deadline - self.answered_at

    def __str__(self) -> str:
        lanes = ", ".join(f"{count:,} in {lane}" for lane, count in sorted(self.lanes.items()))
        parts = [
            f"{many(self.requests, 'request')}: {lanes or 'none answered'}",
            f"{self.failed:,} failed" if self.failed else "",
            f"{self.open:,} open" if self.open else "",
            f"{self.late:,} late" if self.late else "",
        ]
        money = "price unknown" if self.saved is None else f"paid ${self.paid:f}, saved ${self.saved:f}"
        return f"{', '.join(part for part in parts if part)}; {money}"


def receipt_of(told: Told) -> Receipt:
    """The receipt of one request."""
    deadline, settled_at = moment(told.deadline), moment(told.settled_at)
    is_settled, has_answer = told.status != "open", told.status == "succeeded"
    price = told.receipt.price if told.receipt else None
    return Receipt(
        ids=(told.id,),
        succeeded=int(has_answer),
        failed=int(is_settled and not has_answer),
        open=int(not is_settled),
        late=int(deadline is not None and settled_at is not None and settled_at > deadline),
        lanes={told.lane: 1} if told.lane and is_settled else {},
        paid=amount(told.amount_usd) if has_answer else ZERO,
        listed=amount(price.list_price if price else None) if has_answer else ZERO,
        wasted=(amount(price.wasted) if price else None) or ZERO,
        suspected=(amount(price.suspected) if price else None) or ZERO,
        deadline=deadline,
        answered_at=settled_at,
        why=told.receipt.decision.why if told.receipt else None,
    )


def receipt_of_refused(handle: Handle) -> Receipt:
    """That of a request that was never accepted, so that nothing was spent on it."""
    return Receipt(ids=(handle.id,), failed=1)


def together(receipts: Sequence[Receipt]) -> Receipt:
    """One receipt for several."""
    lanes: Counter[str] = Counter()
    for one in receipts:
        lanes.update(one.lanes)
    deadlines = [one.deadline for one in receipts if one.deadline is not None]
    answered = [one.answered_at for one in receipts if one.answered_at is not None]
    is_open = any(one.open for one in receipts)
    return Receipt(
        ids=tuple(identifier for one in receipts for identifier in one.ids),
        succeeded=sum(one.succeeded for one in receipts),
        failed=sum(one.failed for one in receipts),
        open=sum(one.open for one in receipts),
        late=sum(one.late for one in receipts),
        lanes=dict(lanes),
        paid=_total([one.paid for one in receipts]),
        listed=_total([one.listed for one in receipts]),
        wasted=sum((one.wasted for one in receipts), ZERO),
        suspected=sum((one.suspected for one in receipts), ZERO),
        deadline=min(deadlines, default=None),
        answered_at=None if is_open else max(answered, default=None),
        why=receipts[0].why if len(receipts) == 1 else None,
    )


def _total(amounts: Sequence[Decimal | None]) -> Decimal | None:
    """A sum; an unknown price stays unknown through it."""
    known = [one for one in amounts if one is not None]
    return sum(known, ZERO) if len(known) == len(amounts) else None
