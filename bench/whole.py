"""50,000 requests end to end through `bide run`, against the script one writes by hand with the official SDK."""

import sys
import tempfile
from pathlib import Path

from bench import data
from bench.measure import Figure, Sample, command, median, simulator

ROUNDS = 3
POLL = "0.1s"
"""Both ask for the state of their batch this often."""


def figures() -> list[Figure]:
    """The ratios of time and of peak memory; the two take turns."""
    ours: list[Sample] = []
    theirs: list[Sample] = []
    with tempfile.TemporaryDirectory() as name, simulator() as url:
        folder = Path(name)
        source = data.large(folder / "large.jsonl")
        for number in range(ROUNDS):
            answers = folder / f"answers-{number}.jsonl"
            theirs.append(command([sys.executable, "-m", "bench.yardsticks", str(source), url, str(answers)]))
            answers.unlink()
            ours.append(run(source, url, folder / f"home-{number}", answers))
            answers.unlink()
    bide, script = median(ours), median(theirs)
    detail = f"bide {bide.wall:.2f} s, {bide.peak:.0f} MiB; script {script.wall:.2f} s, {script.peak:.0f} MiB"
    return [
        Figure("bide run of 50,000 requests, time / SDK script", bide.wall / script.wall, 1.5, detail=detail),
        Figure("bide run of 50,000 requests, peak memory / SDK script", bide.peak / script.peak, 0.3),
    ]


def run(source: Path, url: str, home: Path, answers: Path) -> Sample:
    """A whole `bide run` in its own process, on a new database."""
    environment = {"BIDE_HOME": str(home), "OPENAI_API_KEY": "simulated", "BIDE_OPENAI_BASE_URL": url}
    command_line = [sys.executable, "-m", "bide", "run", str(source), "--within", "8h", "-o", str(answers)]
    return command(
        [*command_line, "--output", "json", "--no-guard", "--set", f"engine.poll_interval={POLL}"], environment
    )
