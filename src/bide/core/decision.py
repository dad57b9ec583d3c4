"""A decision as it is kept: what was done, by which rule, and the numbers of that instant which nobody could find out later."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

Number = int | float | bool | str | None

_COUNT = re.compile(r"(?<![\w:.-])\d[\d,]*(?:\.\d+)?(?![\w:-])")
"""A number by itself; a time of day or a date is none."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision about requests of a bucket. `rule` is in words, as `lanes` gives it; `safe_until` the last safe moment of the
    first of them, None where nothing rescues them.

    Durations and instants among the `numbers` are in microseconds.
    """

    rule: str
    safe_until: int | None
    numbers: Mapping[str, Number]

    @property
    def reason(self) -> str:
        """The rule without its numbers."""
        return reason_of(self.rule)


UNGROUNDED = Decided("nobody said why", None, {})
"""For whoever moves state by hand, as tests do."""


def reason_of(rule: str) -> str:
    """A rule without its numbers: what holds work is noted again when the reason changes, not with every count of it."""
    return _COUNT.sub("so many", rule)
