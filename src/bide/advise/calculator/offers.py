"""The same work at several models, each by its own price list and, where it is known, its own tokenizer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

from bide.advise.calculator.comparison import Comparison, compare
from bide.advise.calculator.derivation import Derivation, Figure
from bide.advise.calculator.listing import Cards, Listed, listed_tariff
from bide.advise.calculator.month import USUAL, Convention
from bide.advise.calculator.quantity import Quantity
from bide.advise.calculator.tariff import Tariff
from bide.advise.calculator.tokenizer import between
from bide.advise.calculator.workload import Part, Workload, split

ALIKE = "the token counts are taken for every model alike; tokenizers differ, --tokens-of MODEL reckons with it"


@dataclass(frozen=True, slots=True)
class Asked:
    """The work, by whose tokens it was counted (None: by each model's own), how much of it can wait, and the prices' day."""

    work: Workload
    day: str
    counted_by: str | None = None
    batch_share: Quantity | None = None
    month: Convention = USUAL


@dataclass(frozen=True, slots=True)
class Offer:
    """What a model would cost. `comparison` is None where none of its prices are known."""

    of: Listed
    tariff: Tariff
    comparison: Comparison | None


def offers(asked: Asked, models: Sequence[Listed], cards: Cards) -> Sequence[Offer]:
    """One for each model, in their order.

    Raises:
        InputError: the work makes no sense.
        ValueError: the day is no date.
    """
    return [_offer(asked, of, cards, alone=len(models) == 1) for of in models]


def _offer(asked: Asked, of: Listed, cards: Cards, alone: bool) -> Offer:
    to = Derivation()
    if asked.counted_by is None and not alone:
        to.note(ALIKE)
    work = asked.work if asked.counted_by is None else _cut(asked.work, asked.counted_by, of.model, to)
    tariff = listed_tariff(cards, of, asked.day, _longest(work))
    if not tariff.prices:
        return Offer(of, tariff, None)
    parts = [Part(of.name, work, tariff)]
    if asked.batch_share is not None:
        parts = list(split(parts[0], asked.batch_share))
    if asked.batch_share is not None and "realtime" not in tariff.prices:
        return Offer(of, tariff, None)
    return Offer(of, tariff, compare(parts, asked.month, to))


def _cut(work: Workload, counted_by: str, model: str, to: Derivation) -> Workload:
    """The same text in a model's own tokens, as far as it was measured."""
    times = between(counted_by, model)
    if times is None:
        to.note(f"nobody has measured how {model} cuts text beside {counted_by}: its tokens are taken to be as many")
        return work
    if times.low == times.high == 1:
        return work
    to.note(
        f"the tokens of {model} are an estimate: the same text as {counted_by} would cut it, times what was measured"
    )
    factor = Figure(f"tokens of {model} for one of {counted_by}", times)
    counts = [
        to.multiply(f"{name} as {model} cuts them", Figure(name, value), factor).value
        for name, value in (("input tokens", work.input_tokens), ("output tokens", work.output_tokens))
    ]
    return replace(work, input_tokens=counts[0], output_tokens=counts[1])


def _longest(work: Workload) -> int:
    """Input tokens by which the tier is found: of one request, and the lowest where nobody says how many there are."""
    return 0 if work.requests is None else ceil(max(work.input_tokens.bounds))
