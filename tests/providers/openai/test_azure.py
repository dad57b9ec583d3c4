"""Azure OpenAI: two dialects, deployments, and what its batches do otherwise. Replies are made up from its documents."""

import json
import sys
from collections.abc import Mapping
from typing import Any

import pytest
from tests.providers.openai.scripted import ENDPOINT, Scripted, form_of, reply, submission
from tests.providers.replies import error_body

from bide.accounts import setup_of
from bide.buckets.memory import MemoryBuckets
from bide.core.clock import SECOND
from bide.core.errors import SettingError
from bide.core.quota import Resource, Told
from bide.core.states import BatchOutcome
from bide.lanes.outcome.validation import Bar, Divide, Wait, after_failure
from bide.providers.failures import (
    BusyError,
    MissingError,
    OverloadedError,
    QuotaError,
    RejectedError,
    StorageFullError,
    UnauthorisedError,
)
from bide.providers.openai.azure import AZURE, address
from bide.providers.openai.entra import Entra, default_source
from bide.providers.port import Call, Provider, Sought
from bide.providers.setup import Tools
from bide.settings import ProviderSettings

RESOURCE = "https://mine.openai.azure.com"
V1 = f"{RESOURCE}/openai/v1"

BATCH: dict[str, Any] = {
    "id": "batch_6f0c1f8e",
    "object": "batch",
    "endpoint": None,
    "errors": None,
    "input_file_id": "file-655111ec",
    "completion_window": "24h",
    "status": "validating",
    "output_file_id": "",
    "error_file_id": "",
    "created_at": 1795000010,
    "in_progress_at": None,
    "expires_at": 1795086410,
    "completed_at": None,
    "failed_at": None,
    "request_counts": {"total": None, "completed": None, "failed": None},
    "metadata": None,
}


def opened(
    transport: Scripted,
    environment: Mapping[str, str] | None = None,
    *,
    buckets: MemoryBuckets | None = None,
    **settings: Any,
) -> Provider:
    known = {"AZURE_OPENAI_ENDPOINT": RESOURCE, "AZURE_OPENAI_API_KEY": "secret", **(environment or {})}
    setup = setup_of("azure", AZURE, ProviderSettings(**settings), known)
    return AZURE.connect(setup, Tools(transport, buckets))


@pytest.mark.parametrize(
    ("base_url", "version", "base", "query"),
    [
        pytest.param(RESOURCE, None, V1, "", id="a resource"),
        pytest.param(f"{RESOURCE}/", None, V1, "", id="a resource with a slash"),
        pytest.param(V1, None, V1, "", id="v1"),
        pytest.param(V1 + "/", "2024-10-21", V1, "", id="v1 goes over a version that was meant for another program"),
        pytest.param(RESOURCE, "preview", V1, "api-version=preview", id="a version of v1"),
        pytest.param(RESOURCE, "2024-10-21", f"{RESOURCE}/openai", "api-version=2024-10-21", id="dated"),
        pytest.param(
            f"{RESOURCE}/openai", "2024-10-21", f"{RESOURCE}/openai", "api-version=2024-10-21", id="dated, whole"
        ),
        pytest.param(f"{RESOURCE}/openai", None, V1, "", id="half of v1"),
    ],
)
def test_where_the_protocol_begins(base_url: str, version: str | None, base: str, query: str) -> None:
    found, dialect = address(base_url, version)
    assert (found, dialect.query, dialect.prefixed) == (base, query, base.endswith("/v1"))


CALLED: dict[str, Any] = {
    "choices": [],
    "model": "gpt-x-2026-01-01",
    "usage": {"prompt_tokens": 3, "completion_tokens": 2},
}
BODY = b'{"messages":[{"content":"hi"}], "model" : "gpt-x"}'


