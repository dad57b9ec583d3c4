"""What is open, with what is known about the accounts: configured first, learned second, assumed last."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bide.engine.context import Context
from bide.engine.pricing import BATCH, STANDARD
from bide.engine.quotas import quota_of
from bide.lanes.capacity.capacity import Capacity
from bide.lanes.decision.outlook import Account, Key, Outlook
from bide.lanes.hours.hours import ANY_TIME, Hours, WindowEnd
from bide.lanes.rescue.protection import demand, is_rescued
from bide.lanes.rescue.rescue import Demand
from bide.ledger.hours import day_of
from bide.settings import ProviderSettings
from bide.store.limits import REQUESTS_PER_MINUTE, TOKENS_PER_MINUTE, Known
from bide.store.snapshot import Snapshot


def outlook_of(context: Context, snapshot: Snapshot) -> Outlook:
    """A snapshot as decisions need it."""
    keys = {(bucket.account, bucket.model) for bucket in snapshot.buckets}
    forecast = context.memory.look(snapshot.live, context.clock.now())
    return Outlook(
        snapshot.buckets,
        snapshot.live,
        {key: capacity(context, snapshot, key) for key in keys},
        {key: quota_of(context, snapshot, key, context.clock.now()) for key in keys},
        {name: Account(provider.limits, provider.capabilities) for name, provider in context.providers.items()},
        hours={key: hours_of(context, key) for key in keys},
        loads=context.pulse.loads(),
        slowness={key: context.memory.slowness(*key) for key in keys},
        efficacy={key: forecast.efficacy(*key) for key in keys} if context.settings.deadline.copies else {},
        spending=context.purse.spending(),
        forecast=forecast,
    )


def capacity(context: Context, snapshot: Snapshot, key: Key) -> Capacity:
    """The real-time capacity of an (account, model) that deferred work may use: without what is kept for urgent calls."""
    kept = context.settings.realtime.kept_for_urgent
    configured = context.settings.providers.get(key[0], ProviderSettings())
    requests = configured.requests_per_minute or _value(snapshot.limits.get((*key, REQUESTS_PER_MINUTE)))
    tokens = configured.tokens_per_minute or _value(snapshot.limits.get((*key, TOKENS_PER_MINUTE)))
    if requests is None:
        return Capacity(context.settings.realtime.assumed_requests_per_minute, tokens, known=False).without(kept)
    return Capacity(requests, tokens, known=True).without(kept)


def hours_of(context: Context, key: Key) -> Hours:
    """When an (account, model) may be sent deferred work: as the settings say, else in the hours in which it is cheap."""
    account, model = key
    said = _plain(context.settings.providers.get(account, ProviderSettings()).hours)
    provider = context.providers.get(account)
    if said.window is not None or provider is None:
        return said
    mode = BATCH if provider.capabilities.batch else STANDARD
    cheap = context.pricing.source.cheap_hours(provider.catalogue, model, mode, day_of(context.clock.now()))
    return said if cheap is None else replace(said, window=cheap, on_end=WindowEnd.WAIT, cheap=True)


def _plain(hours: Hours) -> Hours:
    """Any time is one value: what is served at any time is gone through more quickly."""
    return ANY_TIME if hours == ANY_TIME else hours


def promised(snapshot: Snapshot) -> Mapping[Key, Sequence[Demand]]:
    """What the real-time capacity is promised to already, by (account, model)."""
    found: dict[Key, list[Demand]] = {}
    for bucket in snapshot.buckets:
        if is_rescued(bucket):
            found.setdefault((bucket.account, bucket.model), []).append(demand(bucket))
    return found


def _value(known: Known | None) -> int | None:
    return known.value if known else None
