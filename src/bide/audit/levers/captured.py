"""What is saved already: by batches and flex, by the provider's prompt cache, by a response cache."""

from collections.abc import Iterator

from bide.advise.calculator.derivation import Derivation, Figure
from bide.advise.calculator.quantity import Quantity
from bide.advise.calculator.tariff import REALTIME
from bide.audit.evidence.month import monthly
from bide.audit.evidence.patience import Strength
from bide.audit.evidence.strand import Strand
from bide.audit.levers.finding import Finding
from bide.audit.levers.waiting import CHEAPER
from bide.core.count import many


def captured(of: Strand) -> Iterator[Finding]:
    """What the strand saves by itself, each against the same without it."""
    if of.group.from_cache:
        says = f"{many(of.group.from_cache, 'request was', 'requests were')} answered from a response cache"
        saves = saved_by_answers(of)
        yield Finding(lever="response cache", verdict="captured", strength=Strength.STRONG, saves=saves, says=says)
    if of.load is None or of.listed is None:
        return
    for lever in CHEAPER:
        if of.lane == lever:
            called = monthly((of.load, of.load), of.tariff, REALTIME)
            yield Finding(
                lever=lever,
                verdict="captured",
                strength=Strength.FAIR if of.lane_known == "the bill" else Strength.STRONG,
                saves=less(called, of.listed),
                says=f"it runs in the {lever} lane, so {of.lane_known} says",
            )
    if of.load.cached:
        plain = of.load.uncached()
        uncached = monthly((plain, plain), of.tariff, of.lane)
        yield Finding(
            lever="prompt cache",
            verdict="captured",
            strength=Strength.STRONG,
            saves=less(uncached, of.listed),
            says=f"{float(100 * of.load.cached / of.load.input):.3g} % of the input is read from the cache; writing it is paid for",
        )


def saved_by_answers(of: Strand) -> Quantity | None:
    """What the requests that a response cache answered would have cost a month."""
    return None if of.spared is None else monthly((of.spared, of.spared), of.tariff, of.lane)


def less(before: Quantity | None, after: Quantity | None, to: Derivation | None = None) -> Quantity | None:
    """What is saved, case by case; None where one of them is unknown."""
    if before is None or after is None:
        return None
    return (to or Derivation()).subtract("saved a month", Figure("now", before), Figure("then", after)).value
