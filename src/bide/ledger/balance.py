"""What entries of the ledger come to: the arithmetic that receipts and reports share. Amounts in 1e-12 USD.

The counterfactual is everything in real time: what the answers that were used would have cost at list price. Waste is in no
counterfactual, so it lessens what was saved.
"""

from collections.abc import Iterable

import msgspec

from bide.core.usage import Usage
from bide.store.ledger import Total

TAKEN_BACK = "it was answered"
"""The reason of an entry that takes a suspicion back; it is one call less, not one more."""


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """Entries, added up. `known` is what is known of `paid`; an unknown price makes what contains it None, never less."""

    requests: int
    """Answers that were used."""
    known: int
    known_listed: int
    unpriced: int
    """Answers, used or not, of which nobody knows what they cost."""
    unlisted: int
    """Answers that were used and of which only the list price is unknown."""
    wasted: int
    wasted_answers: int
    suspected: int
    """The most that calls without a reply may have cost, as far as that is known."""
    suspected_calls: int
    suspected_unpriced: int
    usage: Usage
    """Of the answers that were used."""

    @property
    def paid(self) -> int | None:
        """What the answers that were used cost; None where a price is unknown."""
        return None if self.unpriced else self.known

    @property
    def listed(self) -> int | None:
        """What they would have cost in real time at list price; None where a price is unknown."""
        return None if self.unpriced or self.unlisted else self.known_listed

    @property
    def saved(self) -> int | None:
        """That less everything spent, waste included."""
        return None if self.listed is None else self.listed - self.known - self.wasted


def balance(totals: Iterable[Total]) -> Balance:
    """What totals come to."""
    requests = known = listed = unpriced = unlisted = 0
    wasted = wasted_answers = suspected = calls = suspected_unpriced = 0
    usage = Usage()
    for one in totals:
        if one.kind == "paid":
            requests, known, listed = requests + one.entries, known + one.amount, listed + one.listed
            unlisted, usage = unlisted + one.unlisted, usage.plus(one.usage)
        elif one.kind == "waste":
            wasted, wasted_answers = wasted + one.amount, wasted_answers + one.entries
        else:
            sign = -1 if one.reason == TAKEN_BACK else 1
            suspected, calls = suspected + one.amount, calls + sign * one.entries
            suspected_unpriced += sign * one.unpriced
        if one.kind != "suspected":
            unpriced += one.unpriced
    return Balance(
        requests=requests,
        known=known,
        known_listed=listed,
        unpriced=unpriced,
        unlisted=unlisted,
        wasted=wasted,
        wasted_answers=wasted_answers,
        suspected=suspected,
        suspected_calls=calls,
        suspected_unpriced=suspected_unpriced,
        usage=usage,
    )


def percent(part: int | None, whole: int | None) -> float | None:
    """A share in per cent, for people; None where either is unknown or there is no whole."""
    return round(100 * part / whole, 2) if part is not None and whole else None
