"""`bide providers show NAME --turnaround`: what is expected of an account's lanes, as tables and a curve."""

from collections.abc import Mapping, Sequence
from typing import Any

from bide.cli.terminal import show_pairs, show_table
from bide.core.clock import SECOND
from bide.core.duration import format_duration

BLOCKS = " ▁▂▃▄▅▆▇█"
HEIGHT = 4
"""Lines of the plot, of eight steps each."""

MARKS = {"30s": 30, "2m": 120, "10m": 600, "1h": 3_600, "4h": 14_400, "24h": 86_400}


def show_expected(account: str, models: Sequence[Mapping[str, Any]]) -> None:
    """Everything that is expected of an account, model by model."""
    for model in models:
        print(f"{account}/{model['model']}")
        columns = ["batch of", "seen", "10 %", "50 %", "80 %", "95 %", "in 15m", "in 1h", "in 24h"]
        rows = [
            [
                one["requests"],
                f"{one['weight']:,.0f}",
                *(_time(one[name]) for name in ("p10", "p50", "p80", "p95")),
                *(_percent(share) for share in one["within"].values()),
            ]
            for one in model["batches"]
        ]
        show_table(columns, rows, columns[1:])
        for one in model["batches"]:
            print(f"  done by age, {one['requests']} to a batch")
            print("\n".join(f"  {line}" for line in plot(one["curve"])))
        print()
        show_pairs({name: text for name, text in _facts(model).items() if text})
        if model["running"]:
            columns = ["batch", "requests", "age", "time left", "chance to make it"]
            rows = [
                [one["batch"], f"{one['requests']:,}", _time(one["age"]), _time(one["left"]), _percent(one["chance"])]
                for one in model["running"]
            ]
            show_table(columns, rows, columns[1:])
        print()


def plot(curve: Sequence[Sequence[float]]) -> list[str]:
    """A curve of (age in seconds, share) as blocks, the highest line first, over its axis. A column for each point."""
    steps = [round(share * HEIGHT * 8) for _, share in curve]
    lines = [
        f"{100 * (line + 1) // HEIGHT:>3} % " + "".join(BLOCKS[max(0, min(8, step - 8 * line))] for step in steps)
        for line in reversed(range(HEIGHT))
    ]
    axis = [" "] * (len(curve) + 4)
    for word, seconds in MARKS.items():
        at = min(range(len(curve)), key=lambda number: abs(curve[number][0] - seconds))
        axis[at : at + len(word)] = word
    return [*lines, " " * 6 + "".join(axis).rstrip()]


def _facts(model: Mapping[str, Any]) -> dict[str, str]:
    cancel = model["cancel"]
    kept = [f"{one['given']} % given: {one['made']:.0f} % made" for one in model["calibration"]]
    behind = f" ({model['calibration'][0]['batches']:,.0f} batches)" if kept else ""
    facts = {
        "a cancel takes": f"{_time(cancel['p50'])}, at most {_time(cancel['p95'])} in 95 of 100 ({cancel['weight']:,.0f} seen)",
        "what was given": ", ".join(kept) + behind,
        "flex calls refused": _percent(model["flex_refused"]) if model["flex_refused"] is not None else "",
    }
    for one in model["calls"]:
        bound = one["bound"]
        facts[f"a {one['lane']} call"] = (
            f"at most {_time(bound['seconds'])} for {bound['output_tokens']:,} tokens ({one['weight']:,.0f} seen)"
        )
    return facts


def _time(seconds: int | None) -> str:
    return "-" if seconds is None else format_duration(seconds * SECOND)


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.0f} %"
