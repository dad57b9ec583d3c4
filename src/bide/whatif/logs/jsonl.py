"""A log as JSON Lines: an object a line. What lies deeper has a name with dots, as in ``usage.prompt_tokens``."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

import msgspec

from bide.whatif.logs.row import Row

DEEPEST = 3
"""Levels of objects in which values are looked for."""


def rows(lines: Iterator[bytes]) -> Iterator[Row]:
    """The objects, one a line; lines that are none are rows with trouble."""
    decode = msgspec.json.Decoder().decode
    for number, line in enumerate(lines, 1):
        if line.isspace():
            continue
        try:
            value = decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            yield Row(number, {}, f"it is no JSON: {error}")
            continue
        if isinstance(value, dict):
            yield Row(number, dict(_flat("", cast(dict[str, Any], value), DEEPEST)))
        else:
            yield Row(number, {}, "it is no JSON object")


def _flat(prefix: str, values: Mapping[str, Any], levels: int) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, dict) and levels > 1:
            yield from _flat(f"{prefix}{name}.", cast(dict[str, Any], value), levels - 1)
        else:
            yield prefix + name, value
