"""An audit: a profile judged. What a month costs, what is saved already, what could be, in which order, and what nobody can tell."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from bide.advise.calculator.quantity import Quantity
from bide.advise.calculator.tariff import Price
from bide.audit.evidence.extent import extent, extents
from bide.audit.evidence.gap import Gap, gaps
from bide.audit.evidence.month import SOLD, times_a_month, total
from bide.audit.evidence.patience import HORIZONS, horizon
from bide.audit.evidence.strand import Strand, near, strand
from bide.audit.levers.captured import less, saved_by_answers
from bide.audit.levers.finding import Verdict
from bide.audit.levers.judging import Basis, judged
from bide.audit.plan.plan import Step, plan
from bide.audit.plan.workflow import Workflow, workflows
from bide.audit.profile.group import Group
from bide.audit.profile.profile import Profile
from bide.core.clock import DAY
from bide.core.count import many
from bide.core.duration import format_duration
from bide.ledger.sheet import STALE_AFTER, is_stale

SAME_TIME = 0.9
"""The part of the whole time from which files count as of the same."""


@dataclass(frozen=True, slots=True)
class PriceUsed:
    """A price that figures rest on."""

    model: str
    lane: str
    price: Price
    checked_on: datetime.date | None
    stale: bool


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a provider billed a month, beside what the usage in the log costs by its price list, in USD; None is unknown."""

    provider: str
    billed: Quantity
    listed: Quantity | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """The result. Money is USD a month; `times` of the time that the log covers make one."""

    profile: Profile
    basis: Basis
    covered: int
    """The time that the log stands for, in microseconds."""
    times: Fraction
    workflows: Sequence[Workflow]
    plan: Sequence[Step]
    bills: Sequence[Reconciled]
    gaps: Sequence[Gap]
    prices: Sequence[PriceUsed]
    notes: Sequence[str]

    @property
    def now(self) -> Quantity | None:
        """What is paid, as far as it is known."""
        return total([workflow.now for workflow in self.workflows])

    @property
    def left(self) -> Quantity | None:
        """What would be left of it after all that is sure."""
        return total([workflow.left for workflow in self.workflows])

    @property
    def sure(self) -> Quantity | None:
        """What all that is sure saves."""
        return self.planned("do")

    def planned(self, verdict: Verdict) -> Quantity | None:
        """What the steps of a kind save together; None where there are none, or nobody knows."""
        return total([step.saves for step in self.plan if step.verdict == verdict])

    @property
    def captured(self) -> Quantity | None:
        """What is saved already: what it would have cost in real time with nothing cached, less what it costs, and what a response cache
        answered."""
        strands = [part.strand for workflow in self.workflows for part in workflow.parts]
        return total([each for one in strands for each in (less(one.without(), one.listed), saved_by_answers(one))])

    @property
    def own_bill(self) -> tuple[Quantity, Quantity] | None:
        """What the rows that name a cost came to by it, and by the price list; None where these agree or nobody knows."""
        strands = [part.strand for workflow in self.workflows for part in workflow.parts]
        both = [one for one in strands if one.billed is not None and one.listed is not None]
        billed, listed = total([one.billed for one in both]), total([one.listed for one in both])
        return None if billed is None or listed is None or near(billed, listed) else (billed, listed)

    def waits(self) -> Sequence[tuple[str, Quantity]]:
        """What is paid by how long it could wait, in the words of `HORIZONS`."""
        parts = [part for workflow in self.workflows for part in workflow.parts]
        sums = (
            (word, total([part.strand.now for part in parts if horizon(part.patience.within) == word]))
            for word in HORIZONS
        )
        return [(word, money) for word, money in sums if money is not None]


def audit(profile: Profile, basis: Basis) -> Audit:
    """The profile judged.

    Raises:
        InputError: nothing was read, or all of it is of one moment.
    """
    covered = extent(profile)
    times = times_a_month(covered)
    usage, bills = _parted(profile.groups)
    own = extents(profile)

    def priced(group: Group) -> Strand:
        return strand(group, times_a_month(own[group.covers] or covered), basis.pricing)

    strands = [priced(group) for group in usage]
    found = workflows(judged(one, basis, own[one.group.covers] or covered) for one in strands)
    return Audit(
        profile=profile,
        basis=basis,
        covered=covered,
        times=times,
        workflows=found,
        plan=plan(found),
        bills=_reconciled(strands, [priced(group) for group in bills]),
        gaps=gaps(profile.groups),
        prices=_prices(found, basis),
        notes=tuple(_notes(profile, covered, usage)),
    )


