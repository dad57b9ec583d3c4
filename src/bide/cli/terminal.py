"""What goes to the terminal: messages on stderr, results on stdout."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from bide.cli.options import Output


def say(text: str) -> None:
    """A message for people."""
    print(text, file=sys.stderr, flush=True)


def is_watched() -> bool:
    """Whether a person looks at the messages."""
    return sys.stderr.isatty()


def chosen(output: Output | None) -> Output:
    """The form of results: what was asked for, else a table on a terminal and JSON when piped."""
    if output is not None:
        return output
    return Output.TABLE if sys.stdout.isatty() else Output.JSON


def show_json(value: object) -> None:
    """One JSON document on one line."""
    print(json.dumps(value, ensure_ascii=False), flush=True)


WORD = 12
"""Characters of a text that stay on one line of a table however narrow the terminal is; a longer one is folded."""


GAP = 3
"""Blanks between two columns of a table, and about as many around it."""


def show_table(columns: Sequence[str], rows: Sequence[Sequence[object]], numbers: Sequence[str] = ()) -> None:
    """Rows under columns; `numbers` are the columns that are set flush right, and never broken: on a terminal that is too narrow for them
    the table is wider than it."""
    from rich import box
    from rich.cells import cell_len
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    # A text of its own is no markup.
    lines = [[Text("" if cell is None else str(cell)) for cell in row] for row in rows]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    widths: list[int] = []
    for place, column in enumerate(columns):
        longest = max(cell_len(text) for text in [column, *(row[place].plain for row in lines)])
        is_number = column in numbers
        widths.append(longest if is_number else min(longest, WORD))
        justify = "right" if is_number else "left"
        table.add_column(Text(column), justify=justify, overflow="fold", min_width=widths[-1], no_wrap=is_number)
    for row in lines:
        table.add_row(*row)
    console = Console(highlight=False)
    console.width = max(console.width, sum(widths) + GAP * len(widths))
    console.print(table)


def show_pairs(pairs: Mapping[str, Any], *, to_stderr: bool = False) -> None:
    """Names and values, one pair a line."""
    width = max((len(name) for name in pairs), default=0)
    for name, value in pairs.items():
        lines = str(value).split("\n")
        print(f"  {name:<{width}}  {lines[0]}", file=sys.stderr if to_stderr else sys.stdout)
        for line in lines[1:]:
            print(f"  {'':<{width}}  {line}", file=sys.stderr if to_stderr else sys.stdout)
