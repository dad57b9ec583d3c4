"""The same work at several models, each by its own price list and, where it is known, its own tokenizer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil

from bide.advise.calculator.comparison import Comparison, compare
from bide.advise.calculator.derivation import Derivation, Figure
from bide.advise.calculator.listing import Cards, Listed, listed_tariff
from bide.advise.calculator.month import USUAL, Convention
from bide.advise.calculator.quantity import Quantity
from bide.advise.calculator.reasoning import Reported, buffer_of
from bide.advise.calculator.tariff import LANES, REALTIME, Tariff
from bide.advise.calculator.text import Weighed
from bide.advise.calculator.tokenizer import between
from bide.advise.calculator.workload import WHOLE, Part, Workload, routed, split

ALIKE = "the token counts are taken for every model alike; tokenizers differ, --tokens-of MODEL reckons with it"


ROUTED = "routed"
"""The name of an offer of several models."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The work, by whose tokens it was counted (None: by each model's own), how much of it can wait, and the prices' day.

    `reported` is what was reported of models, from which their reasoning is taken; None: it is the work's own. `weighed` are the input
    tokens of each request by the names of models, where the text itself is at hand.
    """

    work: Workload
    day: str
    counted_by: str | None = None
    batch_share: Quantity | None = None
    month: Convention = USUAL
    reported: Mapping[str, Reported] | None = None
    weighed: Mapping[str, Weighed] = field(default_factory=dict[str, Weighed])


@dataclass(frozen=True, slots=True)
class Offer:
    """What the work would cost at a model, or divided between several. `comparison` is None where no lane has all prices."""

    name: str
    tariffs: Sequence[Tariff]
    comparison: Comparison | None

    @property
    def unknown(self) -> Sequence[str]:
        """Lanes that lack a price."""
        return [lane for lane in LANES if any(lane not in tariff.prices for tariff in self.tariffs)]


def offers(asked: Asked, models: Sequence[Listed], cards: Cards) -> Sequence[Offer]:
    """One for each model, in their order.

    Raises:
        InputError: the work makes no sense.
        ValueError: the day is no date.
    """
    alike = _cut_alike(models)
    return [_offer(asked, of.name, [(of, WHOLE)], cards, alike=alike) for of in models]


def routed_offer(asked: Asked, mix: Sequence[tuple[Listed, Quantity]], cards: Cards) -> Offer:
    """The work divided between models, by shares of its tokens. Raises as `offers`, and where the shares are not the whole."""
    return _offer(asked, ROUTED, mix, cards, alike=_cut_alike([of for of, _ in mix]))


def _offer(asked: Asked, name: str, mix: Sequence[tuple[Listed, Quantity]], cards: Cards, *, alike: bool) -> Offer:
    to = Derivation()
    if asked.counted_by is None and not alike:
        to.note(ALIKE)
    whole: list[tuple[Part, Quantity]] = []
    for of, share in mix:
        work = asked.work
        if asked.reported is not None:
            buffer = buffer_of(of.name, asked.reported)
            to.note(buffer.why)
            work = replace(work, reasoning=buffer.share)
        if asked.counted_by is not None:
            work = _cut(work, asked.counted_by, of.model, asked.weighed.get(of.name), to)
        whole.append((Part(of.name, work, listed_tariff(cards, of, asked.day, _longest(work))), share))
    tariffs = [part.tariff for part, _ in whole]
    for hours in dict.fromkeys(price.hours for tariff in tariffs for price in tariff.prices.values() if price.hours):
        to.note(f"the price depends on the hour: it is lowest at {hours}, which is the lower end")
    parts = routed(whole)
    if asked.batch_share is not None:
        parts = [each for part in parts for each in split(part, asked.batch_share)]
    needed = LANES if asked.batch_share is None else (REALTIME,)
    if not any(all(lane in tariff.prices for tariff in tariffs) for lane in needed):
        return Offer(name, tariffs, None)
    return Offer(name, tariffs, compare(parts, asked.month, to))


def _cut_alike(models: Sequence[Listed]) -> bool:
    """Whether the same text is as many tokens with each of them, as far as anybody knows."""
    return all(between(models[0].model, of.model) == WHOLE for of in models)


def _cut(work: Workload, counted_by: str, model: str, weighed: Weighed | None, to: Derivation) -> Workload:
    """The same text in a model's own tokens, as far as it was measured; the input as it was `weighed`, where it was."""
    times = between(counted_by, model)
    if weighed is not None:
        to.note(f"input tokens of {weighed.why}")
        work = replace(work, input_tokens=weighed.input_tokens)
        if times is None or times == WHOLE:
            return work
        to.note(
            f"the output of {model} is an estimate: as many tokens as {counted_by} would write, times what was measured"
        )
        factor = Figure(f"tokens of {model} for one of {counted_by}", times)
        output = Figure("output tokens", work.output_tokens)
        return replace(work, output_tokens=to.multiply(f"output tokens as {model} cuts them", output, factor).value)
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


def _longest(work: Workload) -> tuple[int, int]:
    """Input tokens of one request, by which the tier is found; the lowest where nobody says how many requests there are."""
    return (0, 0) if work.requests is None else (ceil(work.input_tokens.low), ceil(work.input_tokens.high))
