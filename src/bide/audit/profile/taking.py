"""One source on its way into a profile: what is taken of it, what is left out, and what is assumed of the rest."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from bide.audit.profile.footprint import Footprint
from bide.audit.profile.profile import Source
from bide.audit.readers.reader import Skipped
from bide.audit.readers.record import BY_PROMPTS, Record
from bide.logs.row import BadRow

SHOWN = 20
"""Bad rows that are kept to be shown; the others are only counted."""


@dataclass(frozen=True, slots=True)
class Defaults:
    """What is taken for rows that do not name it."""

    provider: str = ""
    model: str = ""


class Taking:
    """One source while it is read. `add` takes every record of it, with the number of its kind."""

    def __init__(
        self,
        name: str,
        reader: str,
        notes: Sequence[str],
        defaults: Defaults,
        add: Callable[[Record, int], None],
        stream: int,
    ) -> None:
        self.name, self.reader, self.notes = name, reader, notes
        self.footprint = Footprint(name, stream)
        self._defaults, self._add, self._stream = defaults, add, stream
        self._bad, self._examples = 0, list[BadRow]()
        self._reasons, self._skipped_cost = dict[str, int](), 0
        self._defaulted = 0

    @property
    def rows(self) -> int:
        """Rows that were understood so far."""
        return self.footprint.rows

    def take(self, record: Record) -> None:
        """A row that was understood."""
        if not record.model and self._defaults.model and not record.bill:
            record = msgspec.structs.replace(
                record, model=self._defaults.model, provider=record.provider or self._defaults.provider
            )
            self._defaulted += 1
        if not record.workflow and record.prefix is not None and record.prefix.text:
            record = msgspec.structs.replace(record, workflow=record.prefix.text, named_by=BY_PROMPTS)
        self.footprint.add(record)
        self._add(record, self._stream)

    def refuse(self, line: int, why: str) -> None:
        """A row that cannot be used."""
        self._bad += 1
        if len(self._examples) < SHOWN:
            self._examples.append(BadRow(line, why))

    def skip(self, skipped: Skipped) -> None:
        """A row that is not about tokens."""
        # Reasons name operations and lines of bills, of which there are few; of whatever else, the first are kept.
        why = skipped.why if skipped.why in self._reasons or len(self._reasons) < SHOWN else "it is not about tokens"
        self._reasons[why] = self._reasons.get(why, 0) + 1
        self._skipped_cost += skipped.cost
        if skipped.covers is not None:
            self.footprint.cover(*skipped.covers)

    def source(self) -> Source:
        """What is to be said of it."""
        notes = tuple(self.notes)
        if self._defaulted:
            notes += (f"rows that name no model ({self._defaulted:,}) are taken to be of {self._defaults.model}",)
        return Source(
            name=self.name,
            reader=self.reader,
            rows=self.rows,
            bad=self._bad,
            skipped=sum(self._reasons.values()),
            first=self.footprint.first,
            end=self.footprint.end,
            dated=self.footprint.dated,
            examples=tuple(self._examples),
            reasons=self._reasons,
            skipped_cost=self._skipped_cost,
            notes=notes,
        )
