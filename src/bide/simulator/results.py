"""The output and the error file of a batch that has ended, with whatever is wrong with their rows."""

from dataclasses import dataclass

from bide.core.clock import SECOND
from bide.simulator import endpoints
from bide.simulator.answers import Answers
from bide.simulator.batch import Batch
from bide.simulator.body import Body, read_body
from bide.simulator.lines import Row
from bide.simulator.wire import RowError, RowLine, RowResponse, encode

NOT_RUN = {
    "expired": RowError("batch_expired", "This request could not be executed before the completion window expired."),
    "cancelled": RowError("batch_cancelled", "This request was not executed because the batch was cancelled."),
}
"""What the error file says of rows that were never worked on."""


@dataclass(frozen=True, slots=True)
class Results:
    """The two files; empty bytes where there is none."""

    output: bytearray
    errors: bytearray


def write(batch: Batch, answers: Answers) -> Results:
    """The files of a batch at its end. Makes every answer, so the rows' bodies are let go afterwards."""
    status, done = batch.status(batch.ended_at), batch.done(batch.ended_at)
    output, errors, repeats = bytearray(), bytearray(), list[tuple[bytearray, bytes]]()
    rows = batch.rows if batch.validated(batch.ended_at) else ()
    key = f"{batch.chance.number('rows') >> 16:012x}"
    odd = bool(batch.behaviour.missing or batch.behaviour.repeated or batch.behaviour.renamed)
    for rank, place in enumerate(batch.order[: len(rows)]):
        row = rows[place]
        line = RowLine(f"batch_req_{key}{place:06x}", row.custom_id, None)
        target = errors
        if rank >= done:
            line.error = NOT_RUN.get(status, NOT_RUN["expired"])
        elif row.failure is not None:
            line.response = RowResponse(row.failure.status, f"req_{key}{place:06x}", row.failure.body())
        else:
            created = batch.finished_at(rank) // SECOND
            made = _answer(batch, row, answers, f"{key}{place:06x}", created)
            line.response = RowResponse(200, f"req_{key}{place:06x}", made)
            target = output
        way = mischief(batch, row) if odd or row.marker else None
        if way == "missing":
            continue
        if way == "renamed":
            line.custom_id = f"{row.custom_id}-unknown"
        encoded = encode(line)
        target += encoded
        target += b"\n"
        if way == "repeated":
            repeats.append((target, encoded))
    for target, encoded in repeats:
        target += encoded
        target += b"\n"
    for row in rows:
        row.raw = None
    return Results(output, errors)


def _answer(batch: Batch, row: Row, answers: Answers, key: str, created: int) -> object:
    body = read_body(row.raw or b"{}")
    if not isinstance(body, Body):
        raise TypeError("a row whose body cannot be read has a failure, and is never answered")
    answer = answers.answer(body, row.digest, row.usage)
    return endpoints.whole(batch.endpoint, key, created, body, answer, "default")


def mischief(batch: Batch, row: Row) -> str | None:
    """What is wrong with how this row is delivered."""
    if row.marker in ("missing", "repeated", "renamed"):
        return row.marker
    behaviour = batch.behaviour
    for name, rate in (
        ("missing", behaviour.missing),
        ("repeated", behaviour.repeated),
        ("renamed", behaviour.renamed),
    ):
        if batch.chance.happens(rate, name, row.custom_id):
            return name
    return None
