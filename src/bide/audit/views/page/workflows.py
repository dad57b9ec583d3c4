"""Each workflow on the page: what it costs, whether it waits and why, when its requests come, what was found, and the arithmetic."""

from collections.abc import Iterator
from fractions import Fraction

from bide.advise.calculator.derivation import Derivation
from bide.advise.calculator.wording import lines
from bide.audit.evidence.extent import is_dated
from bide.audit.evidence.month import total
from bide.audit.levers.finding import Finding
from bide.audit.levers.judging import Judged
from bide.audit.plan.audit import Audit
from bide.audit.plan.workflow import Workflow
from bide.audit.views.page.document import Element, element, scrolling
from bide.audit.views.page.drawing import DAYS, days, spent, week
from bide.audit.views.page.steps import typed
from bide.audit.views.wording import HEADINGS, LANES, LEVERS, evidence, money, plain, waiting
from bide.core.clock import DAY, HOUR, to_datetime
from bide.core.count import many

SHARES = (("stays", "stays"), ("perhaps", "goes in the best case"), ("goes", "goes"))
"""The pieces of what is paid, by their class, in words."""

OPEN = 1
"""Workflows that are shown unfolded."""

MOST = 50
"""Workflows that are shown with all about them; nobody reads more, and browsers grow slow."""


def workflows(of: Audit) -> Element:
    """All of them, the dearest first."""
    most = max((max(one.now.bounds) for one in of.workflows if one.now is not None), default=Fraction(0))
    return element(
        "section",
        element("h2", "Workflows"),
        element(
            "p", "What a month of each costs, and what is left of it after what can be done first.", class_="quiet"
        ),
        key(SHARES),
        *(_workflow(of, one, most, unfolded=place < OPEN) for place, one in enumerate(of.workflows[:MOST])),
        _others(of),
    )


def _others(of: Audit) -> Element | None:
    """What is said of the workflows that are not shown."""
    others = of.workflows[MOST:]
    if not others:
        return None
    paid = money(total([one.now for one in others]))
    which = f"1 other, which costs {paid} a month"
    if len(others) > 1:
        which = f"{len(others):,} others, which cost {paid} a month together"
    return element("p", f"And {which}; the JSON has them all.")


def key(entries: tuple[tuple[str, str], ...]) -> Element:
    """What the colours mean."""
    return element(
        "ul",
        *(
            element(
                "li",
                element(
                    "svg", element("rect", width=10, height=10, class_=kind), viewBox="0 0 10 10", aria_hidden="true"
                ),
                text,
            )
            for kind, text in entries
        ),
        class_="legend",
    )


def _workflow(of: Audit, one: Workflow, most: Fraction, *, unfolded: bool) -> Element:
    says = f"{plain(one.name)}: {money(one.now)} a month, {money(one.left)} left"
    summary = element(
        "summary",
        element("span", plain(one.name), class_="name"),
        spent(one.now, one.left, most, says),
        element("span", f"{money(one.now)} → {money(one.left)}", class_="sum"),
    )
    guessed = element(
        "p", f"The log names no workflow here; it is told from others by {one.guessed}.", class_="small quiet"
    )
    inside = element(
        "div",
        guessed if one.guessed else None,
        *(each for part in one.parts for each in _part(of, part)),
        class_="inside",
    )
    made = element("details", summary, inside, class_="workflow")
    if unfolded:
        made.set("open", "open")
    return made


def _part(of: Audit, one: Judged) -> Iterator[Element]:
    strand, group = one.strand, one.strand.group
    lane = LANES[strand.lane] + (" (taken for it: nothing says so)" if strand.lane_known == "nobody" else "")
    yield element("h3", f"{group.provider or 'unknown provider'}, {plain(group.model) or 'unknown model'}, {lane}")
    tokens = group.tokens
    cached = f", {tokens.cached:,} of them cached" if tokens.cached else ""
    billed = f"; billed {money(strand.billed)}" if strand.billed is not None else ""
    yield element(
        "p",
        f"{many(group.requests, 'request')}, {many(tokens.input, 'token')} in{cached}, {tokens.output:,} out; by the price list {money(strand.listed)} a month{billed}.",
        class_="small",
    )
    wait = one.patience
    yield element(
        "p",
        "Could wait: ",
        element("strong", waiting(wait)),
        " ",
        element("span", evidence(wait.strength), class_=f"badge {wait.strength.word}"),
        class_="small",
    )
    if wait.clues:
        yield element(
            "ul",
            *(element("li", f"{clue.says} ({clue.strength.word})") for clue in wait.clues),
            class_="plain small",
        )
    yield from _pictures(of, one)
    yield _findings(one)


def _pictures(of: Audit, one: Judged) -> Iterator[Element]:
    group, found = one.strand.group, list[Element]()
    if any(group.hours):
        offset = of.basis.assumptions.offset // HOUR
        zone = f"UTC{offset:+d}" if offset else "UTC"
        top = max(range(168), key=lambda hour: group.hours[(hour - offset) % 168])
        label = f"Requests by hour of the week ({zone}); most on {DAYS[top // 24]} at {top % 24:02d}:00"
        found.append(element("figure", week(group.hours, offset, label), element("figcaption", label)))
    if len(group.days) > 1:
        amounts = _by_day(of, one)
        busiest = max(amounts, key=lambda pair: pair[1])
        label = f"Requests by day, at most {busiest[1]:,}"
        found.append(element("figure", days(amounts, label), element("figcaption", label)))
    if found:
        yield element("div", *found, class_="pictures")


def _by_day(of: Audit, one: Judged) -> list[tuple[str, int]]:
    """Requests of every day of the log, also of those on which none came; a log without a calendar has days by number."""
    first, dated = of.profile.first // DAY, is_dated(of.profile)
    last = max(of.profile.end - 1, max(one.strand.group.days)) // DAY  # what came as the last day began is of that day
    found = list[tuple[str, int]]()
    for day in range(first, last + 1):
        name = to_datetime(day * DAY).strftime("%Y-%m-%d") if dated else f"day {day - first + 1:,}"
        amount = one.strand.group.days.get(day * DAY)
        found.append((name, 0 if amount is None else amount.requests))
    return found


def _findings(one: Judged) -> Element:
    columns = (
        ("lever", ""),
        ("verdict", ""),
        ("alone, a month", "number"),
        ("on top", "number"),
        ("why, and what it assumes", ""),
    )
    heads = (element("th", name, scope="col", **({"class_": kind} if kind else {})) for name, kind in columns)
    table = element("table", element("thead", element("tr", *heads)), element("tbody", *map(_finding, one.findings)))
    return scrolling(table, f"What was found about {plain(one.strand.group.model) or 'unknown model'}")


def _finding(one: Finding) -> Element:
    says = element("td", plain(one.says, 600))
    if one.assumes:
        says.append(element("ul", *(element("li", plain(text, 600)) for text in one.assumes), class_="plain quiet"))
    if one.do and one.verdict == "unknown":
        says.append(element("div", "What would make it known: ", *typed(one.do), class_="quiet"))
    if one.steps:
        arithmetic = [element("li", plain(line, 1_000)) for line in lines(Derivation(list(one.steps)))]
        says.append(
            element(
                "details",
                element("summary", "arithmetic, in the dearest case"),
                element("ol", *arithmetic, class_="sums"),
                class_="arithmetic",
            )
        )
    return element(
        "tr",
        element("td", LEVERS[one.lever]),
        element("td", HEADINGS[one.verdict].lower()),
        element("td", money(one.saves), class_="number"),
        element("td", "" if one.adds is None else money(one.adds), class_="number"),
        says,
    )
