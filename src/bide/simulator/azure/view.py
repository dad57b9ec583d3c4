"""A batch as Azure shows it: OpenAI's object with ids of "" where nothing is yet, and in old versions with capitals and texts."""

from typing import Any

import msgspec

from bide.core.clock import DAY, SECOND
from bide.simulator.azure.blobs import blobs_of
from bide.simulator.azure.dialect import Dialect
from bide.simulator.azure.words import problem_in_azures_words
from bide.simulator.batch import Batch
from bide.simulator.instants import rfc3339
from bide.simulator.openai.view import batch_object

TARGET = DAY
"""What `expires_at` promises. A batch that takes longer runs on."""


def shown_batch(batch: Batch, now: int, dialect: Dialect, *, metadata: bool = True) -> dict[str, Any]:
    """A batch as it is now."""
    shown: dict[str, Any] = msgspec.to_builtins(batch_object(batch, now, metadata=metadata))
    del shown["model"], shown["usage"]
    shown |= {"input_blob": "", "output_blob": "", "error_blob": ""}
    if blobs_of(batch) is not None:
        shown |= {"input_blob": batch.source, "input_file_id": None}
        for kind in ("output", "error"):
            shown[f"{kind}_blob"], shown[f"{kind}_file_id"] = shown[f"{kind}_file_id"] or "", ""
    for name in ("output_file_id", "error_file_id"):
        shown[name] = shown[name] or ""
    shown["expires_at"] = (batch.created_at + min(batch.window, TARGET)) // SECOND
    if not dialect.prefixed:
        shown["endpoint"] = batch.endpoint.removeprefix("/v1")
    if shown["errors"] is not None and batch.problem is not None:
        problem = problem_in_azures_words(batch.problem, batch.model or "")
        entry = {"code": problem.code, "message": problem.message}
        shown["errors"]["data"] = [entry if problem.line is None else {**entry, "line": problem.line}]
    if dialect.capitals:
        shown["status"] = shown["status"].capitalize()
        for name, value in shown.items():
            if name.endswith("_at") and value is not None:
                shown[name] = rfc3339(value * SECOND, 0)
    return shown
