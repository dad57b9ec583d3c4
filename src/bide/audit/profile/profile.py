"""What a log sums up to: its groups, where it was read from, and how far it can be relied on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from bide.audit.profile.group import Group
from bide.logs.row import BadRow

Order = Literal["ascending", "descending", "mixed"]

OTHERS = "(others)"
"""The workflow under which rows stand that came when there was no room for another group."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was read. `reader` is what it was taken for, `first` and `end` the time it covers, None where it had no row;
    without being `dated` it counts from its own beginning.

    `bad` rows were left out because they cannot be used; `examples` are the first of them. `skipped` ones are not about tokens: a span that
    calls no model, a bill for storage; `reasons` counts them by what they are, and `skipped_cost` is what they were billed at, in 1e-12 USD.
    `notes` say what was assumed.
    """

    name: str
    reader: str
    rows: int
    bad: int = 0
    skipped: int = 0
    first: int | None = None
    end: int | None = None
    dated: bool = True
    examples: Sequence[BadRow] = ()
    reasons: Mapping[str, int] = field(default_factory=dict[str, int])
    skipped_cost: int = 0
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two files that stand for the same time at the same models, so that what is in both is counted twice.

    `models` are the (provider, model)s they share, `same` the part of the shorter one's rows that stand in the other too, as far as can be
    told from a sample.
    """

    one: str
    other: str
    first: int
    end: int
    models: Sequence[tuple[str, str]]
    same: float


@dataclass(frozen=True, slots=True)
class Silence:
    """Days between two files of one kind of which neither speaks: nothing was used then, or a file is missing. Instants in microseconds.

    They are `missing` where nothing inside the files is as long, and no file of another kind speaks of them.
    """

    after: str
    before: str
    first: int
    end: int
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Profile:
    """The groups of a log, the dearest first. `first` and `end` are the time it covers, in microseconds since 1970."""

    groups: Sequence[Group]
    first: int
    end: int
    sources: Sequence[Source] = ()
    overlaps: Sequence[Overlap] = ()
    silences: Sequence[Silence] = ()
    order: Order = "ascending"
    """Which way instants go from row to row. Where they are mixed, what follows a call is only seen where it stands near to it."""
    lumped: int = 0
    """Rows that stand under `OTHERS`."""
    forgotten: int = 0
    """Sessions that were let go to make room; their next calls were taken for first ones."""

    @property
    def rows(self) -> int:
        return sum(group.rows for group in self.groups)
