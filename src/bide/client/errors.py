"""What can go wrong for whoever uses bide as a library. Each ends in what to do next; `code` is stable and for programs.

Errors of opening bide in this process are those of `bide.core.errors`: `SettingError`, `StoreError`.
"""

from bide.core.errors import BideError


class ClosedError(BideError):
    """bide is not open; use it inside `async with bide.open()`, or `with bide.Client() as client`."""

    code = "closed"


class BrokenOffError(BideError):
    """The connection ended before the response did; ask again: what was accepted goes on."""

    code = "broken_off"


class UnreachableError(BideError):
    """No gateway answers there; start `bide serve`, correct `base_url`, or leave it out to use bide in this process."""

    code = "unreachable"


class StillOpenError(BideError, TimeoutError):
    """The answer is not there yet, and the request goes on; wait for it again, or come back by its id."""

    code = "still_open"


class ResponseError(BideError):
    """The gateway's answer cannot be understood; see that `base_url` is a gateway's and that its version is yours."""

    code = "invalid_response"


class RequestError(BideError):
    """The request got no answer; correct what the message names and hand it in again.

    `status` is an HTTP status, `code` the provider's or bide's word for it, `param` the field at fault where one is known,
    `body` the provider's error as it came, where there is one.
    """

    code = "failed"

    def __init__(
        self,
        message: str | None = None,
        *,
        status: int = 502,
        code: str | None = None,
        param: str | None = None,
        body: bytes | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code or self.code
        self.param = param
        self.body = body
        self.retry_after = retry_after
        """Seconds after which to come back, where that was said."""


class InvalidRequestError(RequestError):
    """The request cannot be used; correct the field that the message names and hand it in again."""

    code = "invalid_request"


class AccessError(RequestError):
    """The gateway does not take the key for this; `bide keys list` shows what it may, pass another as `api_key`."""

    code = "invalid_api_key"


class LimitError(RequestError):
    """A rate limit or a budget is used up; come back after `retry_after` seconds, or raise it with `bide keys`."""

    code = "rate_limit_exceeded"


class UnavailableError(RequestError):
    """The gateway or the provider cannot answer now; hand the request in again later."""

    code = "unavailable"


class WithdrawnError(RequestError):
    """The request was cancelled before an answer came; hand it in again if it is wanted after all."""

    code = "cancelled"


class DeadlineMissedError(RequestError):
    """No batch answered by the deadline, and on_miss was expire; give it more time, or on_miss="rescue"."""

    code = "deadline_exceeded"


def request_error(
    status: int,
    code: str | None,
    message: str,
    *,
    param: str | None = None,
    body: bytes | None = None,
    retry_after: float | None = None,
) -> RequestError:
    """The error that a status and a code stand for."""
    kind = BY_CODE.get(code or "") or BY_STATUS.get(status)
    if kind is None:
        kind = InvalidRequestError if 400 <= status < 500 else UnavailableError
    return kind(message, status=status, code=code, param=param, body=body, retry_after=retry_after)


BY_CODE = {WithdrawnError.code: WithdrawnError, DeadlineMissedError.code: DeadlineMissedError}
BY_STATUS: dict[int, type[RequestError]] = {401: AccessError, 403: AccessError, 429: LimitError}
