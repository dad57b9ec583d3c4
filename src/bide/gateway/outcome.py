"""What became of a deferred call, as its caller is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from bide.core.bucket import Part
from bide.core.clock import SECOND
from bide.core.span import Span
from bide.core.states import Lane, RequestState
from bide.gateway.api.shape.base import dollars, seconds
from bide.gateway.api.shape.request import Failure, Request, RequestReceipt, Response
from bide.gateway.passing import decode_response
from bide.gateway.refusal import NOT_AGAIN, RefusalError
from bide.providers.decoding import UNREADABLE
from bide.store.database import Row
from bide.store.store import Store

SUCCESS = 300


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer: the status and the body that the provider gave, or an error of our own. `lane` is where it came from."""

    status: int
    body: bytes
    lane: str | None
    refusal: RefusalError | None = None

    @property
    def is_success(self) -> bool:
        return self.status < SUCCESS


async def outcome_of(store: Store, row: Row) -> Outcome | None:
    """The outcome of a row of `store.calls.outcome`; None while it is open.

    Raises:
        DamagedError, StoreError: its answer cannot be read.
    """
    state = RequestState(row["state"])
    if state is RequestState.OPEN:
        return None
    if state is RequestState.CANCELLED:
        return _refused(409, "cancelled", "the request was cancelled before an answer came", NOT_AGAIN)
    if state is RequestState.EXPIRED:
        message = "no batch answered by the deadline, and on_miss was expire"
        return _refused(504, "deadline_exceeded", message, NOT_AGAIN)
    response = row["response"]
    if response is None and row["object_id"] is not None:
        response = await store.bodies.read(Span(row["object_id"], row["start"], row["length"], row["checksum"]))
    if response:
        try:
            found = decode_response(bytes(response))
        except UNREADABLE:
            found = None
        if found is not None and (found.status_code >= SUCCESS) is (state is RequestState.FAILED):
            return Outcome(found.status_code, bytes(found.body), row["lane"])
    if state is RequestState.SUCCEEDED:
        return Outcome(200, bytes(response or b"null"), row["lane"])
    status = row["status"] if row["status"] and row["status"] >= SUCCESS else 502
    return _refused(status, row["code"] or "failed", row["message"] or "the provider gave no answer")


def _refused(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> Outcome:
    return Outcome(status, b"", None, RefusalError(status, code, message, headers=headers))


def described(
    row: Row | Mapping[str, Any], outcome: Outcome | None, receipt: RequestReceipt | UnsetType = UNSET
) -> bytes:
    """A deferred request for whoever polls: ids, state, deadline, and the answer once it is there."""
    return msgspec.json.encode(shape_of(row, outcome, receipt))


def shape_of(
    row: Row | Mapping[str, Any], outcome: Outcome | None, receipt: RequestReceipt | UnsetType = UNSET
) -> Request:
    """The same before it is JSON."""
    told = Request(
        id=row["external_id"],
        status=RequestState(row["state"]),
        path=row["path"],
        model=row["model"],
        account=row["account"],
        job=row["job"],
        workflow=row["workflow"],
        urgency=row["urgency"],
        deadline=seconds(row["deadline"]),
        guaranteed=row["part"] in (Part.GUARANTEED, Part.ASSUMED),
        created_at=row["created_at"] // SECOND,
        settled_at=seconds(row["settled_at"]),
        lane=Lane(row["lane"]) if row["lane"] else None,
        amount_usd=dollars(row["amount"]),
        receipt=receipt,
    )
    if outcome is not None:
        if outcome.refusal is not None:
            told.error = Failure(code=outcome.refusal.code, message=outcome.refusal.message)
        told.response = Response(status_code=outcome.status, body=msgspec.Raw(outcome.body) if outcome.body else None)
    return told
