"""The plan: what to do first, what to ask, and what may be worth a try.

First what was counted, then what somebody has to confirm, then what is only possible; in each the workflows by the money that they save for
certain (the lower end of a range), the easier lever first where that is the same. Each step saves of what those before it have left, so the
steps may be added up.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bide.advise.calculator.quantity import Quantity
from bide.audit.evidence.month import total
from bide.audit.evidence.patience import Strength
from bide.audit.levers.finding import EASE, PLANNED, Finding, Lever, Verdict
from bide.audit.plan.workflow import Workflow

LEVERS: Sequence[Lever] = tuple(EASE)
"""From the easiest on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One lever at one workflow. `saves` is USD a month of what the steps before it have left, None where it is unknown."""

    verdict: Verdict
    workflow: str
    lever: Lever
    ease: str
    saves: Quantity | None
    strength: Strength
    says: str
    do: str
    assumes: Sequence[str]
    models: Sequence[str]


def plan(workflows: Sequence[Workflow]) -> Sequence[Step]:
    """All steps, in the order in which they should be taken."""
    return [step for verdict in PLANNED for _, steps in sorted(_by_workflow(workflows, verdict)) for step in steps]


def _by_workflow(
    workflows: Sequence[Workflow], verdict: Verdict
) -> Iterator[tuple[tuple[object, ...], Sequence[Step]]]:
    """The steps of each workflow that has any, under what they are sorted by."""
    for place, workflow in enumerate(workflows):
        steps = [step for lever in LEVERS if (step := _step(workflow, verdict, lever)) is not None]
        if steps:
            money = total([step.saves for step in steps])
            least = -min(money.bounds) if money is not None else 0
            yield (money is None, least, LEVERS.index(steps[0].lever), place), steps


def _step(workflow: Workflow, verdict: Verdict, lever: Lever) -> Step | None:
    found = [
        (part, one) for part in workflow.parts for one in part.findings if (one.verdict, one.lever) == (verdict, lever)
    ]
    if not found:
        return None
    findings: list[Finding] = [one for _, one in found]
    return Step(
        verdict=verdict,
        workflow=workflow.name,
        lever=lever,
        ease=EASE[lever],
        saves=total([one.adds for one in findings]),
        strength=min(one.strength for one in findings),
        says="; ".join(dict.fromkeys(one.says for one in findings)),
        do="; ".join(dict.fromkeys(one.do for one in findings)),
        assumes=tuple(dict.fromkeys(text for one in findings for text in one.assumes)),
        models=tuple(dict.fromkeys(part.strand.tariff.model for part, _ in found)),
    )
