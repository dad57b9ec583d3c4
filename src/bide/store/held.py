"""What caps hold back: let go as answers turn out cheaper than they might have been, given up where they do not."""

from collections.abc import Mapping

from bide.core.bucket import Part, Phase, Tally
from bide.core.budget import CAP_EXHAUSTED
from bide.core.money import Ceiling, format_money
from bide.core.states import JobState
from bide.store import buckets, budgets, caps, deliveries, events, jobs
from bide.store.attempts import newest
from bide.store.caps import SQL, UNIT, Fit, move
from bide.store.database import Row, Transaction, Verbs, writes

CHUNK = 20_000
"""Held requests that are let go, or given up, in one transaction."""

LEAST = 20
"""With less than this part of a cap left, one over, what does not fit together now fails: ever fewer would fit each time, and each
time takes a batch."""

ALL = -1
"""Room in which nothing fits."""


class Held(Verbs):
    """Verbs over caps and what they hold back."""

    @writes
    async def measure(
        self, transaction: Transaction, job: int, ceilings: Mapping[int, Ceiling], cap: int, first: int, last: int
    ) -> Fit:
        """Note what the buckets of a job that is not accepted yet may cost, and tell how much of it fits."""
        return await caps.measure(transaction, job, ceilings, cap, first, last)

    @writes
    async def release(self, transaction: Transaction, job: int, now: int) -> int:
        """Let held requests go, as far as they fit into what is left of the cap; how many were moved.

        Where nothing of the job is under way any more, and so nothing more can become free, those that do not fit fail; with
        little of the cap left all that does not fit now.
        """
        await transaction.lock(SQL["lock"], job=job)
        row = await transaction.one(SQL["job"], job=job)
        if row is None or row["state"] != JobState.RUNNING or row["max_cost"] is None:
            return 0
        reserved = await transaction.one(
            SQL["reserved"], job=job, first=row["first_request"] or 0, last=row["last_request"] or 0
        )
        unpriced = await transaction.one(SQL["unpriced"], job=job) if row["unpriced"] else None
        assert reserved is not None
        taken = int(reserved["reserved"]) + (int(unpriced["reserved"]) if unpriced else 0)
        room = max(0, (row["max_cost"] - int(row["spent"])) // UNIT - taken)
        is_last = not reserved["requests"] and room * LEAST * UNIT < row["max_cost"]
        held = [one for one in await transaction.all(SQL["buckets"], job=job) if one["part"] == Part.HELD]
        moved, is_cut = 0, False
        for bucket in held:
            asked = {"bucket": bucket["id"], "input": bucket["input"], "output": bucket["output"]}
            found = await transaction.one(SQL["next"], **asked, room=room, count=CHUNK)
            if found is None or not found["requests"]:
                continue
            await move(transaction, bucket, Part.REST, 0, found["last"])
            moved, room = moved + found["requests"], room - int(found["bound"])
            is_cut |= found["requests"] == CHUNK  # more of them may fit
        if moved:
            await events.record(transaction, row["owner"], now, "requests.released", job=job, requests=moved)
        if reserved["requests"] or (moved and not is_last) or is_cut:
            return moved
        left = ALL if is_last else room
        return moved + sum([await _give_up(transaction, row, bucket, left, now) for bucket in held])


async def _give_up(transaction: Transaction, job: Row, bucket: Row, room: int, now: int) -> int:
    """Fail requests of a held bucket that do not fit by themselves; how many they were."""
    asked = {"bucket": bucket["id"], "input": bucket["input"], "output": bucket["output"]}
    rows = await transaction.all(SQL["too_dear"], **asked, room=room, count=CHUNK)
    if not rows:
        return 0
    kept = await transaction.one(SQL["kept"], job=job["id"])
    assert kept is not None
    fitted = job["requests"] - int(kept["requests"])
    since = await newest(transaction)
    await transaction.many(
        SQL["refuse"],
        [
            (job["owner"], row["id"], bucket["account"], CAP_EXHAUSTED, _message(job, fitted, int(row["bound"]), room))
            for row in rows
        ],
    )
    failed = await transaction.all(SQL["fail"], bucket=bucket["id"], after=since, now=now)
    change = Tally(len(failed), sum(row["tokens"] for row in failed))
    await buckets.count(transaction, bucket["id"], Phase.WAITING, Tally(-change.requests, -change.tokens))
    await buckets.count(transaction, bucket["id"], Phase.FAILED, change)
    await events.record(transaction, job["owner"], now, "requests.failed", job=job["id"], requests=change.requests)
    await jobs.close(transaction, [job["id"]], now)
    await budgets.release(transaction, job["id"], failed)
    await deliveries.wake_settled(transaction, job["id"], now)
    return change.requests


def _message(job: Row, fitted: int, bound: int, room: int) -> str:
    """What is said of a request that was not sent."""
    why = (
        f"less than a twentieth of the job's cap of {format_money(job['max_cost'])} is left:"
        if room == ALL
        else f"the job's cap of {format_money(job['max_cost'])} does not hold it:"
    )
    return (
        f"{why} {format_money(int(job['spent']))} is spent, and this may cost up to {format_money(bound * UNIT)}. {fitted:,} of"
        f" {job['requests']:,} requests fitted; `bide retry {job['external_id']} --failed --max-cost USD` asks for the others"
    )