@pytest.mark.parametrize(
    ("environment", "endpoint", "url"),
    [
        pytest.param({}, ENDPOINT, f"{V1}/chat/completions", id="v1"),
        pytest.param({}, "/v1/responses", f"{V1}/responses", id="v1, responses"),
        pytest.param(
            {"OPENAI_API_VERSION": "2024-10-21"},
            ENDPOINT,
            f"{RESOURCE}/openai/deployments/quick/chat/completions?api-version=2024-10-21",
            id="dated",
        ),
        pytest.param(
            {"AZURE_OPENAI_API_VERSION": "2025-04-01-preview"},
            "/v1/responses",
            f"{RESOURCE}/openai/responses?api-version=2025-04-01-preview",
            id="dated, responses",
        ),
    ],
)
async def test_a_call_goes_to_its_deployment(environment: Mapping[str, str], endpoint: str, url: str) -> None:
    transport = Scripted(reply(CALLED, x_ratelimit_limit_tokens="1000", x_ratelimit_reset_tokens="10"))
    provider = opened(transport, environment, deployments={"gpt-x": "quick"}, batch_deployments={"gpt-x": "cheap"})
    answer = await provider.send(Call(endpoint, BODY, "attempt-1", "gpt-x"))
    [sent] = transport.sent
    assert (sent.url, sent.headers["api-key"]) == (url, "secret")
    assert "Authorization" not in sent.headers
    assert sent.body == BODY.replace(b'"gpt-x"', b'"quick"')
    assert json.loads(answer.row.response)["body"]["model"] == "gpt-x-2026-01-01"
    assert (answer.rates.limit_tokens, answer.rates.reset_tokens) == (1000, 10 * SECOND)


async def test_a_stream_goes_there_too() -> None:
    transport = Scripted(reply(b"data: [DONE]\n\n"))
    provider = opened(transport, {"OPENAI_API_VERSION": "2024-10-21"}, deployments={"gpt-x": "quick"})
    assert [chunk async for chunk in provider.stream(Call(ENDPOINT, BODY, "a", "gpt-x"))] == [b"data: [DONE]\n\n"]
    assert "/deployments/quick/" in transport.sent[0].url
    assert b'"quick"' in transport.sent[0].body


async def test_a_token_goes_before_a_key() -> None:
    transport = Scripted(reply(CALLED))
    await opened(transport, {"AZURE_OPENAI_AD_TOKEN": "token"}).send(Call(ENDPOINT, BODY, "a", "gpt-x"))
    assert transport.sent[0].headers["Authorization"] == "Bearer token"
    assert "api-key" not in transport.sent[0].headers


async def test_without_a_key_the_identity_of_the_machine_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = iter(["one", "two"])
    monkeypatch.setattr("bide.providers.openai.entra.default_source", lambda: lambda: next(tokens))
    transport = Scripted(reply(CALLED), reply(CALLED))
    provider = opened(transport, {"AZURE_OPENAI_API_KEY": ""})
    for _ in range(2):
        await provider.send(Call(ENDPOINT, BODY, "a", "gpt-x"))
    assert [sent.headers["Authorization"] for sent in transport.sent] == ["Bearer one", "Bearer two"]


async def test_no_identity_is_an_account_that_is_refused() -> None:
    def fail() -> str:
        raise RuntimeError("DefaultAzureCredential failed to retrieve a token")

    with pytest.raises(UnauthorisedError, match="DefaultAzureCredential failed"):
        await Entra(fail).headers("POST", V1, {}, b"")


def test_an_endpoint_switches_it_on_and_is_needed() -> None:
    assert AZURE.switches == ("AZURE_OPENAI_BASE_URL", "AZURE_OPENAI_ENDPOINT")
    with pytest.raises(SettingError, match=r"AZURE_OPENAI_BASE_URL or AZURE_OPENAI_ENDPOINT"):
        setup_of("azure", AZURE, ProviderSettings(api_key="k"), {})


BODIES = (b'{"model":"gpt-x","messages":[{"content":"\xe2\x80\xa8"}]}', b'{"messages":[], "model": "gpt-x" ,"n":1.0}')


