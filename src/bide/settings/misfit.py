"""A setting whose value does not fit, told by its whole name, where it stands, and what would fit."""

import enum
from collections.abc import Iterable, Mapping
from typing import Any, get_args

import msgspec

from bide.settings import Settings
from bide.settings.section import decode_hook

SOME = "[...]"
"""How `msgspec` writes the keys of a free table, which it does not name."""


def fit(raw: Mapping[str, Any]) -> Settings:
    """The settings. Raises `msgspec.ValidationError`."""
    return msgspec.convert(raw, Settings, strict=False, dec_hook=decode_hook)


def misfit(raw: Mapping[str, Any], error: msgspec.ValidationError, sources: Mapping[str, str]) -> str:
    """What to tell whoever wrote `raw`. `sources` say by the whole name where a setting stands."""
    message, _, path = str(error).partition(" - at `$")
    path = path.strip("`.") or "?"
    name = _named(raw, path)
    words = _words(path.replace(SOME, "[]").split(".")) if message.startswith("Invalid enum value") else ()
    choice = f"; write one of {', '.join(words)}" if words else ""
    where = {source for key, source in sources.items() if key == name or key.startswith(f"{name}.")}
    source = f"{where.pop()}: " if len(where) == 1 else ""
    return f"{source}the setting {name} cannot be used: {message}{choice}"


def _named(raw: Mapping[str, Any], path: str) -> str:
    """The path with the key that `msgspec` left out: the first of its table that does not fit, taken alone."""
    above, some, below = path.partition(SOME)
    if not some:
        return path
    keys = above.split(".")
    table: Any = raw
    for key in keys:
        table = table.get(key, {})
    for name, value in table.items():
        alone: dict[str, Any] = {name: value}
        for key in reversed(keys):
            alone = {key: alone}
        try:
            fit(alone)
        except msgspec.ValidationError:
            return f"{above}.{name}{below.replace(SOME, '')}"
    return path


def _words(keys: Iterable[str]) -> tuple[str, ...]:
    """The words that a setting takes, where it is one of a few. A key ends in ``[]`` where a table of the user's names follows."""
    kind: Any = Settings
    for key in keys:
        name, some, _ = key.partition("[")
        kind = next(field.type for field in msgspec.structs.fields(kind) if field.name == name)
        if some:
            kind = get_args(kind)[-1]
    for one in (kind, *get_args(kind)):
        if isinstance(one, type) and issubclass(one, enum.StrEnum):
            return tuple(one)
    return tuple(one for one in get_args(kind) if isinstance(one, str))
