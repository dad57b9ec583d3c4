"""Seeds that must keep every promise, bugs that must be found, and failures that must replay."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.simulation.bugs import AT, BUGS, SEEN
from tests.simulation.plan import draw
from tests.simulation.run import Outcome, run
from tests.simulation.shrink import case_of, shrink, story

ROOT = Path(__file__).parents[2]

WITHIN_SEEDS = 200
"""So soon each planted bug is found; CI runs a thousand."""


def test_every_promise_is_kept() -> None:
    days = range(10_000, 10_020)
    broken = {seed: outcome.violations for seed in days if (outcome := run(draw(seed))).violations}
    assert not broken, f"replay with: python -m tests.simulation --seed {min(broken)} --story"


def test_days_at_gemini_have_batches_that_come_along_and_batches_that_are_uploaded() -> None:
    answered: Counter[str] = Counter()
    for seed in range(20):
        outcome = run(draw(seed, provider="gemini"))
        assert not outcome.violations, (
            f"replay with: python -m tests.simulation --provider gemini --seed {seed} --story"
        )
        assert outcome.books is not None
        for batch in outcome.books.batches:
            answered.update(list(batch.files or ()))
    assert min(answered["inline"], answered["results"]) >= 5, answered


def find(bug: str) -> Outcome:
    seeds = range(WITHIN_SEEDS)
    with BUGS[bug]():
        for seed in sorted(seeds, key=lambda seed: seed != SEEN.get(bug)):
            outcome = run(draw(seed, provider=AT.get(bug, "openai")))
            if outcome.violations:
                return outcome
    pytest.fail(f"{bug}: not found within {WITHIN_SEEDS} seeds")


@pytest.mark.parametrize("bug", BUGS)
def test_planted_bug_is_found(bug: str) -> None:
    assert find(bug).violations


def test_a_failure_replays_from_its_lists_and_shrinks() -> None:
    bug = "create is retried"
    outcome = find(bug)
    rule = outcome.violations[0][0]
    with BUGS[bug]():
        case = case_of(outcome)
        assert rule in [broken for broken, _ in case.run().violations]
        small = shrink(case, rule)
        assert rule in [broken for broken, _ in small.run().violations]
        assert small.size <= (3, 3) or small.size < case.size
        assert rule in story(small)
    assert not small.run().violations, "without the bug the same faults break nothing"


def test_a_seed_is_the_same_in_every_process() -> None:
    def digests(hash_seed: str) -> str:
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        command = [sys.executable, "-m", "tests.simulation", "--seeds", "12", "--processes", "1", "--digests"]
        return subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout

    first = digests("0")
    assert len(first.splitlines()) == 12
    assert digests("12345") == first
