"""The tables of docs/translation.md, drawn from each wire's words.

.venv/bin/python -m tests.providers.translate.page    # write them
"""

from collections.abc import Iterator
from pathlib import Path

from bide.providers.translate import SPOKES, Wire
from bide.providers.translate.expressible import DETAILS, SETTINGS

PAGE = Path(__file__).parents[3] / "docs" / "translation.md"

BEGIN = "<!-- Made by tests/providers/translate/page.py from the words.py of each wire. -->\n"
END = "<!-- The end of what is made. -->\n"

WIRES = [wire for wire in Wire if wire in SPOKES]


def drawn(page: str) -> str:
    """A page with its tables drawn anew."""
    before, _, rest = page.partition(BEGIN)
    return before + BEGIN + "\n" + "\n".join(tables()) + "\n" + END + rest.partition(END)[2]


def tables() -> Iterator[str]:
    """The lines of all tables."""
    yield "### What is said about the answer\n"
    yield from expressions(list(SETTINGS))
    yield "\n### What turns and tools are made of\n"
    yield from expressions([key for kind in DETAILS for key in (kind, *(f"{kind}.{one}" for one in DETAILS[kind]))])
    yield "\n### Which values are refused\n"
    yield "| target | field | rule |\n| --- | --- | --- |"
    for wire in WIRES:
        for field, limit in SPOKES[wire].LIMITS.items():
            word = SPOKES[wire].SPELLING.get(field)
            yield f"| {wire.api} | {f'`{cell(word)}`' if word else named(field)} | {cell(limit)} |"
    yield "\n### What to do instead\n"
    yield "| target | refused | instead |\n| --- | --- | --- |"
    for wire in WIRES:
        for field, remedy in SPOKES[wire].REMEDIES.items():
            yield f"| {wire.api} | {named(field)} | {cell(remedy)} |"


def expressions(fields: list[str]) -> Iterator[str]:
    """A row a field, a column a wire."""
    yield f"| | {' | '.join(wire.api for wire in WIRES)} |"
    yield f"| --- |{' --- |' * len(WIRES)}"
    for field in fields:
        words = [SPOKES[wire].SPELLING.get(field) for wire in WIRES]
        yield f"| {named(field)} | {' | '.join(f'`{cell(word)}`' if word else 'refused' for word in words)} |"


def named(field: str) -> str:
    """A field in plain words: a detail after its part."""
    kind, _, detail = field.replace("_", " ").rpartition(".")
    return f"{kind}: {detail}" if kind else detail


def cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(drawn(PAGE.read_text("utf-8")), "utf-8")
