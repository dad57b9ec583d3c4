"""A log as JSON Lines: an object a line."""

from collections.abc import Iterator
from typing import Any, cast

import msgspec

from bide.logs.row import Row


def rows(lines: Iterator[bytes]) -> Iterator[Row]:
    """The objects, one a line; lines that are none are rows with trouble."""
    decode = msgspec.json.Decoder().decode
    for number, line in enumerate(lines, 1):
        if line.isspace():
            continue
        try:
            value = decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            why = "it is nested too deep" if isinstance(error, RecursionError) else str(error)
            yield Row(number, {}, f"it is no JSON: {why}")
            continue
        if isinstance(value, dict):
            yield Row(number, cast(dict[str, Any], value))
        else:
            yield Row(number, {}, "it is no JSON object")
