"""All findings of a strand: each lever by itself, and those of the plan one on top of the other."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from bide.advise.calculator.derivation import Derivation
from bide.advise.calculator.effective import INPUT_ONLY
from bide.advise.calculator.quantity import Quantity
from bide.audit.evidence.month import Pricing, total
from bide.audit.evidence.patience import Patience, patience
from bide.audit.evidence.rhythm import Rhythm, rhythm
from bide.audit.evidence.strand import Strand
from bide.audit.levers.assumption import Assumptions
from bide.audit.levers.caching import prefixes, repeats
from bide.audit.levers.captured import captured, less
from bide.audit.levers.change import NO_CHANGE, cost
from bide.audit.levers.finding import PLANNED, Finding
from bide.audit.levers.trying import possibilities
from bide.audit.levers.waiting import Proposal, lanes


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What judging rests on. `batches` says whether bide has batches at a provider, None where it does not know the provider."""

    pricing: Pricing
    assumptions: Assumptions = field(default_factory=Assumptions)
    batches: Callable[[str], bool | None] = lambda provider: True


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A strand with all that was found about it. `left` is what it costs a month after the plan's `do` alone, USD."""

    strand: Strand
    rhythm: Rhythm | None
    patience: Patience
    findings: Sequence[Finding]
    left: Quantity | None


def judged(of: Strand, basis: Basis, covered: int) -> Judged:
    """Everything about a strand of a log that stands for so many microseconds."""
    beat = rhythm(of.group, basis.assumptions.offset, covered)
    wait = patience(of.group, beat)
    proposals = [
        *lanes(of, wait, basis.batches(of.group.provider)),
        *repeats(of, basis.assumptions),
        *prefixes(of),
        *possibilities(of, basis.assumptions, basis.pricing.tariff),
    ]
    found = list(_priced(of, proposals))
    sure = total([one.adds for one in found if one.verdict == "do"])
    left = of.now if sure is None else less(of.now, sure)
    return Judged(strand=of, rhythm=beat, patience=wait, findings=(*captured(of), *found), left=left)


MAY_COST = "in the dearest case it costs more than it saves"


def _priced(of: Strand, proposals: Sequence[Proposal]) -> Iterator[Finding]:
    """Those of the plan first, in its order, each applied to what those before it have left; then the others. What may also cost more is
    nothing to be done first: somebody has to be asked."""
    waiting = {verdict: [one for one in proposals if one.verdict == verdict and one.change] for verdict in PLANNED}
    so_far, before, rest = NO_CHANGE, cost(of), list[Proposal]()
    for verdict in PLANNED:
        for one in waiting[verdict]:
            change, steps = so_far.then(one.change or NO_CHANGE), Derivation()
            after = cost(of, change, steps)
            adds = less(before, after, steps)
            if adds is not None and max(adds.bounds) <= 0:
                rest.append(replace(one, verdict="against", says=f"it saves nothing: {one.says}"))
            elif adds is not None and min(adds.bounds) < 0 and verdict == "do":
                waiting["ask"].append(replace(one, verdict="ask", assumes=(*one.assumes, MAY_COST)))
            else:
                yield _finding(of, one, adds if so_far == NO_CHANGE else _alone(of, one), adds, steps)
                so_far, before = change, after
    for one in [*rest, *(one for one in proposals if one.verdict not in PLANNED)]:
        yield _finding(of, one, _alone(of, one), None, Derivation())


def _finding(of: Strand, one: Proposal, saves: Quantity | None, adds: Quantity | None, steps: Derivation) -> Finding:
    return Finding(
        lever=one.lever,
        verdict=one.verdict,
        strength=one.strength,
        saves=saves,
        adds=adds,
        says=one.says,
        do=one.do,
        assumes=(*one.assumes, *(note for note in steps.notes if note != INPUT_ONLY or _has_output(of))),
        steps=tuple(steps.steps),
    )


def _has_output(of: Strand) -> bool:
    """Whether output costs anything: that of embeddings is no token, and nobody forgot it."""
    price = of.tariff.prices.get(of.lane)
    return price is None or price.output is None or any(price.output.bounds)


def _alone(of: Strand, one: Proposal) -> Quantity | None:
    return None if one.change is None else less(cost(of), cost(of, one.change))