@pytest.mark.parametrize(
    ("environment", "endpoint", "suffix"),
    [
        pytest.param({}, ENDPOINT, "", id="v1"),
        pytest.param({"OPENAI_API_VERSION": "2024-10-21"}, "/chat/completions", "?api-version=2024-10-21", id="dated"),
    ],
)
async def test_a_batch_names_its_deployment_on_every_line(
    environment: Mapping[str, str], endpoint: str, suffix: str
) -> None:
    transport = Scripted(
        reply({"id": "file-1"}, 201), reply({"id": "file-1", "status": "Processed"}), reply(BATCH, 201)
    )
    provider = opened(transport, environment, deployments={"gpt-x": "quick"}, batch_deployments={"gpt-x": "cheap"})
    sub = submission(*BODIES)
    file = await provider.stage(sub)
    created = await provider.submit(sub, file)
    upload, _, create = transport.sent
    fields, content = form_of(upload)
    assert fields == {
        "purpose": "batch",
        "expires_after[anchor]": "created_at",
        "expires_after[seconds]": "1209600",
    }
    lines = content.removesuffix(b"\n").split(b"\n")
    for line, body in zip(lines, BODIES, strict=True):
        assert line.endswith(b'"body":' + body.replace(b'"gpt-x"', b'"cheap"') + b"}")
        assert json.loads(line)["url"] == endpoint
    assert [sent.url for sent in transport.sent] == [
        f"{V1 if not suffix else RESOURCE + '/openai'}{path}{suffix}"
        for path in ("/files", "/files/file-1", "/batches")
    ]
    assert create.json == {
        "input_file_id": "file-1",
        "endpoint": endpoint,
        "completion_window": "24h",
        "metadata": {"bide_tag": "tag1"},
        "output_expires_after": {"anchor": "created_at", "seconds": 1209600},
    }
    assert (created.provider_id, created.outcome, created.output_file, created.error_file) == (
        "batch_6f0c1f8e",
        None,
        None,
        None,
    )
    assert created.expires_at == 1795086410 * SECOND


@pytest.mark.parametrize(
    ("file", "error"),
    [
        pytest.param(reply({"id": "file-1", "status": "pending"}), BusyError, id="pending"),
        pytest.param(reply({"id": "file-1", "status": "running"}), BusyError, id="a word that is not known"),
        pytest.param(reply({"id": "file-1", "status": "error", "status_details": "bad"}), RejectedError, id="error"),
        pytest.param(None, BusyError, id="lost: nothing can have been created"),
        pytest.param(reply(b"", 500), BusyError, id="overloaded: the same"),
        pytest.param(reply(error_body("not_found"), 404), MissingError, id="gone: upload it again"),
    ],
)
async def test_nothing_is_created_before_the_file_is_read(file: Any, error: type[Exception]) -> None:
    transport = Scripted(file)
    with pytest.raises(error):
        await opened(transport).submit(submission(BODY), "file-1")
    assert [sent.method for sent in transport.sent] == ["GET"]


READY = reply({"id": "file-1", "status": "processed"})


@pytest.mark.parametrize(
    ("answer", "error", "limit"),
    [
        pytest.param(
            reply(error_body("token_limit_exceeded", "the configured limit of 30K for the deployment 'cheap'"), 400),
            QuotaError,
            30_000,
            id="the quota, at once",
        ),
        pytest.param(reply(error_body("invalid_request", "no"), 400), RejectedError, None, id="anything else"),
        pytest.param(reply(b"<html>", 502), OverloadedError, None, id="a gateway"),
    ],
)
async def test_a_create_that_is_refused(answer: Any, error: type[Exception], limit: int | None) -> None:
    with pytest.raises(error) as caught:
        await opened(Scripted(READY, answer)).submit(submission(BODY), "file-1")
    told = caught.value.told if isinstance(caught.value, QuotaError) else None
    assert (told and told.limit) == limit


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        pytest.param({}, (), id="nothing"),
        pytest.param(
            {"deployment-maximum-enqueued-tokens": "30000", "deployment-enqueued-tokens": "12"},
            (Told(Resource.ENQUEUED_TOKENS, 30_000, 12),),
            id="both",
        ),
        pytest.param(
            {"deployment-maximum-enqueued-tokens": "30000"}, (Told(Resource.ENQUEUED_TOKENS, 30_000),), id="the limit"
        ),
        pytest.param({"deployment-maximum-enqueued-tokens": "-1"}, (), id="no number"),
        pytest.param({"deployment-maximum-enqueued-tokens": "0"}, (), id="nothing at all would never let a batch in"),
    ],
)
async def test_what_a_create_tells_of_the_queue(headers: dict[str, str], told: tuple[Told, ...]) -> None:
    created = reply({"id": "batch_1", "object": "batch", "status": "validating"}, 200, **headers)

    remote = await opened(Scripted(READY, created)).submit(submission(BODY), "file-1")

    assert remote.told == told


