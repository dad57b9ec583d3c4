"""What might save and no log can promise: a smaller model of the same family, and shorter prompts."""

from collections.abc import Callable, Iterator

from bide.advise.calculator.tariff import Tariff
from bide.audit.evidence.month import Load, Routed
from bide.audit.evidence.patience import Strength
from bide.audit.evidence.strand import Strand
from bide.audit.levers.assumption import Assumptions, in_words
from bide.audit.levers.change import Change
from bide.audit.levers.family import smaller
from bide.audit.levers.waiting import Proposal
from bide.core.count import many

TariffOf = Callable[[str, str, Load], Tariff]
"""The prices of a provider's model for requests of a load's sizes."""


def possibilities(of: Strand, assumptions: Assumptions, tariff_of: TariffOf) -> Iterator[Proposal]:
    """Each under an assumption that is named."""
    if of.load is None or of.listed is None:
        return
    other = _cheaper(of, of.load, tariff_of)
    if other is not None:
        name, tariff = other
        share = in_words(assumptions.cheaper)
        yield Proposal(
            lever="cheaper model",
            verdict="try",
            strength=Strength.NONE,
            change=Change(routed=Routed(tariff, assumptions.cheaper)),
            says=f"{name} is a smaller model of the same family",
            do=f"try {name} on a sample, compare the answers, and send it what it answers as well",
            assumes=(f"it is good enough for {share} of the requests: an assumption, not a measurement",),
        )
    if of.load.input:
        share = in_words(assumptions.shorter)
        yield Proposal(
            lever="shorter prompts",
            verdict="try",
            strength=Strength.NONE,
            change=Change(compression=assumptions.shorter),
            says=f"its prompts have {many(of.load.mean, 'token')} on average"
            if of.load.requests
            else "its prompts may be too long",
            do="leave out what changes no answer: old turns, repeated instructions, fields that nobody needs",
            assumes=(f"{share} of the input can be left out: an assumption, not a measurement",),
        )


def _cheaper(of: Strand, load: Load, tariff_of: TariffOf) -> tuple[str, Tariff] | None:
    """The nearest smaller model that costs less for the same tokens, in the lane of the strand."""
    provider, now = of.group.provider, of.tariff.prices[of.lane]

    def cheaper(model: str) -> bool:
        price = tariff_of(provider, model, load).prices.get(of.lane)
        if price is None or price.output is None or now.output is None:
            return False
        return max(price.input.bounds) < min(now.input.bounds) and max(price.output.bounds) <= min(now.output.bounds)

    found = smaller(of.group.model, cheaper)
    return (found[0], tariff_of(provider, found[0], load)) if found else None
