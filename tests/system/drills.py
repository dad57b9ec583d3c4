"""The drills: 100 requests, one thing that goes wrong, and what must come of it, judged by the provider's books.

``python -m tests.system.drills`` runs them with real processes on a clock that is 60 times faster, and prints a table.
"""

import json
import random  # noqa: TID251 - the moments of the kills
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xxhash

from tests.system.harness import SPEED, Machine, Result, machine, read_lines, wait_until, write_requests

REQUESTS = 100

OUT = "answers.jsonl"

Drill = Callable[[Path], str]

DRILLS: dict[str, Drill] = {}
"""By the name the table shows; each gives what it saw, and raises AssertionError where that is not what must be."""


def drill(name: str) -> Callable[[Drill], Drill]:
    """Register a drill."""

    def register(function: Drill) -> Drill:
        DRILLS[name] = function
        return function

    return register


@dataclass(frozen=True)
class Seen:
    """What came of a run: the answers, the receipt, and what the provider says."""

    answers: list[dict[str, Any]]
    receipt: dict[str, Any]
    books: dict[str, Any]

    @property
    def answered(self) -> int:
        return sum(1 for line in self.answers if line["response"] and line["response"]["status_code"] == 200)

    @property
    def batches(self) -> list[dict[str, Any]]:
        return self.books["batches"]

    def billed(self, mode: str) -> int:
        return self.books["billed"]["modes"].get(mode, {}).get("count", 0)

    @property
    def billed_twice(self) -> int:
        """Prompts that were paid for more than once."""
        billed = self.books["billed"]
        return sum(mode["repeated"] for mode in billed["modes"].values()) + billed["across_modes"]

    def __str__(self) -> str:
        paid = (
            f"{self.billed('batch')} rows and {self.billed('realtime')} calls billed, {self.billed_twice} of them twice"
        )
        return (
            f"{self.answered} answers, {len(self.batches)} {'batch' if len(self.batches) == 1 else 'batches'}, {paid}"
        )


def expect(seen: Seen, what: bool) -> None:
    """The drill's verdict."""
    assert what, f"{seen}\n{json.dumps(seen.receipt, indent=1)}\n{json.dumps(seen.books['batches'], indent=1)}"


def command(within: str) -> list[str]:
    return ["run", "questions.jsonl", "--within", within, "-o", OUT, "--output", "json"]


def observe(here: Machine, done: Result) -> Seen:
    """The outcome of a run. Every answer must be the one that was made for its own question."""
    assert done.code in (0, 1), done.err
    answers = read_lines(here.folder / OUT)
    questions = (here.folder / "questions.jsonl").read_bytes().splitlines()
    assert len(answers) == len(questions)
    for question, answer in zip(questions, answers, strict=True):
        asked = json.loads(question)
        assert answer["custom_id"] == asked["custom_id"]
        response = answer["response"]
        if response and response["status_code"] == 200:
            digest = xxhash.xxh3_64_hexdigest(json.dumps(asked["body"]).encode())
            assert f"[simulated {digest[:8]}]" in response["body"]["choices"][0]["message"]["content"]
    return Seen(answers, done.last, here.books())


def play(
    folder: Path, script: str, within: str = "8h", poison: str = "", provider: str = "openai", **extra: str
) -> Seen:
    """A run of the questions against a script; `extra` are the variables of an account at another provider."""
    prepare(folder, script, poison)
    with machine(folder, "--script", "script.toml", "--seed", "7", speed=SPEED, provider=provider, **extra) as here:
        return observe(here, here.run(*command(within), timeout=400))


def prepare(folder: Path, script: str, poison: str = "") -> None:
    """The questions (the tenth with a marker) and the script."""
    write_requests(folder / "questions.jsonl", REQUESTS)
    if poison:
        path = folder / "questions.jsonl"
        path.write_text(path.read_text(encoding="utf-8").replace("What is 9 plus 9?", f"What is 9 plus 9? {poison}"))
    (folder / "script.toml").write_text(f"{script}\n[answers]\noutput_tokens = 40\n", encoding="utf-8")


SOON = '[batch]\nturnaround = "5m"\n'


@drill("reply to the create lost once")
def lost_reply(folder: Path) -> str:
    seen = play(folder, f'{SOON}[[fault]]\nsite = "create"\nnth = 1\nkind = "reply_lost"\n')
    expect(seen, len(seen.batches) == 1 and seen.answered == REQUESTS and not seen.billed_twice)
    return str(seen)


