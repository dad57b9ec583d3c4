"""What a job is promised before anything is sent: how much of it is guaranteed, what it will cost, how long it may take."""

from collections.abc import Mapping

from bide.core.deadline import Priority
from bide.core.errors import RefusedError
from bide.core.money import format_money
from bide.engine import pricing
from bide.engine.context import Context
from bide.intake.order import Order
from bide.lanes.admission import Admission
from bide.lanes.decide import Key
from bide.ledger.estimate import Estimate, Load, OutputAssumption, by_lane, total
from bide.ledger.prices import day_of
from bide.ledger.promise import TYPICAL_TURNAROUND, Admitted, Forecast, Predicted, Promise


def promise(context: Context, admissions: Mapping[Key, Admission], loads: Mapping[Key, Load], size: int) -> Promise:
    """The promise for a job whose bodies are `size` bytes together."""
    admitted = [
        Admitted(*key, found.requests, found.guaranteed, found.known, found.arithmetic)
        for key, found in sorted(admissions.items())
    ]
    rescue = max((found.drain for found in admissions.values()), default=0)
    return Promise(admitted, forecast(context, loads), Predicted(0, TYPICAL_TURNAROUND, rescue), size)


def forecast(context: Context, loads: Mapping[Key, Load]) -> Forecast:
    """What a job will cost in each lane, at today's prices."""
    day = day_of(context.clock.now())
    realtime = context.settings.realtime
    assumption = OutputAssumption(realtime.typical_output_tokens, realtime.assumed_output_tokens)
    lanes: dict[str, list[Estimate | None]] = {pricing.BATCH: [], pricing.STANDARD: []}
    for (account, model), load in loads.items():
        catalogue = context.providers[account].catalogue
        cards = {mode: context.pricing.source.card(catalogue, model, mode, day) for mode in lanes}
        for mode, found in by_lane(load, cards, assumption).items():
            lanes[mode].append(found)
    return Forecast(total(lanes[pricing.BATCH]), total(lanes[pricing.STANDARD]))


def check(order: Order, offered: Promise) -> None:
    """See that the order takes what is offered.

    Raises:
        RefusedError: it asks for a guarantee of every request, or sets a cap that the job may exceed.
    """
    if order.strict and offered.guaranteed < offered.requests:
        raise RefusedError(
            f"only {offered.guaranteed:,} of {offered.requests:,} requests can be guaranteed by the deadline, and"
            f" --strict asks for all: {'; '.join(one.arithmetic for one in offered.admitted)}"
        )
    if order.max_cost is None:
        return
    urgent = order.priority == Priority.URGENT
    estimate = offered.forecast.realtime if urgent else offered.forecast.batch
    if estimate is None:
        raise RefusedError(
            "the job has a cost cap and the price of its model is unknown; give the price in the config, or leave"
            " out --max-cost"
        )
    if estimate.upper > order.max_cost:
        where = "in real time" if urgent else "in batches alone"
        raise RefusedError(
            f"the job may cost up to {format_money(estimate.upper)} {where}, and its cap is"
            f" {format_money(order.max_cost)}; set max_completion_tokens, raise --max-cost, or send less"
        )
