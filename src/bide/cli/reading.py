"""Reading an input for a command: a bar while it lasts, every bad line by its number, and the promise at the end."""

from typing import TYPE_CHECKING

from bide.cli.progress import clock_time
from bide.cli.terminal import is_watched, say
from bide.core.count import many
from bide.core.deadline import may_be_same
from bide.core.duration import format_duration
from bide.core.money import format_money
from bide.core.states import JobState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bide.core.job import Job
    from bide.embedded import Embedded
    from bide.intake.findings import Findings
    from bide.intake.hand_in import FileRequest, HandedIn
    from bide.intake.problem import Problem
    from bide.intake.reader import Input
    from bide.ledger.promise import Promise

SHOWN = 20
"""Bad lines shown one by one; the rest are counted."""

BAR_FROM = 8 << 20
"""Bytes of input from which reading is worth a bar."""


async def read(bide: "Embedded", request: "FileRequest") -> "HandedIn | None":
    """Hand a file in; None when its lines cannot be used, which has been said then."""
    from bide.intake.findings import BadLinesError
    from bide.intake.hand_in import hand_in

    bar = _Bar()
    try:
        handed = await hand_in(bide.context, request, bar.show)
    except BadLinesError as error:
        bar.close()
        show_problems(error.findings.problems, error.findings.refused)
        say(f"bide: {error}")
        return None
    finally:
        bar.close()
    if handed.reading is None:
        say_known(handed.job, request.deadline, bide.context.clock.now())
        return handed
    findings = handed.reading.findings
    if findings.refused:
        show_problems(findings.problems, findings.refused)
        say(f"bide: going on without {many(findings.refused, 'bad line')}")
    say_accepted(handed.job, handed.reading.promise, bide.context.clock.now())
    return handed


def show_problems(problems: "Sequence[Problem]", count: int) -> None:
    """Every bad line with its number, its code and what to do about it."""
    for problem in problems[:SHOWN]:
        say(f"  line {problem.line}: {problem.code}: {problem.message}; {problem.remedy}")
    if count > SHOWN:
        say(f"  … and {count - SHOWN:,} more; `bide files validate` lists them all")


def say_accepted(job: "Job", promise: "Promise", now: int) -> None:
    """What was promised."""
    by = f"by {clock_time(job.deadline, now)} (in {format_duration(job.deadline - now)})"
    if job.deadline - (job.accepted_at or now) <= 0:
        by = "as soon as the rate limit allows"
    say(f"bide: {job.external_id} accepted: {many(job.requests, 'request')} {by}")
    if str(job.on_miss) != "rescue":
        say(
            f"bide: nothing is guaranteed: --on-miss {job.on_miss} waits for batches; only what no batch can take is called,"
            " at the list price"
        )
    elif job.priority != "urgent" and promise.guaranteed < promise.requests:
        say(f"bide: partly guaranteed, {promise.guaranteed:,} of {promise.requests:,}:")
        for one in promise.admitted:
            say(f"      {one.model}: {one.arithmetic}")
    if job.priority != "urgent":
        for one in promise.admitted:
            if one.notice:
                say(f"bide: {one.model}: {one.notice}")
    if promise.capped:
        say(f"bide: {held(promise)}")
    batch, realtime = promise.forecast.batch, promise.forecast.realtime
    if batch is None or realtime is None:
        say("bide: the cost cannot be estimated: a price is unknown")
    elif job.priority == "urgent":
        say(f"bide: about {format_money(realtime.expected)}, the list price: what is urgent is called in real time")
    else:
        say(f"bide: about {format_money(batch.expected)} in batches, {format_money(realtime.expected)} at list price")


def held(promise: "Promise") -> str:
    """What the cap of a job does not hold, and what becomes of it; empty where it holds all of it."""
    if promise.capped is None:
        return ""
    capped = promise.capped
    return (
        f"the cap of {format_money(capped.cap)} holds {capped.requests:,} of {promise.requests:,} requests, which may cost up to"
        f" {format_money(capped.bound)} together; the other {promise.held:,} wait until answers turn out cheaper, whatever their"
        " deadline, and fail with budget_exhausted if they do not"
    )


def say_known(job: "Job", deadline: int, now: int) -> None:
    """What becomes of a file that was handed in before; `deadline` is the one that is asked for now."""
    if job.state is JobState.DONE or job.answered_at is not None:
        done = clock_time(job.answered_at or now, now)
        say(f"bide: this was handed in before as {job.external_id} and answered at {done}; --new runs it again")
    else:
        say(f"bide: going on with {job.external_id}, which keeps its deadline {clock_time(job.deadline, now)}")
        if not may_be_same(job.deadline, job.created_at, deadline, now):
            say(
                f"bide: the deadline alone is another one this time, {clock_time(deadline, now)}; for that, stop"
                f" {job.external_id} (`bide cancel {job.external_id}`) and hand it in again, or start beside it with --new"
            )


class _Bar:
    """A progress bar for large inputs; none where nobody watches."""

    def __init__(self) -> None:
        self._progress = None
        self._task = None

    def show(self, findings: "Findings", opened: "Input") -> None:
        size = opened.progress.size
        if self._progress is None:
            if size is None or size < BAR_FROM or not is_watched():
                return
            from rich.console import Console
            from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

            self._progress = Progress(
                TextColumn("reading"),
                BarColumn(),
                DownloadColumn(),
                TransferSpeedColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._task = self._progress.add_task("reading", total=size)
            self._progress.start()
        if self._task is not None:
            self._progress.update(self._task, completed=opened.progress.bytes_read, total=size)

    def close(self) -> None:
        if self._progress is not None:
            self._progress.stop()
            self._progress = None
