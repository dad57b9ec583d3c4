"""A request, in a list and by itself, and its receipt."""

from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from bide.core.bucket import Part
from bide.core.deadline import OnMiss
from bide.core.states import Lane, RequestState
from bide.gateway.api.shape.base import Money, Shape


class Failure(Shape, kw_only=True):
    """Why there is no answer."""

    code: str
    message: str


class Response(Shape, kw_only=True):
    """The answer as the provider gave it."""

    status_code: int
    body: msgspec.Raw | None


class Decision(Shape, kw_only=True):
    """By when, who said so, and what was made of it."""

    urgency: str
    """Who said how urgent it was: ``header bide-within``, ``class nightly``, ``default`` …"""
    deadline: int | None
    planned_for: int | None
    """The deadline that planning kept to; calls that share a batch share one, a little earlier than the first of theirs."""
    part: Part | None
    on_miss: OnMiss | None
    lane: Lane | None
    why: str
    margin_seconds: float | None
    """Between the answer, or now, and the deadline."""


class Price(Money, kw_only=True):
    """What a request cost, and by which prices."""

    cards: list[str]
    """Where the prices are from."""


class Attempt(Shape, kw_only=True):
    """One try in one lane."""

    lane: Lane
    account: str
    state: str
    batch: str | None
    provider_batch: str | None
    """The batch's id at the provider."""
    sent_at: int | None
    first_token_at: int | None
    finished_at: int | None
    status: int | None
    code: str | None
    message: str | None
    amount_usd: str | None


class RequestReceipt(Shape, kw_only=True):
    """Everything that was decided, tried and paid for one request."""

    decision: Decision
    price: Price
    tokens: dict[str, int]
    attempts: list[Attempt]


class RequestRow(Shape, kw_only=True):
    """A request in a list."""

    id: str
    object: Literal["bide.request"] = "bide.request"
    status: RequestState
    path: str
    model: str
    account: str
    job: str | None
    workflow: str | None
    urgency: str
    deadline: int | None
    created_at: int
    settled_at: int | None
    lane: Lane | None
    amount_usd: str | None


class Request(RequestRow, kw_only=True):
    """A request, with its answer once it is there. `guaranteed`: whether it fits into the real-time capacity."""

    guaranteed: bool | None
    response: Response | None = None
    error: Failure | UnsetType = UNSET
    receipt: RequestReceipt | UnsetType = UNSET


class Requests(Shape, kw_only=True):
    """A page of requests, newest first."""

    object: Literal["list"] = "list"
    data: list[RequestRow]
    first_id: str | None
    last_id: str | None
    has_more: bool
