"""What every reply has in common, and what is refused before anything is done."""

import json
from typing import TYPE_CHECKING

import pytest

from bide.simulator.exchange import Reply
from bide.simulator.faults import Site
from bide.simulator.openai.protocol import OPENAI

if TYPE_CHECKING:
    from tests.simulator.conftest import Account


@pytest.mark.parametrize(
    ("method", "path", "route"),
    [
        ("POST", "/v1/files", (Site.UPLOAD, "")),
        ("GET", "/v1/files", (Site.LIST_FILES, "")),
        ("GET", "/v1/files/file-1", (Site.FILE, "file-1")),
        ("GET", "/v1/files/file-1/content", (Site.DOWNLOAD, "file-1")),
        ("DELETE", "/v1/files/file-1", (Site.DELETE, "file-1")),
        ("POST", "/v1/batches", (Site.CREATE, "")),
        ("GET", "/v1/batches/", (Site.LIST, "")),
        ("GET", "/v1/batches/b-1", (Site.RETRIEVE, "b-1")),
        ("POST", "/v1/batches/b-1/cancel", (Site.CANCEL, "b-1")),
        ("GET", "/v1/models", (Site.MODELS, "")),
        ("GET", "/v1/models/m", (Site.MODELS, "m")),
        ("POST", "/v1/chat/completions", (Site.CALL, "/v1/chat/completions")),
        ("POST", "/v1/responses", (Site.CALL, "/v1/responses")),
        ("POST", "/v1/embeddings", (Site.CALL, "/v1/embeddings")),
        ("GET", "/v1/chat/completions", None),
        ("POST", "/v1/batches/b-1", None),
        ("GET", "/v1", None),
        ("GET", "/", None),
        ("GET", "/batches", None),
    ],
)
def test_routes(method: str, path: str, route: object) -> None:
    assert OPENAI.find_route(method, path) == route


def test_headers_of_every_reply(plain: "Account") -> None:
    replies = [plain.send("GET", path) for path in ("/v1/batches", "/v1/batches", "/v1/batches/none")]
    identifiers: set[str] = set()
    for reply in replies:
        assert isinstance(reply, Reply)
        assert reply.headers["openai-version"] == "2020-10-01"
        assert reply.headers["openai-processing-ms"] == "0"
        identifiers.add(reply.headers["x-request-id"])
    assert len(identifiers) == 3


@pytest.mark.parametrize("key", ["", "Bearer", "Bearer ", "Basic eDp5", "Bearer invalid"])
def test_a_call_without_a_key_is_refused_and_does_nothing(plain: "Account", key: str) -> None:
    reply = plain.send("POST", "/v1/chat/completions", b'{"model":"m","messages":["x"]}', authorization=key)
    assert isinstance(reply, Reply)
    assert reply.status == 401
    error = json.loads(reply.body)["error"]
    assert list(error) == ["message", "type", "param", "code"]
    assert (error["type"], error["code"]) == ("invalid_request_error", "invalid_api_key")
    assert not list(plain.books.charges(plain.now))
    assert plain.books.faults.calls[Site.CALL] == 1
    assert plain.books.received[Site.CALL] == 0


def test_what_the_protocol_does_not_know(plain: "Account") -> None:
    assert plain.error("GET", "/v1/nothing", status=404)["type"] == "invalid_request_error"
    assert sum(plain.books.faults.calls.values()) == 0


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b'{"input_file_id": 3}'])
def test_a_create_whose_body_is_no_json_object(plain: "Account", body: bytes) -> None:
    reply = plain.send("POST", "/v1/batches", body)
    assert isinstance(reply, Reply)
    assert reply.status == 400
    assert json.loads(reply.body)["error"]["type"] == "invalid_request_error"


def test_unknown_ids(plain: "Account") -> None:
    for method, path in (("GET", ""), ("POST", "/cancel")):
        error = plain.error(method, f"/v1/batches/batch_none{path}", status=404)
        assert error["message"] == "No batch found with id 'batch_none'."
