"""What grows with the number of requests, and what must not: memory over idle, and the engine's time a request."""

import tempfile
from pathlib import Path

from bench import data
from bench.measure import Figure, Sample, median, simulator
from bench.whole import run

FEW, SOME, MANY = 10_000, 50_000, 1_000_000
ROUNDS_OF_FEW = 9
"""A run with few requests is over in a second, most of which is the start of the process."""
ROUNDS_OF_MANY = 3


def figures() -> list[Figure]:
    """Peak memory over that of a run with one request, and CPU time a request of the largest job over the smallest."""
    with tempfile.TemporaryDirectory() as name, simulator() as url:
        folder = Path(name)
        pairs = [(_run(folder, url, 1), _run(folder, url, FEW)) for _ in range(ROUNDS_OF_FEW)]
        idle, few = median([one for one, _ in pairs]), median([other for _, other in pairs])
        some = _run(folder, url, SOME)
        large = _run(folder, url, SOME, data.large(folder / "large.jsonl"))
        many = median([_run(folder, url, MANY) for _ in range(ROUNDS_OF_MANY)])
    each = {count: (sample.cpu - idle.cpu) / count * 1e6 for count, sample in ((FEW, few), (MANY, many))}
    detail = f"{each[FEW]:.1f} µs a request at {FEW:,}, {each[MANY]:.1f} µs at {MANY:,}; {many.wall:.0f} s"
    return [
        Figure("peak memory over idle, 50,000 requests of 300 bytes", some.peak - idle.peak, 48, "MiB"),
        Figure("peak memory over idle, 50,000 requests of 2 kB", large.peak - idle.peak, 48, "MiB"),
        Figure(
            "peak memory over idle, 1,000,000 requests",
            many.peak - idle.peak,
            48,
            "MiB",
            detail=f"idle {idle.peak:.0f}",
        ),
        Figure("CPU time a request at 1,000,000 / at 10,000 requests", each[MANY] / each[FEW], 1.2, detail=detail),
    ]


def _run(folder: Path, url: str, requests: int, source: Path | None = None) -> Sample:
    with tempfile.TemporaryDirectory(dir=folder) as name:
        here = Path(name)
        return run(source or data.small_bodies(here / "in.jsonl", requests), url, here / "home", here / "out.jsonl")