async def test_too_many_files_are_said_to_a_person() -> None:
    body = error_body("quotaExceeded", "The quota for files without expiry is reached. The maximum is 500.")
    with pytest.raises(StorageFullError, match=r"The maximum is 500\. Delete files") as caught:
        await opened(Scripted(reply(body, 400))).stage(submission(BODY))
    assert caught.value.told == Told(Resource.FILES, 500)


async def polled(transport: Scripted, **settings: Any) -> Any:
    return await opened(transport, **settings).poll("batch_6f0c1f8e")


@pytest.mark.parametrize(
    ("status", "outcome", "cancelling"),
    [
        ("Validating", None, False),
        ("in_progress", None, False),
        ("Completed", BatchOutcome.COMPLETED, False),
        ("cancelling", None, True),
        ("canceled", BatchOutcome.CANCELLED, False),
        ("FAILED", BatchOutcome.FAILED, False),
    ],
)
async def test_statuses_in_any_letters_and_instants_as_texts(
    status: str, outcome: BatchOutcome | None, cancelling: bool
) -> None:
    shown = {**BATCH, "status": status, "created_at": "2026-11-18T00:00:10Z", "completed_at": "2026-11-18T01:00:10"}
    found = await polled(Scripted(reply(shown)))
    assert (found.outcome, found.cancelling) == (outcome, cancelling)
    assert found.ended_at - found.created_at == 3600 * SECOND


@pytest.mark.parametrize(
    ("errors", "requests", "step"),
    [
        pytest.param(
            [{"code": "token_limit_exceeded", "message": "the configured limit of 30K for the deployment 'X'."}],
            9,
            Wait(30_000),
            id="the quota, late",
        ),
        pytest.param([{"code": "model_not_found", "message": "no such deployment"}], 9, Bar, id="no deployment"),
        pytest.param(
            [{"code": "invalid_request", "message": "The deployment's SKU is not a batch SKU."}],
            9,
            Bar,
            id="no batches",
        ),
        pytest.param([{"code": "input_no_permissions", "message": "no"}], 9, Bar, id="no way to the storage"),
        pytest.param(
            [{"code": "input_modified", "message": "no"}], 9, Divide((), 1), id="somebody has written over the blob"
        ),
        pytest.param([{"code": "url_mismatch", "message": "no", "line": 3}], 9, "invalid_url", id="another url"),
        pytest.param(
            [{"code": "model_mismatch", "message": "no", "line": 3}], 9, "mismatched_model", id="another model"
        ),
    ],
)
async def test_validation_errors_are_read_in_openai_s_words(errors: list[Any], requests: int, step: Any) -> None:
    shown = {**BATCH, "status": "failed", "errors": {"object": "list", "data": errors}}
    found = await polled(Scripted(reply(shown)))
    next_step = after_failure(found.errors, requests, 0)
    if isinstance(next_step, Divide) and isinstance(step, str):
        assert [error.code for error in next_step.ejected] == [step]
    else:
        assert next_step == step or isinstance(next_step, step)


