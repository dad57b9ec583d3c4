"""Instants as protocols write them that do not count seconds."""

from bide.core.clock import to_datetime


def rfc3339(instant: int, digits: int = 6) -> str:
    """An instant in UTC, as in ``2026-11-21T10:00:00.100435Z``, with 0, 3 or 6 digits after the second."""
    text = to_datetime(instant).strftime("%Y-%m-%dT%H:%M:%S.%f")
    return f"{text[: 20 + digits] if digits else text[:19]}Z"


def rfc3339_or_none(instant: int | None, digits: int = 6) -> str | None:
    """The same, for what may not have happened."""
    return None if instant is None else rfc3339(instant, digits)
