"""Many seeds, one process a core: which promises broke, and which places to die were never tried."""

import contextlib
import hashlib
import json
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from functools import partial

from bide import __version__
from tests.simulation.gates import CRASH_POINTS, Kind
from tests.simulation.plan import draw
from tests.simulation.run import run

SHOWN = 5
"""Failures told one by one."""

EVERY_POINT_FROM = 1_000
"""So many seeds must hit every place where a process can die …"""

EVERY_POINT_AT = "openai"
"""… at a provider that is asked in every way there is."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What came of one seed, small enough to send between processes."""

    seed: int
    violations: list[tuple[str, str]]
    crashes: list[tuple[str, str]]
    strikes: int
    faults: int
    callbacks: int
    days: float
    digest: str


def summarise(seed: int, provider: str) -> Summary:
    """Run a seed at a provider."""
    outcome = run(draw(seed, provider=provider))
    return Summary(
        seed,
        outcome.violations[:10],
        [(strike.site, strike.moment.value) for strike in outcome.struck if strike.kind is Kind.CRASH],
        len(outcome.struck),
        len(outcome.faults),
        outcome.callbacks,
        outcome.elapsed / 86_400e6,
        hashlib.sha256("\n".join(outcome.log).encode()).hexdigest()[:16],
    )


Live = Callable[[str, range], Iterable[Summary]]
"""Lives seeds at a provider; what came of each, in order."""


@contextlib.contextmanager
def lived_by(processes: int) -> Generator[Live]:
    """So many processes that live seeds, one at a time each. One is this one: another would import everything once more."""
    if processes == 1:
        yield lambda provider, seeds: map(partial(summarise, provider=provider), seeds)
        return
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        yield lambda provider, seeds: pool.imap(partial(summarise, provider=provider), seeds)


def many(seeds: range, live: Live, digests: bool, provider: str) -> int:
    """Run seeds at a provider and print what came of them; 0 when all is well."""
    started = time.perf_counter()
    crashes: Counter[tuple[str, str]] = Counter()
    totals: Counter[str] = Counter()
    failed: list[Summary] = []
    days = 0.0
    for summary in live(provider, seeds):
        crashes.update(summary.crashes)
        totals.update(strikes=summary.strikes, faults=summary.faults, callbacks=summary.callbacks)
        days += summary.days
        if digests:
            print(summary.seed, summary.digest)
        if summary.violations:
            failed.append(summary)
            if len(failed) > SHOWN:
                continue
            for rule, what in summary.violations:
                print(f"seed {summary.seed}: {rule}: {what}", file=sys.stderr)
    missed = [point for point in CRASH_POINTS if (point[0], point[1].value) not in crashes]
    figures = {
        "version": __version__,
        "provider": provider,
        "seeds": len(seeds),
        "failed": [summary.seed for summary in failed],
        "seconds": round(time.perf_counter() - started, 1),
        "simulated_days": round(days, 1),
        **totals,
        "crash_points": f"{len(CRASH_POINTS) - len(missed)} of {len(CRASH_POINTS)}",
    }
    print(json.dumps(figures), file=sys.stderr if digests else sys.stdout)
    for summary in failed[:SHOWN]:
        print(
            f"replay: python -m tests.simulation --provider {provider} --seed {summary.seed} --story", file=sys.stderr
        )
    if missed and provider == EVERY_POINT_AT and len(seeds) >= EVERY_POINT_FROM:
        print(f"never hit: {', '.join(f'{site} {moment}' for site, moment in missed)}", file=sys.stderr)
        return 1
    return 1 if failed else 0
