"""Errors as Google writes them (google.rpc.Status), in replies and in rows."""

from bide.core.clock import SECOND
from bide.simulator.refusal import NO_CREDIT, Failure, Refusal

WORDS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
    499: "CANCELLED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}

CODES = {400: 3, 401: 16, 403: 7, 404: 5, 409: 10, 429: 8, 499: 1, 500: 13, 501: 12, 503: 14, 504: 4}
"""google.rpc.Code by HTTP status: what rows and operations have."""

TYPES = "type.googleapis.com/google.rpc"

DEPLETED = (
    "Your prepayment credits are depleted. Please go to AI Studio at https://ai.studio/projects to manage your project"
    " and billing."
)

EXHAUSTED = "Resource has been exhausted (e.g. check quota)."

BAD_KEY = Failure(400, "API key not valid. Please pass a valid API key.", code="API_KEY_INVALID")
NO_KEY = Failure(
    403, "Method doesn't allow unregistered callers. Please use API Key or other form of API consumer identity."
)
ENDED = Failure(400, "The batch has ended already.", code="FAILED_PRECONDITION")
BAD_TOKEN = Failure(401, "Request had invalid authentication credentials.", code="ACCESS_TOKEN_EXPIRED")

REASONS = frozenset({BAD_KEY.code, BAD_TOKEN.code})


def is_quota(failure: Failure) -> bool:
    """Whether it is about what may be enqueued."""
    return bool(failure.code and failure.code.endswith("_limit_exceeded") and failure.code != "rate_limit_exceeded")


def status_of(failure: Failure) -> int:
    """The status of a failure: a full queue is a 429 here."""
    return 429 if is_quota(failure) else failure.status


def word_of(status: int) -> str:
    """Google's word for a status."""
    return WORDS.get(status) or ("INVALID_ARGUMENT" if status < 500 else "INTERNAL")


def error_body(refusal: Refusal) -> dict[str, object]:
    """``{"error": {…}}`` of a reply. Only what passes by itself says how long it takes."""
    failure = refusal.failure
    status = status_of(failure)
    message, word, details = failure.message, word_of(status), list[dict[str, object]]()
    if failure.code == NO_CREDIT.code:
        message = DEPLETED
    elif is_quota(failure):
        message = EXHAUSTED
        link = {"description": "Learn more about Gemini API quotas", "url": "https://ai.google.dev/gemini-api/docs"}
        details.append({"@type": f"{TYPES}.Help", "links": [link]})
    elif failure.code == ENDED.code:
        word = ENDED.code or word
    elif failure.code in REASONS:
        details.append({"@type": f"{TYPES}.ErrorInfo", "reason": failure.code, "domain": "googleapis.com"})
    if refusal.wait is not None:
        violation = {"quotaMetric": "generativelanguage.googleapis.com/generate_requests", "quotaId": "PerMinute"}
        details.append({"@type": f"{TYPES}.QuotaFailure", "violations": [violation]})
        details.append({"@type": f"{TYPES}.RetryInfo", "retryDelay": f"{refusal.wait / SECOND:g}s"})
    error: dict[str, object] = {"code": status, "message": message, "status": word}
    return {"error": error | ({"details": details} if details else {})}


def row_error(failure: Failure) -> dict[str, object]:
    """An error where there is no reply: its code is google.rpc's."""
    return {"code": CODES.get(status_of(failure), 2), "message": failure.message}


UNKNOWN_FILE = "You do not have permission to access the File {name} or it may not exist."
