"""What the gateway tells about a request, as `GET /bide/v1/requests/{id}` has it."""

from datetime import datetime
from decimal import Decimal, InvalidOperation

import msgspec

from bide.client.errors import ResponseError
from bide.core.clock import SECOND, to_datetime


class Failure(msgspec.Struct, frozen=True):
    """Why there is no answer."""

    code: str | None = None
    message: str = "the provider gave no reason"
    param: str | None = None
    type: str | None = None


class Response(msgspec.Struct, frozen=True):
    """The answer: its status and its body, null or nothing where there is none."""

    status_code: int
    body: msgspec.Raw = msgspec.Raw()


class Price(msgspec.Struct, frozen=True):
    """What a request cost: for its answer, what that would have cost in real time, and for nothing."""

    paid: str | None = None
    list_price: str | None = None
    wasted: str | None = None
    suspected: str | None = None


class Decision(msgspec.Struct, frozen=True):
    """What was decided about a request, in a sentence."""

    why: str | None = None


class Account(msgspec.Struct, frozen=True):
    """A request's receipt, as far as the library looks at it."""

    price: Price = Price()
    decision: Decision = Decision()


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A request as it stands. Instants are seconds since 1970 UTC, amounts decimal text in USD."""

    id: str
    status: str
    job: str | None = None
    model: str | None = None
    lane: str | None = None
    guaranteed: bool | None = None
    deadline: int | None = None
    settled_at: int | None = None
    amount_usd: str | None = None
    response: Response | None = None
    error: Failure | None = None
    receipt: Account | None = None


class _Refused(msgspec.Struct):
    error: Failure


class Settled(msgspec.Struct, frozen=True):
    """Of the requests that were asked about, those that are settled, and those that nobody knows."""

    settled: list[str]
    unknown: list[str]


_told = msgspec.json.Decoder(Told).decode
_refused = msgspec.json.Decoder(_Refused).decode
_settled = msgspec.json.Decoder(Settled).decode


def read_told(body: bytes) -> Told:
    """A described request. Raises `ResponseError`."""
    try:
        return _told(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ResponseError(f"the gateway's answer is no request ({error}); see that base_url is a gateway's") from None


def read_settled(body: bytes) -> Settled:
    """What a poll for many requests found. Raises `ResponseError`."""
    try:
        return _settled(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ResponseError(f"the gateway's answer is no list ({error}); see that base_url is a gateway's") from None


def read_failure(body: bytes) -> Failure:
    """The error in a body of OpenAI's or Anthropic's shape; what has another shape is its own message."""
    try:
        return _refused(body).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Failure(message=body[:500].decode("utf-8", "replace") or "the answer is empty")


def moment(seconds: int | None) -> datetime | None:
    """An instant of the wire, aware and in UTC."""
    return None if seconds is None else to_datetime(seconds * SECOND)


def amount(text: str | None) -> Decimal | None:
    """An amount of the wire in USD, None where it is not known."""
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation:
        return None
