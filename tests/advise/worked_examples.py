"""The worked examples of docs/calculator.md, drawn from `tests/cases/scenarios.json` and worked out by the calculator.

.venv/bin/python -m tests.advise.worked_examples    # write them
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

from tests.advise.scenarios import (
    Case,
    Span,
    all_figures,
    document,
    is_right,
    judged,
    listed,
    scenarios,
    stated_figure,
    worked,
)

from bide.advise.calculator.quantity import exact, rounded
from bide.advise.calculator.wording import grouped, lines

PAGE = Path(__file__).parents[2] / "docs" / "calculator.md"

BEGIN = "<!-- Made by tests/advise/worked_examples.py from tests/cases/scenarios.json. -->\n"
END = "<!-- The end of what is made. -->\n"

WORDS = {
    "realtime": "real time",
    "own": "",
    "list": "at list prices",
    "cost": "cost",
    "input": "input cost",
    "output": "output cost",
    "month": "a month",
    "saved": "saved",
    "saved_once": "saved, in money",
    "saved_month": "saved a month",
    "tokens.input": "input tokens",
    "tokens.output": "output tokens",
    "tokens.input_month": "input tokens a month",
    "idle_hours": "idle hours",
}

SHOWN = ("A-S04", "B-S06")
"""Scenarios of which every step is shown."""


def drawn(page: str) -> str:
    """A page with its examples drawn anew."""
    before, _, rest = page.partition(BEGIN)
    return before + BEGIN + "\n" + "\n".join(examples()) + "\n" + END + rest.partition(END)[2]


def examples() -> Iterator[str]:
    """The lines of all scenarios, by article."""
    yield from _summary()
    for letter, title in document()["articles"].items():
        yield f"\n## {letter}: {title}\n"
        for scenario in scenarios():
            if scenario["article"] == letter:
                yield from _scenario(scenario)


def _summary() -> Iterator[str]:
    yield "| article | scenarios | hold | do not |\n| --- | --- | --- | --- |"
    counted = [
        (letter, [judged(one) for one in scenarios() if one["article"] == letter]) for letter in document()["articles"]
    ]
    for letter, verdicts in counted:
        yield f"| {letter}: {document()['articles'][letter]} | {_counts(verdicts)} |"
    yield f"| all | {_counts([one for _, verdicts in counted for one in verdicts])} |"


def _counts(verdicts: Sequence[str]) -> str:
    right = verdicts.count("consistent")
    return f"{len(verdicts)} | {right} | {len(verdicts) - right}"


def _scenario(scenario: Case) -> Iterator[str]:
    verdict = "It holds." if judged(scenario) == "consistent" else "It does not hold."
    yield f"### {scenario['id']}: {scenario['title']}\n"
    yield f"{scenario['where'][0].upper()}{scenario['where'][1:]}. **{verdict}** {scenario['why']}\n"
    yield "| figure | stated | comes out | |\n| --- | --- | --- | --- |"
    yield from _rows(scenario)
    yield ""
    if scenario["id"] in SHOWN:
        yield "Every step, at the article's own prices:\n\n```text"
        yield from lines(worked(scenario["calculations"][0])[1])
        yield "```\n"


def _rows(scenario: Case) -> Iterator[str]:
    figures = all_figures(scenario)
    expected = {
        f"{one['name']}.{name}": said for one in scenario["calculations"] for name, said in one["expect"].items()
    }
    told: set[str] = set()
    for stated in scenario["stated"]:
        names = listed(stated["figure"])
        found = stated_figure(stated, figures)
        says = " – ".join(listed(stated["value"]))
        told |= {name for name in names if len(names) == 1}
        like = str(listed(stated["value"])[0])
        yield f"| {_named(names)} | {says} | {_shown(found, like)} | {'right' if is_right(found, stated) else '**wrong**'} |"
    for name, said in expected.items():
        if name not in told:
            yield f"| {_named([name])} | | {_shown(figures[name], listed(said)[0])} | |"


def _named(names: Sequence[str]) -> str:
    """A figure in words; of several, the range that they make."""
    if len(names) > 1:
        return f"from the least to the most of {len(names)}"
    calculation, _, figure = names[0].partition(".")
    parts = [calculation, figure] if figure in WORDS else [calculation, *figure.split(".")]
    words = dict.fromkeys(WORDS.get(part, part) for part in parts)
    return ", ".join(word for word in words if word)


def _shown(found: Span, like: str) -> str:
    """A figure as its like is written: in per cent, in millions, or plain."""
    if like.endswith("%"):
        ends = [f"{grouped(_rounded(end * 100))} %" for end in found]
    elif like.endswith(("M", "K", "B")):
        ends = [f"{grouped(end / exact('1' + like[-1]))}{like[-1]}" for end in found]
    else:
        ends = [grouped(_rounded(end)) for end in found]
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} – {ends[1]}"


def _rounded(value: Fraction) -> Fraction:
    """To four places, which is more than any article has."""
    return Fraction(rounded(value, 4))


if __name__ == "__main__":
    PAGE.write_text(drawn(PAGE.read_text("utf-8")), "utf-8")
