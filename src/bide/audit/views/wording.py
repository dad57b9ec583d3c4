"""An audit in words and numbers for people, the same on a terminal, in Markdown and on the page."""

from collections.abc import Sequence
from fractions import Fraction

from bide.advise.calculator.quantity import Quantity, rounded
from bide.audit.evidence.extent import is_dated, missing
from bide.audit.evidence.patience import Patience, Strength
from bide.audit.levers.assumption import in_words
from bide.audit.levers.finding import Verdict
from bide.audit.plan.audit import Audit
from bide.audit.plan.plan import Step
from bide.core.clock import to_datetime
from bide.core.count import many
from bide.core.duration import exact_duration, format_duration
from bide.core.money import DOLLAR, format_money

FIRST = 3
"""Workflows that are named at the top."""

HEADINGS: dict[Verdict, str] = {
    "do": "Do this first",
    "ask": "Find out whether this may be so",
    "try": "Possible, if somebody tries it",
    "instead": "Another way to the same",
    "against": "Would save, but",
    "captured": "Saved already",
    "unknown": "Unknown",
}

LEVERS = {
    "batch": "move to batches",
    "flex": "move to the flex tier",
    "response cache": "keep answers that are asked for again",
    "prompt cache": "let the provider cache what prompts share",
    "cheaper model": "a smaller model for a part",
    "shorter prompts": "shorter prompts",
}

LANES = {"batch": "batch", "flex": "flex", "realtime": "real time", "priority": "priority", "fast": "fast mode"}


def money(value: Quantity | None) -> str:
    """``$12.34``, ``$8.80 – $9.60``, ``unknown``."""
    if value is None:
        return "unknown"
    low, high = (_dollars(end) for end in value.bounds)
    return low if low == high else f"{low} – {high}"


def part(of: Quantity | None, whole: Quantity | None) -> str:
    """A part in per cent, ``38 %`` or ``38 – 48 %``; empty where it is unknown or there is no whole."""
    if of is None or whole is None or 0 in whole.bounds:
        return ""
    ends = sorted((of.low / whole.low, of.high / whole.high))
    low, high = (percent(end) for end in ends)
    return f"{low} %" if low == high else f"{low} – {high} %"


def percent(share: Fraction) -> str:
    """A share as whole per cents, with a place more where there are few; what is not nothing is not shown as nothing."""
    if 0 < share < Fraction(1, 2_000):
        return "< 0.1"
    return f"{rounded(share * 100, 0 if abs(share) >= Fraction(1, 100) or not share else 1):f}"


def headline(of: Audit) -> Sequence[str]:
    """What somebody who reads no further has to know."""
    if of.now is None:
        return ["Nothing is known of what it costs: no price for these models, and no bill."]
    unknown = _unknown(of)
    found = [f"A month of this costs {money(of.now)}" + (f", as far as {unknown} are known." if unknown else ".")]
    first = _workflows(of.plan, "do")
    if of.sure is not None and first:
        share = part(of.sure, of.now)
        found[0] = f"{found[0][:-1]}; {money(of.sure)}" + (f" ({share})" if share else "") + " of it need not be paid."
        names = [f"“{plain(name, 60)}”" for name in first[:FIRST]]
        which = "this workflow" if len(names) == 1 else f"these {len(names)} workflows"
        found.append(f"Begin with {which}: {', '.join(names)}.")
    else:
        found.append("Nothing that was counted would save anything.")
    asked = of.planned("ask")
    if asked is not None:
        found.append(f"{'Another ' if first else ''}{money(asked)} may be saved, if what is asked below is so.")
    if of.captured is not None:
        found.append(f"{money(of.captured)} a month is saved already.")
    return found


def _workflows(steps: Sequence[Step], verdict: Verdict) -> Sequence[str]:
    return list(dict.fromkeys(step.workflow for step in steps if step.verdict == verdict))


