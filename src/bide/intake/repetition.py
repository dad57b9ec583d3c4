"""What was handed in before under the same name, and asks for something else now: in what it differs, and what it keeps."""

from typing import TYPE_CHECKING, Any

import msgspec

from bide.core.clock import to_datetime
from bide.core.deadline import may_be_same
from bide.core.difference import differing
from bide.store.taking import NewCall, ReusedKeyError

if TYPE_CHECKING:
    from bide.store.store import Store

SPELLING = "spelling, or something that is only for bide,"
"""What is left where all that is on record of two requests is the same: their bytes are not."""

_fields = msgspec.json.Decoder(dict[str, Any]).decode


async def reused(store: "Store", used_for: str, new: NewCall, now: int) -> ReusedKeyError:
    """The error that says in what a call differs from the one that its idempotency key was used for.

    Raises:
        StoreError: what was asked then cannot be read.
    """
    asked = new.gathering
    row = await store.calls.outcome(asked.owner, used_for)
    span, _ = await store.responses.asked(asked.owner, used_for)
    fields = differing(_fields(await store.bodies.read(span)), _fields(new.body))
    before = {"stream": bool(row["stream"]), "workflow": row["workflow"], "on_miss": row["on_miss"]}
    fields += differing(before, {"stream": new.stream, "workflow": asked.workflow, "on_miss": str(asked.on_miss)})
    if not may_be_same(row["deadline"], row["created_at"], new.deadline, now):
        fields.append(f"deadline (it is {instant(row['deadline'])})")
    return ReusedKeyError(used_for, fields or [SPELLING])


def kept(external_id: str, deadline: int, since: int, asked: int, now: int) -> str:
    """That what was handed in at `since` keeps its deadline, whatever is asked now; empty where it may be the same one."""
    if may_be_same(deadline, since, asked, now):
        return ""
    return (
        f"{external_id} was handed in before under this Idempotency-Key and keeps its deadline {instant(deadline)}; choose a new key"
        " for another one"
    )


def instant(at: int) -> str:
    """An instant for people and programs, to the second."""
    return to_datetime(at).isoformat(timespec="seconds").replace("+00:00", "Z")
