"""An audit of a million rows with a planted mix of workflows: its time beside a plain pass of the same library, its memory, and what it recovers.

``python -m bench.audit read|pass|plant FILE`` does one of these in a fresh process and prints JSON.
"""

import csv
import json
import random  # noqa: TID251 - the log is made up
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from bench.measure import Figure, call, fresh
from bide.core.clock import DAY, MINUTE, to_datetime

ROWS = 1_000_000
DAYS = 28
MONDAY = 20_731 * DAY
"""2026-10-05."""

SECONDS = 40.0
"""CPU that a million rows may cost: the goal is well under a minute of one busy core."""

BESIDE_CSV, BESIDE_JSON = 30.0, 30.0
"""Times a pass that only splits CSV into cells, or decodes JSON."""

MEMORY = 48.0
"""MiB above what the program takes anyway; the tables are bounded, the rows are not kept."""

SHARE = 0.02
"""How far the part of the money that can wait may be from what was planted."""


@dataclass(frozen=True, slots=True)
class Planted:
    """A workflow of the mix. `minutes` of the day in which its requests come; `waits` is what an audit should find."""

    name: str
    part: float
    minutes: tuple[int, int]
    input_tokens: int
    output_tokens: int
    streamed: bool
    waits: bool
    distinct: int
    """How many different prompts there are; 0: each is new."""


MIX = (
    Planted("support-chat", 0.35, (8 * 60, 18 * 60), 2_000, 300, True, False, 0),
    Planted("nightly-reports", 0.30, (2 * 60, 3 * 60), 6_000, 500, False, True, 0),
    Planted("catalogue-tags", 0.25, (23 * 60, 24 * 60), 1_500, 100, False, True, 0),
    Planted("faq", 0.10, (8 * 60, 20 * 60), 800, 200, True, False, 50_000),
)
MODEL = "gpt-4.1-mini"
TOLD = "You are careful. Read what follows and answer in the form that is asked for. " * 6


