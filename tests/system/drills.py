"""The drills: 100 requests, one thing that goes wrong, and what must come of it, judged by the provider's books.

``python -m tests.system.drills`` runs them with real processes on a clock that is 60 times faster, and prints a table;
``--provider NAME`` at another provider than OpenAI, ``--provider all`` at each.
"""

import argparse
import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.system.facts import FACTS
from tests.system.harness import wait_until
from tests.system.kills import kills
from tests.system.self_hosted import killed_and_resumed
from tests.system.stage import Seen, Stage, command, expect

Drill = Callable[[Stage], str]

DRILLS: dict[str, Drill] = {}
"""By the name the table shows; each gives what it saw, and raises AssertionError where that is not what must be."""


def drill(name: str) -> Callable[[Drill], Drill]:
    """Register a drill."""

    def register(function: Drill) -> Drill:
        DRILLS[name] = function
        return function

    return register


REQUESTS = 100

SOON = '[batch]\nturnaround = "5m"\n'


@drill("reply to the create lost once")
def lost_reply(stage: Stage) -> str:
    seen = stage.play(f'{SOON}[[fault]]\nsite = "create"\nnth = 1\nkind = "reply_lost"\n')
    expect(seen, len(seen.batches) == 1 and seen.answered == stage.requests and not seen.billed_twice)
    return str(seen)


@drill("kill -9 right after the provider accepted, then resume")
def killed_after_create(stage: Stage) -> str:
    stage.prepare(f'{SOON}[[fault]]\nsite = "create"\nnth = 1\nkind = "slow"\ndelay = "20m"\n')
    with stage.machine() as here:
        first = here.start(*command("8h"))
        wait_until(lambda: here.books()["creates"]["accepted"] == 1)
        first.send_signal(signal.SIGKILL)
        first.communicate()
        seen = stage.run(here, "8h")
    expect(seen, len(seen.batches) == 1 and seen.answered == stage.requests and not seen.billed_twice)
    return str(seen)


@drill("batch expires with 50 done, deadline still far")
def expires_far(stage: Stage) -> str:
    seen = stage.play('[batch]\nturnaround = "5m"\n[[when]]\nnth = [1]\nexpires = 0.5\nwindow = "30m"\n', within="12h")
    expect(seen, seen.answered == stage.requests and seen.receipt["requests"]["batch"] == stage.requests)
    lost = 0 if stage.facts.keeps_expired else stage.requests // 2
    expect(seen, seen.billed("batch") == stage.requests + lost and seen.billed_twice == lost)
    expect(seen, seen.billed("realtime") == 0 and len(seen.batches) == 2)
    return str(seen)


@drill("batch expires with 50 done, deadline near")
def expires_near(stage: Stage) -> str:
    seen = stage.play('[batch]\nexpires = 0.5\nwindow = "30m"\n', within="55m")
    half = stage.requests // 2
    lost = 0 if stage.facts.keeps_expired else half
    expect(seen, seen.answered == stage.requests and len(seen.batches) == 1 and seen.billed_twice == lost)
    expect(seen, seen.billed("batch") == half and seen.billed("realtime") == half + lost)
    expect(seen, seen.receipt["delivered"]["margin_seconds"] > 0)
    return str(seen)


def status_fails(fault: str) -> Drill:
    def run(stage: Stage) -> str:
        seen = stage.play(f'{SOON}[[fault]]\nsite = "retrieve"\nnth = [1, 2, 3]\n{fault}\n')
        expect(seen, seen.answered == stage.requests and len(seen.batches) == 1 and seen.billed("realtime") == 0)
        return str(seen)

    return run


for status in (400, 404, 500):
    drill(f"status calls answer {status}")(status_fails(f'kind = "error"\nstatus = {status}'))
drill("status calls are cut")(status_fails('kind = "reply_lost"'))


@drill("provider hangs for ever, deadline in 1 h")
def hangs(stage: Stage) -> str:
    seen = stage.play('[batch]\nstuck = "in_progress"\nstuck_share = 0.0\n', within="1h")
    expect(seen, seen.answered == stage.requests and seen.billed("realtime") == stage.requests)
    expect(seen, seen.receipt["delivered"]["margin_seconds"] > 0)
    expect(seen, all(batch["status"] in ("cancelling", "cancelled") for batch in seen.batches))
    return f"{seen}, margin {seen.receipt['delivered']['margin_seconds']:.0f} s, batch {seen.batches[0]['status']}"


