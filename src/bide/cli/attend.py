"""Staying with a job until it is answered and delivered, with the engine in this process."""

import asyncio
import signal
from typing import TYPE_CHECKING

from bide.cli.guard import Guard
from bide.cli.terminal import say
from bide.core.count import many
from bide.store.deliveries import FILE

if TYPE_CHECKING:
    from bide.core.job import Job
    from bide.embedded import Embedded

CALLS_END_WITHIN = 60.0
"""Seconds that calls in flight get when a person detaches: each of them has been paid for."""

DELIVERY_TRIES = 3
"""Failed deliveries of the answers after which a person is told, and the guard goes on trying."""

LOOK = 0.05


async def attend(bide: "Embedded", job: "Job", guard: Guard | None) -> bool:
    """Work until the job is answered and its answers are delivered; False when a person detached before, or they cannot be.

    A guard is left behind where something is still open.
    """
    from bide.cli.progress import follow
    from bide.engine.service import Service

    service = Service(bide.context)
    working = asyncio.create_task(service.run())
    detached = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, detached.set)
    delivered = False
    try:
        await follow(bide, job, lambda: detached.is_set() or working.done())
        delivered = await _delivered(bide, job, detached)
        if delivered:
            await _settled(bide, job, detached)
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
        service.stop()
        if detached.is_set() and service.calls_in_flight:
            say(f"bide: waiting for {many(service.calls_in_flight, 'call')} in flight; Ctrl-C again leaves at once")
        await asyncio.wait([working], timeout=CALLS_END_WITHIN)
    if working.done():
        working.result()
    await leave(bide, job, guard, detached=detached.is_set())
    return delivered and not detached.is_set()


async def _delivered(bide: "Embedded", job: "Job", detached: asyncio.Event) -> bool:
    """Wait for the answers to be where they were wanted; False when they cannot be for now, which has been said then."""
    deliveries = bide.store.deliveries
    failed = sum(one.failures for one in await deliveries.of_job(job.owner, job.id) if one.kind == FILE)
    if failed:
        await deliveries.again(job.owner, job.id, bide.context.clock.now())  # somebody has seen to it, perhaps
    tries = 1 if failed else DELIVERY_TRIES
    while not detached.is_set():
        left = [one for one in await deliveries.of_job(job.owner, job.id) if one.kind == FILE and not one.delivered_at]
        if not left:
            return True
        if sum(one.failures for one in left) >= failed + tries:
            say(f"bide: the answers are all there, but {left[0].trouble}")
            say(
                f"bide: when that is mended, the same command goes on; `bide results {job.external_id} -o FILE` writes them"
                " elsewhere"
            )
            return False
        await asyncio.sleep(LOOK)
    return False


async def _settled(bide: "Embedded", job: "Job", detached: asyncio.Event) -> None:
    """Give batches that are still ending a little time, so that the receipt is final, and whoever is told the first try."""
    clock = bide.context.clock
    end = clock.now() + bide.config.settings.engine.linger
    while not detached.is_set() and clock.now() < end:
        news = [one for one in await bide.store.deliveries.of_job(job.owner, job.id) if one.kind != FILE]
        tried = not any(one.due_at is not None and one.due_at <= clock.now() for one in news)
        if tried and (await bide.store.jobs.get(job.owner, job.id)).done_at is not None:
            return
        await asyncio.sleep(LOOK)


async def hand_over(bide: "Embedded", job: "Job", guard: Guard | None) -> None:
    """Leave a job to whoever guards it. Its id goes to stdout."""
    await leave(bide, job, guard, detached=False)
    print(job.external_id)


async def leave(bide: "Embedded", job: "Job", guard: Guard | None, *, detached: bool) -> None:
    """See to it that what is open stays guarded, and say how to go on."""
    busy = await bide.store.is_busy()
    if busy and guard is not None and not await bide.store.database.others_present(bide.context.holder):
        guard.start()
    if not detached:
        return
    identifier = job.external_id
    guarded = "a guard process keeps the deadline" if busy and guard else "the deadline is unguarded until then"
    say(f"bide: detached from {identifier}; {guarded}")
    say(f"bide: go on with the same command or `bide watch {identifier}`; stop it with `bide cancel {identifier}`")
