"""JSON values read one level deep: enough to tell what a user wrote, without touching what stands inside."""

from typing import cast

import msgspec
from msgspec import Raw

from bide.intake.problem import excerpt

encode = msgspec.json.Encoder(enc_hook=str).encode
"""Writes one line: no white space between tokens, and a line break inside a text becomes an escape. What JSON has no
form for (a table may hold anything) is written as text."""

decode_object = msgspec.json.Decoder(dict[str, Raw]).decode
"""An object as its members, undecoded. Raises what `msgspec` raises where the text is no object."""

_decode_array = msgspec.json.Decoder(list[Raw]).decode
_decode_scalar = msgspec.json.Decoder().decode

_BRACE, _BRACKET = b"{["

Value = str | int | float | bool | list[Raw] | dict[str, Raw] | None


def read_value(raw: Raw | None) -> Value:
    """The value of valid JSON text, members and items undecoded; None for a missing one as for null."""
    if not raw:
        return None
    first = memoryview(raw)[0]  # a Raw is a buffer: it has no slices of its own
    if first == _BRACE:
        return decode_object(raw)
    if first == _BRACKET:
        return _decode_array(raw)
    try:
        return cast(Value, _decode_scalar(raw))
    except msgspec.ValidationError:
        return float("inf")  # 1e999: valid JSON that no number type holds


def kind_of(value: Value) -> str:
    """What a value is, as its author calls it."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case int() | float():
            return "a number"
        case str():
            return f"the string {excerpt(value, 30)}"
        case list():
            return "an array"
        case dict():
            return "an object"


def text_of(value: object) -> str:
    """A column's value as it reads inside a prompt: text and dates as they are, anything else as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, Raw):
        inner = read_value(value)
        return inner if isinstance(inner, str) else str(value, "utf-8")
    written = encode(value)
    return msgspec.json.decode(written, type=str) if written.startswith(b'"') else written.decode()
