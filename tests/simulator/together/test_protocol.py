"""Together's protocol without sockets, in the shapes of its documents and of what was seen."""

import hashlib
import json
from typing import Any

import pytest

from bide.core.clock import HOUR, MINUTE, ManualClock
from bide.simulator.books import Books
from bide.simulator.exchange import Reply, Request
from bide.simulator.respond import respond
from bide.simulator.script import parse_script
from bide.simulator.together.protocol import TOGETHER

SCRIPT = """
[realtime]
latency = "0s"
tokens_per_second = 0
[batch]
turnaround = "10m"
begins = 0.0
validation = "0s"
finalizing = "0s"
cancelling = "15s"
[[when]]
marker = "[late]"
turnaround = "30h"
"""


class Wire:
    """An account, and requests to it."""

    def __init__(self, script: str = SCRIPT) -> None:
        self.clock = ManualClock()
        self.books = Books(parse_script(script), 7, self.clock.now(), protocol=TOGETHER)

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Reply:
        given = {"authorization": "Bearer k", "user-agent": "test", **headers}
        sent = {name.replace("_", "-"): value for name, value in given.items()}
        reply = respond(self.books, Request(method, path, {}, sent, body, "http://here/together"), self.clock.now())
        assert isinstance(reply, Reply)
        return reply

    def json(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        reply = self.ask(method, path, b"" if body is None else json.dumps(body).encode())
        return reply.status, json.loads(reply.body)

    def upload(self, content: bytes) -> str:
        fields = {"purpose": "batch-api", "file_name": "in.jsonl", "file_type": "jsonl"}
        return json.loads(self.form("/v1/files/upload", fields, content).body)["id"]

    def form(self, path: str, fields: dict[str, str], content: bytes | None = None) -> Reply:
        parts = [
            f'--b\r\ncontent-disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'.encode() for k, v in fields.items()
        ]
        if content is not None:
            head = b'--b\r\ncontent-disposition: form-data; name="file"; filename="f"\r\n\r\n'
            parts.append(head + content + b"\r\n")
        return self.ask("POST", path, b"".join([*parts, b"--b--\r\n"]), content_type="multipart/form-data; boundary=b")

    def create(self, file: str) -> Any:
        status, created = self.json("POST", "/v1/batches", {"input_file_id": file, "endpoint": "/v1/chat/completions"})
        assert status == 201
        return created["job"]

    def after(self, duration: int, job: Any) -> Any:
        self.clock.advance(duration)
        return self.json("GET", f"/v1/batches/{job['id']}")[1]

    def rows(self, file: str) -> list[Any]:
        content = bytes(self.ask("GET", f"/v1/files/{file}/content").body)
        return [json.loads(line) for line in content.split(b"\n") if line]


def lines(*prompts: str, model: str | None = "m") -> bytes:
    named = {} if model is None else {"model": model}
    bodies = [{**named, "messages": [{"role": "user", "content": prompt}]} for prompt in prompts]
    return b"".join(json.dumps({"custom_id": f"r-{n}", "body": body}).encode() + b"\n" for n, body in enumerate(bodies))


def test_a_job_from_its_create_to_its_results() -> None:
    wire = Wire()
    job = wire.create(wire.upload(lines("a", "b [poison:row-error]", "c")))
    assert (job["status"], job["progress"]) in (("VALIDATING", 0), ("IN_PROGRESS", 0))
    assert job["created_at"].endswith("Z")
    assert not {"output_file_id", "error_file_id", "request_counts", "metadata", "error"} & set(job)
    assert [one["id"] for one in wire.json("GET", "/v1/batches")[1]] == [job["id"]]
    ended = wire.after(11 * MINUTE, job)
    assert (ended["status"], ended["progress"], ended["model_id"]) == ("COMPLETED", 100, "m")
    output = wire.rows(ended["output_file_id"])
    assert {row["custom_id"] for row in output} == {"r-0", "r-2"}
    assert all(set(row) == {"id", "custom_id", "response"} and "request_id" not in row["response"] for row in output)
    [error] = wire.rows(ended["error_file_id"])
    assert (error["custom_id"], error["error"]["code"]) == ("r-1", "batch_client_error")
    assert "response" not in error


def test_files_that_would_be_empty_are_not_named() -> None:
    wire = Wire()
    ended = wire.after(11 * MINUTE, wire.create(wire.upload(lines("a"))))
    assert "error_file_id" not in ended


def test_an_upload_in_three_steps() -> None:
    wire, content = Wire(), lines("a")
    fields = {
        "purpose": "batch-api",
        "file_name": "in.jsonl",
        "file_type": "jsonl",
        "checksum": hashlib.sha256(content).hexdigest(),
    }
    begun = wire.form("/v1/files", fields)
    file = begun.headers["x-together-file-id"]
    assert (begun.status, begun.headers["location"]) == (302, f"http://here/together/v1/uploads/{file}")
    assert wire.ask("PUT", f"/v1/uploads/{file}", content, authorization="").status == 200
    status, described = wire.json("POST", f"/v1/files/{file}/preprocess")
    assert (status, described["bytes"], described["LineCount"]) == (200, len(content), 1)
    again = wire.form("/v1/files", fields)
    assert (again.status, json.loads(again.body)) == (409, {"file_id": file})
    assert wire.after(11 * MINUTE, wire.create(file))["status"] == "COMPLETED"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(lines("a") + b"{\n", "Line 2 (within chunk): Invalid JSON", id="no JSON"),
        pytest.param(lines("x" * 10**7), "error reading input file", id="a line that is too long"),
        pytest.param(b"\n", "the file is empty", id="empty"),
        pytest.param(None, "Failed to download input file", id="no file: created all the same"),
    ],
)
def test_a_bad_file_fails_late(content: bytes | None, message: str) -> None:
    wire = Wire()
    job = wire.create("file-none" if content is None else wire.upload(content))
    ended = wire.after(MINUTE, job)
    assert (ended["status"], message in ended["error"]) == ("FAILED", True)
    assert "output_file_id" not in ended


