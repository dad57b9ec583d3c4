"""What the caps of jobs hold back: let go as far as answers have turned out cheaper, given up with its job or with its deadline.

The budget beats the deadline: what is held is not called at its last safe moment.
"""

from collections.abc import Mapping, Sequence

from bide.core.bucket import Bucket, Phase
from bide.core.clock import FAR_FUTURE, SECOND
from bide.core.deadline import OnMiss
from bide.core.states import JobState, RequestState
from bide.engine.context import Context
from bide.store.snapshot import Snapshot

PAUSE = 5 * SECOND
"""Between two looks at what a job may still spend: to add it up is to read all of the job's requests."""

GIVE_UP_CHUNK = 20_000

Standing = tuple[tuple[int, int], ...]
"""By bucket of a job, how many of its requests are open."""


class Capping:
    """Looks after what is held, once a turn. What it remembers only spares it looks."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._seen: dict[int, Standing] = {}
        """By job, how it stood when nothing of it could be let go."""
        self._next_at: dict[int, int] = {}

    async def see_to(self, snapshot: Snapshot, now: int) -> tuple[bool, int]:
        """Whether anything has moved, and when to look again."""
        if not snapshot.held:
            self._seen.clear()
            self._next_at.clear()
            return False, FAR_FUTURE
        moved, next_at = False, FAR_FUTURE
        for job, held in _by_job(snapshot.held).items():
            state = _ended_as(held[0], now)
            if state is not None:
                moved |= await self._give_up(held, state, now)
                continue
            if held[0].on_miss is OnMiss.EXPIRE:
                next_at = min(next_at, held[0].deadline)
            standing = _standing(job, snapshot)
            if self._seen.get(job) == standing:
                continue
            if now < self._next_at.get(job, 0) and any(
                requests for bucket, requests in standing if _is_planned(bucket, held)
            ):
                next_at = min(next_at, self._next_at[job])
                continue
            self._next_at[job] = now + PAUSE
            if await self._context.store.held.release(job, now):
                self._context.on_settled()
                moved = True
            else:
                self._seen[job] = standing
        return moved, next_at

    async def _give_up(self, held: Sequence[Bucket], state: RequestState, now: int) -> bool:
        moved = False
        for bucket in held:
            while await self._context.store.requests.give_up(bucket, state, Phase.WAITING, GIVE_UP_CHUNK, now):
                self._context.on_settled()
                moved = True
        return moved


def _ended_as(held: Bucket, now: int) -> RequestState | None:
    """What becomes of what is held whatever it may cost; None: nothing yet."""
    if held.job_state is JobState.CANCELLING:
        return RequestState.CANCELLED
    return RequestState.EXPIRED if held.on_miss is OnMiss.EXPIRE and held.deadline <= now else None


def _by_job(held: Sequence[Bucket]) -> Mapping[int, Sequence[Bucket]]:
    """Those that still hold something."""
    found: dict[int, list[Bucket]] = {}
    for bucket in held:
        if bucket.idle.requests:
            found.setdefault(bucket.job_id, []).append(bucket)
    return found


def _standing(job: int, snapshot: Snapshot) -> Standing:
    mine = [one for one in (*snapshot.buckets, *snapshot.held) if one.job_id == job]
    return tuple((one.id, one.open.requests) for one in mine)


def _is_planned(bucket: int, held: Sequence[Bucket]) -> bool:
    return all(one.id != bucket for one in held)
