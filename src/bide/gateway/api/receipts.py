"""The receipt of one request: what was decided for it and why, everything that was tried, and what it cost."""

from collections.abc import Sequence

from bide.core.bucket import Part
from bide.core.deadline import OnMiss
from bide.core.states import AttemptState, Lane, RequestState
from bide.core.usage import Usage
from bide.gateway.api.shape.base import dollars, exact, seconds, span
from bide.gateway.api.shape.request import Attempt, Decision, Price, RequestReceipt
from bide.ledger import cards
from bide.store.database import Row
from bide.store.history import Tried

PASSED_ON = "nobody said that it may wait, or there was no time for a batch, so it was passed on at once"

KEPT = "an answer to the same request was kept"

UNDER_WAY = (AttemptState.PLANNED, AttemptState.SENT)


def receipt_of(row: Row, tried: Tried, batch_minimum: int, now: int) -> RequestReceipt:
    """The receipt of a deferred request, from a row of `store.calls.outcome`. `batch_minimum` is the slack, in microseconds,
    below which nothing goes into a batch."""
    state, deadline = RequestState(row["state"]), row["deadline"]
    attempts = [(Lane(one["lane"]), AttemptState(one["state"])) for one in tried.attempts]
    lane = Lane(row["lane"]) if row["lane"] else None
    return RequestReceipt(
        decision=Decision(
            urgency=row["urgency"],
            deadline=seconds(deadline),
            planned_for=seconds(row["planned_for"]),
            part=Part(row["part"]),
            on_miss=OnMiss(row["on_miss"]),
            lane=lane,
            why=why(state, lane, attempts, hurried=row["planned_for"] - row["created_at"] < batch_minimum),
            margin_seconds=span(deadline - (row["settled_at"] or now)),
        ),
        price=price_of(tried.entries),
        tokens=usage_of(tried.entries)._asdict(),
        attempts=[attempt_of(one) for one in tried.attempts],
    )


def why(state: RequestState, lane: Lane | None, attempts: Sequence[tuple[Lane, AttemptState]], *, hurried: bool) -> str:
    """Why a request is where it is, or was answered where it was. `hurried`: it came with less time than a batch takes."""
    match state:
        case RequestState.CANCELLED:
            return "it was cancelled before an answer came"
        case RequestState.EXPIRED:
            return "no batch had answered by the deadline, and on_miss is expire"
        case RequestState.FAILED:
            return "every try ended in an error; the last one counts"
        case _:
            pass
    live = {lane for lane, state in attempts if state in UNDER_WAY}
    batched = any(lane is Lane.BATCH for lane, _ in attempts)
    called = lane is Lane.REALTIME or (lane is None and Lane.REALTIME in live)
    if lane is Lane.BATCH:
        return "a batch answered it"
    if lane is Lane.CACHE:
        return KEPT
    if called and batched:
        return "no batch had answered it by the last safe moment, so it is called in real time"
    if called and hurried:
        return "it had less time than a batch takes, so it is called in real time"
    if called:
        return "no batch could take it, so it is called in real time"
    if Lane.BATCH in live:
        return "it is in a batch, and is called in real time if that has not answered by the last safe moment"
    if attempts:
        return "what was tried gave no answer; it waits for its next try"
    return "it waits for calls like it, to share a batch with them"


def passed_receipt(row: Row, card: str | None, list_price: int | None) -> RequestReceipt:
    """The receipt of a call that could not wait, from a row of passages and the rate card that it was charged by."""
    paid = row["amount"] if row["kind"] == "paid" else 0 if row["kind"] is None else None
    suspected = row["amount"] if row["kind"] == "suspected" else 0
    lane = Lane(row["lane"] or Lane.REALTIME)
    return RequestReceipt(
        decision=Decision(
            urgency=row["urgency"],
            deadline=None,
            planned_for=None,
            part=None,
            on_miss=None,
            lane=lane,
            why=KEPT if lane is Lane.CACHE else PASSED_ON,
            margin_seconds=None,
        ),
        price=Price(
            paid=dollars(paid),
            list_price=dollars(list_price),
            wasted="0",
            suspected=exact(suspected or 0),
            cards=[] if card is None else [_card(card)],
        ),
        tokens=Usage(*(row[name] for name in Usage._fields))._asdict(),
        attempts=[
            Attempt(
                lane=lane,
                account=row["account"],
                state=row["state"],
                batch=None,
                provider_batch=None,
                sent_at=seconds(row["sent_at"]),
                first_token_at=seconds(row["first_token_at"]),
                finished_at=seconds(row["finished_at"]),
                status=row["status"],
                code=row["code"],
                message=None,
                amount_usd=dollars(row["amount"]),
            )
        ],
    )


def attempt_of(row: Row) -> Attempt:
    """A try, from a row of `store.history.tried`."""
    return Attempt(
        lane=Lane(row["lane"]),
        account=row["account"],
        state=row["state"],
        batch=row["batch"],
        provider_batch=row["provider_id"],
        sent_at=seconds(row["sent_at"] or row["submitted_at"]),
        first_token_at=seconds(row["first_token_at"]),
        finished_at=seconds(row["finished_at"]),
        status=row["status"],
        code=row["code"],
        message=row["message"],
        amount_usd=dollars(row["amount"]),
    )


def price_of(entries: Sequence[Row]) -> Price:
    """What a request cost, from its entries in the ledger."""
    paid = [one for one in entries if one["kind"] == "paid"]
    return Price(
        paid=dollars(_sum(paid, "amount")),
        list_price=dollars(_sum(paid, "listed")),
        wasted=exact(sum(one["amount"] or 0 for one in entries if one["kind"] == "waste")),
        suspected=exact(sum(one["amount"] or 0 for one in entries if one["kind"] == "suspected")),
        cards=sorted({_card(one["card"]) for one in entries if one["card"] is not None}),
    )


def _sum(entries: Sequence[Row], column: str) -> int | None:
    """None where one of them is unknown."""
    amounts = [one[column] for one in entries]
    return None if None in amounts else sum(amounts)


def usage_of(entries: Sequence[Row]) -> Usage:
    """The tokens of the answer that was used."""
    usage = Usage()
    for one in entries:
        if one["kind"] == "paid":
            usage = usage.plus(Usage(*(one[name] for name in Usage._fields)))
    return usage


def _card(text: str) -> str:
    card = cards.decode(text).card
    return f"{card.provider}/{card.model} {card.mode} {card.day}: {card.source} ({card.confidence})"
