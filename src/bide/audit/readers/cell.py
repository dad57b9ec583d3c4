"""Values as exports write them. What is empty is unknown; what cannot be understood is a `ValueError` that names the field."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, cast

import msgspec

from bide.audit.readers.reader import Values
from bide.core.money import DOLLAR
from bide.logs.moment import instant

MOST_TOKENS = 10**15
MOST_DOLLARS = 10**13

YES, NO = {"true", "t", "yes", "y", "1"}, {"false", "f", "no", "n", "0"}

_EMPTY = (None, "")


def tokens(values: Values, name: str) -> int | None:
    """A count: of tokens, of requests."""
    value = values.get(name)
    if type(value) is int and 0 <= value < MOST_TOKENS:
        return value
    if value in _EMPTY:
        return None
    try:
        number = int(value) if isinstance(value, str) and value.isdigit() else float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{name}: {value!r} is no whole number") from None
    if isinstance(value, bool) or not 0 <= number < MOST_TOKENS or number != int(number):
        raise ValueError(f"{name}: {value!r} is no whole number")
    return int(number)


def money(values: Values, name: str, unit: int = DOLLAR) -> int | None:
    """An amount in 1e-12 USD, rounded half up: logs reckon in binary fractions. `unit` is what the value counts in."""
    value = values.get(name)
    if value in _EMPTY:
        return None
    try:
        dollars = Decimal(value if isinstance(value, str) else str(value))
    except InvalidOperation:
        raise ValueError(f"{name}: {value!r} is no amount") from None
    if isinstance(value, bool) or not dollars.is_finite() or dollars.copy_abs() >= MOST_DOLLARS:
        raise ValueError(f"{name}: {value!r} is no amount")
    return int((dollars * unit).to_integral_value(ROUND_HALF_UP))


def moment(values: Values, name: str) -> int | None:
    """An instant in microseconds since 1970."""
    value = values.get(name)
    if value in _EMPTY:
        return None
    try:
        return instant(value)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None


def flag(values: Values, name: str) -> bool | None:
    """Yes or no."""
    value = values.get(name)
    if value in _EMPTY or isinstance(value, bool):
        return value if isinstance(value, bool) else None
    word = str(value).strip().lower()
    if word in YES or word in NO:
        return word in YES
    raise ValueError(f"{name}: {value!r} is neither true nor false")


def text(values: Values, *names: str) -> str | None:
    """The first of these that has a value."""
    for name in names:
        value = values.get(name)
        if value not in _EMPTY:
            return value if isinstance(value, str) else str(value)
    return None


def needed(value: int | None, name: str) -> int:
    """A value that has to be there. Raises `ValueError`."""
    if value is None:
        raise ValueError(f"{name}: there is no value")
    return value


def structure(values: Values, name: str) -> Any:
    """An object or a list, also where a table holds it as JSON text; None where it is neither."""
    value = values.get(name)
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return msgspec.json.decode(value)
        except msgspec.DecodeError:
            return None
    return cast(Any, value) if isinstance(value, dict | list) else None
