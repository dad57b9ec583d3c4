"""Together: another upload, a wrapped create, a bare listing, no counts. Replies are made up from its documents."""

import json
from typing import Any

import pytest
from tests.providers.openai.scripted import ENDPOINT, Scripted, form_of, reply, submission

from bide.accounts import setup_of
from bide.core.clock import SECOND
from bide.core.states import BatchOutcome
from bide.lanes.outcome.validation import Bar, Divide, after_failure
from bide.providers.failures import (
    BusyError,
    MissingError,
    OutOfCreditError,
    OverloadedError,
    RejectedError,
    UnauthorisedError,
)
from bide.providers.openai.together import TOGETHER
from bide.providers.port import Call, Provider, RowError, Sought, Verdict
from bide.providers.setup import Tools
from bide.settings import ProviderSettings

BASE = "https://api.together.ai/v1"

JOB: dict[str, Any] = {
    "id": "5d0c1f0e-8d1a-4a7e-9a53-6c1de0b7c111",
    "input_file_id": "file-2b",
    "file_size_bytes": 18211,
    "status": "VALIDATING",
    "created_at": "2026-11-21T02:00:00.000Z",
    "job_deadline": "2026-11-22T02:00:00.000Z",
    "endpoint": ENDPOINT,
    "progress": 0,
}
CREATED_AT = 1795226400 * SECOND
BODY = b'{"model":"gpt-x","messages":[]}'


def opened(transport: Scripted) -> Provider:
    setup = setup_of("together", TOGETHER, ProviderSettings(), {"TOGETHER_API_KEY": "secret"})
    return TOGETHER.connect(setup, Tools(transport))


async def test_a_batch_is_uploaded_and_created() -> None:
    transport = Scripted(reply({"id": "file-2b", "FileType": "jsonl"}), reply({"job": JOB, "warning": "slow"}, 201))
    sub = submission(BODY, BODY)
    created = await opened(transport).submit(sub, await opened(transport).stage(sub))
    upload, create = transport.sent
    fields, content = form_of(upload)
    assert (upload.method, upload.url) == ("POST", f"{BASE}/files/upload")
    assert upload.headers["User-Agent"].startswith("bide/")
    assert fields == {"purpose": "batch-api", "file_name": "bide-tag1.jsonl", "file_type": "jsonl"}
    assert [json.loads(line) for line in content.splitlines()] == [
        {"custom_id": f"tag1-{number:011d}", "body": json.loads(BODY)} for number in range(2)
    ]
    assert create.json == {"input_file_id": "file-2b", "endpoint": ENDPOINT, "completion_window": "24h"}
    assert (created.provider_id, created.outcome, created.created_at) == (JOB["id"], None, CREATED_AT)
    assert created.expires_at == CREATED_AT + 86400 * SECOND


@pytest.mark.parametrize("base_url", ["http://here", "http://here/", "http://here/v1"])
async def test_the_base_url_may_be_as_either_sdk_has_it(base_url: str) -> None:
    environment = {"TOGETHER_API_KEY": "secret", "TOGETHER_BASE_URL": base_url}
    transport = Scripted(reply(JOB))
    setup = setup_of("together", TOGETHER, ProviderSettings(), environment)
    await TOGETHER.connect(setup, Tools(transport)).poll("x")
    assert transport.sent[0].url == "http://here/v1/batches/x"


async def test_a_lost_create_is_found_by_its_input_file() -> None:
    others = [{**JOB, "id": f"other-{number}", "input_file_id": f"file-{number}"} for number in range(3)]
    transport = Scripted(reply([*others, JOB]), reply(others), reply([]))
    provider = opened(transport)
    found = await provider.find(Sought("tag1", "file-2b", 2, CREATED_AT))
    assert found is not None
    assert found.provider_id == JOB["id"]
    assert await provider.find(Sought("tag1", "file-2b", 2, CREATED_AT)) is None
    assert await provider.find(Sought("tag1", "file-2b", 2, CREATED_AT)) is None


@pytest.mark.parametrize(
    ("status", "outcome", "cancelling"),
    [
        ("IN_PROGRESS", None, False),
        ("CANCELING", None, True),
        ("CANCELLED", BatchOutcome.CANCELLED, False),
        ("EXPIRED", BatchOutcome.EXPIRED, False),
        ("COMPLETED", BatchOutcome.COMPLETED, False),
        ("SOMETHING_NEW", None, False),
    ],
)
async def test_statuses(status: str, outcome: BatchOutcome | None, cancelling: bool) -> None:
    found = await opened(Scripted(reply({**JOB, "status": status}))).poll("x")
    assert (found.outcome, found.cancelling, found.output_file, found.total) == (outcome, cancelling, None, 0)


