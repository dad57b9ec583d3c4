"""The results of a job as Vertex AI writes them: one object of rows, in no order, each with its request as it was understood."""

import json
from typing import Any

from bide.simulator.account import Account
from bide.simulator.answers import Answers
from bide.simulator.batch import Batch
from bide.simulator.exchange import encode
from bide.simulator.gemini.error import error_body
from bide.simulator.gemini.results import answer_to
from bide.simulator.instants import rfc3339
from bide.simulator.refusal import Failure, Refusal
from bide.simulator.results import Fate, Tell, write
from bide.simulator.rows import Row
from bide.simulator.status import Status
from bide.simulator.vertex.create import Asked, handle

PREDICTIONS = "predictions.jsonl"

DIRECTORY = "directory"

REASONS = {400: "Bad Request", 429: "Too Many Requests", 500: "Internal error occurred"}

ADDED = ("cachedContent", "safetySettings", "toolConfig", "tools")
"""Fields that the echoed request has as nulls, whether or not they were sent."""


def publish(account: Account, batch: Batch) -> None:
    """Write the results, whatever the end. A job that failed whole has written nothing."""
    if batch.status(batch.ended_at) is Status.FAILED:
        return
    asked = batch.asked
    assert isinstance(asked, Asked)
    directory = f"{asked.prefix}/prediction-model-{rfc3339(batch.created_at, 3)}"
    written = write(batch, teller(asked, batch, account.answers))
    if content := written.get(PREDICTIONS):
        account.outbox.append((f"{directory}/{PREDICTIONS}", bytes(content)))
    batch.files = {DIRECTORY: directory}


def teller(asked: Asked, batch: Batch, answers: Answers) -> Tell:
    """Writes the rows of a job. What was not run is left out."""
    model = asked.model.rpartition("/")[2]
    prefix = f"{batch.chance.number('rows') >> 16:012x}"

    def tell(row: Row, custom_id: str, place: int, rank: int, fate: Fate) -> tuple[str, bytes] | None:
        at = rfc3339(batch.finished_at(rank), 3).replace("Z", "+00:00")
        line: dict[str, object] = {"status": "", "processed_time": at, "request": echo(row, custom_id)}
        if fate is Fate.ANSWERED:
            line["response"] = answer_to(row, answers, model, f"{prefix}{place:06x}", createTime=at)
        elif fate is Fate.FAILED and row.failure is not None:
            line |= {"status": told(row.failure), "response": {}}
        else:
            return None
        return PREDICTIONS, encode(line)

    return tell


def echo(row: Row, custom_id: str) -> dict[str, object]:
    """The request as it comes back: its fields in another order, and with others that are null."""
    sent: dict[str, Any] = json.loads(bytes(row.raw or b"{}"))
    if labels := sent.get("labels"):
        labels[handle(labels)[0]] = custom_id
    fields: dict[str, object] = {name: sent[name] for name in sorted(sent, reverse=True)}
    return {**{name: None for name in ADDED if name not in sent}, **fields}


def told(failure: Failure) -> str:
    """The status of a row that has failed: a text with the error in it."""
    return f"{REASONS.get(failure.status, 'Error')}: {encode(error_body(Refusal(failure))).decode()}"
