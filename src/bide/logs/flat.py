"""What lies deeper in an object, under names with dots, as in ``usage.prompt_tokens``."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

DEEPEST = 3
"""Levels of objects in which values are looked for."""


def flat(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values by their whole names."""
    if not any(isinstance(value, dict) for value in values.values()):
        return values
    return dict(_named("", values, DEEPEST))


def _named(prefix: str, values: Mapping[str, Any], levels: int) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, dict) and levels > 1:
            yield from _named(f"{prefix}{name}.", cast(dict[str, Any], value), levels - 1)
        else:
            yield prefix + name, value