async def test_a_job_that_ended_is_not_cancelled() -> None:
    ended = {**JOB, "status": "COMPLETED", "output_file_id": "file-9"}
    refusal = {"error": "Cannot cancel job - already in terminal state: COMPLETED"}
    transport = Scripted(reply(refusal, 409), reply(ended))
    found = await opened(transport).cancel(JOB["id"])
    assert (found.outcome, found.output_file) == (BatchOutcome.COMPLETED, "file-9")


@pytest.mark.parametrize(
    ("message", "step"),
    [
        pytest.param(
            "Failed to calculate tokens: input format error: Line 2 (within chunk): Invalid JSON format - x",
            Divide((), 2),
            id="a line of a chunk, and nobody says of which",
        ),
        pytest.param("input format error: Line 2: Invalid JSON format", 2, id="a line"),
        pytest.param("Invalid model ID: Unable to access non-serverless model M", Bar, id="no batches for the model"),
        pytest.param("Failed to download input file: 404", Divide((), 1), id="the file is gone: upload it again"),
        pytest.param("Something else", Divide((), 2), id="anything"),
    ],
)
async def test_why_a_job_failed(message: str, step: Any) -> None:
    found = await opened(Scripted(reply({**JOB, "status": "FAILED", "error": message}))).poll("x")
    assert found.outcome is BatchOutcome.FAILED
    taken = after_failure(found.errors, 10, 0)
    if isinstance(step, int):
        assert isinstance(taken, Divide)
        assert [error.line for error in taken.ejected] == [step]
    else:
        assert taken == step or (step is Bar and isinstance(taken, Bar))


ROWS: list[dict[str, Any]] = [
    {"id": "br_1", "custom_id": "a", "response": {"status_code": 200, "body": {"choices": [], "prompt": [], "usage": {
        "prompt_tokens": 7, "completion_tokens": 5, "reasoning_tokens": 3}}}},
    {"id": "br_2", "custom_id": "b", "error": {"code": "batch_client_error", "message": "more than 4 stop sequences"}},
    {"id": "br_3", "custom_id": "c", "error": {"code": "timeout", "message": "too slow"}},
]  # fmt: skip


async def test_rows() -> None:
    text = b"".join(json.dumps(row).encode() + b"\n" for row in ROWS)
    [rows] = [chunk async for chunk in opened(Scripted(reply(text))).harvest("file-9", ENDPOINT)]
    assert [(row.custom_id, row.verdict, row.permanent) for row in rows] == [
        ("a", Verdict.ANSWERED, False),
        ("b", Verdict.ERRORED, True),
        ("c", Verdict.ERRORED, False),
    ]
    usage = rows[0].usage
    assert usage is not None
    assert (usage.input, usage.output, usage.reasoning) == (7, 5, 3)


async def test_limits_are_told_per_second() -> None:
    headers = {
        "x_ratelimit_limit": "10",
        "x_ratelimit_remaining": "9",
        "x_ratelimit_reset": "0.5",
        "x_tokenlimit_limit": "3000",
    }
    transport = Scripted(reply({"choices": []}, 200, **headers), reply({"error": "slow"}, 429, **headers))
    provider = opened(transport)
    rates = (await provider.send(Call(ENDPOINT, BODY, "a", "gpt-x"))).rates
    assert (rates.limit_requests, rates.limit_tokens, rates.remaining_requests) == (600, 180_000, 9)
    assert rates.reset_requests == SECOND // 2
    with pytest.raises(BusyError) as caught:
        await provider.send(Call(ENDPOINT, BODY, "a", "gpt-x"))
    assert caught.value.rates.limit_requests == 600


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, {"error": "bad input", "request_id": "r"}, RejectedError),
        (401, {"error": {"message": "no key", "type": "invalid_request_error"}}, UnauthorisedError),
        (402, {"error": {"message": "no credit", "type": "credit_limit"}}, OutOfCreditError),
        (404, {"error": "Job not found"}, MissingError),
        (404, {"error": {"message": "gone", "type": "not_found"}}, MissingError),
        (503, {"error": "overloaded"}, OverloadedError),
    ],
)
async def test_errors_in_both_forms(status: int, body: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        await opened(Scripted(reply(body, status))).poll("x")
    inner = body["error"]
    assert str(caught.value) == (inner if isinstance(inner, str) else inner["message"])


async def test_a_line_that_is_too_long_is_not_uploaded() -> None:
    long = b'{"model":"gpt-x","messages":["' + b"x" * 10**7 + b'"]}'
    with pytest.raises(RejectedError) as caught:
        await opened(Scripted()).stage(submission(BODY, long, BODY))
    [error] = caught.value.errors
    assert (error.code, error.line) == ("line_too_large", 2)
    assert isinstance(after_failure([RowError(error.code, error.message, error.line)], 3, 0), Divide)
