"""How values are written in a script, and how a table of them becomes a frozen dataclass.

A reader takes what TOML or JSON made of a value and returns what the simulator works with, or raises ValueError with
the form that would have been right. A dataclass names each field's reader in its annotation:
``window: Annotated[int, duration]``. A field whose key is a word of Python's ends in an underscore (``from_``).
"""

import dataclasses
import difflib
import functools
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, cast

from bide.core.duration import parse_duration
from bide.core.errors import SettingError
from bide.simulator.chance import Spread

T = TypeVar("T")

Reader = Callable[[object], T]


def read_table(kind: type[T], table: object, where: str) -> T:
    """A dataclass of this kind from a table.

    Raises:
        SettingError: a key is unknown or missing, or its value is not understood; the message names `where` and the key.
    """
    settings = read_settings(kind, table, where)
    missing = [
        field.name
        for field in dataclasses.fields(cast(Any, kind))
        if field.default is dataclasses.MISSING and field.name not in settings
    ]
    if missing:
        raise SettingError(f"{where} needs {' and '.join(missing)}")
    return kind(**settings)


def read_settings(kind: type[object], table: object, where: str) -> dict[str, Any]:
    """The fields of `kind` that a table sets, by name. Raises as `read_table` does, but nothing is missing."""
    entries, readers = as_table(table, where), _readers(kind)
    refuse_unknown(entries, readers, where)
    settings: dict[str, object] = {}
    for key, value in entries.items():
        name, reader = readers[key]
        try:
            settings[name] = reader(value)
        except ValueError as error:
            raise SettingError(f"{where}: {key} = {value!r}: {error}") from error
    return settings


def keys(kind: type[object]) -> Sequence[str]:
    """The keys that a table of this kind may have."""
    return tuple(_readers(kind))


def refuse_unknown(entries: Mapping[str, object], known: Mapping[str, object], where: str) -> None:
    """Raise `SettingError` for the first key that is not known, naming the nearest one that is."""
    for key in entries:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(sorted(known))}"
            raise SettingError(f"{where} has no setting {key!r}; {hint}")


def as_table(value: object, where: str) -> Mapping[str, object]:
    """A value that has to be a table."""
    if not isinstance(value, Mapping):
        raise SettingError(f"{where} is a table of settings, not {value!r}")
    return cast(Mapping[str, object], value)


@functools.cache
def _readers(kind: type[object]) -> dict[str, tuple[str, Reader[object]]]:
    hints = typing.get_type_hints(kind, include_extras=True)
    return {name.rstrip("_"): (name, hint.__metadata__[0]) for name, hint in hints.items()}


def duration(value: object) -> int:
    """``"90s"``, ``"1h30m"``: microseconds."""
    if not isinstance(value, str):
        raise ValueError('write a duration as text, as in "90s" or "1h30m"')
    return parse_duration(value)


def share(value: object) -> float:
    """A probability or a part of a whole: 0 to 1."""
    number = _number(value)
    if number > 1:
        raise ValueError("a share goes from 0 to 1")
    return number


def whole(value: object) -> int:
    """A whole number from 0 on."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError("write a whole number from 0 on")
    return value


def flag(value: object) -> bool:
    """``true`` or ``false``."""
    if not isinstance(value, bool):
        raise ValueError("write true or false")
    return value


def text(value: object) -> str:
    """Any text."""
    if not isinstance(value, str):
        raise ValueError("write a text")
    return value


def texts(value: object) -> tuple[str, ...]:
    """A list of texts."""
    return tuple(text(item) for item in _items(value))


def places(value: object) -> tuple[int, ...]:
    """Which ones of a series, counted from 1: a number or a list of them."""
    numbers = (whole(value),) if isinstance(value, int) else tuple(whole(item) for item in _items(value))
    if 0 in numbers:
        raise ValueError("the first one is number 1")
    return numbers


def hours(value: object) -> tuple[int, int]:
    """``[12, 20]``: from noon until eight in the evening, UTC; ``[22, 6]`` goes over midnight."""
    numbers = tuple(whole(item) for item in _items(value))
    if len(numbers) != 2 or max(numbers) > 24:
        raise ValueError("write two hours of the day, as in [12, 20]")
    return numbers[0], numbers[1]


def one_of(*words: str) -> Reader[str]:
    """A reader that takes exactly these words."""

    def reader(value: object) -> str:
        if value not in words:
            raise ValueError(f"choose one of {', '.join(words)}")
        return str(value)

    return reader


def some_of(*words: str) -> Reader[tuple[str, ...]]:
    """A reader that takes a list of these words."""
    reader = one_of(*words)
    return lambda value: tuple(reader(item) for item in _items(value))


def never_or(reader: Reader[T]) -> Reader[T | None]:
    """A reader that also takes the word ``"never"``, as None."""
    return lambda value: None if value == "never" else reader(value)


def table_of(kind: type[T], name: str) -> Reader[T]:
    """A reader of an inline table."""

    def reader(value: object) -> T:
        try:
            return read_table(kind, value, name)
        except SettingError as error:
            raise ValueError(str(error)) from error

    return reader


def times(value: object) -> Spread:
    """A duration, or ``{median = "7m", sigma = 1.68, most = "24h", common = 0.5}`` for one that is drawn."""
    return _spread(value, duration)


def amounts(value: object) -> Spread:
    """A number, or ``{median = 200, sigma = 0.8, most = 4000}`` for one that is drawn."""
    return _spread(value, _number)


def _spread(value: object, unit: Reader[float]) -> Spread:
    if not isinstance(value, Mapping):
        return Spread(unit(value))
    entries = cast(Mapping[str, object], value)
    readers: dict[str, Reader[float]] = {"median": unit, "sigma": _number, "most": unit, "common": share}
    if "median" not in entries or not entries.keys() <= readers.keys():
        raise ValueError("a drawn value has a median, and may have sigma, most and common")
    return Spread(**{key: readers[key](item) for key, item in entries.items()})


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise ValueError("write a number from 0 on")
    return value


def _items(value: object) -> Sequence[object]:
    if not isinstance(value, list | tuple):
        raise ValueError("write a list")
    return cast(Sequence[object], value)
