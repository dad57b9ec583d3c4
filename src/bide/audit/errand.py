"""An audit in a process of its own, for whoever must not be held up by its arithmetic: ``python -m bide.audit.errand DESCRIPTOR``.

The errand comes, pickled, by standard input; what is to be read lies open under the descriptor's number; the answer leaves by standard
output: JSON, or with the status `REFUSED` the sentence that says what is wrong with the log.
"""

import io
import os
import pickle
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, cast

import msgspec

from bide.audit.grounds import Grounds
from bide.audit.plan.audit import audit
from bide.audit.profile.reading import Reading
from bide.audit.profile.taking import Defaults
from bide.audit.views.rendering import rendered
from bide.core.errors import BideError
from bide.logs.opening import Opened
from bide.store.database import Row

REFUSED = 3
"""The status with which it ends where the log cannot be audited."""

NAME = "the log"
"""What messages call a log that came without a name."""

KINDNESS = 10
"""How far it stands back for others that want the processor."""

LENGTH = 8
"""Bytes before each page of a record, which say how many it has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What is to be done. `columns` says which column of a table is what; `is_record`: the file has pages of bide's own record, as
    `packed`, and is no log."""

    grounds: Grounds
    defaults: Defaults
    columns: Mapping[str, str]
    is_record: bool


def packed(rows: Sequence[Row], catalogue: Callable[[str], str]) -> bytes:
    """A page of `bide.store.consumed` as it is written into the file. `catalogue` is the name under which an account's prices are listed."""
    page = [{name: row[name] for name in row.keys()} for row in rows]  # noqa: SIM118 - a row is no mapping
    for row in page:
        row["provider"] = row["provider"] or catalogue(row["account"])
    data = msgspec.msgpack.encode(page)
    return len(data).to_bytes(LENGTH) + data


def carried_out(errand: Errand, file: BinaryIO) -> bytes:
    """The audit of what is in a file, as JSON.

    Raises:
        InputError: it cannot be read, is not understood, or has no usable row.
        SettingError: a price cannot be used.
    """
    reading = Reading(errand.defaults, lambda name, rows, share: None)
    if errand.is_record:
        reading.record(_pages(file))
    else:
        reading.log(Opened(file, NAME), errand.columns)
    profile = reading.profile()
    return msgspec.json.encode(rendered(audit(profile, errand.grounds.basis(profile))))


def _pages(file: BinaryIO) -> Iterator[Sequence[Row]]:
    while length := file.read(LENGTH):
        yield msgspec.msgpack.decode(file.read(int.from_bytes(length)))


def main() -> int:
    """Do it."""
    os.nice(KINDNESS)
    errand: Errand = pickle.load(sys.stdin.buffer)  # from the process that began this one, and from nobody else
    with io.FileIO(int(sys.argv[1])) as raw:
        raw.seek(0)
        try:
            # Pages are read with a buffer: what is read of a file without one may be less than was asked for.
            file = io.BufferedReader(raw) if errand.is_record else raw
            told, status = carried_out(errand, cast(BinaryIO, file)), 0
        except BideError as error:
            told, status = str(error).encode(errors="replace"), REFUSED
    sys.stdout.buffer.write(told)
    return status


if __name__ == "__main__":
    sys.exit(main())
