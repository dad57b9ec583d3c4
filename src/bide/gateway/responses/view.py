"""A deferred call of Responses as the API shows a response: whole, and at any time of its life."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Raw

from bide.core.clock import SECOND
from bide.core.states import RequestState
from bide.gateway.outcome import Outcome
from bide.gateway.responses.names import response_id
from bide.providers.decoding import UNREADABLE
from bide.providers.translate.responses.echo import echo
from bide.store.database import Row

CODES: Mapping[int, str] = {400: "invalid_prompt", 429: "rate_limit_exceeded"}
"""OpenAI's words for why a response failed, by status; everything else is a `server_error`."""

_fields = msgspec.json.Decoder(dict[str, Raw]).decode


class _Status(msgspec.Struct):
    status: str | None = None


class _Error(msgspec.Struct):
    message: str | None = None


class _Failed(msgspec.Struct):
    error: _Error | None = None


def with_id(body: bytes, call: str) -> bytes:
    """A response under the id by which it can be asked for here. What is no response stays as it is."""
    try:
        fields = _fields(body)
    except UNREADABLE:
        return body
    if "id" not in fields or "output" not in fields:
        return body
    return msgspec.json.encode({**fields, "id": response_id(call)})


def view(row: Row, asked: bytes, outcome: Outcome | None, *, is_live: bool = False, is_native: bool = True) -> bytes:
    """The response.

    `row` is one of `store.calls.outcome`, `asked` the body. What `is_native` has repeated itself what it was asked.
    """
    repeated = echo(asked)
    told: dict[str, Any] = {
        "id": response_id(row["external_id"]),
        "object": "response",
        "created_at": row["created_at"] // SECOND,
        "completed_at": None,
        "status": "in_progress" if is_live else "queued",
        "background": True,
        "error": None,
        "incomplete_details": None,
        **repeated,
        "model": row["model"],
        "output": [],
        "service_tier": "auto",
        "store": True,
        "usage": None,
    }
    if outcome is None:
        return msgspec.json.encode(told)
    if outcome.is_success:
        return msgspec.json.encode(_answered(told, outcome.body, row, {} if is_native else repeated))
    told["status"] = "failed"
    if row["state"] == RequestState.CANCELLED:
        told["status"] = "cancelled"
    else:
        told["error"] = {"code": CODES.get(outcome.status, "server_error"), "message": _message(outcome)}
    return msgspec.json.encode(told)


def _answered(told: dict[str, Any], body: bytes, row: Row, repeated: Mapping[str, Any]) -> dict[str, Any]:
    ours = {name: told[name] for name in ("id", "created_at", "background", "store")}
    if msgspec.json.decode(body, type=_Status).status == "completed" and row["settled_at"]:
        ours["completed_at"] = row["settled_at"] // SECOND
    return {**told, **_fields(body), **repeated, **ours}


def _message(outcome: Outcome) -> str:
    if outcome.refusal is not None:
        return outcome.refusal.message
    try:
        error = msgspec.json.decode(outcome.body, type=_Failed).error
    except UNREADABLE:
        error = None
    return error.message if error is not None and error.message else f"the provider answered {outcome.status}"
