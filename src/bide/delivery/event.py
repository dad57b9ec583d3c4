"""What news says: ids, states, counts and links, as JSON. An answer is in it only where the settings ask for that."""

from typing import Any

import msgspec

from bide.core.bucket import ANSWERED_PHASES, Phase
from bide.core.clock import to_datetime
from bide.core.identifiers import request_identifier
from bide.core.job import Job
from bide.core.span import Span
from bide.core.states import RequestState
from bide.settings import WebhookSettings
from bide.store.database import Row
from bide.store.deliveries import Delivery
from bide.store.jobs import Progress
from bide.store.store import Store

MOST_ANSWER = 1 << 18
"""Bytes of an answer that a webhook carries at most; a larger one is fetched by its link."""

GATHERED = "calls"
"""The kind of the jobs that single calls are gathered in: what a caller knows is the call, whose id is its `custom_id`."""


async def body_of(store: Store, delivery: Delivery, settings: WebhookSettings) -> bytes:
    """The body of a webhook. It says the same at every try: what it is about is settled."""
    job = await store.jobs.get(delivery.owner, delivery.job_id)
    if delivery.request_id is None:
        kind, at, data = await _about_job(store, job, settings)
    else:
        kind, at, data = await _about_request(store, job, delivery, settings)
    return encode(delivery.event_id or "", kind, at, data)


def encode(event_id: str, kind: str, at: int, data: dict[str, Any]) -> bytes:
    """An event as Standard Webhooks proposes it; `at` is when it happened, whenever it is told."""
    return msgspec.json.encode({"id": event_id, "type": kind, "timestamp": iso(at), "data": data})


def iso(instant: int) -> str:
    """An instant as ISO 8601 in UTC, with milliseconds."""
    return to_datetime(instant).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def counts(progress: Progress) -> dict[str, int]:
    """How many requests there are, and what became of them."""
    answered = sum(progress.phases.get(phase, 0) for phase in ANSWERED_PHASES)
    others = {state: progress.phases.get(Phase(state), 0) for state in ("failed", "cancelled", "expired")}
    return {"total": progress.total, "succeeded": answered, **others}


async def _about_job(store: Store, job: Job, settings: WebhookSettings) -> tuple[str, int, dict[str, Any]]:
    at = job.answered_at or job.created_at
    path = f"{settings.public_url.rstrip('/')}/bide/v1/jobs/{job.external_id}"
    data = {
        "id": job.external_id,
        "name": job.name,
        "workflow": job.workflow,
        "state": "cancelled" if job.cancelled_at else "answered",
        "counts": counts(await store.jobs.progress(job.owner, job.id)),
        "created_at": iso(job.created_at),
        "answered_at": iso(at),
        "deadline": iso(job.deadline),
        "in_time": at <= job.deadline,
        "links": {"job": path, "results": f"{path}/results"},
    }
    return "job.answered", at, data


async def _about_request(
    store: Store, job: Job, delivery: Delivery, settings: WebhookSettings
) -> tuple[str, int, dict[str, Any]]:
    row = await store.deliveries.request_told(delivery)
    state, at = RequestState(row["state"]), row["settled_at"] or job.created_at
    identifier = row["custom_id"] if job.kind == GATHERED else request_identifier(job.external_id, row["line"])
    path = f"{settings.public_url.rstrip('/')}/bide/v1/requests/{identifier}"
    data: dict[str, Any] = {
        "id": identifier,
        "custom_id": None if job.kind == GATHERED else row["custom_id"],
        "job": None if job.kind == GATHERED else job.external_id,
        "workflow": job.workflow,
        "state": state,
        "model": row["model"],
        "lane": row["lane"],
        "status_code": row["status"],
        "error": None
        if state is RequestState.SUCCEEDED
        else {"code": row["code"] or f"request_{state}", "message": row["message"]},
        "created_at": iso(row["queued_at"]),
        "settled_at": iso(at),
        "deadline": iso(row["deadline"]),
        "in_time": at <= row["deadline"],
        "links": {"request": path} | ({"response": f"{path}/response"} if job.kind == GATHERED else {}),
    }
    if settings.answers:
        data["response"] = await _response(store, row)
    return f"request.{state}", at, data


async def _response(store: Store, row: Row) -> msgspec.Raw | None:
    """The answer as its provider sent it, ``{"status_code", "request_id", "body"}``; None where it is too long, or there is none."""
    response: Any = row["response"]
    if response is None and row["object_id"] is not None and row["length"] <= MOST_ANSWER:
        response = await store.bodies.read(Span(row["object_id"], row["start"], row["length"], row["checksum"]))
    return msgspec.Raw(bytes(response)) if response and len(response) <= MOST_ANSWER else None