def rows(count: int) -> Iterator[tuple[Planted, int, int, int, int, int]]:
    """Requests in the order of their instants: workflow, instant, input and output tokens, number of the prompt, session."""
    dice = random.Random(7)
    number = 0
    for day in range(DAYS):
        today: list[tuple[int, Planted]] = []
        for one in MIX:
            begin, end = (MONDAY + day * DAY + minute * MINUTE for minute in one.minutes)
            if not one.waits and day % 7 > 4:
                continue  # people are off at weekends
            days = DAYS if one.waits else DAYS * 5 // 7
            today += [(dice.randrange(begin, end), one) for _ in range(round(count * one.part / days))]
        for at, one in sorted(today, key=lambda pair: pair[0]):
            number += 1
            prompt = dice.randrange(one.distinct) if one.distinct else number
            size = dice.randrange(one.input_tokens // 2, one.input_tokens * 3 // 2)
            yield (
                one,
                at,
                size,
                dice.randrange(one.output_tokens // 2, one.output_tokens * 3 // 2),
                prompt,
                number // 12,
            )


def write_csv(path: Path, count: int) -> None:
    """The log as a table."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(
            "timestamp,feature,model,provider,prompt_tokens,completion_tokens,duration_ms,stream,status,session_id\n"
        )
        for one, at, read, written, _, session in rows(count):
            stamp = to_datetime(at).isoformat()
            file.write(
                f"{stamp},{one.name},{MODEL},openai,{read},{written},{written * 12},{one.streamed},200,s{session}\n"
            )


def write_json(path: Path, count: int) -> None:
    """The log as JSON Lines, with the bodies."""
    with path.open("wb") as file:
        encode = msgspec.json.Encoder().encode
        for one, at, read, written, prompt, session in rows(count):
            row: dict[str, Any] = {
                "created_at": to_datetime(at).isoformat(), "feature": one.name, "model": MODEL, "provider": "openai",
                "usage": {"prompt_tokens": read, "completion_tokens": written, "prompt_tokens_details": {"cached_tokens": 0}},
                "latency_ms": written * 12, "stream": one.streamed, "session_id": f"s{session}",
                "messages": [
                    {"role": "system", "content": f"{one.name}: {TOLD}"}, {"role": "user", "content": f"Item {prompt} of {one.name}"},
                ],
            }  # fmt: skip
            file.write(encode(row) + b"\n")


def plain(path: Path) -> None:
    """Only what the library does."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            for _ in csv.reader(file):
                pass
        return
    decode = msgspec.json.Decoder().decode
    with path.open("rb") as file:
        for line in file:
            decode(line)


def read(path: Path) -> dict[str, Any]:
    """The profile and the audit of a file, by today's prices."""
    from bide.audit.evidence.month import Pricing
    from bide.audit.levers.judging import Basis
    from bide.audit.plan.audit import audit
    from bide.audit.profile.reading import read_files
    from bide.ledger.prices import Prices

    before = _peak()
    found: dict[str, Any] = {}
    sample = call(lambda: found.update(profile=read_files([str(path)])))
    peak = _peak()
    profile = found["profile"]
    prices = Prices()
    judged = audit(profile, Basis(pricing=Pricing(prices, "2026-11-21", prices.checked_on)))
    waits = {word: float(money.low) for word, money in judged.waits()}
    return {
        "cpu": sample.cpu,
        "wall": sample.wall,
        "memory": peak - before,
        "rows": profile.rows,
        "waits": sum(money for word, money in waits.items() if word in ("hours", "minutes")) / sum(waits.values()),
        "estimated": sum(group.repeats.total.requests for group in profile.groups),
    }


def _peak() -> float:
    """The most memory that this process has taken so far, in MiB; `getrusage` would begin with that of whoever started it."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def planted(count: int) -> tuple[float, int]:
    """The part of the money that can wait, by the tokens and gpt-4.1-mini's prices; and how many prompts come again."""
    money, waiting, seen, again = 0.0, 0.0, set[tuple[str, int]](), 0
    for one, _, size, written, prompt, _ in rows(count):
        cost = size * 0.4 + written * 1.6
        money += cost
        waiting += cost if one.waits else 0.0
        again += (one.name, prompt) in seen
        seen.add((one.name, prompt))
    return waiting / money, again


def figures(count: int = ROWS) -> list[Figure]:
    """The benchmark."""
    found: list[Figure] = []
    share, again = planted(count)
    with tempfile.TemporaryDirectory() as folder:
        writers: tuple[tuple[str, Callable[[Path, int], None], float], ...] = (
            ("csv", write_csv, BESIDE_CSV),
            ("jsonl", write_json, BESIDE_JSON),
        )
        for ending, write, beside in writers:
            path = Path(folder) / f"log.{ending}"
            write(path, count)
            bare, ours = (fresh("bench.audit", what, str(path)) for what in ("pass", "read"))
            detail = f"{ours['cpu']:.1f} s of CPU, {ours['rows']:,} rows"
            found += [
                Figure(f"audit of {count:,} rows of {ending}: CPU beside a plain pass", ours["cpu"] / bare["cpu"], beside, "times", detail=detail),
                Figure(f"audit of {count:,} rows of {ending}: CPU", ours["cpu"] * ROWS / count, SECONDS, "s", detail="a million"),
                Figure(f"audit of {count:,} rows of {ending}: memory", ours["memory"], MEMORY, "MiB"),
                Figure(
                    f"audit of {count:,} rows of {ending}: money that waits, beside what was planted", abs(ours["waits"] - share), SHARE, "",
                    detail=f"{ours['waits']:.1%} of {share:.1%}",
                ),
            ]  # fmt: skip
            path.unlink()
            if ending == "jsonl":
                found.append(
                    Figure("audit of repeats, beside what was planted", abs(ours["estimated"] / again - 1), 0.1, "", detail=f"{again:,} repeats")
                )  # fmt: skip
    return found


def main() -> int:
    what, path = sys.argv[1], Path(sys.argv[2])
    if what == "pass":
        print(json.dumps({"cpu": call(lambda: plain(path)).cpu}))
    elif what == "plant":
        (write_csv if path.suffix == ".csv" else write_json)(path, ROWS)
    else:
        print(json.dumps(read(path)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
