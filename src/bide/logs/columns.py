"""Which column of a log says what: as the user names them, else by the names that such columns usually have."""

import difflib
from collections.abc import Collection, Iterable, Mapping

from bide.core.errors import InputError

MOST, LONGEST = 40, 60
"""Columns that an error names, and characters of each: the first line of a file need not be a header."""


def guessed(
    name: str, there: Collection[str], asked: Mapping[str, str], usual: Mapping[str, tuple[str, ...]]
) -> dict[str, str]:
    """By what is wanted, the column that says it, where there is one. `name` is the log's, `there` are its columns.

    `asked` maps what is wanted to a column's name; `usual` has, in lower case, the names under which it is looked for otherwise.

    Raises:
        InputError: a column that was asked for is not there.
    """
    used = dict[str, str]()
    lower = {column.lower(): column for column in reversed(list(there))}
    for wanted, column in asked.items():
        if wanted not in usual:
            raise InputError(f"--column {wanted}={column}: there is no {wanted}; name one of {', '.join(usual)}")
        if column not in there:
            raise InputError(f"--column {wanted}={column}: {name} has no column {column}; {has(there, column)}")
        used[wanted] = column
    for wanted, names in usual.items():
        found = next((lower[usual] for usual in names if usual in lower), None)
        if wanted not in used and found is not None:
            used[wanted] = found
    return used


def parse(texts: Iterable[str]) -> dict[str, str]:
    """``at=t_s`` and the like, by what is wanted. Raises `InputError`."""
    found: dict[str, str] = {}
    for text in texts:
        wanted, equals, column = text.partition("=")
        if not equals or not column:
            raise InputError(f"--column {text} names no column; write as in --column at=t_s")
        found[wanted.strip()] = column.strip()
    return found


def has(there: Collection[str], column: str = "") -> str:
    """What columns there are, or the one that was probably meant."""
    names = ["".join(letter if letter.isprintable() else "?" for letter in name)[:LONGEST] for name in sorted(there)]
    close = difflib.get_close_matches(column, names, n=1)
    more = f" and {len(names) - MOST:,} more" if len(names) > MOST else ""
    return f"did you mean {close[0]}?" if close else f"There are {', '.join(names[:MOST])}{more}"
