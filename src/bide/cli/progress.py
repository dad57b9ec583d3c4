"""What a person sees while a job runs: a live view on a terminal, a line now and then elsewhere."""

import asyncio
from collections.abc import Callable, Container, Mapping
from typing import TYPE_CHECKING, Any

from bide.cli.terminal import is_watched, say
from bide.core.bucket import ANSWERED_PHASES, Phase
from bide.core.clock import MINUTE, SECOND, to_datetime
from bide.core.duration import format_duration
from bide.core.money import format_money

if TYPE_CHECKING:
    from bide.core.job import Job
    from bide.embedded import Embedded
    from bide.store.jobs import Progress

LOOK = 0.5
"""Seconds between looks."""

LINE_EVERY = 15 * SECOND
"""At most one line in this time, where nobody watches."""


class View:
    """The progress of one job. `show` is called with fresh figures, `close` when it is over."""

    def __init__(self, job: "Job") -> None:
        self.job = job

    def show(self, progress: "Progress", expected: str, trouble: str) -> None:
        raise NotImplementedError

    def close(self) -> None:
        """Leave the terminal as it was."""


def counts(job: "Job", progress: "Progress") -> str:
    """Where the requests are, in words."""
    phases = progress.phases
    called = "in real time" if job.priority == "urgent" else "rescued"
    batched = phases.get(Phase.BATCHED, 0) - progress.flexing
    waiting = phases.get(Phase.WAITING, 0) + phases.get(Phase.STUBBORN, 0)
    parts = [
        f"{sum(phases.get(phase, 0) for phase in ANSWERED_PHASES):,} of {progress.total:,} done",
        f"{batched:,} in batch" if batched else "",
        f"{progress.flexing:,} asked for in flex" if progress.flexing else "",
        f"{waiting - progress.held:,} waiting" if waiting > progress.held else "",
        f"{progress.held:,} held by the cap" if progress.held else "",
        f"{phases.get(Phase.CALLING, 0):,} being called" if phases.get(Phase.CALLING) else "",
        f"{phases.get(Phase.FLEX, 0):,} answered in flex" if phases.get(Phase.FLEX) else "",
        f"{phases.get(Phase.REALTIME, 0):,} {called}" if phases.get(Phase.REALTIME) else "",
        f"{phases.get(Phase.CACHE, 0):,} kept from before" if phases.get(Phase.CACHE) else "",
        f"{phases.get(Phase.FAILED, 0):,} failed" if phases.get(Phase.FAILED) else "",
        f"{phases.get(Phase.CANCELLED, 0):,} cancelled" if phases.get(Phase.CANCELLED) else "",
        f"{phases.get(Phase.EXPIRED, 0):,} expired" if phases.get(Phase.EXPIRED) else "",
    ]
    return ", ".join(part for part in parts if part)


def money(progress: "Progress") -> str:
    """What was spent against what the same answers cost at list price."""
    if progress.unpriced:
        return "price unknown"
    spent = progress.paid + progress.wasted
    return f"{format_money(spent)} spent, {format_money(progress.listed)} at list price"


class LiveView(View):
    """A bar and a line under it, redrawn in place."""

    def __init__(self, job: "Job") -> None:
        from rich.console import Console, Group
        from rich.live import Live
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
        from rich.text import Text

        super().__init__(job)
        self._bar = Progress(
            TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
        )
        self._task = self._bar.add_task(job.name, total=job.requests)
        self._line = Text()
        self._live: Any = Live(Group(self._bar, self._line), console=Console(stderr=True), refresh_per_second=4)
        self._live.start()

    def show(self, progress: "Progress", expected: str, trouble: str) -> None:
        self._bar.update(self._task, completed=progress.total - progress.open, total=progress.total)
        text = f"{counts(self.job, progress)} · {money(progress)} · {expected}"
        self._line.plain = f"{text}\n{trouble}" if trouble else text

    def close(self) -> None:
        self._live.stop()


class PlainView(View):
    """A line when something has changed, not too often."""

    def __init__(self, job: "Job", now: Callable[[], int]) -> None:
        super().__init__(job)
        self._now = now
        self._last = ""
        self._said_at = 0

    def show(self, progress: "Progress", expected: str, trouble: str) -> None:
        text = f"{counts(self.job, progress)}; {money(progress)}"
        if trouble:
            text += f"; {trouble}"
        now = self._now()
        if text != self._last and (now - self._said_at >= LINE_EVERY or not progress.open):
            say(f"bide: {text}; {expected}")
            self._last, self._said_at = text, now


def view_of(job: "Job", now: Callable[[], int]) -> View:
    """The view that fits where the messages go."""
    return LiveView(job) if is_watched() else PlainView(job, now)


async def follow(bide: "Embedded", job: "Job", until: Callable[[], bool] = lambda: False) -> None:
    """Show a job until it is answered, or `until` says so."""
    view = view_of(job, bide.context.clock.now)
    try:
        while True:
            progress = await bide.store.jobs.progress(job.owner, job.id)
            parts = await bide.store.jobs.progress_by_model(job.owner, job.id)
            troubles = [*unserved(parts, bide.context.providers), *bide.context.troubles.values()]
            view.show(progress, await expected(bide, job), "; ".join(troubles))
            if not progress.open or until():
                return
            await asyncio.sleep(LOOK)
    finally:
        view.close()


def unserved(parts: Mapping[tuple[str, str], "Progress"], accounts: Container[str]) -> list[str]:
    """What to say about the accounts for which a job still waits and which this process does not have: their keys were set
    where the job was handed in, and are not here."""
    waited_for = sorted({account for (account, _), part in parts.items() if part.open})
    return [
        f"the account {account} is not switched on here, so nothing of it goes on; `bide providers` says how"
        for account in waited_for
        if account not in accounts
    ]


async def expected(bide: "Embedded", job: "Job") -> str:
    """When it should be finished: typically, and at the latest."""
    from bide.ledger.promise import TYPICAL_TURNAROUND

    now = bide.context.clock.now()
    if job.priority == "urgent":
        return "as soon as possible"
    batches = [batch for batch in await bide.store.batches.of_job(job.id) if batch.ended_at is None]
    submitted = [batch.submitted_at for batch in batches if batch.submitted_at is not None]
    latest = f"deadline {clock_time(job.deadline, now)}"
    if not submitted:
        return latest
    typical = max(submitted) + TYPICAL_TURNAROUND
    if typical > now and typical < job.deadline:
        return f"half of all batches end by {clock_time(typical, now)}, {latest}"
    return f"at the provider for {format_duration(now - min(submitted))}, {latest}"


def clock_time(instant: int, now: int) -> str:
    """An instant on the local clock, with the day where it is not today."""
    moment, today = to_datetime(instant).astimezone(), to_datetime(now).astimezone()
    if abs(instant - now) < 5 * MINUTE:
        return f"{moment:%H:%M:%S}"
    return f"{moment:%H:%M}" if moment.date() == today.date() else f"{moment:%a %d %b %H:%M}"
