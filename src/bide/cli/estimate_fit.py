"""How a file of requests stands to an account, for `bide estimate FILE`: batch files, quotas, and the time until all of it is done."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bide.accounts import State
    from bide.advise.calculator.text import Weighed
    from bide.embedded import Embedded
    from bide.providers.port import Limits

ENVELOPE = 200
"""Bytes around a body in a batch file: its id, method and URL."""


async def fits(
    bide: "Embedded", name: str, requests: int, body: int, weighed: "Weighed", output: int
) -> Mapping[str, Any]:
    """So many requests with bodies of `body` bytes and answers of `output` tokens at PROVIDER/MODEL, as JSON.

    `on` says whether the account is switched on; null that there is none of the name, and then files, quotas and times are null too.
    Times are in seconds, null where a day is not enough.
    """
    from bide.accounts import states

    account, _, model = name.partition("/")
    config = bide.config
    state = next((one for one in states(config.settings.providers, config.environment) if one.account == account), None)
    low, high = (round(value * requests) for value in weighed.input_tokens.bounds)
    found: dict[str, Any] = {
        "model": name,
        "input_tokens": low if low == high else {"low": low, "high": high},
        "counted": weighed.why.removeprefix(f"{name}: "),
        "on": None if state is None else state.setup is not None,
        "files": None,
        "quotas": None,
        "seconds": None,
    }
    if state is None:
        return found
    limits = state.setup.limits if state.setup else state.kind.limits
    has_batches = (state.setup.capabilities if state.setup else state.kind.capabilities).batch
    per_file = max(1, min(limits.max_requests, limits.max_bytes // (body + ENVELOPE)))
    seconds = await _seconds(bide, state, model, requests, min(requests, per_file), high + requests * output)
    if not has_batches or requests < limits.min_requests:
        return found | {"files": 0, "quotas": [], "seconds": seconds | {"typical": None, "slow": None}}
    return found | {"files": -(-requests // per_file), "quotas": _quotas(limits, requests, high), "seconds": seconds}


def _quotas(limits: "Limits", requests: int, tokens: int) -> list[Mapping[str, Any]]:
    """Whether the documented quotas hold all of it at once; in the dearest case, where its tokens are a range."""
    from bide.advise.calculator.timing import fit
    from bide.core.quota import Resource

    weights = {Resource.ENQUEUED_TOKENS: tokens, Resource.ENQUEUED_REQUESTS: requests}
    return [
        {
            "resource": str(one.resource),
            "limit": one.limit,
            "varies": one.varies,
            "fits": fit(requests, weights[one.resource], quota=one.limit).fits,
        }
        for one in limits.quotas
        if one.limit is not None and one.resource in weights
    ]


async def _seconds(
    bide: "Embedded", state: "State", model: str, requests: int, batch: int, tokens: int
) -> dict[str, Any]:
    """How long batches of so many requests take, and all of it in real time."""
    from bide.core.bucket import Tally
    from bide.core.clock import DAY, SECOND
    from bide.engine.expectation import view_of
    from bide.engine.outlook import capacity, hours_of
    from bide.lanes.forecast.prior import prior_of

    context, key = bide.context, (state.account, model)
    now = context.clock.now()
    snapshot = await bide.store.snapshots.take(context.host, now)
    prior = prior_of((state.setup.catalogue if state.setup else None) or state.kind.name)
    turnaround = (await view_of(bide.store, state.account, prior, snapshot, now)).batch(*key, batch)
    window, known = hours_of(context, key).window, capacity(context, snapshot, key)
    opens = now if window is None else window.opens_at(now)
    half, late = turnaround.quantile(0.5), turnaround.quantile(0.95)
    return {
        "waits_for_hours": max(0, opens - now) / SECOND,
        "typical": None if half > DAY else half / SECOND,
        "slow": None if late > DAY else late / SECOND,
        "all_in_realtime": known.work(Tally(requests, tokens)) / SECOND,
        "requests_per_minute": known.requests_per_minute,
        "is_known": known.known,
    }
