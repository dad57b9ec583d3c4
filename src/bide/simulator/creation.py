"""How a batch comes to be: what a create may ask for, and everything that is drawn about the batch at that moment."""

from collections.abc import Sequence
from dataclasses import dataclass

from bide.simulator.batch import Batch
from bide.simulator.behaviour import Behaviour
from bide.simulator.body import ENDPOINTS
from bide.simulator.chance import Chance
from bide.simulator.lines import BUSY_ROW, REFUSED_ROW, Batchable, Problem, Row
from bide.simulator.outages import Standstill
from bide.simulator.refusal import BROKEN, invalid
from bide.simulator.schedule import DRIFT, draw, draw_failure

WINDOW = "24h"
"""The only completion window there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBatch:
    """What a create asks for. `output_life` is in microseconds, None where it is left to the provider.

    Raises:
        Refusal: the endpoint or the window is none that batches have.
    """

    input_file_id: str
    endpoint: str
    completion_window: str = WINDOW
    metadata: dict[str, str] | None = None
    output_life: int | None = None

    def __post_init__(self) -> None:
        if self.endpoint not in ENDPOINTS:
            raise invalid(f"The endpoint {self.endpoint!r} is not one of {list(ENDPOINTS)}.", param="endpoint")
        if self.completion_window != WINDOW:
            raise invalid(f"The completion_window has to be {WINDOW!r}.", param="completion_window")


def make_batch(
    nth: int,
    new: NewBatch,
    found: Batchable | Problem,
    behaviour: Behaviour,
    chance: Chance,
    standstill: Standstill,
    output_life: int,
    now: int,
) -> Batch:
    """The `nth` batch, from what was found in its file; `chance` is the provider's, `output_life` its default."""
    own = chance.within("batch", nth)
    valid = found if isinstance(found, Batchable) else Batchable((), "")
    order = own.shuffled(len(valid.rows), "order") if behaviour.shuffled else range(len(valid.rows))
    if isinstance(found, Problem):
        schedule = draw_failure(behaviour, own, now, standstill)
    else:
        drift = chance.drift(now, DRIFT, "drift") if behaviour.turnaround.common else 0.0
        schedule = draw(behaviour, own, drift, len(valid.rows), now, standstill)
        _fail_rows(valid.rows, behaviour, own)
    return Batch(
        id=own.identifier("batch_"),
        nth=nth,
        endpoint=new.endpoint,
        input_file_id=new.input_file_id,
        metadata=new.metadata,
        output_life=new.output_life or output_life,
        model=valid.model or None,
        behaviour=behaviour,
        chance=own,
        schedule=schedule,
        rows=valid.rows,
        order=order,
        problem=found if isinstance(found, Problem) else None,
        tokens=valid.tokens,
        created_at=now,
        failed_ranks=_failed_ranks(valid.rows, order),
    )


def _fail_rows(rows: Sequence[Row], behaviour: Behaviour, chance: Chance) -> None:
    """Let the shares of rows fail that the script wants to fail."""
    rates = (
        ("refused", behaviour.refused_rows, REFUSED_ROW),
        ("busy", behaviour.busy_rows, BUSY_ROW),
        ("broken", behaviour.broken_rows, BROKEN),
    )
    if not any(rate for _, rate, _ in rates):
        return
    for row in rows:
        for name, rate, failure in rates:
            if row.failure is None and chance.happens(rate, name, row.custom_id):
                row.failure = failure


def _failed_ranks(rows: Sequence[Row], order: Sequence[int]) -> list[int]:
    if not any(row.failure for row in rows):
        return []
    return [rank for rank, place in enumerate(order) if rows[place].failure]
