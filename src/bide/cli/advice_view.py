"""What `bide advise` shows on a terminal: advice in paragraphs, the rules of a preset, the fields of a workload."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bide.cli.options import Output
from bide.cli.terminal import show_json, show_table

if TYPE_CHECKING:
    from bide.advise.advice import Advice, UsedThreshold
    from bide.advise.rulebook import PresetName, Rule, Rulebook


PART = "batch for a part"


def show_all(found: "Sequence[Advice]") -> None:
    """Each advice for itself, and a table over several of them."""
    for number, one in enumerate(found):
        if number:
            print()
        show(one)
    if len(found) > 1:
        print()
        columns = ("workload", "advice", "benefit", "saves a month", "rule")
        rows = [(one.workload, heading(one), one.benefit, _saving(one), one.rule) for one in found]
        show_table(columns, rows, ("saves a month",))


def _saving(advice: "Advice") -> str:
    """What following the advice saves, beside real time for all of it."""
    if advice.mode in ("realtime", "self-hosted"):
        return "-"
    if advice.mode == "hybrid":
        return _usd(next((one.usd_per_month for one in advice.levers if one.lever == PART), None))
    return _usd(None if advice.cost is None else advice.cost.saving)


def heading(advice: "Advice") -> str:
    """The advice in a word or two."""
    return advice.mode if advice.action is None else f"{advice.mode}: {advice.action.replace('_', ' ')}"


def show(advice: "Advice") -> None:
    """One advice for people."""
    print(f"{advice.workload}: {heading(advice)}" + (" (hardly decided)" if advice.weak else ""))
    for label, text in _lines(advice):
        print(f"  {label:<11} {text}")


def _lines(advice: "Advice") -> Sequence[tuple[str, str]]:
    found = [("because", f"{advice.says} ({advice.rule}, preset {advice.preset})"), ("why", advice.reason)]
    for one in advice.sources:
        section = "" if one.section is None else f", {one.section}"
        found.append(("source", f"{one.title} ({one.publisher}){section}"))
    found += [("threshold", f"{one.name} {_threshold(one)}") for one in advice.thresholds]
    if advice.max_wait is not None:
        found.append(("waits", f"{_time(advice.max_wait)} at most"))
    if advice.schedule is not None:
        found.append(("schedule", advice.schedule))
    found += [("do", advice.next_step), ("benefit", advice.benefit)]
    if (cost := advice.cost) is not None:
        only = ", input only" if cost.input_only else ""
        told = [("real time", cost.realtime), ("batch", cost.batch), ("flex", cost.flex), ("batch saves", cost.saving)]
        found.append(("a month", "; ".join(f"{lane} {_usd(amount)}" for lane, amount in told) + f" (30 days{only})"))
    if (own := advice.own_cost) is not None:
        most = "" if own.low == own.high else f" to {_usd(own.high)}"
        found.append(("your own", f"{_usd(own.low)}{most} a month ({own.source})"))
    found += [("but", one.says) for one in advice.warnings]
    for one in advice.others:
        found.append(("others say", f"{one.preset}: {one.mode}: {one.says} ({one.title})"))
    found += [("conflict", f"{one.id}, {one.topic}: {one.resolution}") for one in advice.conflicts]
    return [*found, *_levers(advice)]


def _levers(advice: "Advice") -> list[tuple[str, str]]:
    """Those with money one by one, the others by name."""
    found = [
        ("lever", f"{one.lever} {_usd(one.usd_per_month)} a month: {one.says}")
        for one in advice.levers
        if one.usd_per_month is not None
    ]
    others = [one.lever for one in advice.levers if one.usd_per_month is None]
    return [*found, ("levers", f"{', '.join(others)} (--output json says what they need)")] if others else found


def _threshold(threshold: "UsedThreshold") -> str:
    from bide.advise.advisor import TIMES

    return _time(threshold.value) if threshold.name in TIMES else f"{threshold.value:,.12g}"


def _time(seconds: float) -> str:
    from bide.core.clock import SECOND
    from bide.core.duration import format_duration

    return format_duration(int(seconds * SECOND))


def _usd(amount: str | None) -> str:
    from decimal import Decimal

    from bide.core.money import format_money, from_decimal

    return "unknown" if amount is None else format_money(from_decimal(Decimal(amount)))


def show_fields(output: Output) -> None:
    """Every field of a workload."""
    from bide.advise.workload import FIELDS

    if output is Output.JSON:
        show_json(FIELDS)
    else:
        show_table(("field", "value"), list(FIELDS.items()))


def show_rules(book: "Rulebook", preset: "PresetName", output: Output) -> None:
    """The rules of a preset, in their order."""
    rules = book.rules(preset)
    if output is Output.TABLE:
        shown = [(one.id, one.action or one.mode, one.says, "\n".join(_sources(book, one))) for one in rules]
        show_table(("rule", "advises", "if", "source"), shown)
        return
    facts = [
        {
            "rule": one.id,
            "when": dict(one.when),
            "mode": one.mode,
            "action": one.action,
            "says": one.says,
            "reason": one.reason,
            "sources": _sources(book, one),
        }
        for one in rules
    ]
    show_json({"preset": preset, "thresholds": book.presets[preset].thresholds, "rules": facts})


def _sources(book: "Rulebook", rule: "Rule") -> list[str]:
    return [f"{book.articles[part.article].title}: {part.section}" for part in rule.sources] or ["bide's own"]
