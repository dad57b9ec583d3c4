"""Reading for `bide audit`: a bar while it lasts, and what was read, what was left out and what was assumed."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bide.cli.terminal import is_watched, say
from bide.core.clock import to_datetime
from bide.core.count import many
from bide.core.duration import format_duration
from bide.core.money import format_money

if TYPE_CHECKING:
    from rich.progress import TaskID

    from bide.audit.profile.profile import Profile, Source
    from bide.audit.profile.reading import Told

SHOWN = 5
"""Bad rows of a file that are shown one by one."""


@contextmanager
def watching() -> "Generator[Told]":
    """Whom to tell how far the reading has come: a bar for each file where somebody watches."""
    if not is_watched():
        yield lambda name, rows, share: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    text = TextColumn("{task.description}", markup=False)
    rows_read = TextColumn("{task.fields[rows]}")
    bars = dict[str, "TaskID"]()
    with Progress(
        text, BarColumn(), rows_read, TimeElapsedColumn(), console=Console(stderr=True), transient=True
    ) as progress:

        def told(name: str, rows: int, share: float | None) -> None:
            if name not in bars:
                bars[name] = progress.add_task(name, total=None if share is None else 1.0, rows=many(rows, "row"))
            progress.update(bars[name], completed=share or 0.0, rows=many(rows, "row"))

        yield told


def say_what_was_read(profile: "Profile") -> None:
    """Every file, what it was taken for and what it covers; what in it could not be used or was assumed."""
    from bide.audit.views.wording import plain

    for source in profile.sources:
        say(f"bide: {_line(source)}")
        for note in source.notes:
            say(f"  {plain(note)}")
        for why, rows in source.reasons.items():
            say(f"  {many(rows, 'row')} left aside: {plain(why)}")
        if source.skipped_cost:
            say(f"  they were billed at {format_money(source.skipped_cost)}, which is in no figure")
        if source.bad:
            say(f"  {many(source.bad, 'row')} left out:")
            for bad in source.examples[:SHOWN]:
                say(f"    {bad}")
            if source.bad > SHOWN:
                say(f"    … and {source.bad - SHOWN:,} more")
    for pair in profile.overlaps:
        say(
            f"bide: {pair.one} and {pair.other} overlap from {_day(pair.first)} to {_day(pair.end)} at"
            f" {_few([plain(model) or 'models without a name' for _, model in pair.models])}: what is in both is counted twice"
            + (f"; about {pair.same:.0%} of the rows are the same" if pair.same else "")
        )


def _line(source: "Source") -> str:
    covered = ""
    if source.first is not None and source.end is not None:
        long = format_duration(source.end - source.first)
        covered = f", from {_day(source.first)} to {_day(source.end)}" if source.dated else f" over {long}"
    return f"{source.name}: {source.reader}, {many(source.rows, 'row')}{covered}"


def _few(names: Sequence[str], most: int = 3) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _day(instant: int) -> str:
    return f"{to_datetime(instant):%Y-%m-%d %H:%M}"
