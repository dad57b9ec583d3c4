"""What `bide audit` shows: a plan, the workflows, and what nobody can tell; on a terminal, as JSON, as Markdown, or as a page."""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from bide.cli.terminal import say, show_pairs, show_table
from bide.core.count import many

if TYPE_CHECKING:
    from bide.audit.levers.finding import Verdict
    from bide.audit.plan.audit import Audit
    from bide.audit.plan.plan import Step

MOST = 15
"""Lines of a table on a terminal; the other forms have all."""


class Form(StrEnum):
    """What an audit can be shown as."""

    TABLE = "table"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"


ENDINGS = {".json": Form.JSON, ".md": Form.MARKDOWN, ".markdown": Form.MARKDOWN, ".html": Form.HTML, ".htm": Form.HTML}
"""What a file is to hold, by how its name ends."""


def form_of(asked: Form | None, file: str | None, *, watched: bool) -> Form:
    """What to show: what was asked for, else by the file's ending, else a table where a person looks on and JSON where not.

    Raises:
        InputError: nobody can tell what the file is to hold, or it is a table.
    """
    from bide.core.errors import InputError

    if file is None:
        return asked or (Form.TABLE if watched else Form.JSON)
    chosen = asked or ENDINGS.get(Path(file).suffix.lower())
    if chosen is None or chosen is Form.TABLE:
        raise InputError(f"--write {file}: end the name in .json, .md or .html, or say --output json, markdown or html")
    return chosen


def show(of: "Audit", form: Form, file: str | None) -> None:
    """Show it, or write it into a file. Raises `InputError`: the file cannot be written."""
    from bide.cli.unwritten import unwritten

    if form is Form.TABLE:
        _show_table(of)
        return
    text = _text(of, form)
    if file is None:
        print(text, end="", flush=True)
        return
    try:
        Path(file).write_text(text, encoding="utf-8")
    except OSError as error:
        raise unwritten(f"--write {file}", error) from error
    say(f"bide: wrote {file}")


def _text(of: "Audit", form: Form) -> str:
    if form is Form.MARKDOWN:
        from bide.audit.views.markdown import markdown

        return markdown(of)
    if form is Form.HTML:
        from bide.audit.views.page.report import page

        return page(of)
    import msgspec

    from bide.audit.views.rendering import rendered

    return msgspec.json.encode(rendered(of)).decode() + "\n"


def _show_table(of: "Audit") -> None:
    from bide.audit.views.wording import bills, facts, gaps, headline, money, plain

    for line in headline(of):
        print(line)
    for verdict in ("do", "ask", "try"):
        _show_steps(of, verdict)
    print("\nby workflow, USD a month")
    _show_workflows(of)
    waits = ", ".join(f"{word} {money(value)}" for word, value in of.waits())
    if waits:
        print(f"  could wait: {waits}")
    for provider, billed, listed in bills(of):
        print(f"  {provider} billed {billed} a month; the usage costs {listed} by the price list")
    if of.gaps:
        print("\nnot known, and what would make it known")
        show_table(("what", "rows", "so", "do"), gaps(of), ("rows",))
    print()
    show_pairs({name: plain(text, 2_000) for name, text in facts(of)})
    for note in of.notes:
        print(f"  {plain(note, 600)}")


def _show_steps(of: "Audit", verdict: "Verdict") -> None:
    from bide.audit.views.wording import HEADINGS, LEVERS, money, part, plain

    steps = [step for step in of.plan if step.verdict == verdict]
    if not steps:
        return
    shown = [step for step in steps if verdict != "try" or _is_worth_a_line(of, step)][:MOST]
    print(f"\n{HEADINGS[verdict].lower()}: {money(of.planned(verdict))} a month")
    rows: list[Sequence[object]] = []
    for number, step in enumerate(shown, 1):
        evidence = "assumed" if verdict == "try" else step.strength.word
        rows.append(
            (
                number,
                plain(step.workflow, 60),
                LEVERS[step.lever],
                money(step.saves),
                part(step.saves, of.now),
                evidence,
                step.ease,
            )
        )
    columns = ("", "workflow", "do", "saves", "of all", "evidence", "takes")
    show_table(columns, rows, ("", "saves", "of all"))
    for step in shown if verdict != "try" else []:
        print(f"  {plain(step.workflow, 60)}: {plain(step.says, 400)}")
        print(f"    {plain(step.do, 400)}")
    _say_more(len(steps) - len(shown), "step")


def _show_workflows(of: "Audit") -> None:
    from bide.audit.views.wording import money, part, plain, waiting

    rows = [
        (
            plain(one.name, 60),
            money(one.now),
            part(one.now, of.now),
            money(one.left),
            waiting(one.patience),
            one.patience.strength.word,
            one.guessed,
        )
        for one in of.workflows[:MOST]
    ]
    columns = ("workflow", "now", "of all", "left", "could wait", "evidence", "guessed by")
    show_table(columns, rows, columns[1:4])
    _say_more(len(of.workflows) - MOST, "workflow")


def _is_worth_a_line(of: "Audit", step: "Step") -> bool:
    """Whether a possibility is about a hundredth of all or more."""
    if step.saves is None or of.now is None:
        return True
    return max(step.saves.bounds) * 100 >= max(of.now.bounds)


def _say_more(left_out: int, thing: str) -> None:
    if left_out > 0:
        print(f"  and {many(left_out, thing)} more; --output json, markdown and html have them all")
