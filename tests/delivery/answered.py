"""Jobs whose requests are answered, in a store on the disk: what deliveries are made of."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.store.migrated import laid

from bide.core.job import Job
from bide.core.span import Span
from bide.core.states import AttemptState, BatchState, Lane, RequestState
from bide.delivery.columns import encode_columns
from bide.delivery.results import Result
from bide.store.bodies import NewObject, checksum
from bide.store.objects import LocalObjects
from bide.store.reports import Report
from bide.store.sqlite.database import SqliteDatabase
from bide.store.store import Store
from bide.testing.scene import Handed, Scene, report

CENT = 10_000_000_000
"""In 1e-12 USD."""


def open_store(folder: Path) -> Store:
    return Store(SqliteDatabase(laid(folder / "bide.db")), LocalObjects(folder / "objects"))


def chat(text: str) -> bytes:
    """A chat completion, as the store keeps it: with the keys in an order that nobody may change."""
    body = {"object": "chat.completion", "choices": [{"message": {"role": "assistant", "content": text}}], "id": "c-1"}
    return json.dumps({"status_code": 200, "request_id": "r-1", "body": body}).encode()


def a_result(line: int = 1, **fields: Any) -> Result:
    """A request that was answered with "yes" by a batch, for a cent."""
    values: dict[str, Any] = {
        "line": line,
        "custom_id": f"ticket-{line}",
        "state": RequestState.SUCCEEDED,
        "lane": Lane.BATCH,
        "response": chat("yes"),
        "status": 200,
        "code": None,
        "message": None,
        "amount": CENT,
    }
    return Result(**(values | fields))


async def keep_columns(scene: Scene, columns: Sequence[dict[str, Any]], first: int = 1) -> int:
    """The columns of a job's requests, as the reader keeps them; the object's row id."""
    data = b"".join(encode_columns(line, json.dumps(own).encode()) for line, own in enumerate(columns, first))
    await scene.store.bodies.objects.put("columns", data)
    return await scene.store.bodies.add(scene.owner, NewObject("columns", "columns", len(data)), scene.now)


async def hand_in(scene: Scene, requests: int, columns: Sequence[dict[str, Any]] | None = None) -> Handed:
    """An accepted job, with the caller's columns where there are any."""
    kept = await keep_columns(scene, columns) if columns is not None else None
    job = await scene.begin()
    newest = await scene.store.requests.newest()
    bucket = await scene.bucket_in(job)
    await scene.store.requests.add(await scene.rows(job, bucket, requests))
    accepted = await scene.accept(job, requests, newest, input_id=kept)
    return Handed(accepted, await scene.buckets(accepted))


async def answer(scene: Scene, handed: Handed, responses: Sequence[bytes | Report], name: str = "answers") -> None:
    """Answer the first requests of a job out of one batch; a `Report` stands for itself, whatever its attempt."""
    batch = await scene.batch(handed.bucket, BatchState.ENDED)
    attempts = await scene.attempts(batch)
    data, reports = b"", list[Report]()
    for attempt, response in zip(attempts, responses, strict=False):
        if isinstance(response, Report):
            changes = {key: getattr(response, key) for key in ("permanent", "status", "code", "message")}
            reports.append(report(attempt, response.verdict, **changes))
            continue
        where = Span(0, len(data), len(response), checksum(response))
        data += response
        reports.append(report(attempt, amount=CENT, status=200, response=where))
    await scene.store.bodies.objects.put(name, data)
    await scene.land(batch, reports, NewObject(name, "answers", len(data)))


def failed(code: str, message: str) -> Report:
    """A row that its provider answered with an error, for good."""
    return Report(0, AttemptState.ERRORED, permanent=True, status=400, code=code, message=message)


async def answered(scene: Scene, texts: Sequence[str], columns: Sequence[dict[str, Any]] | None = None) -> Job:
    """A job whose requests were answered with these texts."""
    handed = await hand_in(scene, len(texts), columns)
    await answer(scene, handed, [chat(text) for text in texts])
    return await scene.get(handed.job)
