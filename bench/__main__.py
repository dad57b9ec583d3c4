"""Run the benchmarks, all or those named: ``python -m bench [start ingest landing whole scale gateway batches day policy prices audit] [--json]``."""

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable
from dataclasses import asdict
from functools import partial

from bench import audit, batches, day, gateway, ingest, landing, policy, prices, scale, start, whole
from bench.measure import Figure

BENCHMARKS: dict[str, Callable[[], list[Figure]]] = {
    "start": start.figures,
    "ingest": ingest.figures,
    "landing": landing.figures,
    "whole": whole.figures,
    "scale": scale.figures,
    "gateway": gateway.figures,
    "batches": batches.figures,
    "day": day.figures,
    "policy": policy.figures,
    "prices": prices.figures,
    "audit": audit.figures,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}; all when none is given")
    parser.add_argument("--json", action="store_true", help="one object a figure")
    parser.add_argument("--requests", type=int, default=day.REQUESTS, help="of the day; fewer for a quick look")
    parser.add_argument("--speed", type=float, default=day.SPEED, help="of the day's clock, times real time")
    arguments = parser.parse_args()
    benchmarks = {**BENCHMARKS, "day": partial(day.figures, arguments.requests, arguments.speed)}
    if unknown := [name for name in arguments.names if name not in BENCHMARKS]:
        parser.error(f"no benchmark is called {unknown[0]}; there are {', '.join(BENCHMARKS)}")
    print(f"Python {platform.python_version()}, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}", file=sys.stderr)
    found: list[Figure] = []
    for name in arguments.names or BENCHMARKS:
        for figure in benchmarks[name]():
            found.append(figure)
            print(json.dumps(asdict(figure)) if arguments.json else _line(figure), flush=True)
    return 0 if all(figure.good for figure in found) else 1


def _line(figure: Figure) -> str:
    bound = f"{'≤' if figure.at_most else '≥'} {figure.bound:,.6g}"
    verdict = "good" if figure.good else "MISSED"
    return (
        f"{figure.name:<58} {figure.value:>10,.2f} {figure.unit:<7} {bound:<10} {verdict:<7} {figure.detail}".rstrip()
    )


if __name__ == "__main__":
    sys.exit(main())
