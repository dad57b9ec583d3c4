"""What a key may do here: which models, in which lanes; and the budget that a call reserves."""

from dataclasses import replace

from bide.core.budget import Reservation
from bide.core.clock import to_datetime
from bide.core.key import Key
from bide.core.money import format_money
from bide.core.states import Lane
from bide.engine.context import Context
from bide.gateway.asked import Asked
from bide.gateway.exchange import Exchange
from bide.intake.order import Order
from bide.intake.reservation import ceiling_in, longest_input
from bide.intake.routing import Destination
from bide.lanes.arrival.permission import LaneNotAllowedError, ModelNotAllowedError, Ways, permitted
from bide.lanes.arrival.urgency import Urgency
from bide.ledger.rates import STANDARD, Mode

AT_ONCE: dict[str | None, tuple[Lane, tuple[Mode, ...]]] = {
    "flex": (Lane.FLEX, ("flex",)),
    "priority": (Lane.REALTIME, (STANDARD, "priority")),
    "fast": (Lane.REALTIME, (STANDARD, "fast")),
}
"""By service tier, the lane of a call that is passed on, and what its tokens may be sold as; others are real time."""

BATCH_TAKES_ONE = 1


def check_model(key: Key | None, model: str) -> None:
    """See that a key may ask for a model by this name. Raises `ModelNotAllowedError`."""
    if key is not None and not key.allows(model):
        allowed = ", ".join(key.models or ())
        raise ModelNotAllowedError(
            f"the key {key.name} may not ask for the model {model!r}; it may for {allowed or 'none'}, or use a key that may"
        )


def allowed_way(
    context: Context, key: Key | None, destination: Destination, endpoint: str, asked: Asked, found: Urgency, now: int
) -> Urgency:
    """How a call is served that may use its key's lanes only; `now` in microseconds. Raises `LaneNotAllowedError`."""
    if key is None or key.lanes is None:
        return found
    minimum = context.settings.deadline.batch_minimum
    limits, can = destination.provider.limits, destination.provider.capabilities
    ways = Ways(
        AT_ONCE.get(asked.tier, (Lane.REALTIME,))[0],
        can.batches(endpoint) and limits.min_requests <= BATCH_TAKES_ONE,
        minimum,
        found.deadline is not None and found.deadline - now < minimum,
    )
    return permitted(found, key.name, key.lanes, ways, now)


def check_batches(key: Key | None) -> None:
    """See that a key may hand batches in. Raises `LaneNotAllowedError`."""
    if key is not None and not key.allows_lane(Lane.BATCH):
        raise LaneNotAllowedError(
            f"the key {key.name} may not use the lane {Lane.BATCH}; send its requests one by one, or use a key that may"
        )


def under_key(order: Order, key: Key | None) -> Order:
    """An order as a key may give it: its money, its lanes, its workflow."""
    if key is None:
        return order
    order = replace(order, key_id=key.id, lanes=key.lanes, workflow=order.workflow or key.workflow)
    return order if key.allows_lane(Lane.REALTIME) else replace(order, on_miss=order.on_miss.without_calls)


def at_once(context: Context, destination: Destination, body: bytes, asked: Asked, output_tokens: int) -> int | None:
    """What to reserve for a call that is passed on, in 1e-12 USD; None: a price is unknown."""
    longest = longest_input(body, destination.window)
    route = destination.route
    most = ceiling_in(context, route.account, route.model, modes_at_once(asked), longest)
    return None if most is None else most.amount(longest, output_tokens)


def modes_at_once(asked: Asked) -> tuple[Mode, ...]:
    """What the tokens of a call that is passed on may be sold as."""
    return AT_ONCE.get(asked.tier, (Lane.REALTIME, (STANDARD,)))[1]


def tell(exchange: Exchange, made: Reservation) -> None:
    """Have the answer say which budgets are exceeded that only warn."""
    if made.exceeded:
        exchange.notes["bide-budget-exceeded"] = "; ".join(
            f"{one.span} {one.period}: {format_money(one.reserved + one.spent)} of {format_money(one.budget)}, anew at"
            f" {to_datetime(one.renews_at).isoformat().replace('+00:00', 'Z')}"
            for one in made.exceeded
        )