@drill("kill -9 right after the provider accepted, then resume")
def killed_after_create(folder: Path) -> str:
    prepare(folder, f'{SOON}[[fault]]\nsite = "create"\nnth = 1\nkind = "slow"\ndelay = "20m"\n')
    with machine(folder, "--script", "script.toml", "--seed", "7") as here:
        first = here.start(*command("8h"))
        wait_until(lambda: here.books()["creates"]["accepted"] == 1)
        first.send_signal(signal.SIGKILL)
        first.communicate()
        seen = observe(here, here.run(*command("8h"), timeout=400))
    expect(seen, len(seen.batches) == 1 and seen.answered == REQUESTS and not seen.billed_twice)
    return str(seen)


@drill("batch expires with 50 done, deadline still far")
def expires_far(folder: Path) -> str:
    script = '[batch]\nturnaround = "5m"\n[[when]]\nnth = [1]\nexpires = 0.5\nwindow = "30m"\n'
    seen = play(folder, script, within="12h")
    expect(seen, seen.answered == REQUESTS and seen.billed("batch") == REQUESTS and not seen.billed_twice)
    expect(seen, len(seen.batches) == 2 and seen.receipt["requests"]["batch"] == REQUESTS)
    return str(seen)


@drill("batch expires with 50 done, deadline near")
def expires_near(folder: Path) -> str:
    seen = play(folder, '[batch]\nexpires = 0.5\nwindow = "30m"\n', within="42m")
    expect(seen, seen.answered == REQUESTS and not seen.billed_twice and len(seen.batches) == 1)
    expect(seen, seen.billed("batch") == 50 and seen.billed("realtime") == 50)
    expect(seen, seen.receipt["delivered"]["margin_seconds"] > 0)
    return str(seen)


def status_fails(fault: str) -> Drill:
    def run(folder: Path) -> str:
        seen = play(folder, f'{SOON}[[fault]]\nsite = "retrieve"\nnth = [1, 2, 3]\n{fault}\n')
        expect(seen, seen.answered == REQUESTS and len(seen.batches) == 1 and seen.billed("realtime") == 0)
        return str(seen)

    return run


for status in (400, 404, 500):
    drill(f"status calls answer {status}")(status_fails(f'kind = "error"\nstatus = {status}'))
drill("status calls are cut")(status_fails('kind = "reply_lost"'))


@drill("provider hangs for ever, deadline in 1 h")
def hangs(folder: Path) -> str:
    seen = play(folder, '[batch]\nstuck = "in_progress"\nstuck_share = 0.0\n', within="1h")
    expect(seen, seen.answered == REQUESTS and seen.billed("realtime") == REQUESTS)
    expect(seen, seen.receipt["delivered"]["margin_seconds"] > 0)
    expect(seen, all(batch["status"] in ("cancelling", "cancelled") for batch in seen.batches))
    return f"{seen}, margin {seen.receipt['delivered']['margin_seconds']:.0f} s, batch {seen.batches[0]['status']}"


