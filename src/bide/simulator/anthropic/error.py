"""Errors in the shape that every error of Anthropic's has: the type follows from the status."""

from bide.simulator.refusal import NO_CREDIT, OVERLOADED, Failure

TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    408: "timeout_error",
    409: "conflict_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    529: "overloaded_error",
}


def status_of(failure: Failure) -> int:
    """The status of a failure: an overload is 529 here."""
    return 529 if failure.status == OVERLOADED.status else failure.status


def error_body(failure: Failure, key: str) -> dict[str, object]:
    """``{"type": "error", "error": {…}, "request_id": …}``; `key` makes the request's id."""
    error: dict[str, object] = {"type": TYPES.get(status_of(failure), "api_error"), "message": failure.message}
    if failure.code == NO_CREDIT.code:
        # The one 429 without Retry-After: waiting does not help.
        error["details"] = {"error_code": "enforced_spend_limit_reached"}
    return {"type": "error", "error": error, "request_id": f"req_{key}"}
