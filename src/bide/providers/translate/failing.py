"""What statuses mean, for wires whose errors have words of their own."""

from bide.providers.translate.answer import Failure

OUT_OF_CREDIT = frozenset(
    {
        "billing_error",
        "contract_spend_limit_reached",
        "credit_balance_exhausted",
        "enforced_spend_limit_reached",
        "insufficient_quota",
        "organization_spend_limit_exceeded",
        "organization_usage_limit_exceeded",
        "project_spend_limit_exceeded",
    }
)
"""Codes and types of every provider that no waiting helps against."""

OPENAI_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    409: "conflict_error",
    429: "rate_limit_error",
    503: "service_unavailable_error",
    529: "service_unavailable_error",
}

ANTHROPIC_TYPES = {
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    408: "timeout_error",
    409: "conflict_error",
    413: "request_too_large",
    429: "rate_limit_error",
    503: "overloaded_error",
    504: "timeout_error",
    529: "overloaded_error",
}

MOST_QUOTED = 500
"""Characters of a body that is no error of its wire, quoted as the message."""


def is_out_of_credit(failure: Failure) -> bool:
    """Whether the account has to be topped up."""
    return failure.code in OUT_OF_CREDIT or failure.type in OUT_OF_CREDIT or failure.status == 402


def openai_type(failure: Failure) -> str:
    """The type of error that OpenAI would name."""
    if is_out_of_credit(failure):
        return "insufficient_quota"
    return OPENAI_TYPES.get(failure.status) or ("invalid_request_error" if failure.status < 500 else "server_error")


def anthropic_type(failure: Failure) -> str:
    """The type of error that Anthropic would name."""
    if is_out_of_credit(failure):
        return "billing_error"
    return ANTHROPIC_TYPES.get(failure.status) or ("invalid_request_error" if failure.status < 500 else "api_error")


def unreadable(status: int, body: bytes) -> Failure:
    """An error whose body is not of its wire: a proxy's page, or nothing."""
    text = body.decode("utf-8", "replace").strip()[:MOST_QUOTED]
    return Failure(status, text or f"the provider answered with status {status} and nothing else")


CUT_SHORT = Failure(502, "the provider's stream broke off before its end", code="stream_cut_short")
"""A stream that ended without saying so."""
