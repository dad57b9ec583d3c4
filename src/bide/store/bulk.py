"""An ``INSERT … VALUES`` of one row, as the statement of many: what both databases make of it begins here."""

import functools
import re
from dataclasses import dataclass

_INSERT = re.compile(r"INSERT INTO (\w+).*?VALUES \(([^()]*)\)", re.DOTALL)
_PLACE = re.compile(r"\?(\d+)")


@dataclass(frozen=True, slots=True)
class Insert:
    """An insert, cut apart: what stands before ``VALUES``, the one row's values without their brackets, what follows."""

    table: str
    head: str
    values: str
    tail: str


@functools.cache
def cut(text: str) -> Insert:
    """The parts of an ``INSERT … VALUES``. Raises ValueError for any other statement."""
    found = _INSERT.match(text)
    if found is None:
        raise ValueError(f"this is no INSERT … VALUES: {text}")
    head, tail = text[: found.start(2)].removesuffix("VALUES ("), text[found.end(2) + 1 :]
    return Insert(found[1], head, found[2], tail)


@functools.cache
def repeat(text: str, names: tuple[str, ...], shared: tuple[str, ...], rows: int) -> str:
    """SQLite's insert of `rows` rows at once. First come the parameters in `shared`, the same for all rows; then those of
    each row, which are the rest of `names` in their order."""
    insert = cut(text)
    own = [name for name in names if name not in shared]
    values: list[str] = []
    for row in range(rows):
        places = {name: place for place, name in enumerate(shared, 1)}
        places.update({name: place for place, name in enumerate(own, len(shared) + row * len(own) + 1)})
        values.append(_PLACE.sub(lambda found, places=places: f"?{places[names[int(found[1]) - 1]]}", insert.values))
    return f"{insert.head}VALUES ({'), ('.join(values)}){insert.tail}"
