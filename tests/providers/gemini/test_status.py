"""Google's errors: the details decide, the status comes second."""

import json
from typing import Any

import pytest
from tests.providers.replies import MadeUp

from bide.core.clock import MILLISECOND, MINUTE, SECOND
from bide.providers.failures import (
    BusyError,
    MissingError,
    OutOfCreditError,
    OverloadedError,
    ProviderError,
    QuotaError,
    RejectedError,
    SlotsError,
    UnauthorisedError,
)
from bide.providers.gemini import status
from bide.providers.translate import Options, Wire
from bide.providers.translated import Translation

GOOGLE = Translation(Wire.GEMINI, lambda model: Options(model=model))


def body(code: int, message: str = "no", word: str = "", *details: dict[str, Any]) -> bytes:
    """An error as Google writes it."""
    return json.dumps({"error": {"code": code, "message": message, "status": word, "details": details}}).encode()


def info(reason: str) -> dict[str, Any]:
    return {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": "googleapis.com"}


def wait(delay: str) -> dict[str, Any]:
    return {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}


def quota(identifier: str) -> dict[str, Any]:
    return {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{"quotaId": identifier}]}


HELP = {"@type": "type.googleapis.com/google.rpc.Help", "links": [{"url": "https://ai.google.dev"}]}
DEPLETED = "Your prepayment credits are depleted. Please go to AI Studio at https://ai.studio/projects"
GONE = "You do not have permission to access the File abc or it may not exist."

MEANINGS = [
    pytest.param(400, body(400, "no", "INVALID_ARGUMENT"), RejectedError, id="400"),
    pytest.param(400, body(400, "API key not valid.", "", info("API_KEY_INVALID")), UnauthorisedError, id="bad key"),
    pytest.param(401, body(401), UnauthorisedError, id="401"),
    pytest.param(403, body(403), UnauthorisedError, id="403"),
    pytest.param(403, body(403, GONE), MissingError, id="a file that is gone"),
    pytest.param(403, body(403, "enable it", "", info("BILLING_DISABLED")), OutOfCreditError, id="no billing"),
    pytest.param(404, body(404), MissingError, id="404"),
    pytest.param(409, body(409), OverloadedError, id="409"),
    pytest.param(429, body(429, "Resource has been exhausted (e.g. check quota)."), BusyError, id="429"),
    pytest.param(429, body(429, DEPLETED), OutOfCreditError, id="no credit"),
    pytest.param(499, body(499), OverloadedError, id="499"),
    pytest.param(500, body(500), OverloadedError, id="500"),
    pytest.param(503, body(503), OverloadedError, id="503"),
    pytest.param(504, b"", OverloadedError, id="504 by a proxy"),
    pytest.param(500, b"[" + body(500) + b"]", OverloadedError, id="as a stream has it"),
    pytest.param(500, b"[]", OverloadedError, id="an empty list"),
]


@pytest.mark.parametrize(("code", "said", "error"), MEANINGS)
def test_what_a_reply_means(code: int, said: bytes, error: type[ProviderError]) -> None:
    with pytest.raises(error) as caught:
        status.raise_for_status(GOOGLE, MadeUp(code), said)
    assert type(caught.value) is error
    assert str(caught.value)


def test_success_is_no_error() -> None:
    for raising in (status.raise_for_status, status.raise_for_account):
        raising(GOOGLE, MadeUp(200), body(500))
    status.raise_for_create(GOOGLE, MadeUp(200), body(500), has_queue=True)


@pytest.mark.parametrize("code", [400, 404])
def test_what_is_wrong_with_a_request_is_no_matter_of_the_account(code: int) -> None:
    status.raise_for_account(GOOGLE, MadeUp(code), body(code))


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        pytest.param([], None, id="nothing"),
        pytest.param([HELP, quota("x"), wait("34s")], 34 * SECOND, id="behind other details"),
        pytest.param([wait("0.5s")], 500 * MILLISECOND, id="a part of a second"),
        pytest.param([wait("1.234567891s")], 1_234_568, id="nanoseconds"),
        pytest.param([wait("86400s")], 15 * MINUTE, id="a day"),
        pytest.param([wait("soon")], None, id="no duration"),
        pytest.param([{"retryDelay": 3}], None, id="another shape"),
    ],
)
def test_how_long_to_wait(details: list[dict[str, Any]], expected: int | None) -> None:
    with pytest.raises(BusyError) as caught:
        status.raise_for_account(GOOGLE, MadeUp(429), body(429, "no", "RESOURCE_EXHAUSTED", *details))
    assert caught.value.retry_after == expected


@pytest.mark.parametrize(
    ("details", "headers", "error"),
    [
        pytest.param([], {}, QuotaError, id="nothing said"),
        pytest.param([HELP], {}, QuotaError, id="a link"),
        pytest.param([wait("34s")], {}, BusyError, id="a wait"),
        pytest.param([], {"retry-after": "9"}, BusyError, id="a wait in the head"),
        pytest.param([quota("BatchEnqueuedTokensPerModel"), wait("34s")], {}, QuotaError, id="the queue, by its name"),
        pytest.param([quota("ConcurrentBatchJobsPerProject")], {}, SlotsError, id="the number of batches, by its name"),
        pytest.param([quota("GenerateRequestsPerMinute")], {}, BusyError, id="a rate, by its name"),
    ],
)
def test_a_full_queue_is_told_from_a_rate(
    details: list[dict[str, Any]], headers: dict[str, str], error: type[ProviderError]
) -> None:
    with pytest.raises(error):
        status.raise_for_create(
            GOOGLE, MadeUp(429, headers), body(429, "no", "RESOURCE_EXHAUSTED", *details), has_queue=True
        )
    with pytest.raises(BusyError):
        status.raise_for_create(
            GOOGLE, MadeUp(429, headers), body(429, "no", "RESOURCE_EXHAUSTED", *details), has_queue=False
        )


@pytest.mark.parametrize(
    ("code", "message", "error", "named"),
    [
        pytest.param(400, "no", RejectedError, "batch_refused", id="the batch as such"),
        pytest.param(404, "models/x is not found", RejectedError, "model_not_found", id="the model"),
        pytest.param(403, GONE, MissingError, "unknown", id="the file"),
    ],
)
def test_a_create_refuses_the_batch_and_not_its_requests(
    code: int, message: str, error: type[ProviderError], named: str
) -> None:
    with pytest.raises(error) as caught:
        status.raise_for_create(GOOGLE, MadeUp(code), body(code, message), has_queue=True)
    assert caught.value.code == named


@pytest.mark.parametrize(
    ("code", "named"),
    [
        (3, "INVALID_ARGUMENT"),
        (5, "batch_refused"),
        (7, "batch_refused"),
        (8, "token_limit_exceeded"),
        (13, "provider_failed"),
        (14, "provider_failed"),
        (0, "failed"),
    ],
)
def test_why_a_whole_batch_has_failed(code: int, named: str) -> None:
    found = status.row_error(status.Status(code))
    assert (found.code, found.line, bool(found.message)) == (named, None, True)


def test_no_credit_at_a_create_is_no_full_queue() -> None:
    with pytest.raises(OutOfCreditError):
        status.raise_for_create(GOOGLE, MadeUp(429), body(429, DEPLETED), has_queue=True)
