"""What a person sees, or a program is told, while answers come in."""

from collections.abc import Callable, Generator
from contextlib import contextmanager

from bide.client.collection import Counted, nobody_counts

Progress = bool | Callable[[int, int], None] | None
"""True for a bar on standard error, or what is called with how many are settled and how many there are."""


@contextmanager
def shown(progress: Progress, total: int, name: str = "answers") -> Generator[Counted]:
    """Whom to tell how many are settled, for as long as the context lasts."""
    if callable(progress):
        yield lambda settled: progress(settled, total)
    elif progress:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Bar(*columns, console=Console(stderr=True)) as bar:
            task = bar.add_task(name, total=total)
            yield lambda settled: bar.update(task, completed=settled)
    else:
        yield nobody_counts
