"""Run seeds: ``python -m tests.simulation --seeds 1000``; replay and explain one: ``--seed 17 --story``."""

import argparse
import sys

from tests.simulation.campaign import lived_by, many
from tests.simulation.plan import draw
from tests.simulation.providers import SIMULATED
from tests.simulation.run import run
from tests.simulation.shrink import case_of, shrink, story

FIRST = "openai"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=100, help="how many seeds to run")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--seed", type=int, help="run this one only")
    parser.add_argument("--provider", choices=[*SIMULATED, "others"], default=FIRST)
    parser.add_argument("--story", action="store_true", help="shrink the seed's failure and tell what happens")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--digests", action="store_true", help="print each seed's digest of its event log")
    arguments = parser.parse_args()
    if arguments.seed is not None:
        return _one(arguments.seed, arguments.provider, arguments.story)
    seeds = range(arguments.first, arguments.first + arguments.seeds)
    names = [name for name in SIMULATED if name != FIRST] if arguments.provider == "others" else [arguments.provider]
    with lived_by(arguments.processes) as live:
        return max(many(seeds, live, arguments.digests, name) for name in names)


def _one(seed: int, provider: str, tell: bool) -> int:
    outcome = run(draw(seed, provider=provider))
    for rule, what in outcome.violations:
        print(f"seed {seed}: {rule}: {what}")
    if tell and outcome.violations:
        print(story(shrink(case_of(outcome), outcome.violations[0][0])))
    elif tell:
        print("\n".join(outcome.log))
    return 1 if outcome.violations else 0


if __name__ == "__main__":
    sys.exit(main())
