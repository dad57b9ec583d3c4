"""Where bytes lie: a range of an immutable object."""

from typing import NamedTuple


class Span(NamedTuple):
    """`length` bytes from `offset` in the object whose row id is `object_id`; `check` is their XXH3-64."""

    object_id: int
    offset: int
    length: int
    check: int
