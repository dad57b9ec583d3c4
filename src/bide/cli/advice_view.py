"""What `bide advise` shows on a terminal: advice in paragraphs, the rules of a preset, the fields of a workload."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bide.cli.options import Output
from bide.cli.terminal import show_json, show_table

if TYPE_CHECKING:
    from bide.advise.advice import Advice
    from bide.advise.rulebook import PresetName, Rule, Rulebook


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
    found += [("threshold", f"{one.name} {one.value:g}") for one in advice.thresholds]
    if advice.max_wait is not None:
        found.append(("waits", f"{advice.max_wait:g} s at most"))
    if advice.schedule is not None:
        found.append(("schedule", advice.schedule))
    found.append(("benefit", advice.benefit))
    if (cost := advice.cost) is not None:
        only = ", input only" if cost.input_only else ""
        told = [("real time", cost.realtime), ("batch", cost.batch), ("flex", cost.flex), ("batch saves", cost.saving)]
        found.append(("a month", "; ".join(f"{lane} {_usd(amount)}" for lane, amount in told) + f" (30 days{only})"))
    found += [("but", one.says) for one in advice.warnings]
    found += [
        ("others say", f"{one.preset}: {one.mode}, {one.says} ({one.title}; {one.rule})") for one in advice.others
    ]
    for one in advice.conflicts:
        found.append(("conflict", f"{one.id} {one.topic}: {'; '.join(one.claims)}"))
        found.append(("", f"resolved: {one.resolution}"))
    for one in advice.levers:
        worth = "" if one.usd_per_month is None else f"{_usd(one.usd_per_month)} a month: "
        found.append(("lever", f"{one.lever}: {worth}{one.says}"))
    return found


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
