"""What the provider refuses, as a value; each protocol has its own shape for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from bide.simulator.levels import Level


@dataclass(frozen=True, slots=True)
class Failure:
    """An error as a value: what went wrong with one row, one call or one file.

    `type`, `code` and `param` are OpenAI's words; protocols that have others go by `status`.
    """

    status: int
    message: str
    type: str = "invalid_request_error"
    code: str | None = None
    param: str | None = None


@dataclass(slots=True)
class Refusal(Exception):  # noqa: N818 - a refusal is a reply, not something that went wrong here
    """A call that gets an error for a reply. `wait` is what Retry-After says, in microseconds; None says nothing.

    `levels` are what is left of the rate limits that the call has used up.
    """

    failure: Failure
    wait: int | None = None
    levels: Sequence[Level] = ()


def invalid(message: str, *, param: str | None = None, code: str | None = None) -> Refusal:
    """400: the request itself is wrong, now and later."""
    return Refusal(Failure(400, message, code=code, param=param))


def unknown(message: str) -> Refusal:
    """404: there is nothing of this name."""
    return Refusal(Failure(404, message))


def busy(message: str, wait: int, *, kind: str = "requests", levels: Sequence[Level] = ()) -> Refusal:
    """429 that passes: try again after `wait` microseconds. `kind` is the budget that is used up."""
    return Refusal(Failure(429, message, type=kind, code="rate_limit_exceeded"), wait, levels)


UNAUTHENTICATED = Failure(401, "You did not send an API key that is known.", code="invalid_api_key")
TOO_LARGE = Failure(413, "The request is larger than any may be.")
OVERLOADED = Failure(
    503, "The server is overloaded; please try again later.", "service_unavailable_error", "server_is_overloaded"
)
NO_CREDIT = Failure(
    429, "Your account has no credit left; please add some.", "insufficient_quota", "credit_balance_exhausted"
)
SLOW_DOWN = Failure(429, "Requests grew too fast; please slow down.", "rate_limit_error", "slow_down")
BROKEN = Failure(500, "The server had an error while processing your request.", "server_error")
NO_FLEX = Failure(429, "Resource Unavailable", "rate_limit_error", "resource_unavailable")

STATUS_FAILURES = {
    400: Failure(400, "The request is refused by the script."),
    404: Failure(404, "Not found, by the script."),
    500: BROKEN,
    503: OVERLOADED,
}
"""What an `error` fault of a status says."""


def scripted(status: int) -> Failure:
    """The error reply of a status that a script asks for."""
    return STATUS_FAILURES.get(status) or Failure(status, "An error by the script.", "server_error")
