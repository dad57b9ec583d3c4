"""Durable ingest of the 103 MB file against orjson parsing and validating it.

``python -m bench.ingest FILE`` measures in this process and prints JSON: a fresh one, so that nothing else is in memory.
"""

import asyncio
import json
import sys
import tempfile
from dataclasses import asdict
from functools import partial
from pathlib import Path

from bench import data, measure, yardsticks
from bench.measure import Figure, Sample
from bide.config import load
from bide.core.clock import DAY
from bide.core.deadline import OnMiss
from bide.embedded import opened
from bide.intake.defaults import Defaults
from bide.intake.hand_in import FileRequest, hand_in

ROUNDS = 5


def ingest(source: Path, folder: str) -> None:
    """Read the file into a job and accept it: bodies, rows and promise on the disk."""

    async def run() -> None:
        environment = {"BIDE_HOME": folder, "OPENAI_API_KEY": "x"}
        async with opened(load(environment)) as bide:
            request = FileRequest(
                owner="local",
                source=str(source),
                defaults=Defaults(),
                deadline=bide.context.clock.now() + DAY,
                on_miss=OnMiss.RESCUE,
                priority_source="within",
            )
            handed = await hand_in(bide.context, request, lambda findings, opened: None)
            assert handed.job.requests == 50_000

    asyncio.run(run())


def compare(source: Path) -> dict[str, dict[str, float]]:
    """Medians of all three, taken in turn."""
    ours: list[Sample] = []
    theirs: list[Sample] = []
    parsed: list[Sample] = []
    for _ in range(ROUNDS + 1):
        theirs.append(measure.call(lambda: yardsticks.orjson_validates(source)))
        parsed.append(measure.call(lambda: yardsticks.orjson_parses(source)))
        with tempfile.TemporaryDirectory() as folder:
            ours.append(measure.call(partial(ingest, source, folder)))
    found = {"bide": ours, "orjson": theirs, "parse": parsed}
    return {name: asdict(measure.median(samples[1:])) for name, samples in found.items()}


def figures() -> list[Figure]:
    """The ratios."""
    with tempfile.TemporaryDirectory() as folder:
        source = data.large(Path(folder) / "large.jsonl")
        found = measure.fresh("bench.ingest", str(source))
    ours, theirs = found["bide"], found["orjson"]
    detail = (
        f"bide {ours['cpu']:.3f} s CPU, {ours['wall']:.3f} s; orjson with the same checks {theirs['cpu']:.3f} s,"
        f" {theirs['wall']:.3f} s; orjson alone, without any check, {found['parse']['cpu']:.3f} s"
    )
    return [
        Figure("ingest of 50,000 requests, CPU / orjson", ours["cpu"] / theirs["cpu"], 1.6, detail=detail),
        Figure("ingest of 50,000 requests, wall / orjson", ours["wall"] / theirs["wall"], 2.0),
    ]


if __name__ == "__main__":
    print(json.dumps(compare(Path(sys.argv[1]))))
