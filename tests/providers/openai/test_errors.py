"""OpenAI's errors: the same status means different things, and the code decides."""

import pytest
from tests.providers.replies import MadeUp, error_body

from bide.core.clock import MILLISECOND, MINUTE, SECOND
from bide.core.quota import Resource, Told
from bide.providers.failures import (
    BusyError,
    MissingError,
    OutOfCreditError,
    OverloadedError,
    ProviderError,
    QuotaError,
    RejectedError,
    ScarceError,
    UnauthorisedError,
)
from bide.providers.openai import errors
from bide.providers.openai.dialect import OPENAI

MEANINGS = [
    pytest.param(400, error_body("invalid_value"), RejectedError, id="400"),
    pytest.param(400, error_body("billing_hard_limit_reached"), OutOfCreditError, id="400 without credit"),
    pytest.param(401, error_body("invalid_api_key"), UnauthorisedError, id="401"),
    pytest.param(403, error_body("unsupported_country_region_territory"), UnauthorisedError, id="403"),
    pytest.param(403, error_body("insufficient_quota"), OutOfCreditError, id="403 without credit"),
    pytest.param(402, b"out of credit", OutOfCreditError, id="402"),
    pytest.param(404, error_body("not_found"), MissingError, id="404"),
    pytest.param(410, b"", MissingError, id="410"),
    pytest.param(413, b"<html>too large</html>", RejectedError, id="413"),
    pytest.param(408, b"", OverloadedError, id="408"),
    pytest.param(409, error_body(None, "try again"), OverloadedError, id="409"),
    pytest.param(429, error_body("rate_limit_exceeded"), BusyError, id="429"),
    pytest.param(429, error_body("insufficient_quota"), OutOfCreditError, id="429 without credit"),
    pytest.param(429, error_body(None, "no", "insufficient_quota"), OutOfCreditError, id="429, by its type"),
    pytest.param(429, b"slow down", BusyError, id="429 by a proxy"),
    pytest.param(429, error_body("resource_unavailable"), ScarceError, id="429: no capacity in flex"),
    pytest.param(
        429, error_body(None, "Resource Unavailable"), ScarceError, id="429: the same, by OpenAI's words alone"
    ),
    pytest.param(498, error_body("capacity_exceeded"), ScarceError, id="498: the same at Groq"),
    pytest.param(429, error_body("rate_limit_exceeded", "Resource unavailable"), BusyError, id="429: the code decides"),
    pytest.param(500, error_body("server_error"), OverloadedError, id="500"),
    pytest.param(502, b"<html>Bad Gateway</html>", OverloadedError, id="502 by a proxy"),
    pytest.param(503, b"", OverloadedError, id="503"),
    pytest.param(529, b"{", OverloadedError, id="529"),
    pytest.param(307, b"", OverloadedError, id="a redirect, which is not followed"),
]


@pytest.mark.parametrize(("status", "body", "error"), MEANINGS)
def test_what_a_reply_means(status: int, body: bytes, error: type[ProviderError]) -> None:
    with pytest.raises(error) as caught:
        errors.raise_for_status(MadeUp(status), body)
    assert type(caught.value) is error
    assert str(caught.value)


@pytest.mark.parametrize("status", [200, 201, 204])
def test_success_is_no_error_whatever_its_body(status: int) -> None:
    errors.raise_for_status(MadeUp(status), error_body("server_error"))
    errors.raise_for_account(MadeUp(status), error_body("insufficient_quota"))


@pytest.mark.parametrize(
    ("status", "may_have_run"),
    [(302, False), (408, False), (409, False), (500, True), (502, True), (503, False), (504, True)],
)
def test_whether_a_call_may_have_run(status: int, may_have_run: bool) -> None:
    with pytest.raises(OverloadedError) as caught:
        errors.raise_for_account(MadeUp(status), b"")
    assert caught.value.may_have_run is may_have_run


@pytest.mark.parametrize("status", [400, 404, 413, 422])
def test_what_is_wrong_with_a_request_is_no_matter_of_the_account(status: int) -> None:
    errors.raise_for_account(MadeUp(status), error_body("invalid_value"))


ENQUEUED = (
    "Enqueued token limit reached for gpt-5-mini in organization org-x. Limit: 2,000,000 enqueued tokens."
    " Please try again once some in_progress batches have been completed."
)


AZURE_FULL = (
    "The number of enqueued tokens has surpassed the configured limit of 30K for the deployment 'cheap'."
    " Please either increase the limit or try again once the current jobs have finished."
)


