"""Doubleword: a choice of windows, and uploads that are validated. Replies are made up from its documents and its server."""

import json
from typing import Any

import pytest
from tests.providers.openai.scripted import ENDPOINT, Scripted, form_of, reply, submission

from bide.accounts import setup_of
from bide.core.clock import HOUR, SECOND
from bide.core.errors import SettingError
from bide.core.states import BatchOutcome
from bide.lanes.outcome.validation import Bar, Divide, after_failure
from bide.providers.failures import BusyError, OutOfCreditError, RejectedError
from bide.providers.openai.doubleword import DIALECT, DOUBLEWORD
from bide.providers.port import EarlyProvider, Provider, Verdict
from bide.providers.setup import Tools
from bide.settings import ProviderSettings

BODY = b'{"model":"gpt-x","messages":[]}'
BATCH: dict[str, Any] = {
    "id": "3f0a0a9e-0000-4000-8000-000000000001",
    "object": "batch",
    "status": "in_progress",
    "input_file_id": "in",
    "output_file_id": "out",
    "created_at": 1795000010,
    "dwext": {},
}
"""While it runs: without the fields that are null, and with a file of what is done so far."""


def opened(transport: Scripted, **settings: Any) -> Provider:
    setup = setup_of("doubleword", DOUBLEWORD, ProviderSettings(**settings), {"DOUBLEWORD_API_KEY": "secret"})
    return DOUBLEWORD.connect(setup, Tools(transport))


@pytest.mark.parametrize(("window", "sent"), [(None, "24h"), ("24h", "24h"), ("1h", "1h")])
async def test_a_batch_is_created_with_its_window(window: str | None, sent: str) -> None:
    transport = Scripted(reply({"id": "in"}, 201), reply(BATCH, 201))
    provider = opened(transport, completion_window=window)
    sub = submission(BODY)
    created = await provider.submit(sub, await provider.stage(sub))
    fields, _ = form_of(transport.sent[0])
    assert fields["expires_after[anchor]"] == "created_at"
    assert transport.sent[1].json["completion_window"] == sent
    assert transport.sent[1].json["metadata"] == {"bide_tag": "tag1"}
    assert (created.outcome, created.error_file) == (None, None)
    assert provider.limits.window == (HOUR if sent == "1h" else 24 * HOUR)


def test_another_window_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(SettingError, match="completion_window is '2h'; Doubleword has 24h and 1h"):
        opened(Scripted(), completion_window="2h")


@pytest.mark.parametrize(
    ("status", "body", "code", "line"),
    [
        pytest.param(400, b"Line 7: Missing required field: messages", "invalid_request", 7, id="a line"),
        pytest.param(400, b"Invalid JSON on line 3: expected value", "invalid_json_line", 3, id="no JSON"),
        pytest.param(
            400,
            b"Line 1: Model 'gpt-x' has not been configured or is not available to user.",
            "model_not_found",
            None,
            id="an unknown model, which is the same in every line",
        ),
        pytest.param(
            403, b"Model 'gpt-x' has not been configured or is not available to user.", "model_not_found", None
        ),
        pytest.param(413, b"File too large", "file_too_large", None, id="too large"),
    ],
)
async def test_an_upload_that_is_refused_says_why(status: int, body: bytes, code: str, line: int | None) -> None:
    with pytest.raises(RejectedError) as caught:
        await opened(Scripted(reply(body, status))).stage(submission(BODY))
    [error] = caught.value.errors
    assert (error.code, error.line) == (code, line)


async def test_an_upload_that_is_refused_for_no_named_line_is_divided() -> None:
    with pytest.raises(RejectedError) as caught:
        await opened(Scripted(reply(b"The file holds a request that is not valid.", 400))).stage(submission(BODY))
    assert after_failure(caught.value.errors, 4, 0) == Divide((), 2)


async def test_a_create_waits_for_capacity() -> None:
    body = {"error": "too_many_requests", "message": "Insufficient capacity", "retry_after_seconds": 30}
    for headers, wait in (({"retry_after": "60"}, 60), ({}, 30)):
        with pytest.raises(BusyError, match="Insufficient capacity") as caught:
            await opened(Scripted(reply(body, 429, **headers))).submit(submission(BODY), "in")
        assert (caught.value.code, caught.value.retry_after) == ("too_many_requests", wait * SECOND)


async def test_a_window_that_is_gone_leaves_real_time() -> None:
    answer = reply(b"Unsupported completion_window. Allowed values: 24h", 400)
    with pytest.raises(RejectedError) as caught:
        await opened(Scripted(answer)).submit(submission(BODY), "in")
    assert caught.value.code == "endpoint_not_supported"


async def test_no_credit() -> None:
    with pytest.raises(OutOfCreditError):
        await opened(Scripted(reply(b"Insufficient credits", 402))).submit(submission(BODY), "in")


async def test_a_batch_of_which_every_row_failed_has_rows() -> None:
    shown = {**BATCH, "status": "failed", "error_file_id": "err", "failed_at": 1795000100}
    row = {"custom_id": "a", "response": {"status_code": 400, "body": {"error": {"message": "no", "code": "bad"}}}}
    provider = opened(Scripted(reply(shown), reply(json.dumps(row).encode())))
    ended = await provider.poll(BATCH["id"])
    assert (ended.outcome, ended.error_file) == (BatchOutcome.COMPLETED, "err")
    [[found]] = [chunk async for chunk in provider.harvest("err", ENDPOINT)]
    assert (found.verdict, found.permanent) == (Verdict.ERRORED, True)


ROW = b'{"custom_id":"%s","response":{"status_code":200,"body":{}},"error":null}\n'


@pytest.mark.parametrize(
    ("said", "skip", "path"),
    [
        pytest.param(None, 0, "/files/out/content", id="from the beginning"),
        pytest.param(None, 2, "/files/out/content?skip=2", id="on from where one was"),
        pytest.param("offset", 2, "/files/out/content?offset=2", id="by the other name"),
    ],
)
async def test_a_growing_file_is_read_on(said: str | None, skip: int, path: str) -> None:
    transport = Scripted(reply(ROW % b"c" + ROW % b"d" + b'{"custom_id":"e","resp'))
    provider = opened(transport, early_results=said)
    assert isinstance(provider, EarlyProvider)
    [rows] = [chunk async for chunk in provider.finished("out", ENDPOINT, skip)]
    assert [(row.custom_id, row.verdict) for row in rows] == [("c", Verdict.ANSWERED), ("d", Verdict.ANSWERED)]
    assert transport.sent[0].url.endswith(path)


async def test_where_all_of_it_comes_again_the_known_lines_are_left_out() -> None:
    transport = Scripted(reply(ROW % b"a" + ROW % b"b" + ROW % b"c"))
    provider = opened(transport, early_results="whole")
    assert isinstance(provider, EarlyProvider)
    rows = [row async for chunk in provider.finished("out", ENDPOINT, 2) for row in chunk]
    assert [row.custom_id for row in rows] == ["c"]
    assert transport.sent[0].url.endswith("/files/out/content")


def test_a_model_that_is_not_there_has_no_batches() -> None:
    error = DIALECT.row_error("unknown", "Model 'x' has not been configured or is not available to user.")
    assert isinstance(after_failure([error], 5, 0), Bar)
