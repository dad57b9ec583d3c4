"""What groups of settings are made of: durations, lists of words, and a base that refuses names it does not know."""

from typing import Annotated, Any

import msgspec

from bide.core.clock import FAR_FUTURE
from bide.core.duration import parse_duration


class Duration(int):
    """Microseconds, written as in ``15m``."""


NEVER = "never"


class Kept(Duration):
    """How long something is kept: a duration, or `never` to purge it never."""


class Names(tuple[str, ...]):
    """Several words: a list, or a text with commas between them."""


Count = Annotated[int, msgspec.Meta(ge=1)]
"""So many of something; none of it would be no setting."""


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the groups of settings."""


def decode_hook(kind: type[Any], value: object) -> Any:
    """Durations and lists of names from their text, for `msgspec.convert`."""
    if kind is Kept:
        if isinstance(value, str):
            return Kept(FAR_FUTURE if value.strip().lower() == NEVER else parse_duration(value))
        raise ValueError(f'write a duration as text, as in "30d", or "{NEVER}", not {value!r}')
    if kind is Duration:
        if isinstance(value, str):
            return Duration(parse_duration(value))
        raise ValueError(f'write a duration as text, as in "15m", not {value!r}')
    if kind is Names:
        if isinstance(value, str):
            return Names(word for part in value.split(",") if (word := part.strip()))
        if isinstance(value, list | tuple) and all(isinstance(word, str) for word in value):  # type: ignore[reportUnknownVariableType]
            return Names(value)  # type: ignore[reportUnknownArgumentType]
        raise ValueError(f'write a list of texts, as in ["hooks.internal"], not {value!r}')
    raise NotImplementedError(kind)
