"""Azure's two dialects, without sockets: what each path takes, and what old versions write otherwise."""

import json
from typing import Any

import pytest

from bide.core.clock import ManualClock
from bide.simulator.azure.protocol import AZURE
from bide.simulator.azure.words import full
from bide.simulator.books import Books
from bide.simulator.exchange import Reply, Request
from bide.simulator.respond import respond
from bide.simulator.script import parse_script

CLOCK = ManualClock()


def books() -> Books:
    return Books(parse_script('[realtime]\nlatency = "0s"\ntokens_per_second = 0'), 7, CLOCK.now(), protocol=AZURE)


def ask(account: Books, method: str, path: str, query: dict[str, str], body: bytes = b"", **headers: str) -> Any:
    sent = {"api-key": "k", **{name.replace("_", "-"): value for name, value in headers.items()}}
    reply = respond(account, Request(method, path, query, sent, body), CLOCK.now())
    assert isinstance(reply, Reply)
    return reply.status, json.loads(reply.body) if reply.body else None


OLD = {"api-version": "2024-10-21"}


def created(account: Books, base: str, query: dict[str, str], url: str) -> Any:
    line = {"custom_id": "a", "method": "POST", "url": url, "body": {"model": "m", "messages": [{"content": "x"}]}}
    form = (
        b'--b\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nbatch\r\n'
        b'--b\r\ncontent-disposition: form-data; name="file"; filename="f"\r\n\r\n%b\r\n--b--\r\n'
    ) % json.dumps(line).encode()
    _, file = ask(account, "POST", f"{base}/files", query, form, content_type="multipart/form-data; boundary=b")
    wanted = {"input_file_id": file["id"], "endpoint": url, "completion_window": "24h"}
    return ask(account, "POST", f"{base}/batches", query, json.dumps(wanted).encode())


@pytest.mark.parametrize(
    ("base", "query", "url", "status", "at"),
    [
        pytest.param("/openai/v1", {}, "/v1/chat/completions", "validating", int, id="v1"),
        pytest.param(
            "/openai", {"api-version": "2025-04-01-preview"}, "/chat/completions", "validating", int, id="dated"
        ),
        pytest.param("/openai", OLD, "/chat/completions", "Validating", str, id="old: a capital, and texts"),
    ],
)
def test_a_batch_in_each(base: str, query: dict[str, str], url: str, status: str, at: type) -> None:
    account = books()
    made, batch = created(account, base, query, url)
    assert (made, batch["status"], batch["output_file_id"], batch["input_blob"]) == (201, status, "", "")
    assert isinstance(batch["created_at"], at)
    code, page = ask(account, "GET", f"{base}/batches", query)
    assert (code, [one["id"] for one in page["data"]]) == (200, [batch["id"]])


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        pytest.param("/openai/v1/batches", {}, 200, id="v1"),
        pytest.param("/openai/v1/batches", {"api-version": "preview"}, 200, id="v1 with its version"),
        pytest.param("/openai/v1/batches", OLD, 404, id="v1 with a date"),
        pytest.param("/openai/batches", {}, 404, id="dated without a date"),
        pytest.param("/openai/batches", OLD, 200, id="dated"),
        pytest.param("/v1/batches", {}, 404, id="OpenAI's own path"),
    ],
)
def test_paths_and_versions(path: str, query: dict[str, str], status: int) -> None:
    assert ask(books(), "GET", path, query)[0] == status


def test_a_deployment_in_the_path_stands_for_the_model() -> None:
    body = b'{"messages":[{"role":"user","content":"x"}]}'
    path = "/openai/deployments/mine/chat/completions"
    status, answer = ask(books(), "POST", path, OLD, body)
    assert (status, answer["model"]) == (200, "mine")


def test_a_refused_key_and_its_shape() -> None:
    status, body = ask(books(), "GET", "/openai/v1/batches", {}, api_key="invalid")
    assert status == 401
    assert set(body["error"]) == {"code", "message"}


@pytest.mark.parametrize(
    ("limit", "short"), [("30,000", "30K"), ("2,000,000", "2M"), ("5,000,000,000", "5B"), ("1,234", "1234")]
)
def test_quotas_are_written_short(limit: str, short: str) -> None:
    assert f"configured limit of {short} for the deployment 'd'" in full(f"Limit: {limit} enqueued tokens.", "d")
