"""Saying no in the words of whoever asked: OpenAI's and Anthropic's shapes of an error."""

import enum
from collections.abc import Mapping
from email.utils import format_datetime

import msgspec

from bide.core.budget import BudgetExhaustedError, PriceUnknownError
from bide.core.clock import SECOND, to_datetime
from bide.core.errors import (
    BideError,
    ConflictError,
    DeadlineError,
    InputError,
    NotFoundError,
    RefusedError,
    SettingError,
    StoreError,
)
from bide.delivery.target import WebhookUrlError
from bide.intake.problem import Code, LineError
from bide.lanes.arrival.cache import CacheWordError
from bide.lanes.arrival.permission import LaneNotAllowedError, ModelNotAllowedError
from bide.lanes.arrival.route import NoRouteError
from bide.providers.failures import (
    BusyError,
    MissingError,
    OutOfCreditError,
    OverloadedError,
    ProviderError,
    RejectedError,
    UnauthorisedError,
)
from bide.providers.translate import UntranslatableError
from bide.providers.transport import NotSentError, ReplyLostError
from bide.store.taking import ReusedKeyError


class Protocol(enum.StrEnum):
    """Whose client asks."""

    OPENAI = "openai"
    ANTHROPIC = "anthropic"


def protocol_of(path: str, tells_version: bool) -> Protocol:
    """Whose client asks at a path: Anthropic's always tell the version of their API. bide's own paths speak OpenAI's of errors."""
    if path.startswith("/bide/"):
        return Protocol.OPENAI
    if tells_version or path.removeprefix("/v1").removeprefix("/v1").startswith("/messages"):
        return Protocol.ANTHROPIC
    return Protocol.OPENAI


OPENAI_TYPES = {429: "rate_limit_error", 401: "authentication_error", 403: "permission_error"}
"""By status; what is not here is an `invalid_request_error` below 500 and a `server_error` from there on."""

ANTHROPIC_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    405: "invalid_request_error",
    408: "invalid_request_error",
    409: "conflict_error",
    413: "request_too_large",
    415: "invalid_request_error",
    422: "invalid_request_error",
    429: "rate_limit_error",
    431: "request_too_large",
    503: "overloaded_error",
    504: "timeout_error",
}
"""By status, as the API's page on errors has them; the rest is an `api_error`."""


class RefusalError(Exception):
    """An answer that is an error. `headers` go with it, `param` is the field at fault.

    `kind` is OpenAI's type of error where the status does not tell it; `anthropic` the status that Anthropic's clients get
    where it is another one.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        param: str | None = None,
        headers: Mapping[str, str] | None = None,
        kind: str | None = None,
        anthropic: int | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.param = param
        self.headers = headers or {}
        self.kind = kind
        self.anthropic = anthropic

    def status_in(self, protocol: Protocol) -> int:
        """The status that the client of a protocol expects."""
        return self.anthropic if protocol is Protocol.ANTHROPIC and self.anthropic else self.status

    def body(self, protocol: Protocol, request_id: str | None) -> bytes:
        """The JSON that the client of a protocol expects; without an id where there was no request yet."""
        if protocol is Protocol.ANTHROPIC:
            return msgspec.json.encode(
                {
                    "type": "error",
                    "error": {
                        "type": ANTHROPIC_TYPES.get(self.status_in(protocol), "api_error"),
                        "message": self.message,
                    },
                    "request_id": request_id,
                }
            )
        kind = self.kind or OPENAI_TYPES.get(
            self.status, "invalid_request_error" if self.status < 500 else "server_error"
        )
        return msgspec.json.encode(
            {"error": {"message": self.message, "type": kind, "param": self.param, "code": self.code}}
        )


PERMANENT: Mapping[type[BideError], int] = {
    DeadlineError: 400,
    CacheWordError: 400,
    InputError: 400,
    RejectedError: 400,
    RefusedError: 400,
    ReusedKeyError: 422,
    ConflictError: 409,
    NotFoundError: 404,
    MissingError: 404,
    SettingError: 503,
    WebhookUrlError: 400,
    LaneNotAllowedError: 403,
    PriceUnknownError: 403,
}
"""The first that fits."""

BAD_GATEWAY, UNAVAILABLE = 502, 503

NOT_AGAIN = {"x-should-retry": "false"}
"""Tells both official SDKs not to try again by themselves."""

AGAIN = "1"
"""Seconds to come back after where nobody knows better."""


def refusal_of(error: Exception) -> RefusalError:
    """What an error means to whoever asked. Anything unforeseen is a 500 that says no more than that."""
    match error:
        case RefusalError():
            return error
        case LineError():
            problem = error.problem
            status = 404 if problem.code is Code.MODEL_NOT_ROUTABLE else 400
            code = "model_not_found" if status == 404 else str(problem.code)
            return RefusalError(status, code, f"{problem.message}; {problem.remedy}", param=problem.field)
        case NoRouteError():
            return RefusalError(404, "model_not_found", str(error), param="model")
        case UntranslatableError():
            return RefusalError(400, error.code, str(error), param=error.field)
        case ModelNotAllowedError():
            return RefusalError(403, error.code, str(error), param="model", anthropic=404)
        case BudgetExhaustedError():
            renews = format_datetime(to_datetime(error.standing.renews_at), usegmt=True)
            headers = {"retry-after": renews, **NOT_AGAIN}
            return RefusalError(429, error.code, str(error), headers=headers, kind="insufficient_quota", anthropic=402)
        case OutOfCreditError() | BusyError():
            return RefusalError(429, error.code, str(error), headers=_again(error))
        case UnauthorisedError():
            return RefusalError(UNAVAILABLE, "provider_refused_key", f"the provider refused bide's key: {error}")
        case OverloadedError():
            return RefusalError(UNAVAILABLE, error.code, str(error), headers=_again(error))
        case NotSentError() | ReplyLostError():
            return RefusalError(BAD_GATEWAY, error.code, str(error))
        case StoreError():
            return RefusalError(UNAVAILABLE, error.code, str(error), headers={"retry-after": AGAIN})
        case RecursionError():  # of what we decode ourselves: nothing of ours is nested so deeply
            return RefusalError(400, "invalid_json", "the body is nested too deeply")
        case BideError():
            status = next((status for kind, status in PERMANENT.items() if isinstance(error, kind)), 500)
            return RefusalError(status, error.code, str(error))
        case _:
            return RefusalError(500, "internal_error", "something went wrong inside bide; its log says what")


def _again(error: ProviderError) -> Mapping[str, str]:
    if error.retry_after is None:
        return {}
    return {"retry-after": str(max(1, -(-error.retry_after // SECOND)))}
