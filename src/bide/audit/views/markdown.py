"""An audit as Markdown, for an issue, a wiki or a mail. Names from logs are text there too, whatever they look like."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from bide.audit.levers.finding import PLANNED, Verdict
from bide.audit.plan.audit import Audit
from bide.audit.views.wording import (
    HEADINGS,
    LANES,
    LEVERS,
    bills,
    evidence,
    facts,
    gaps,
    headline,
    money,
    part,
    plain,
    waiting,
)

_MEANT = re.compile(r"[\\`*_\[\]|~$<>&]")

_CODE = re.compile(r"`([\w.: -]+)`")


def markdown(of: Audit) -> str:
    """The whole audit."""
    return "\n".join(_lines(of)) + "\n"


def escaped(text: str) -> str:
    """A text of which no letter is a mark."""
    return _MEANT.sub(lambda found: f"&#{ord(found[0])};" if found[0] in "<>&" else f"\\{found[0]}", plain(text, 400))


def marked(text: str) -> str:
    """A text of ours, in which what stands between backticks is typed."""
    return "".join(f"`{piece}`" if index % 2 else escaped(piece) for index, piece in enumerate(_CODE.split(text)))


def _lines(of: Audit) -> Iterator[str]:
    yield "# What the LLM calls cost, and what need not be paid"
    yield ""
    yield " ".join(escaped(line) for line in headline(of))
    for verdict in PLANNED:
        yield from _steps(of, verdict)
    yield from ("", "## By workflow", "")
    columns = ("workflow", "now, a month", "of all", "left", "could wait", "evidence", "why")
    yield from _table(
        columns,
        (
            (
                one.name,
                money(one.now),
                part(one.now, of.now),
                money(one.left),
                waiting(one.patience),
                one.patience.strength.word,
                one.patience.clues[0].says if one.patience.clues else "",
            )
            for one in of.workflows
        ),
    )
    guessed = [one for one in of.workflows if one.guessed]
    if guessed:
        yield ""
        yield f"The log does not name these workflows: {'; '.join(f'{escaped(one.name)}, told by {escaped(one.guessed)}' for one in guessed)}."
    if of.bills:
        yield from ("", "## Bills", "")
        yield from _table(
            ("provider", "billed, a month", "the usage by the price list"),
            bills(of),
        )
    if of.gaps:
        yield from ("", "## Not known", "")
        yield from _table(("what", "rows", "so", "what would make it known"), gaps(of), marked)
    yield from ("", "## What the figures rest on", "")
    for name, text in facts(of):
        yield f"- **{name}**: {escaped(text)}"
    yield from (f"- {escaped(note)}" for note in of.notes)
    yield ""
    prices = (
        (
            one.model,
            LANES[one.lane],
            one.price.source,
            one.price.day,
            one.price.confidence,
            str(one.checked_on or "unknown"),
        )
        for one in of.prices
    )
    yield from _table(("model", "lane", "price from", "of", "confidence", "checked on"), prices)


def _steps(of: Audit, verdict: Verdict) -> Iterator[str]:
    steps = [step for step in of.plan if step.verdict == verdict]
    if not steps:
        return
    yield from ("", f"## {HEADINGS[verdict]}: {escaped(money(of.planned(verdict)))} a month", "")
    for number, step in enumerate(steps, 1):
        share = part(step.saves, of.now)
        told = "an assumption" if verdict == "try" else evidence(step.strength)
        yield (
            f"{number}. **{escaped(step.workflow)}**: {LEVERS[step.lever]}, {escaped(money(step.saves))} a month"
            f"{f' ({share})' if share else ''}, {told}, takes {step.ease}: {escaped(step.says)}. To do: {marked(step.do)}."
        )
        yield from (f"   - {escaped(text)}" for text in step.assumes)


def _table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], cell: Callable[[str], str] = escaped
) -> Iterator[str]:
    yield f"| {' | '.join(columns)} |"
    yield f"|{' --- |' * len(columns)}"
    yield from (f"| {' | '.join(map(cell, row))} |" for row in rows)
