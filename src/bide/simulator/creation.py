"""How a batch comes to be: what a create may ask for, and everything that is drawn about the batch at that moment."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bide.core.clock import DAY
from bide.simulator.batch import Batch
from bide.simulator.behaviour import Behaviour
from bide.simulator.chance import Chance
from bide.simulator.outages import Standstill
from bide.simulator.refusal import BROKEN, Failure
from bide.simulator.rows import BUSY_ROW, REFUSED_ROW, Batchable, Problem, Row
from bide.simulator.schedule import DRIFT, draw, draw_failure

Identify = Callable[[Chance], str]
"""Makes the id of a batch, as its protocol writes them, from the batch's own chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBatch:
    """What a create asks for, in the words that the protocols share; durations are in microseconds.

    `source` names where the input is: a file or an object, nothing where it came with the request. `output_life` is
    None where it is left to the provider. `window` is how long it has until it expires. Without `validates` its
    requests are looked at one by one and the batch never fails whole. `asked` is the protocol's own record, for its
    view.
    """

    source: str = ""
    endpoint: str = ""
    metadata: dict[str, str] | None = None
    output_life: int | None = None
    window: int = DAY
    validates: bool = True
    asked: object = None


def make_batch(
    nth: int,
    new: NewBatch,
    found: Batchable | Problem,
    behaviour: Behaviour,
    chance: Chance,
    standstill: Standstill,
    output_life: int,
    identify: Identify,
    now: int,
) -> Batch:
    """The `nth` batch, from what was found in its input; `chance` is the provider's, `output_life` its default."""
    own = chance.within("batch", nth)
    valid = found if isinstance(found, Batchable) else Batchable((), "")
    order = own.shuffled(len(valid.rows), "order") if behaviour.shuffled else range(len(valid.rows))
    window = new.window if behaviour.window is None else behaviour.window
    if isinstance(found, Problem):
        schedule = draw_failure(behaviour, own, now, standstill)
    else:
        drift = chance.drift(now, DRIFT, "drift") if behaviour.turnaround.common else 0.0
        schedule = draw(behaviour, own, drift, len(valid.rows), now, standstill, window)
        _fail_rows(valid.rows, behaviour, own)
    return Batch(
        id=identify(own),
        nth=nth,
        endpoint=new.endpoint,
        source=new.source,
        metadata=new.metadata,
        output_life=new.output_life or output_life,
        window=window,
        validates=new.validates,
        asked=new.asked,
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


def fail_all(valid: Batchable, behaviour: Behaviour) -> None:
    """Let every row fail as the script wants the whole batch to, where a batch cannot."""
    if fails := behaviour.fails:
        for row in valid.rows:
            row.failure = Failure(400, fails.message, code=fails.code, param=fails.param)


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
