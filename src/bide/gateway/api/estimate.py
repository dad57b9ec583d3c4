"""What requests would cost in each lane. Nothing is sent, and nothing is kept."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec

from bide.core.states import Lane
from bide.gateway.api.body import shaped
from bide.gateway.api.paging import fields
from bide.gateway.api.shape.base import Shape, exact
from bide.gateway.api.shape.estimate import Cost, Estimate, LaneEstimate, ModelEstimate
from bide.gateway.caller import Caller
from bide.gateway.exchange import Exchange
from bide.gateway.gateway import Gateway
from bide.gateway.refusal import RefusalError
from bide.intake.endpoint import CHAT, endpoint_at
from bide.intake.offer import forecast
from bide.intake.problem import Code, refuse
from bide.intake.validator import Validator
from bide.intake.window import ContextWindows
from bide.lanes.decision.outlook import Key
from bide.ledger import estimate as ledger
from bide.ledger.estimate import Load

MOST = 1_000
"""Requests of one estimate; for more there is `bide run FILE --dry-run`."""


class Line(Shape, kw_only=True, forbid_unknown_fields=True):
    """A request as it would be sent."""

    url: str = CHAT.url
    body: msgspec.Raw


class Requested(Shape, kw_only=True, forbid_unknown_fields=True):
    """Several of them."""

    requests: Annotated[list[Line], msgspec.Meta(min_length=1, max_length=MOST)]


class _Either(Shape, forbid_unknown_fields=True):
    """One or several; which, is seen by what is there."""

    url: str = CHAT.url
    body: msgspec.Raw = msgspec.Raw()
    requests: Annotated[list[Line], msgspec.Meta(min_length=1, max_length=MOST)] | None = None


_decode = msgspec.json.Decoder(_Either).decode


async def estimate(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """What one body, or a few, would cost."""
    fields(exchange, ())
    asked = _read(await exchange.body(gateway.settings.largest_body))
    validator = Validator(ContextWindows(gateway.routing.window), gateway.routing)
    loads: dict[Key, Load] = {}
    for number, one in enumerate(asked, 1):
        key, load = _load(gateway, validator, number, one, f"requests[{number - 1}]." if len(asked) > 1 else "")
        loads[key] = _sum(loads.get(key), load)
    models = [
        ModelEstimate(
            account=account,
            model=model,
            requests=load.requests,
            input_tokens=load.input_tokens,
            lanes=_lanes(gateway, {(account, model): load}),
        )
        for (account, model), load in sorted(loads.items())
    ]
    told = Estimate(
        requests=len(asked),
        input_tokens=sum(load.input_tokens for load in loads.values()),
        lanes=_lanes(gateway, loads),
        models=models,
    )
    await exchange.respond(200, msgspec.json.encode(told))


def _read(body: bytes) -> Sequence[Line]:
    """The requests. Raises `RefusalError`."""
    found = shaped(_decode, body)
    if bool(bytes(found.body)) is (found.requests is not None):
        raise RefusalError(
            400, "invalid_request", "write one request as url and body, or several as requests", param="requests"
        )
    return found.requests if found.requests is not None else [Line(url=found.url, body=found.body)]


def _load(gateway: Gateway, validator: Validator, number: int, one: Line, path: str) -> tuple[Key, Load]:
    """Where a request would go, and what it weighs. Raises `LineError`."""
    endpoint = endpoint_at(number, one.url)
    body = bytes(one.body)
    if not body.startswith(b"{"):
        raise refuse(number, Code.INVALID_TYPE, f"{path}body is no object", field=f"{path}body", remedy="make it one")
    entry = validator.admit(number, f"estimate-{number}", endpoint, body, path=f"{path}body.")
    route = gateway.routing.to(entry.model).route
    limit = entry.max_output_tokens if endpoint.writes_text else 0
    capped = (0, 0) if limit is None else (1, limit)
    tokens = gateway.context.memory.weighing(route.account, route.model).tokens(entry.input_tokens)
    load = Load(1, tokens, tokens, *capped, frozenset({endpoint.url}))
    return (route.account, route.model), load


def _sum(one: Load | None, other: Load) -> Load:
    if one is None:
        return other
    return Load(
        one.requests + other.requests,
        one.input_tokens + other.input_tokens,
        max(one.longest_input, other.longest_input),
        one.capped + other.capped,
        one.capped_output + other.capped_output,
        one.endpoints | other.endpoints,
    )


def _lanes(gateway: Gateway, loads: Mapping[Key, Load]) -> list[LaneEstimate]:
    """Both lanes, the cheaper one first."""
    found, providers = forecast(gateway.context, loads), gateway.context.providers
    batches = all(
        providers[account].capabilities.batches(endpoint)
        for (account, _), load in loads.items()
        for endpoint in load.endpoints
    )
    return [
        LaneEstimate(lane=Lane.BATCH, available=batches, cost=_cost(found.batch)),
        LaneEstimate(lane=Lane.REALTIME, available=True, cost=_cost(found.realtime)),
    ]


def _cost(found: ledger.Estimate | None) -> Cost | None:
    if found is None:
        return None
    return Cost(low=exact(found.low), expected=exact(found.expected), upper=exact(found.upper))
