"""What lies deeper in an object, under names with dots, as in ``usage.prompt_tokens``."""

from collections.abc import Mapping
from typing import Any, cast

DEEPEST = 3
"""Levels of objects in which values are looked for."""


def flat(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values by their whole names."""
    for value in values.values():
        if isinstance(value, dict):
            break
    else:
        return values
    found = dict[str, Any]()
    _name(found, "", values, DEEPEST)
    return found


def _name(found: dict[str, Any], prefix: str, values: Mapping[str, Any], levels: int) -> None:
    for name, value in values.items():
        if levels > 1 and isinstance(value, dict):
            _name(found, f"{prefix}{name}.", cast(dict[str, Any], value), levels - 1)
        else:
            found[prefix + name] = value
