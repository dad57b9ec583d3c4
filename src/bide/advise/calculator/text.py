"""The same text in each model's own tokens, by the best that is known: what its answers reported, its tokenizer, another one times what was
measured between them, or the size alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from bide.advise.calculator.listing import Listed
from bide.advise.calculator.quantity import Quantity, quantity
from bide.advise.calculator.tokenizer import between
from bide.advise.calculator.unit import REQUEST, TOKEN
from bide.intake.sample import Count, Sample
from bide.intake.tokens import counter_for
from bide.lanes.arrival.weighing import BYTES_PER_TOKEN, Weighing

STAND_IN = "gpt-4o"
"""Whose tokenizer counts where a model's own is not known: o200k, beside which the others were measured."""

PLACES = 10_000
"""A learned ratio is taken to four places: the rest of it is noise."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """Input tokens of each request at a model, and how they are known."""

    input_tokens: Quantity
    why: str


class Text:
    """An input that was looked at, as `Sample` keeps it; `learned` is what was reported, by account and model."""

    def __init__(self, sample: Sample, learned: Mapping[tuple[str, str], Weighing]) -> None:
        self._sample = sample
        self._learned = learned
        self._counts: dict[str, Count] = {}

    def weigh(self, models: Sequence[Listed]) -> Mapping[str, Weighed]:
        """By the models' names."""
        return {of.name: self._weigh(of) for of in models}

    @property
    def guessed(self) -> int:
        """Pictures, documents and sound in the sample: their tokens are a guess at every model."""
        return self._sample.count(lambda text: 0).guessed

    def _weigh(self, of: Listed) -> Weighed:
        account, _, model = of.name.partition("/")
        learned = self._learned.get((account, model))
        if learned is not None and learned.is_known:
            ratio = Fraction(round(learned.ratio * PLACES), PLACES)
            why = f"by size times {float(ratio):g}, as {round(learned.answers):,} answers reported"
            return self._weighed(quantity(ratio), f"{of.name}: {why}")
        own = self._count(of.model)
        if own is not None:
            return self._weighed(_ratio(own[0]), f"{of.name}: counted with {own[1]} {self._share}")
        times, stand_in = between(STAND_IN, of.model), self._count(STAND_IN)
        base = quantity(1) if stand_in is None else _ratio(stand_in[0])
        how = (
            f"by size, a token for {BYTES_PER_TOKEN} bytes" if stand_in is None else f"counted with o200k {self._share}"
        )
        if times is None:
            return self._weighed(base, f"{of.name}: {how}; nobody has measured how it cuts text")
        return self._weighed(base * times, f"{of.name}: {how}, times what was measured beside it")

    def _weighed(self, ratio: Quantity, why: str) -> Weighed:
        each = Fraction(self._sample.by_size, max(1, self._sample.requests))
        return Weighed(Quantity(each * ratio.low, each * ratio.high, TOKEN / REQUEST), why)

    def _count(self, model: str) -> tuple[Count, str] | None:
        """The sample by a model's tokenizer, and which that is; None where it has none that is known."""
        counter = counter_for(model)
        if counter is None:
            return None
        count, method = counter
        encoding = method.rpartition(" ")[2]
        if encoding not in self._counts:
            self._counts[encoding] = self._sample.count(count)
        assumed = "" if method.startswith("exact") else ", which is assumed to be its own,"
        return self._counts[encoding], f"{encoding}{assumed}"

    @property
    def _share(self) -> str:
        kept, whole = self._sample.kept, self._sample.requests
        return (
            f"in {kept:,} of {whole:,} requests"
            if kept < whole
            else f"in all {whole:,} requests"
            if whole > 1
            else "in the one request"
        )


def _ratio(count: Count) -> Quantity:
    return quantity(Fraction(count.tokens, max(1, count.by_size)))