def _unknown(of: Audit) -> str:
    """What is missing in the sum, if anything is."""
    listed = [part.strand for workflow in of.workflows for part in workflow.parts if part.strand.listed is not None]
    missing = {
        "prices": not all(workflow.priced for workflow in of.workflows),
        "tokens": any(one.group.missing.get(field) for one in listed for field in ("input", "output")),
    }
    return " and ".join(name for name, is_missing in missing.items() if is_missing)


def facts(of: Audit) -> Sequence[tuple[str, str]]:
    """What the figures rest on."""
    assumptions = of.basis.assumptions
    files = ", ".join(plain(one.name) for one in of.profile.sources)
    found = [("read", many(of.profile.rows, "row") + (f" of {files}" if files else ""))]
    times = f"a month is 30 days, {_number(of.times)} times that"
    first, end = (to_datetime(at).strftime("%Y-%m-%d %H:%M") for at in (of.profile.first, of.profile.end))
    span = f", {first} to {end} UTC" if is_dated(of.profile) else ""
    without = missing(of.profile)
    span += f", without {format_duration(without)} between files" if without else ""
    found.append(("covers", f"{format_duration(of.covered)}{span}; {times}"))
    if (bill := of.own_bill) is not None:
        says = f"by the costs that the log names it is {money(bill[0])} a month, by the price list {money(bill[1])}: figures are by the list"
        found.append(("billed", says))
    found.append(("prices", f"of {of.basis.pricing.day}; " + ("; ".join(_sources(of)) or "none is known")))
    smaller, shorter = in_words(assumptions.cheaper), in_words(assumptions.shorter)
    kept = exact_duration(assumptions.keep)
    says = f"a smaller model does for {smaller} of the requests, {shorter} of the input can be left out, a response cache keeps answers for {kept}"
    found.append(("assumed", says))
    return found


def _sources(of: Audit) -> Sequence[str]:
    """Each source of prices, with what is not quite sure about it."""
    stale = [f"{one.model} ({LANES[one.lane]})" for one in of.prices if one.stale]
    doubtful = [
        f"{one.model} ({LANES[one.lane]}: {one.price.confidence})"
        for one in of.prices
        if one.price.confidence in ("assumed", "disputed")
    ]
    found = list(dict.fromkeys(one.price.source for one in of.prices))
    if stale:
        found.append(f"not checked for long: {', '.join(stale)}")
    if doubtful:
        found.append(f"not certain: {', '.join(doubtful)}")
    return found


def bills(of: Audit) -> Sequence[tuple[str, str, str]]:
    """Who billed, what a month of it was, and what the usage costs by the price list."""
    return [(plain(one.provider), money(one.billed), money(one.listed)) for one in of.bills]


def gaps(of: Audit) -> Sequence[tuple[str, str, str, str]]:
    """What rows do not say, how many of them, what follows, and what would make it known."""
    return [(one.says, f"{one.rows:,} of {one.of:,}", one.follows, one.remedy) for one in of.gaps]


def waiting(one: Patience) -> str:
    """``somebody waits``, ``8h``, ``unknown``."""
    return "unknown" if one.within is None else exact_duration(one.within) if one.within else "somebody waits"


def evidence(strength: Strength) -> str:
    """``strong evidence``, ``no evidence``."""
    return "no evidence" if strength is Strength.NONE else f"{strength.word} evidence"


def plain(text: str, most: int = 200) -> str:
    """A text of a log for people's eyes: what cannot be seen (control characters, turned writing) is shown as �, and no more than so much
    of it."""
    seen = "".join(letter if letter.isprintable() else "�" for letter in text)
    return seen if len(seen) <= most else f"{seen[: most - 1]}…"


def _dollars(value: Fraction) -> str:
    amount = round(value * DOLLAR)
    return f"−{format_money(-amount)}" if amount < 0 else format_money(amount)


def _number(value: Fraction) -> str:
    return f"{rounded(value, 3).normalize():,f}"