@drill("U+2028 in answers, rows shuffled, one missing, one repeated, counters wrong")
def odd_rows(folder: Path) -> str:
    prepare(folder, f'{SOON}counters = "lying"\nshuffled = true\n')
    path = folder / "questions.jsonl"
    text = path.read_text(encoding="utf-8")
    for number, marker in ((3, "missing"), (5, "repeated"), (7, "renamed")):
        text = text.replace(f"What is {number} plus {number}?", f"What is {number} plus {number}? [poison:{marker}]")
    path.write_text(text, encoding="utf-8")
    script = folder / "script.toml"
    script.write_text(script.read_text(encoding="utf-8") + "odd_text = 0.5\n", encoding="utf-8")
    with machine(folder, "--script", "script.toml", "--seed", "7") as here:
        seen = observe(here, here.run(*command("2h"), timeout=400))
    expect(seen, seen.answered == REQUESTS)
    odd = sum("\u2028" in json.dumps(line, ensure_ascii=False) for line in seen.answers)
    expect(seen, odd > REQUESTS // 4)
    return f"{seen}; {odd} answers with U+2028"


def quota(over: str) -> Drill:
    def run(folder: Path) -> str:
        seen = play(folder, f'{SOON}[[limit]]\nenqueued_tokens = 1500\nover_quota = "{over}"\n', within="12h")
        expect(seen, seen.answered == REQUESTS and seen.billed("realtime") == 0 and not seen.billed_twice)
        expect(seen, seen.receipt["attempts"]["batch"].get("errored", 0) == 0)
        return str(seen)

    return run


drill("enqueued-token refusal at create")(quota("400"))
drill("enqueued-token refusal later, on errors")(quota("late"))


@drill("one poison row in 100, named by the validation")
def poison(folder: Path) -> str:
    seen = play(folder, SOON, poison="[poison:validation]")
    expect(seen, seen.answered == REQUESTS - 1 and len(seen.batches) <= 3 and not seen.billed_twice)
    (failed,) = [line for line in seen.answers if line["error"]]
    expect(seen, failed["custom_id"] == "q-9" and bool(failed["error"]["code"]))
    return f"{seen}; {failed['custom_id']}: {failed['error']['code']}"


@drill("one poison row in 100, refused by itself")
def poison_row(folder: Path) -> str:
    seen = play(folder, SOON, poison="[poison:row-error]")
    expect(seen, seen.answered == REQUESTS - 1 and len(seen.batches) <= 3 and not seen.billed_twice)
    (failed,) = [line for line in seen.answers if not line["response"] or line["response"]["status_code"] != 200]
    expect(seen, failed["custom_id"] == "q-9")
    return f"{seen}; {failed['custom_id']}: status {failed['response']['status_code']}"


def kills(folder: Path, count: int, seed: int = 1, tell: Callable[[str], None] = lambda text: None) -> str:
    """`kill -9` of `bide run` at random moments, and the same command again each time.

    A run that comes to its end before it is killed is compared with what it must be, and the questions are run anew.
    """
    dice = random.Random(seed)
    prepare(folder, '[batch]\nturnaround = {median = "6m", sigma = 0.8, most = "30m"}\n')
    with machine(folder, "--script", "script.toml", "--seed", str(seed)) as here:
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
            check_runs(here, Result(process.returncode, out, err))
            (here.folder / OUT).unlink()
            anew, finished = True, finished + 1
        seen = check_runs(here, here.run(*command("3h"), timeout=400))
        jobs = len(here.status())
    billed = f"{seen.billed('batch')} rows and {seen.billed('realtime')} calls billed"
    return f"{killed} kills; {jobs} jobs of {REQUESTS} requests with {len(seen.batches)} batches, {billed}"


def check_runs(here: Machine, done: Result) -> Seen:
    """A finished run after kills: every answer is there, and each job paid once for each of its requests, in batches."""
    seen = observe(here, done)
    jobs = here.status()
    expect(seen, seen.answered == REQUESTS and {job["state"] for job in jobs} == {"done"})
    expect(seen, seen.billed("batch") == REQUESTS * len(jobs) and seen.billed("realtime") == 0)
    expect(seen, len(seen.batches) == len(jobs))
    return seen


def play_all(names: Sequence[str] = ()) -> int:
    """Run drills and print what each of them saw; how many went wrong. `names` are parts of names, none is all."""
    wrong = 0
    for name, function in DRILLS.items():
        if names and not any(part in name for part in names):
            continue
        wrong += not report(name, function)
    return wrong


def report(name: str, function: Drill) -> bool:
    """Run one drill and print its line of the table; whether all was as it must be."""
    began = time.monotonic()
    verdict, right = "", True
    with tempfile.TemporaryDirectory(prefix="bide-drill-") as folder:
        try:
            verdict = f"ok    {function(Path(folder))}"
        except AssertionError as error:
            verdict, right = f"WRONG {error}", False
    print(f"{name:75} {time.monotonic() - began:6.1f} s  {verdict}", flush=True)
    return right


def main(arguments: Sequence[str]) -> int:
    """``[--kills N] [PART OF A NAME …]``"""
    if arguments and arguments[0] == "--kills":
        count = int(arguments[1])
        many: Drill = lambda folder: kills(folder, count, tell=lambda text: print(f"  {text}", flush=True))  # noqa: E731
        return 0 if report(f"kill -9 at {count} random moments, the same command again each time", many) else 1
    return 1 if play_all(arguments) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
