"""The queue: what is open by account, model and lane, and how urgent the most urgent of it is; who waits; what is taken."""

from collections.abc import Iterable, Mapping

import msgspec

from bide.core.bucket import NOTHING, Bucket, Phase, Tally
from bide.core.clock import SECOND
from bide.gateway.api.paging import fields
from bide.gateway.api.shape.base import seconds, span
from bide.gateway.api.shape.queue import Depth, Held, Pressure, Queue, QueueOf
from bide.gateway.caller import Caller
from bide.gateway.exchange import Exchange
from bide.gateway.gateway import Gateway
from bide.gateway.pressure import refusal
from bide.lanes.decision.outlook import Key

LANES: Mapping[str, tuple[Phase, ...]] = {
    "waiting": (Phase.WAITING, Phase.STUBBORN),
    "batch": (Phase.BATCHED,),
    "realtime": (Phase.CALLING,),
}


async def show(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """What is open now; with a key only its owner's."""
    fields(exchange, ())
    context, now = gateway.context, gateway.context.clock.now()
    snapshot = await context.store.snapshots.take(context.host, now)
    mine = [one for one in snapshot.buckets if caller.key is None or one.owner == caller.owner]
    told = Queue(
        at=now // SECOND,
        requests=sum(one.open.requests for one in mine),
        data=depths(mine, now),
        held=Held(connections=gateway.deferring.held, most=gateway.settings.held),
        pressure=_pressure(gateway),
    )
    await exchange.respond(200, msgspec.json.encode(told))


def depths(buckets: Iterable[Bucket], now: int) -> list[QueueOf]:
    """What is open by (account, model), in this order. A request in flight in real time may be in a batch as well; it counts
    once, as called."""
    found: dict[Key, list[Bucket]] = {}
    for one in buckets:
        if one.open.requests:
            found.setdefault((one.account, one.model), []).append(one)
    return [
        QueueOf(
            account=account,
            model=model,
            requests=sum(one.open.requests for one in mine),
            lanes=[_depth(lane, phases, mine, now) for lane, phases in LANES.items()],
        )
        for (account, model), mine in sorted(found.items())
    ]


def _pressure(gateway: Gateway) -> Pressure:
    """What a call would meet now."""
    settings, pressure = gateway.settings, gateway.pressure
    full = refusal(pressure.state, settings)
    is_busy, is_held = pressure.under_way >= settings.under_way, gateway.deferring.held >= settings.held
    reasons = [
        *(["draining"] if gateway.is_draining else []),
        *(["too_many_calls"] if is_busy else []),
        *([full.code] if full is not None else []),
        *(["too_many_held_connections"] if is_held else []),
    ]
    return Pressure(
        accepts_urgent=not gateway.is_draining and not is_busy,
        accepts_deferred=not gateway.is_draining and full is None,
        accepts_held=not gateway.is_draining and full is None and not is_held,
        calls_under_way=pressure.under_way,
        reasons=reasons,
    )


def _depth(lane: str, phases: tuple[Phase, ...], buckets: Iterable[Bucket], now: int) -> Depth:
    held = [one for one in buckets if one.tally(*phases).requests]
    total: Tally = sum((one.tally(*phases) for one in held), NOTHING)
    first = min((one.deadline for one in held), default=None)
    return Depth(
        lane=lane,
        requests=total.requests,
        tokens=total.tokens,
        oldest_deadline=seconds(first),
        oldest_slack_seconds=span(None if first is None else first - now),
    )
