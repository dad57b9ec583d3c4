"""What could be done about a strand, or has been, and what it is worth: with its grounds, its assumptions, and its steps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bide.advise.calculator.derivation import Step
from bide.advise.calculator.quantity import Quantity
from bide.audit.evidence.patience import Strength

Lever = Literal["batch", "flex", "response cache", "prompt cache", "cheaper model", "shorter prompts"]

Verdict = Literal["do", "ask", "try", "instead", "against", "captured", "unknown"]
"""`do`: it was counted. `ask`: it is so if somebody says so. `try`: a possibility under an assumption. `instead`: another way to the same.
`against`: it would save, and something speaks against it. `captured`: it is saved already. `unknown`: nobody can tell from this log."""

PLANNED: Sequence[Verdict] = ("do", "ask", "try")
"""What a plan is made of, in its order."""

EASE: Mapping[Lever, str] = {
    "batch": "a word in the call",
    "flex": "a word in the call",
    "response cache": "a setting",
    "prompt cache": "the order of the prompt",
    "cheaper model": "an evaluation",
    "shorter prompts": "work on the prompts, and an evaluation",
}
"""What each lever takes, from the easiest on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A lever at a strand. `saves` is USD a month, each by itself; None is unknown. `adds` is what is saved of what those before it in
    the plan have left, None where it is in no plan. `steps` are the arithmetic of the dearest case."""

    lever: Lever
    verdict: Verdict
    strength: Strength
    saves: Quantity | None
    adds: Quantity | None = None
    says: str
    do: str = ""
    assumes: Sequence[str] = ()
    steps: Sequence[Step] = ()
