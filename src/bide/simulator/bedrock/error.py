"""Errors as AWS writes them: a name in a header, and a message."""

from bide.simulator.refusal import Failure

NAMES = {
    400: "ValidationException",
    403: "AccessDeniedException",
    404: "ResourceNotFoundException",
    408: "ModelTimeoutException",
    424: "ModelErrorException",
    429: "ThrottlingException",
    500: "InternalServerException",
    503: "ServiceUnavailableException",
}

STATUSES = {401: 403, 409: 400}
"""Those that have no place here, and what is said instead."""


def is_full(failure: Failure) -> bool:
    """Whether a quota of what may be enqueued is used up."""
    return (failure.code or "").endswith("_limit_exceeded") and failure.code != "rate_limit_exceeded"


def status_of(failure: Failure) -> int:
    """The status of a failure. A full quota is a 400."""
    return 400 if is_full(failure) else STATUSES.get(failure.status, failure.status)


def name_of(failure: Failure) -> str:
    """What AWS calls a failure."""
    if is_full(failure):
        return "ServiceQuotaExceededException"
    if failure.status == 401:
        return "UnrecognizedClientException"
    if failure.status == 409:
        return "ConflictException"
    return NAMES.get(failure.status, "InternalServerException" if failure.status >= 500 else "ValidationException")