def test_a_body_without_a_model_fails_alone() -> None:
    wire = Wire()
    ended = wire.after(11 * MINUTE, wire.create(wire.upload(lines("a", model=None) + lines("b"))))
    [error] = wire.rows(ended["error_file_id"])
    assert error["error"]["message"] == "missing 'model' field in body or not a string"
    assert len(wire.rows(ended["output_file_id"])) == 1


def test_a_model_without_batches_fails_the_job() -> None:
    wire = Wire(SCRIPT + '[account]\nmodels = ["m"]\n')
    ended = wire.after(MINUTE, wire.create(wire.upload(lines("a", model="other"))))
    assert ended["error"].startswith("Invalid model ID: Unable to access non-serverless model other")


def test_a_cancel_and_a_second_one() -> None:
    wire = Wire()
    job = wire.create(wire.upload(lines("a", "b")))
    wire.clock.advance(6 * MINUTE)
    assert wire.json("POST", f"/v1/batches/{job['id']}/cancel")[1]["status"] == "CANCELING"
    ended = wire.after(MINUTE, job)
    assert ended["status"] == "CANCELLED"
    assert len(wire.rows(ended["output_file_id"])) == 1
    status, body = wire.json("POST", f"/v1/batches/{job['id']}/cancel")
    assert (status, body["error"]) == (409, "Cannot cancel job - already in terminal state: CANCELLED")


def test_a_job_runs_on_after_its_deadline() -> None:
    wire = Wire()
    job = wire.create(wire.upload(lines("[late]")))
    late = wire.after(25 * HOUR, job)
    assert (late["status"], late["job_deadline"]) == ("IN_PROGRESS", job["job_deadline"])
    assert wire.after(6 * HOUR, job)["status"] == "COMPLETED"


def test_both_forms_of_errors() -> None:
    wire = Wire()
    assert wire.json("GET", "/v1/batches/none")[1]["error"] == "Job not found"
    assert wire.json("GET", "/v1/files/none")[1]["error"]["type"] == "not_found"
    assert wire.ask("GET", "/v1/batches", authorization="Bearer invalid").status == 401
    assert wire.ask("GET", "/v1/batches", user_agent="").status == 403
