"""The plan on the page: what to do first, what to ask, what to try."""

import re
from collections.abc import Iterator

from bide.audit.levers.finding import PLANNED, Verdict
from bide.audit.plan.audit import Audit
from bide.audit.plan.plan import Step
from bide.audit.views.page.document import Child, Element, element
from bide.audit.views.wording import HEADINGS, LEVERS, evidence, money, part, plain
from bide.core.count import many

SAYS: dict[Verdict, str] = {
    "do": "Rests on what was counted in the log.",
    "ask": "True only if somebody who knows the work says so.",
    "try": "Nobody has measured these; each rests on the assumption that stands beside it.",
}

MOST = 50
"""Steps of a kind that are shown."""

_CODE = re.compile(r"`([^`]+)`")


def plan(of: Audit) -> Iterator[Element]:
    """A section for each kind of step that there is."""
    for verdict in PLANNED:
        steps = [step for step in of.plan if step.verdict == verdict]
        if steps:
            shown = [_step(of, number, step) for number, step in enumerate(steps[:MOST], 1)]
            if len(steps) > MOST:
                shown.append(element("li", f"And {len(steps) - MOST:,} more; the JSON has them all.", class_="quiet"))
            listed = element("ol", *shown, class_="steps")
            if verdict == "try":
                listed = element(
                    "details", element("summary", many(len(steps), "possibility", "possibilities")), listed
                )
            sums = element("span", f" {money(of.planned(verdict))} a month", class_="quiet")
            yield element(
                "section", element("h2", HEADINGS[verdict], sums), element("p", SAYS[verdict], class_="quiet"), listed
            )


def _step(of: Audit, number: int, step: Step) -> Element:
    share = part(step.saves, of.now)
    told = ("an assumption", "none") if step.verdict == "try" else (evidence(step.strength), step.strength.word)
    return element(
        "li",
        element("span", f"{number}", class_="rank"),
        element(
            "div",
            element("strong", plain(step.workflow)),
            f": {LEVERS[step.lever]} ",
            element("span", told[0], class_=f"badge {told[1]}"),
            " ",
            element("span", f"takes {step.ease}", class_="badge"),
            element("p", plain(step.says, 600), class_="small"),
            element("p", "To do: ", *typed(step.do), ".", class_="small"),
            element("ul", *(element("li", plain(text, 600)) for text in step.assumes), class_="plain small quiet")
            if step.assumes
            else None,
            class_="what",
        ),
        element(
            "div",
            money(step.saves),
            element("span", f"{share} of all, a month" if share else "a month", class_="quiet"),
            class_="money",
        ),
        class_="step",
    )


def typed(text: str) -> Iterator[Child]:
    """A text in which what stands between backticks is typed."""
    for index, piece in enumerate(_CODE.split(plain(text, 600))):
        if piece:
            yield element("code", piece) if index % 2 else piece