@drill("U+2028 in answers, rows shuffled, one missing, one repeated, counters wrong")
def odd_rows(stage: Stage) -> str:
    stage.prepare(f'{SOON}counters = "lying"\nshuffled = true\n')
    for number, marker in ((3, "missing"), (5, "repeated"), (7, "renamed")):
        stage.mark(number, f"[poison:{marker}]")
    script = stage.folder / "script.toml"
    script.write_text(script.read_text(encoding="utf-8") + "odd_text = 0.5\n", encoding="utf-8")
    with stage.machine() as here:
        seen = stage.run(here, "2h")
    expect(seen, seen.answered == stage.requests)
    odd = sum("\u2028" in json.dumps(line, ensure_ascii=False) for line in seen.answers)
    expect(seen, odd > stage.requests // 4)
    return f"{seen}; {odd} answers with U+2028"


def over_quota(stage: Stage, over: str) -> str:
    if stage.facts.quota is None:
        return "none: the provider refuses no batch for a quota"
    stage.prepare(f'{SOON}[[limit]]\n{stage.facts.quota}\nover_quota = "{over}"\n')
    if stage.facts.other_model:
        stage.ask_half_of(stage.facts.other_model)
    with stage.machine() as here:
        seen = stage.run(here, "12h")
    expect(seen, seen.answered == stage.requests and seen.billed("realtime") == 0 and not seen.billed_twice)
    expect(seen, seen.receipt["attempts"]["batch"].get("errored", 0) == 0)
    return str(seen)


@drill("quota of the queue: refusal at create")
def refused(stage: Stage) -> str:
    return over_quota(stage, str(stage.facts.refuses_with))


@drill("quota of the queue: refusal later, on errors")
def refused_later(stage: Stage) -> str:
    return (
        over_quota(stage, "late") if stage.facts.refuses_later else "none: a batch is refused at its create, or taken"
    )


@drill("one poison row in 100, named by the validation")
def poison(stage: Stage) -> str:
    seen = stage.play(SOON, poison="[poison:validation]")
    expect(seen, seen.answered == stage.requests - 1 and not seen.billed_twice)
    expect(seen, len(seen.batches) <= stage.facts.most_batches)
    (failed,) = [line for line in seen.answers if not line["response"] or line["response"]["status_code"] != 200]
    error = failed["error"] or failed["response"]["body"]["error"]
    expect(seen, failed["custom_id"] == "q-9" and bool(error["code"]))
    return f"{seen}; {failed['custom_id']}: {error['code']}"


@drill("one poison row in 100, refused by itself")
def poison_row(stage: Stage) -> str:
    seen = stage.play(SOON, poison="[poison:row-error]")
    expect(seen, seen.answered == stage.requests - 1 and len(seen.batches) == 1 and not seen.billed_twice)
    (failed,) = [line for line in seen.answers if not line["response"] or line["response"]["status_code"] != 200]
    expect(seen, failed["custom_id"] == "q-9")
    return f"{seen}; {failed['custom_id']}: status {failed['response']['status_code']}"


def play(folder: Path, script: str, within: str, poison: str, provider: str, **environment: str) -> Seen:
    """A run at an account that is opened by these variables."""
    return Stage(folder, provider, environment).play(script, within, poison)


def play_all(names: Sequence[str], providers: Sequence[str], at_a_time: int) -> int:
    """Run drills and print what each of them saw; how many went wrong. `names` are parts of names, none is all."""
    chosen = [
        (name, DRILLS[name], provider)
        for provider in providers
        for name in DRILLS
        if not names or any(part in name for part in names)
    ]
    with ThreadPoolExecutor(at_a_time) as pool:
        return sum(not right for right in pool.map(report, *zip(*chosen, strict=True)))


def report(name: str, function: Drill, provider: str) -> bool:
    """Run one drill and print its line of the table; whether all was as it must be."""
    began = time.monotonic()
    verdict, right = "", True
    with tempfile.TemporaryDirectory(prefix="bide-drill-") as folder:
        try:
            verdict = f"ok    {function(Stage(Path(folder), provider))}"
        except (AssertionError, subprocess.TimeoutExpired) as error:
            verdict, right = f"WRONG {error}", False
    print(f"{provider:10} {name:75} {time.monotonic() - began:6.1f} s  {verdict}", flush=True)
    return right


def main(arguments: Sequence[str]) -> int:
    """Run what is asked for; 1 where something went wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.system.drills")
    parser.add_argument("names", nargs="*", help="parts of the names of drills; none is all")
    parser.add_argument("--provider", default="openai", choices=[*FACTS, "all"])
    parser.add_argument("--at-a-time", type=int, default=1, help="drills that run side by side: they mostly wait")
    parser.add_argument("--kills", type=int, metavar="N", help="kill -9 a run at N random moments instead")
    parser.add_argument("--self-hosted", type=int, metavar="N", help="N questions to the real small model instead")
    asked = parser.parse_args(arguments)
    if asked.self_hosted:
        own: Drill = lambda stage: killed_and_resumed(stage.folder, asked.self_hosted)  # noqa: E731
        return 0 if report(f"kill -9 in the middle of {asked.self_hosted} questions, then resume", own, "own") else 1
    if asked.kills:
        many: Drill = lambda stage: kills(stage.folder, asked.kills, tell=lambda text: print(f"  {text}", flush=True))  # noqa: E731
        name = f"kill -9 at {asked.kills} random moments, the same command again each time"
        return 0 if report(name, many, "openai") else 1
    providers = list(FACTS) if asked.provider == "all" else [asked.provider]
    return 1 if play_all(asked.names, providers, asked.at_a_time) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
