"""Workflows: what a log names, and where it names nothing a guess that a person recognises, with what it was guessed by."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bide.advise.calculator.quantity import Quantity
from bide.audit.evidence.month import total
from bide.audit.evidence.patience import Patience
from bide.audit.evidence.rhythm import Rhythm
from bide.audit.levers.judging import Judged
from bide.audit.profile.group import Group
from bide.audit.profile.profile import OTHERS
from bide.audit.readers.record import BY_PROMPTS

CALLER = "caller: "
"""How `Group.named_by` begins where the name is that of whoever called."""

RECOGNISED = 48
"""Letters of a prompt's beginning by which a person recognises it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """Strands that belong together, the dearest first. `guessed` says by what the name was guessed; empty where the log names it."""

    name: str
    guessed: str
    parts: Sequence[Judged]

    @property
    def now(self) -> Quantity | None:
        """What a month of it costs, as far as that is known, in USD."""
        return total([part.strand.now for part in self.parts])

    @property
    def left(self) -> Quantity | None:
        """What is left of that after all that is sure."""
        return total([part.left for part in self.parts])

    @property
    def priced(self) -> bool:
        """Whether the cost of every part is known."""
        return all(part.strand.now is not None for part in self.parts)

    @property
    def patience(self) -> Patience:
        """That of the dearest part."""
        return self.parts[0].patience


def workflows(judged: Iterable[Judged]) -> Sequence[Workflow]:
    """The strands by workflow, the dearest first. What has no name is one workflow for each model."""
    found = dict[tuple[str, str, str], list[Judged]]()
    for one in judged:
        group = one.strand.group
        key = (group.workflow, *_name(group, one.rhythm))  # two names may be cut to the same
        found.setdefault(key, []).append(one)
    made = [
        Workflow(name=name, guessed=guessed, parts=tuple(sorted(parts, key=_weight)))
        for (_, name, guessed), parts in found.items()
    ]
    return sorted(made, key=lambda workflow: (_money(workflow.now), workflow.name))


def _name(group: Group, beat: Rhythm | None) -> tuple[str, str]:
    if group.workflow == OTHERS:
        return OTHERS, "too many names to keep apart"
    if group.workflow and group.named_by.startswith(CALLER):
        return group.workflow, f"whoever called ({group.named_by.removeprefix(CALLER)})"
    if group.workflow and group.named_by == BY_PROMPTS:
        words = " ".join(group.workflow.split())
        return words if len(words) <= RECOGNISED else f"{words[: RECOGNISED - 1]}…", BY_PROMPTS
    if group.workflow:
        return group.workflow, ""
    cadence = _cadence(beat)
    name = group.model or "unknown model"
    return (f"{name} {cadence}", "the model and when its requests come") if cadence else (name, "the model alone")


def _cadence(beat: Rhythm | None) -> str:
    """When the requests come, in a word or two."""
    if beat is None:
        return ""
    if (plan := beat.schedule) is not None:
        if plan.every == "hour":
            return f"hourly at minute {plan.minute}"
        return "daily" if not beat.dated else f"daily at {plan.minute // 60:02d}:{plan.minute % 60:02d}"
    if beat.bulk is not None:
        return "in bulk"
    if beat.days < 1 or not beat.dated:
        return ""
    named = (("at weekends", beat.weekend), ("by night", beat.night))
    return next(
        (word for word, share in named if share * 10 >= 9), "by day" if beat.working * 20 >= 17 else "all the time"
    )


def _money(amount: Quantity | None) -> tuple[bool, object]:
    """To sort by: the dearest first, and what nobody can price last."""
    return (True, 0) if amount is None else (False, -max(amount.bounds))


def _weight(one: Judged) -> tuple[bool, object]:
    return _money(one.strand.now)