@pytest.mark.parametrize(
    ("status", "body", "limit"),
    [
        pytest.param(400, error_body("token_limit_exceeded", ENQUEUED), 2_000_000, id="by its code"),
        pytest.param(429, error_body(None, ENQUEUED), 2_000_000, id="by its message"),
        pytest.param(429, error_body("enqueued_token_limit_exceeded", "full"), None, id="without a number"),
        pytest.param(429, error_body("token_limit_exceeded", None), None, id="without a message"),
        pytest.param(400, error_body("token_limit_exceeded", AZURE_FULL), 30_000, id="Azure's"),
        pytest.param(400, error_body("BadRequest", f"token_limit_exceeded: {AZURE_FULL}"), 30_000, id="in the words"),
        pytest.param(
            400, error_body("token_limit_exceeded", "the configured limit of 1.5B for"), 1_500_000_000, id="1.5B"
        ),
    ],
)
def test_a_full_quota_at_create(status: int, body: bytes, limit: int | None) -> None:
    with pytest.raises(QuotaError) as caught:
        errors.raise_for_create(MadeUp(status), body, OPENAI)
    assert caught.value.told == Told(Resource.ENQUEUED_TOKENS, limit)


def test_a_server_s_failure_at_create_is_no_full_quota() -> None:
    with pytest.raises(OverloadedError):
        errors.raise_for_create(MadeUp(500), error_body("token_limit_exceeded", ENQUEUED), OPENAI)


@pytest.mark.parametrize(
    ("body", "message", "code"),
    [
        pytest.param(error_body("x", "y"), "y", "x", id="OpenAI's"),
        pytest.param(error_body(None, "y", "z"), "y", "z", id="a type and no code"),
        pytest.param(error_body(429, "y"), "y", "429", id="a number as code"),
        pytest.param(b'{"error": "plain"}', "plain", "unknown", id="a text as error"),
        pytest.param(b'{"error": "a_code", "message": "plain"}', "plain", "a_code", id="a code as error"),
        pytest.param(b'{"detail": "else"}', '{"detail": "else"}', "unknown", id="another shape"),
        pytest.param(b"<html>", "<html>", "unknown", id="no JSON"),
        pytest.param(b"", "the reply has no body", "unknown", id="nothing"),
        pytest.param(b"\xff\xfe", "\ufffd\ufffd", "unknown", id="no text"),
    ],
)
def test_a_body_is_read_as_well_as_it_can_be(body: bytes, message: str, code: str) -> None:
    found = errors.read_error(body)
    assert (found.message, errors.code_of(found)) == (message, code)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, None),
        ({"retry-after": "20"}, 20 * SECOND),
        ({"retry-after": "0.5"}, 500 * MILLISECOND),
        ({"retry-after-ms": "1500", "retry-after": "20"}, 1_500 * MILLISECOND),
        ({"retry-after-ms": "soon", "retry-after": "3"}, 3 * SECOND),
        ({"retry-after": "-5"}, 0),
        ({"retry-after": "86400"}, 15 * MINUTE),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
    ],
)
def test_how_long_to_wait(headers: dict[str, str], wait: int | None) -> None:
    assert errors.retry_after(headers) == wait


@pytest.mark.parametrize(
    ("body", "wait"),
    [
        (b'{"error":"too_many_requests","message":"full","retry_after_seconds":30}', 30 * SECOND),
        (b'{"retry_after_seconds":"soon"}', None),
        (b"retry_after_seconds", None),
    ],
)
def test_how_long_to_wait_by_the_body(body: bytes, wait: int | None) -> None:
    assert errors.retry_after({}, body) == wait
    assert errors.retry_after({"retry-after": "60"}, body) == 60 * SECOND


def test_rate_headers() -> None:
    rates = errors.rate_headers(
        {
            "x-ratelimit-limit-requests": "500",
            "x-ratelimit-limit-tokens": "200000",
            "x-ratelimit-remaining-requests": "499",
            "x-ratelimit-reset-requests": "120ms",
            "x-ratelimit-reset-tokens": "6m0s",
        }
    )
    assert (rates.limit_requests, rates.limit_tokens) == (500, 200_000)
    assert (rates.remaining_requests, rates.remaining_tokens) == (499, None)
    assert (rates.reset_requests, rates.reset_tokens) == (120 * MILLISECOND, 6 * MINUTE)


@pytest.mark.parametrize(("text", "reset"), [("10", 10 * SECOND), ("0.25", 250 * MILLISECOND), ("0", 0)])
def test_rate_headers_may_tell_plain_seconds(text: str, reset: int) -> None:
    assert errors.rate_headers({"x-ratelimit-reset-tokens": text}).reset_tokens == reset


@pytest.mark.parametrize("text", ["", "-1", "many", "1.5.5"])
def test_rate_headers_that_are_no_numbers_say_nothing(text: str) -> None:
    rates = errors.rate_headers({"x-ratelimit-limit-requests": text, "x-ratelimit-reset-tokens": text})
    assert (rates.limit_requests, rates.reset_tokens) == (None, None)


def test_busy_carries_what_the_headers_said() -> None:
    headers = {"retry-after": "7", "x-ratelimit-limit-requests": "5"}
    with pytest.raises(BusyError) as caught:
        errors.raise_for_status(MadeUp(429, headers), error_body("rate_limit_exceeded"))
    assert (caught.value.retry_after, caught.value.rates.limit_requests) == (7 * SECOND, 5)
    assert caught.value.code == "rate_limit_exceeded"
