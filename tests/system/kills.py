"""`kill -9` of `bide run` at random moments, and the same command again each time."""

import random  # noqa: TID251 - the moments of the kills
import signal
import time
from collections.abc import Callable
from pathlib import Path

from tests.system.harness import Machine, Result
from tests.system.stage import OUT, Seen, Stage, command, expect


def kills(folder: Path, count: int, seed: int = 1, tell: Callable[[str], None] = lambda text: None) -> str:
    """Kill so many runs; what came of it.

    A run that comes to its end before it is killed is compared with what it must be, and the questions are run anew.
    """
    dice, stage = random.Random(seed), Stage(folder)
    stage.prepare('[batch]\nturnaround = {median = "6m", sigma = 0.8, most = "30m"}\n')
    with stage.machine(seed) as here:
        killed, finished, anew = 0, 0, False
        while killed < count:
            process = here.start(*command("3h"), "--no-guard", *(["--new"] if anew else []))
            time.sleep(dice.uniform(0.05, 2.5))  # noqa: TID251
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                process.communicate()
                anew, killed = False, killed + 1
                if killed % 10 == 0:
                    tell(f"{killed} of {count} kills, {finished} runs finished meanwhile")
                continue
            out, err = process.communicate()
            check_runs(stage, here, Result(process.returncode, out, err))
            (here.folder / OUT).unlink()
            anew, finished = True, finished + 1
        seen = check_runs(stage, here, here.run(*command("3h"), timeout=400))
        jobs = len(here.status())
    billed = f"{seen.billed('batch')} rows and {seen.billed('realtime')} calls billed"
    return f"{killed} kills; {jobs} jobs of {stage.requests} requests with {len(seen.batches)} batches, {billed}"


def check_runs(stage: Stage, here: Machine, done: Result) -> Seen:
    """A finished run after kills: every answer is there, and each job paid once for each of its requests, in batches."""
    seen = stage.observe(here, done)
    jobs = here.status()
    expect(seen, seen.answered == stage.requests and {job["state"] for job in jobs} == {"done"})
    expect(seen, seen.billed("batch") == stage.requests * len(jobs) and seen.billed("realtime") == 0)
    expect(seen, len(seen.batches) == len(jobs))
    return seen
