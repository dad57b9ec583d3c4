"""The rows of a batch that has ended, as its protocol writes them, with whatever is wrong with their delivery."""

import enum
from collections.abc import Callable

from bide.simulator.batch import Batch
from bide.simulator.rows import Row
from bide.simulator.status import Status


class Fate(enum.Enum):
    """What has become of a row."""

    ANSWERED = "answered"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


Tell = Callable[[Row, str, int, int, Fate], tuple[str, bytes] | None]
"""Writes a row: given the row, the custom_id to write, its place in the input, its rank in the order of the work, and
its fate, it says which file it belongs in and its line, without the line's end; None leaves it out."""


def write(batch: Batch, tell: Tell) -> dict[str, bytearray]:
    """The files of a batch at its end, by name. Makes every answer, so the rows' bodies are let go afterwards."""
    status, done = batch.status(batch.ended_at), batch.done(batch.ended_at)
    undone = Fate.CANCELLED if status is Status.CANCELLED else Fate.EXPIRED
    files: dict[str, bytearray] = {}
    repeats: list[tuple[bytearray, bytes]] = []
    rows = batch.rows if batch.validated(batch.ended_at) else ()
    odd = bool(batch.behaviour.missing or batch.behaviour.repeated or batch.behaviour.renamed)
    for rank, place in enumerate(batch.order[: len(rows)]):
        row = rows[place]
        fate = undone if rank >= done else Fate.ANSWERED if row.failure is None else Fate.FAILED
        way = mischief(batch, row) if odd or row.marker else None
        told = tell(row, f"{row.custom_id}-unknown" if way == "renamed" else row.custom_id, place, rank, fate)
        if told is None or way == "missing":
            continue
        name, line = told
        target = files.get(name)
        if target is None:
            target = files[name] = bytearray()
        target += line
        target += b"\n"
        if way == "repeated":
            repeats.append((target, line))
    for target, line in repeats:
        target += line
        target += b"\n"
    for row in rows:
        row.raw = None
    return files


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