async def test_an_empty_error_file_is_a_file_without_rows() -> None:
    transport = Scripted(reply(b""))
    assert [chunk async for chunk in opened(transport).harvest("file-2", ENDPOINT)] == []


async def test_rows_without_an_id_are_read() -> None:
    row = {"custom_id": "tag1-0", "response": {"body": CALLED, "request_id": "", "status_code": 200}, "error": None}
    transport = Scripted(reply(json.dumps(row).encode() + b"\n"))
    [[found]] = [chunk async for chunk in opened(transport).harvest("file-2", ENDPOINT)]
    assert (found.custom_id, found.verdict.value) == ("tag1-0", "answered")


FOLDER = "https://acct.blob.core.windows.net/jobs/bide"


async def test_a_batch_in_one_s_own_storage() -> None:
    buckets = MemoryBuckets()
    blob = f"{FOLDER}/bide-tag1.jsonl"
    shown = {**BATCH, "input_file_id": None, "input_blob": blob}
    transport = Scripted(reply(shown, 201), reply({"data": [shown], "has_more": False}))
    provider = opened(transport, buckets=buckets, bucket="az://acct/jobs/bide", batch_deployments={"gpt-x": "cheap"})
    sub = submission(*BODIES)
    staged = await provider.stage(sub)
    assert staged is not None
    assert staged == blob
    [content] = buckets.objects.values()
    assert content.count(b'"cheap"') == 2
    await provider.submit(sub, staged)
    assert transport.sent[0].json == {
        "input_file_id": None,
        "input_blob": blob,
        "output_folder": {"url": f"{FOLDER}/"},
        "endpoint": ENDPOINT,
        "completion_window": "24h",
    }
    found = await provider.find(Sought("tag1", staged, 2, 0))
    assert found is not None
    assert found.provider_id == shown["id"]
    await provider.discard(staged)
    await provider.discard(staged)
    assert not buckets.objects


async def test_results_in_one_s_own_storage_are_those_that_exist() -> None:
    buckets = MemoryBuckets()
    output = f"{FOLDER}/guid/results.jsonl"
    row = {"custom_id": "tag1-0", "response": {"body": CALLED, "status_code": 200}, "error": None}
    buckets.objects["az://acct/jobs/bide/guid/results.jsonl"] = json.dumps(row).encode()
    shown = {
        **BATCH,
        "status": "completed",
        "input_blob": "x",
        "output_blob": output,
        "error_blob": f"{FOLDER}/guid/errors.jsonl",
    }
    provider = opened(Scripted(reply(shown)), buckets=buckets, bucket=FOLDER)
    ended = await provider.poll("batch_6f0c1f8e")
    assert (ended.output_file, ended.error_file) == (output, None)
    [[found]] = [chunk async for chunk in provider.harvest(output, ENDPOINT)]
    assert found.custom_id == "tag1-0"
    with pytest.raises(MissingError):
        [chunk async for chunk in provider.harvest(f"{FOLDER}/guid/errors.jsonl", ENDPOINT)]


def test_one_s_own_storage_takes_more() -> None:
    assert opened(Scripted(), buckets=MemoryBuckets(), bucket=FOLDER).limits.max_bytes == 10**9
    lowered = opened(Scripted(), buckets=MemoryBuckets(), bucket=FOLDER, max_bytes=1_000)
    assert lowered.limits.max_bytes == 1_000
    assert opened(Scripted()).limits.max_bytes == 200 * 10**6


def test_what_stands_in_batches_depends_on_the_dialect() -> None:
    assert opened(Scripted()).capabilities.batch_endpoints == {ENDPOINT, "/v1/responses"}
    assert opened(Scripted(), api_version="2024-10-21").capabilities.batch_endpoints == {ENDPOINT}


async def test_without_the_package_a_key_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "azure.identity", None)
    with pytest.raises(UnauthorisedError, match=r"install bide\[azure\]"):
        await Entra().headers("POST", V1, {}, b"")


def test_with_the_package_nothing_is_asked_before_the_first_request() -> None:
    assert callable(default_source())
