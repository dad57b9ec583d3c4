"""What the provider refuses, in the shape that every error of OpenAI's has."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from bide.core.clock import SECOND


@dataclass(frozen=True, slots=True)
class Failure:
    """An error as a value: what went wrong with one row, one call or one file."""

    status: int
    message: str
    type: str = "invalid_request_error"
    code: str | None = None
    param: str | None = None

    def body(self) -> dict[str, object]:
        """``{"error": {…}}``, with its four fields in the documented order."""
        return {"error": {"message": self.message, "type": self.type, "param": self.param, "code": self.code}}


@dataclass(slots=True)
class Refusal(Exception):  # noqa: N818 - a refusal is a reply, not something that went wrong here
    """A call that gets an error for a reply."""

    failure: Failure
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


def invalid(message: str, *, param: str | None = None, code: str | None = None) -> Refusal:
    """400: the request itself is wrong, now and later."""
    return Refusal(Failure(400, message, code=code, param=param))


def unknown(message: str) -> Refusal:
    """404: there is nothing of this name."""
    return Refusal(Failure(404, message))


def busy(message: str, wait: int, *, kind: str = "requests", headers: Mapping[str, str] | None = None) -> Refusal:
    """429 that passes: try again after `wait` microseconds. `kind` is the budget that is used up."""
    failure = Failure(429, message, type=kind, code="rate_limit_exceeded")
    return Refusal(failure, {**(headers or {}), "retry-after": str(math.ceil(wait / SECOND))})


OVERLOADED = Failure(
    503, "The server is overloaded; please try again later.", "service_unavailable_error", "server_is_overloaded"
)
NO_CREDIT = Failure(
    429, "Your account has no credit left; please add some.", "insufficient_quota", "credit_balance_exhausted"
)
SLOW_DOWN = Failure(429, "Requests grew too fast; please slow down.", "rate_limit_error", "slow_down")
BROKEN = Failure(500, "The server had an error while processing your request.", "server_error")
NO_FLEX = Failure(429, "Resource Unavailable", "rate_limit_error", "resource_unavailable")

STATUS_FAILURES: Mapping[int, Failure] = {
    400: Failure(400, "The request is refused by the script."),
    404: Failure(404, "Not found, by the script."),
    500: BROKEN,
    503: OVERLOADED,
}
"""What an `error` fault of a status says."""


def scripted(status: int) -> Failure:
    """The error reply of a status that a script asks for."""
    return STATUS_FAILURES.get(status) or Failure(status, "An error by the script.", "server_error")
