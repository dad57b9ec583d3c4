"""What a drill is played on: a folder, a provider, questions, a script; and what is seen of it, judged by the provider's books."""

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import xxhash

from tests.system.facts import FACTS, Facts, led_to
from tests.system.harness import QUICK, SPEED, Machine, Result, machine, read_lines, write_requests

OUT = "answers.jsonl"

SETTINGS = (*QUICK, "deadline.safety=10m")
"""Rescues have ten seconds of ours, for a hundred calls on a machine that may be busy."""

PROMPT = "What is {0} plus {0}?"


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


def observe(here: Machine, done: Result, *, sent_as_written: bool = True) -> Seen:
    """The outcome of a run. Every answer must be the one that was made for its own question."""
    assert done.code in (0, 1), done.err
    assert done.out, done.err
    answers = read_lines(here.folder / OUT)
    questions = (here.folder / "questions.jsonl").read_bytes().splitlines()
    assert len(answers) == len(questions)
    for question, answer in zip(questions, answers, strict=True):
        asked = json.loads(question)
        assert answer["custom_id"] == asked["custom_id"]
        response = answer["response"]
        if response and response["status_code"] == 200:
            text = response["body"]["choices"][0]["message"]["content"]
            if sent_as_written:
                digest = xxhash.xxh3_64_hexdigest(json.dumps(asked["body"]).encode())
                assert f"[simulated {digest[:8]}]" in text
            else:  # it is the digest of the translated body, so the question is looked for
                assert f"You said: {asked['body']['messages'][0]['content']}" in text
    return Seen(answers, done.last, here.books())


@dataclass(frozen=True)
class Stage:
    """A drill's own folder, and the provider that it is played at."""

    folder: Path
    provider: str = "openai"
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    """The variables that lead there, ``{root}`` being the simulator's address; by default the usual ones."""

    @property
    def facts(self) -> Facts:
        return FACTS[self.provider]

    @property
    def requests(self) -> int:
        """How many questions there are."""
        return self.facts.requests

    def prepare(self, script: str, poison: str = "") -> None:
        """The questions (the tenth with a marker) and the script."""
        path = self.folder / "questions.jsonl"
        write_requests(path, self.requests, PROMPT, self.facts.model)
        if poison:
            self.mark(9, poison)
        (self.folder / "script.toml").write_text(f"{script}\n[answers]\noutput_tokens = 40\n", encoding="utf-8")

    def mark(self, number: int, marker: str) -> None:
        """Put a marker behind a question."""
        path, question = self.folder / "questions.jsonl", PROMPT.format(number)
        path.write_text(path.read_text(encoding="utf-8").replace(question, f"{question} {marker}"), encoding="utf-8")

    def ask_half_of(self, model: str) -> None:
        """Put every other question to another model."""
        path = self.folder / "questions.jsonl"
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        lines[1::2] = [line.replace(json.dumps(self.facts.model), json.dumps(model)) for line in lines[1::2]]
        path.write_text("".join(lines), encoding="utf-8")

    def machine(self, seed: int = 7) -> AbstractContextManager[Machine]:
        """A person's machine before the provider, which plays the script."""
        script = ("--script", "script.toml", "--seed", str(seed))
        environment = self.environment or led_to(self.provider)
        return machine(self.folder, *script, speed=SPEED, provider=self.provider, **environment)

    def run(self, here: Machine, within: str) -> Seen:
        """Run the questions to their end."""
        return self.observe(here, here.run(*command(within), settings=SETTINGS, timeout=180))

    def observe(self, here: Machine, done: Result) -> Seen:
        return observe(here, done, sent_as_written=self.facts.sent_as_written)

    def play(self, script: str, within: str = "8h", poison: str = "") -> Seen:
        """A run of the questions against a script."""
        self.prepare(script, poison)
        with self.machine() as here:
            return self.run(here, within)
