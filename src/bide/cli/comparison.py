"""What `bide whatif` shows: a bar while it plays, then policies beside each other as tables or as JSON."""

import contextlib
import math
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bide.cli.terminal import is_watched, show_table
from bide.core.count import many

if TYPE_CHECKING:
    from bide.whatif.comparison import Result, World
    from bide.whatif.summary import Figures, Line


LEGEND = (
    "cost: 1 is calling everything; met: deadlines; waste: paid for what was answered already; lost: never answered;\n"
    "× one, × any: the cost beside that of a clairvoyant who submits at once, or at the luckiest minute"
)


@contextlib.contextmanager
def playing(total: int) -> "Generator[Callable[[Result], None]]":
    """A bar over so many plays, where somebody watches; what is yielded is told of each."""
    if not is_watched():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    text = TextColumn("{task.description}", markup=False)
    columns = (text, BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("playing", total=total)
        yield lambda result: bar.update(task, advance=1, description=f"{result.scenario}: {result.policy}")


def show(lines: "Sequence[Line]", world: "World", in_dollars: bool, seeds: int) -> None:
    """A table for each scenario; for the last of them by class, and by day where there are several."""
    from bide.whatif.summary import ALL

    whole = sum(map(world.prices.call, world.arrivals))
    for scenario in dict.fromkeys(line.scenario for line in lines):
        here = [line for line in lines if line.scenario == scenario]
        title = "all scenarios" if scenario == ALL else scenario
        print(
            f"{title}, {many(seeds, 'seed')}" + (f", calling everything costs {_dollars(whole)}" if in_dollars else "")
        )
        _show_totals(here, whole if in_dollars else None)
    print(LEGEND + "\n")
    last = [line for line in lines if line.scenario == lines[-1].scenario]
    print(f"by class in {last[0].scenario}: cost, and deadlines met in %")
    _show_parts(last, [line.kinds for line in last])
    if len(last[0].days) > 1:
        print(f"by day in {last[0].scenario}: cost, and deadlines met in %")
        _show_parts(last, [{f"day {day + 1}": part for day, part in line.days.items()} for line in last])


def _show_totals(lines: "Sequence[Line]", whole: float | None) -> None:
    columns = ["policy", "cost", "met\u00a0%", "p99\u00a0late", "waste\u00a0%", "lost", "×\u00a0one", "×\u00a0any"]
    rows = [
        [
            line.policy,
            f"{line.total.cost:.3f}",
            _share(line.total.met),
            _late(line.total),
            f"{100 * line.total.wasted:.2f}",
            f"{line.total.unanswered:,.0f}",
            f"{line.to_single:.3f}",
            f"{line.to_any:.3f}",
        ]
        for line in lines
    ]
    if whole is not None:
        columns.insert(2, "USD")
        for row, line in zip(rows, lines, strict=True):
            row.insert(2, _dollars(line.total.cost * whole))
            del row[-1]  # for room
        del columns[-1]
    show_table(columns, rows, columns[1:])


def _show_parts(lines: "Sequence[Line]", parts: "Sequence[Mapping[str, Figures]]") -> None:
    names = list(dict.fromkeys(name for one in parts for name in one))
    columns = ["policy", *names]
    rows = [
        [
            line.policy,
            *(f"{one[name].cost:.3f}\u00a0{_share(one[name].met):\u00a0>6}" if name in one else "" for name in names),
        ]
        for line, one in zip(lines, parts, strict=True)
    ]
    show_table(columns, rows, names)


def as_json(lines: "Sequence[Line]", world: "World", log: str, model: str | None, seeds: int) -> dict[str, Any]:
    """The same for programs: costs as parts of that of calling everything, shares from 0 to 1, times in seconds."""
    whole = sum(map(world.prices.call, world.arrivals))
    return {
        "log": {"name": log, "requests": len(world.arrivals), "days": world.days},
        "seeds": seeds,
        "model": model,
        "realtime_usd": whole if model is not None else None,
        "policies": [
            {
                "scenario": line.scenario,
                "policy": line.policy,
                **_figures(line.total, whole if model is not None else None),
                "to_clairvoyant": round(line.to_single, 4),
                "to_clairvoyant_any_minute": round(line.to_any, 4),
                "batches": round(line.batches, 1),
                "calls": round(line.calls, 1),
                "flex_answers": round(line.flexed, 1),
                "flex_refusals": round(line.turned_away, 1),
                "forecast_kept": {f"{level}": round(kept, 2) for level, kept in line.kept.items()},
                "classes": {name: _figures(one) for name, one in line.kinds.items()},
                "days": {f"{day}": _figures(one) for day, one in line.days.items()},
            }
            for line in lines
        ],
    }


def _figures(figures: "Figures", whole: float | None = None) -> dict[str, Any]:
    from bide.core.clock import SECOND

    shown: dict[str, Any] = {
        "requests": round(figures.requests, 1),
        "cost": round(figures.cost, 6),
        "met": round(figures.met, 6),
        "lateness_p99_seconds": round(figures.lateness_p99 / SECOND, 1),
        "wasted": round(figures.wasted, 6),
        "unanswered": round(figures.unanswered, 1),
    }
    return shown if whole is None else {**shown, "cost_usd": round(figures.cost * whole, 4)}


def _late(figures: "Figures") -> str:
    from bide.core.duration import format_duration

    return format_duration(figures.lateness_p99).replace(" ", "\u00a0") if figures.lateness_p99 else "-"


def _share(share: float) -> str:
    """Per cent, never rounded up: whoever misses one deadline has not met them all."""
    places = 3 if 0.999 <= share < 1 else 2
    return "100" if share == 1 else f"{math.floor(share * 100 * 10**places + 1e-9) / 10**places:.{places}f}"


def _dollars(amount: float) -> str:
    return f"${amount:,.4f}" if amount < 1 else f"${amount:,.2f}" if amount < 1_000 else f"${amount:,.0f}"
