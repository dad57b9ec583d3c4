"""Schedules that are due: their files are handed in, and what came of it is noted.

A schedule is worked on under a lease, and each hand-in bears the schedule's name and its instant as a key: whoever takes over from a
worker that died finds the job that it made. What cannot be handed in is noted, and the next instant comes all the same.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from bide.core.clock import FAR_FUTURE, MINUTE, to_datetime
from bide.core.errors import BideError, LeaseLostError, StoreError
from bide.engine.context import Context
from bide.lanes.hours.timetable import LATE, Due, Missed, Timetable, due
from bide.store.schedules import SKIPPED, Outcome, Schedule

LEASE = 2 * MINUTE
AT_A_TIME = 4

PAUSE = MINUTE
"""Before the same instant is tried again where the store failed; and how often one looks what else is due while a file is read."""

log = logging.getLogger("bide.schedule")


async def see_to(context: Context, is_over: Callable[[], bool] = lambda: False) -> None:
    """See to the schedules that are due on this machine, and to those that fall due meanwhile, unless `is_over` says that nothing
    more is to be begun. Side by side: a file that takes an hour to read keeps no other schedule waiting."""
    clock, claim = context.clock, context.store.schedules.claim
    running: set[asyncio.Task[None]] = set()
    try:
        while True:
            now, free = clock.now(), AT_A_TIME - len(running)
            if free and not is_over():
                due_now = await claim(context.holder, context.host, now, now + LEASE, free)
                running |= {asyncio.create_task(_alone(context, schedule)) for schedule in due_now}
            if not running:
                return
            pause = asyncio.create_task(clock.sleep_until(now + PAUSE))
            ended, _ = await asyncio.wait({pause, *running}, return_when=asyncio.FIRST_COMPLETED)
            pause.cancel()
            running -= ended
    finally:
        for task in running:
            task.cancel()


async def _alone(context: Context, schedule: Schedule) -> None:
    """See to one schedule. Whatever becomes of it, the others go on."""
    try:
        async with _leased(context, schedule):
            await _see_to(context, schedule)
    except LeaseLostError:
        return  # another has taken over, or it was removed
    except StoreError as error:
        context.troubles["store"] = str(error)
        await _put_off(context, schedule)
    except Exception as error:  # as where a time zone is known no more
        context.on_fault(error)
        await _put_off(context, schedule)


def occasion_key(name: str, instant: int) -> str:
    """The idempotency key of a schedule's job: its name and its instant."""
    return f"schedule {name} {to_datetime(instant).isoformat()}"


async def hand_in(context: Context, schedule: Schedule, instant: int, base: int) -> Outcome:
    """Hand a schedule's file in for an instant, unless that was done before. Deadlines are reckoned from `base`.

    Raises:
        StoreError: nobody can tell what came of it; the same instant may be tried again.
    """
    key = occasion_key(schedule.name, instant)
    known = await context.store.jobs.with_idempotency_key(schedule.owner, key)
    if known is not None:
        return Outcome(instant, known.id)
    assert context.hand_in is not None
    try:
        job = await context.hand_in(context, schedule, instant, base)
    except StoreError:
        raise
    except Exception as error:  # whatever it is, it must not keep the next instant from coming
        known = await context.store.jobs.with_idempotency_key(schedule.owner, key)
        if known is not None:  # somebody who held it as well was first
            return Outcome(instant, known.id)
        if isinstance(error, BideError | OSError):
            code = error.code if isinstance(error, BideError) else "unreadable"
            return Outcome(instant, None, code, str(error)[:1000])
        context.on_fault(error)
        return Outcome(instant, None, "internal_error", f"{type(error).__name__}: {error}"[:1000])
    return Outcome(instant, job.id)


async def _see_to(context: Context, schedule: Schedule) -> None:
    now = context.clock.now()
    assert schedule.due_at is not None
    found = due(Timetable(schedule.cron, schedule.timezone), schedule.due_at, Missed(schedule.missed), now)
    outcomes = [_skipped(found)] if found.skipped else []
    if found.run is not None:
        base = found.run if now - found.run <= LATE else now
        outcomes.append(await hand_in(context, schedule, found.run, base))
    following = None if found.following == FAR_FUTURE else found.following
    await context.store.schedules.seen_to(schedule, outcomes, following, context.clock.now())
    for outcome in outcomes:
        say(schedule, outcome)


def say(schedule: Schedule, outcome: Outcome) -> None:
    """Put what came of an instant into the journal."""
    fields = {"schedule": schedule.name, "owner": schedule.owner, "due": to_datetime(outcome.due_at).isoformat()}
    if outcome.code is None:
        log.info("schedule handed in", extra={"fields": fields})
    else:
        told = fields | {"code": outcome.code, "why": outcome.message}
        what = "schedule skipped" if outcome.code == SKIPPED else "schedule failed"
        log.warning(what, extra={"fields": told})


def _skipped(found: Due) -> Outcome:
    count = "one instant" if found.skipped == 1 else f"{found.skipped:,} instants"
    return Outcome(found.since, None, SKIPPED, f"{count} passed while nobody ran")


@asynccontextmanager
async def _leased(context: Context, schedule: Schedule) -> AsyncGenerator[None]:
    """Renew the lease for as long as reading takes."""

    async def renew() -> None:
        while True:
            await context.clock.sleep_until(context.clock.now() + LEASE // 3)
            try:
                await context.store.schedules.renew(schedule, context.clock.now() + LEASE)
            except LeaseLostError:
                return
            except StoreError:
                continue

    task = asyncio.create_task(renew())
    try:
        yield
    finally:
        task.cancel()


async def _put_off(context: Context, schedule: Schedule) -> None:
    """Come back to it. Where not even that can be written, the lease runs out by itself."""
    try:
        await context.store.schedules.put_off(schedule, context.clock.now() + PAUSE)
    except StoreError as error:
        context.troubles["store"] = str(error)