def _parted(groups: Sequence[Group]) -> tuple[Sequence[Group], Sequence[Group]]:
    """Usage, and lines of bills for usage that stands in other rows. A bill without usage is all that is known of that."""
    used = {group.provider for group in groups if group.rows > group.bills}

    def is_bill(group: Group) -> bool:
        return group.rows == group.bills and group.provider in used

    return [group for group in groups if not is_bill(group)], [group for group in groups if is_bill(group)]


def _reconciled(usage: Sequence[Strand], bills: Sequence[Strand]) -> Sequence[Reconciled]:
    providers = dict.fromkeys(one.group.provider for one in bills)
    found = (
        (
            provider,
            total([one.billed for one in bills if one.group.provider == provider]),
            total([one.listed for one in usage if one.group.provider == provider]),
        )
        for provider in providers
    )
    return [Reconciled(provider, billed, listed) for provider, billed, listed in found if billed is not None]


def _prices(found: Sequence[Workflow], basis: Basis) -> Sequence[PriceUsed]:
    """The prices of what is paid, and of the lanes it could move to."""
    used = dict[tuple[str, str], PriceUsed]()
    today = datetime.date.fromisoformat(basis.pricing.day)
    for part in (part for workflow in found for part in workflow.parts):
        of = part.strand
        lanes = [
            of.lane,
            *(one.lever for one in part.findings if one.lever in of.tariff.prices and one.verdict != "captured"),
        ]
        for lane in dict.fromkeys(lanes):
            if lane in of.tariff.prices and (of.tariff.model, lane) not in used:
                card = basis.pricing.cards.card(of.group.provider, of.group.model, SOLD[lane], basis.pricing.day)
                checked = None if card is None else basis.pricing.checked_on(card)
                stale = is_stale(checked, today, STALE_AFTER)
                used[of.tariff.model, lane] = PriceUsed(of.tariff.model, lane, of.tariff.prices[lane], checked, stale)
    return [used[key] for key in sorted(used)]


def _notes(profile: Profile, covered: int, usage: Sequence[Group]) -> list[str]:
    """What is to be said about the whole."""
    found = list[str]()
    if covered < DAY:
        found.append(
            f"the log covers {format_duration(covered)}: what a month of that would be says nothing of nights and weekends"
        )
    elif covered < 7 * DAY:
        found.append(
            f"the log covers {format_duration(covered)}, less than a week: weekends may be missing, or weigh too much"
        )
    shortest = min(filter(None, extents(profile).values()), default=covered)
    if shortest < covered * SAME_TIME:
        found.append(
            f"some files cover {format_duration(shortest)} of the {format_duration(covered)}: each kind is reckoned to a month by its own time"
        )
    for pair in profile.overlaps:
        found.append(
            f"{pair.one} and {pair.other} cover the same time at the same models: what is in both is counted twice"
        )
    for one in profile.silences:
        between = f"between {one.after} and {one.before} nothing is known of {format_duration(one.end - one.first)}"
        if one.missing:
            found.append(
                f"{between}, longer than any pause inside the files: whole days of that do not count as covered; if a file is missing, name it too, and if"
                " nothing was used then, a month costs less than it says here"
            )
        else:
            found.append(
                f"{between}: they count as time in which nothing was used; if a file is missing, name it too, or audit these one by one"
            )
    if profile.lumped:
        found.append(
            f"{many(profile.lumped, 'row stands', 'rows stand')} under one name, because there were too many names to keep apart"
        )
    if profile.forgotten:
        found.append(
            f"{many(profile.forgotten, 'session was', 'sessions were')} forgotten to make room, so some calls that were followed look as if they were not"
        )
    if any(group.repeats.is_estimate or group.prefixes.is_estimate for group in usage):
        found.append("repeats and shared beginnings are extrapolated from a sample of the prompts")
    if any(not (group.requests or group.spared.requests) or group.missing.get("requests") for group in usage):
        found.append("where the number of requests is not known, the price is that of the lowest tier")
    if unpriced := sum(
        group.rows - group.bills
        for group in usage
        if not any(one.input or one.output for one in (group.tokens, group.spared.tokens))
    ):
        found.append(f"{many(unpriced, 'row has', 'rows have')} no tokens")
    return found
