"""What bide itself has on record as a log: deferred requests and calls that were passed on, with their tokens."""

from collections.abc import Iterable

from bide.core.clock import DAY
from bide.core.errors import InputError
from bide.store.database import Row
from bide.whatif.arrival import EXPLICIT, LOW, STANDARD, URGENT, URGENT_WITHIN, Arrival
from bide.whatif.logs.columns import PRIORITIES
from bide.whatif.logs.reading import Log


def recorded(name: str, rows: Iterable[Row], typical_output: int) -> Log:
    """The rows of `History.workload` as a log; what has no answer yet is taken to be of `typical_output` tokens, or its limit.

    Raises:
        InputError: there is nothing on record.
    """
    arrivals = [_arrival(row, typical_output) for row in rows]
    if not arrivals:
        raise InputError(f"{name} has no accepted request; name a log, or another database with --db")
    arrivals.sort(key=lambda arrival: arrival.at)
    return Log(name, arrivals)


def _arrival(row: Row, typical_output: int) -> Arrival:
    at, limit, deadline = row["at"], row["output_limit"], row["deadline"]
    within = URGENT_WITHIN if deadline is None else deadline - at
    output = row["output_tokens"]
    if output is None:
        output = min(typical_output, limit or typical_output)
    return Arrival(
        at,
        at + max(0, within),
        row["input_tokens"],
        output,
        row["workflow"] or _kind(within),
        max(limit, output),
        within <= URGENT_WITHIN,
    )


def _kind(within: int) -> str:
    if within <= URGENT_WITHIN:
        return URGENT
    if within == PRIORITIES[STANDARD]:
        return STANDARD
    return LOW if within >= DAY else EXPLICIT
