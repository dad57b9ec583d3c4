"""Cheaper models of the same family: the next ones down in a provider's own naming, as far as the catalogue has them.

A family is told by its names alone (opus, sonnet, haiku; pro, flash, flash-lite; a name and the same with -mini). That a smaller model is
good enough is nobody's promise: it is an evaluation that somebody has to make.
"""

import re
from collections.abc import Callable, Iterator

LADDERS: tuple[tuple[str, ...], ...] = (
    ("mythos", "fable", "opus", "sonnet", "haiku"),
    ("astra", "sol", "terra", "luna"),
    ("pro", "flash", "flash-lite"),
    ("premier", "pro", "lite", "micro"),
    ("large", "medium", "small"),
)
"""Words in a model's name, from the dearest down."""

SUFFIXES = ("", "-mini", "-nano")
"""Endings of a name, from the dearest down."""

_DATE = re.compile(r"[-@](?:\d{4}-\d{2}-\d{2}|\d{8}|latest)$")

_SMALLER = re.compile(r"-(?:mini|nano)$")


def undated(model: str) -> str:
    """A model's name without the day of its snapshot: its smaller sisters are of other days."""
    return _DATE.sub("", model)


def smaller(model: str, exists: Callable[[str], bool]) -> tuple[str, ...]:
    """The smaller members of a model's family, the nearest first; `exists` says whether the provider has such a model."""
    return tuple(dict.fromkeys(name for name in _candidates(undated(model)) if exists(name)))


def _candidates(model: str) -> Iterator[str]:
    for ladder in LADDERS:
        for word in sorted(ladder, key=len, reverse=True):  # flash-lite before flash
            if found := re.search(rf"(?<![a-z]){word}(?![a-z])", model):
                for lower in ladder[ladder.index(word) + 1 :]:
                    yield f"{model[: found.start()]}{lower}{model[found.end() :]}"
                break
    ending = _SMALLER.search(model)
    stem, rank = (model, 0) if ending is None else (model[: ending.start()], SUFFIXES.index(ending[0]))
    yield from (f"{stem}{suffix}" for suffix in SUFFIXES[rank + 1 :])
