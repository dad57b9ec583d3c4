"""The content of files as Doubleword serves it: what is finished of a running batch, and any file from a line on.

Facts: control-layer's handler of a file's content (`skip`, `limit`, `X-Incomplete`, `X-Last-Line`) and the query behind it, which
gives completed rows in the order of their completion, as read in November 2026.
"""

from collections.abc import Iterator, Mapping, Sequence

from bide.simulator.batch import Batch
from bide.simulator.exchange import Reply
from bide.simulator.openai.protocol import BINARY
from bide.simulator.refusal import invalid
from bide.simulator.results import Fate, Tell, mischief


def part(content: bytes | bytearray, query: Mapping[str, str]) -> Reply:
    """Lines of a file that is complete."""
    *lines, rest = bytes(content).split(b"\n")
    whole = [line + b"\n" for line in lines]
    return _served([*whole, rest] if rest else whole, query, more=False)


def part_so_far(batch: Batch, tell: Tell, query: Mapping[str, str], now: int) -> Reply:
    """Lines of the output of a batch that runs."""
    skip = _whole(query, "skip") or 0
    reply = _served(list(_finished(batch, tell, skip, now)), query, more=True, skipped=True)
    if batch.behaviour.early_torn and reply.body:
        last = len(reply.body) - reply.body.rfind(b"\n", 0, -1) - 1
        reply.body = reply.body[: -max(1, last // 2)]
        reply.headers["x-last-line"] = str(int(reply.headers["x-last-line"]) - 1)
    return reply


def _served(lines: Sequence[bytes], query: Mapping[str, str], *, more: bool, skipped: bool = False) -> Reply:
    skip, limit = _whole(query, "skip") or 0, _whole(query, "limit")
    left = lines if skipped else lines[skip:]
    given = left if limit is None else left[:limit]
    incomplete = more or len(given) < len(left)
    headers = {"x-incomplete": str(incomplete).lower(), "x-last-line": str(skip + len(given))}
    return Reply(200, b"".join(given), BINARY, headers)


def _finished(batch: Batch, tell: Tell, skip: int, now: int) -> Iterator[bytes]:
    """The rows that were answered by now, from behind the first `skip` on."""
    shown = 0
    for rank, place in enumerate(batch.order[: batch.done(now)]):
        row = batch.rows[place]
        way = mischief(batch, row)
        is_held_back = batch.chance.happens(batch.behaviour.early_gaps, "early", row.custom_id)
        if row.failure is not None or way == "missing" or is_held_back:
            continue
        shown += 1
        if shown > skip:
            name = f"{row.custom_id}-unknown" if way == "renamed" else row.custom_id
            told = tell(row, name, place, rank, Fate.ANSWERED)
            if told is not None:
                yield told[1] + b"\n"


def _whole(query: Mapping[str, str], name: str) -> int | None:
    if name not in query:
        return None
    if not query[name].isdigit():
        raise invalid(f"Failed to deserialize query string: {name}: invalid digit found in string")
    return int(query[name])
