"""What a job is promised before anything is sent: how much of it is guaranteed, what it will cost, how long it may take."""

from collections.abc import Iterable, Mapping, Sequence

from bide.core.clock import DAY
from bide.core.deadline import OnMiss, Priority
from bide.core.errors import RefusedError
from bide.core.money import RateCard
from bide.engine.context import Context
from bide.engine.outlook import hours_of
from bide.engine.pricing import BATCH, STANDARD
from bide.intake.order import OPTIONS, Order, Words
from bide.lanes.decision.outlook import Key
from bide.lanes.forecast.forecast import View
from bide.lanes.forecast.turnaround import NEVER
from bide.lanes.rescue.admission import Admission
from bide.ledger.estimate import Estimate, Load, OutputAssumption, estimate, total
from bide.ledger.prices import day_of
from bide.ledger.promise import Admitted, Forecast, Predicted, Promise
from bide.ledger.rates import Mode

RESCUED: tuple[Mode, ...] = ("batch", "standard")
"""The lanes of what waits in batches and may be called at its last safe moment."""

KEEP_TO_BATCHES = "keep to batches with"


def promise(
    context: Context,
    admissions: Mapping[Key, Admission],
    loads: Mapping[Key, Load],
    size: int,
    expected: View,
    deadline: int,
) -> Promise:
    """The promise for a job whose bodies are `size` bytes together; `expected` is what is known of the lanes."""
    admitted = [
        Admitted(*key, found.requests, found.guaranteed, found.known, found.arithmetic, found.notice)
        for key, found in sorted(admissions.items())
    ]
    rescue = max((found.drain for found in admissions.values()), default=0)
    return Promise(admitted, forecast(context, loads), _predicted(context, loads, rescue, expected, deadline), size)


def _predicted(context: Context, loads: Mapping[Key, Load], rescue: int, expected: View, deadline: int) -> Predicted:
    """How long the slowest of a job's models should take: its batches wait for the account's hours, and then take what such
    batches take."""
    queue = max((_until_open(context, key, expected.now, deadline) for key in loads), default=0)
    batches = [expected.batch(*key, load.requests) for key, load in sorted(loads.items())]
    median, late = (max((one.quantile(share) for one in batches), default=0) for share in (0.5, 0.95))
    return Predicted(queue, min(median, DAY), rescue, queue, None if late >= NEVER else late)


def _until_open(context: Context, key: Key, now: int, deadline: int) -> int:
    """How long deferred work waits for the window of its account; 0 where it does not, or would wait beyond its deadline."""
    window = hours_of(context, key).window
    opens = now if window is None else window.opens_at(now)
    return opens - now if now < opens < deadline else 0


def forecast(context: Context, loads: Mapping[Key, Load]) -> Forecast:
    """What a job will cost in each lane, at today's prices."""
    lanes = {mode: [_estimate(context, *one, mode) for one in loads.items()] for mode in (BATCH, STANDARD)}
    return Forecast(total(lanes[BATCH]), total(lanes[STANDARD]))


def check(context: Context, order: Order, offered: Promise, loads: Mapping[Key, Load]) -> None:
    """See that the order takes what is offered.

    Raises:
        RefusedError: it asks for a guarantee of every request, or sets a cap although a price is unknown.
    """
    if order.strict and offered.guaranteed < offered.requests:
        raise RefusedError(
            f"only {offered.guaranteed:,} of {offered.requests:,} requests can be guaranteed by the deadline, and"
            f" --strict asks for all: {'; '.join(one.arithmetic for one in offered.admitted)}"
        )
    if order.max_cost is None:
        return
    for key in sorted(loads):
        modes = lanes_of(context, order, key[0], loads[key])
        for mode in modes:
            if _card(context, key, mode) is None:
                raise RefusedError(price_missing(context, key, mode, modes, order.words))


def lanes_of(context: Context, order: Order, account: str, load: Load) -> Sequence[Mode]:
    """The lanes whose prices the requests of an account may come to cost."""
    provider = context.providers[account]
    batched = [endpoint for endpoint in load.endpoints if provider.capabilities.batches(endpoint)]
    if order.priority == Priority.URGENT or not batched or load.requests < provider.limits.min_requests:
        return ("standard",)
    return RESCUED if order.on_miss is OnMiss.RESCUE or len(batched) < len(load.endpoints) else ("batch",)


def _estimate(context: Context, key: Key, load: Load, mode: str) -> Estimate | None:
    realtime = context.settings.realtime
    assumption = OutputAssumption(realtime.typical_output_tokens, realtime.assumed_output_tokens)
    return estimate(load, _card(context, key, mode), assumption)


def _card(context: Context, key: Key, mode: str) -> RateCard | None:
    account, model = key
    day = day_of(context.clock.now())
    return context.pricing.source.card(context.providers[account].catalogue, model, mode, day)


def remedy(order: Order, modes: Iterable[Sequence[Mode]]) -> str:
    """What else would help a job whose cap does not hold it, given the lanes of its requests."""
    return f"{KEEP_TO_BATCHES} {order.words.late}" if order.on_miss is OnMiss.RESCUE and RESCUED in modes else ""


def price_missing(context: Context, key: Key, mode: str, modes: Sequence[str], words: Words = OPTIONS) -> str:
    """Which price the cap needs, how to give it, and how to do without."""
    name = f"{context.providers[key[0]].catalogue}/{key[1]}"
    lines = [] if _card(context, key, STANDARD) else ['input = "0.25"', 'output = "2"']
    lines += ['batch = "0.5"'] if mode == BATCH else []
    says = "in USD per million tokens" if mode == STANDARD else "a multiplier of the standard price"
    if mode == BATCH and len(lines) > 1:
        says = f"in USD per million tokens, batch as {says}"
    otherwise = f"{KEEP_TO_BATCHES} {words.late}, " if modes == RESCUED and mode == STANDARD else ""
    return (
        f"there is a cost cap and the {mode} price of {name} is unknown; give it in bide.toml under"
        f' [prices."{name}"], as in {", ".join(lines)} ({says}), {otherwise}or leave out {words.max_cost}'
    )
