"""Changes to a strand, one on top of the other, and what a month of it costs then.

They are not added up: each is applied to what those before it have left, and the calculator prices what remains. So what is saved
together is what is paid now less what would be paid then.
"""

from dataclasses import dataclass
from fractions import Fraction

from bide.advise.calculator.derivation import Derivation
from bide.advise.calculator.quantity import Quantity
from bide.advise.calculator.tariff import BATCH
from bide.advise.calculator.workload import NOTHING
from bide.audit.evidence.month import Load, Routed, monthly
from bide.audit.evidence.strand import Strand
from bide.audit.levers.prompt_cache import found_in_batch
from bide.audit.profile.group import Amount


@dataclass(frozen=True, slots=True)
class Prefixes:
    """Tokens of the time that the log covers which the prompt cache would give, and which would be written to it, at best and at least."""

    read_at_best: Fraction
    read_at_least: Fraction
    written_at_best: Fraction
    written_at_least: Fraction
    """What has to be written in the case in which least is read."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is done to a strand; a field that is None or nothing leaves it as it is."""

    lane: str | None = None
    answered: Amount | None = None
    """The requests that a response cache answers."""
    prefixes: Prefixes | None = None
    routed: Routed | None = None
    compression: Quantity = NOTHING

    def then(self, other: "Change") -> "Change":
        """This, and the other on top of it."""
        return Change(
            lane=other.lane or self.lane,
            answered=other.answered or self.answered,
            prefixes=other.prefixes or self.prefixes,
            routed=other.routed or self.routed,
            compression=other.compression if any(other.compression.bounds) else self.compression,
        )


NO_CHANGE = Change()


def cost(of: Strand, change: Change = NO_CHANGE, to: Derivation | None = None) -> Quantity | None:
    """What the strand costs a month after a change, in USD; None where tokens or a price are unknown."""
    if of.load is None:
        return None
    if change == NO_CHANGE and to is None:
        return of.listed
    cases = tuple(_load(of, of.load, change, best=best) for best in (True, False))
    return monthly((cases[0], cases[1]), of.tariff, change.lane or of.lane, change.routed, to)


def _load(of: Strand, load: Load, change: Change, *, best: bool) -> Load:
    left = load if change.answered is None else load.without(change.answered)
    part = Fraction(left.input, load.input) if load.input else Fraction(0)
    cached, written = Fraction(left.cached), Fraction(left.written)
    if (found := change.prefixes) is not None:
        cached = max(cached, part * (found.read_at_best if best else found.read_at_least))
        written = max(written, part * (found.written_at_best if best else found.written_at_least))
    cached = min(cached, Fraction(left.input))
    if change.lane == BATCH and of.lane != BATCH:
        # Rows of a batch run in any order and place. What is not found is written anew, at the price of a write.
        found_part = found_in_batch(of.group.provider, of.group.model)[best]
        cached, written = cached * found_part, written + cached * (1 - found_part)
    return Load(
        requests=left.requests,
        input=left.input,
        output=left.output,
        cached=cached,
        written=min(written, left.input - cached),
        lasting=left.lasting,
        compression=change.compression,
        longest=left.longest,
        times=left.times,
    )
