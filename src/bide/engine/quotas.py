"""The quotas of an account: the limits that count now, and what of them is in use."""

from bide.core.clock import FAR_FUTURE
from bide.core.quota import LEARNED, Documented, Resource, Source
from bide.engine.context import Context
from bide.lanes.quota import CREATE_WINDOW, Bound, Known, Quota, is_shared, limit_of, next_try, refused_at
from bide.providers.port import Limits
from bide.settings import ProviderSettings
from bide.store.snapshot import Snapshot

QUEUED = (
    Resource.ENQUEUED_TOKENS,
    Resource.ENQUEUED_REQUESTS,
    Resource.LIVE_BATCHES,
    Resource.FILES,
    Resource.STORED_BYTES,
)
"""The quotas that may be unknown. How many batches an hour allows stands in the limits of every account."""


def quota_of(context: Context, snapshot: Snapshot, key: tuple[str, str], now: int) -> Quota:
    """What the queue of an (account, model) still takes."""
    account, model = key
    provider = context.providers.get(account)
    settings = context.settings.providers.get(account, ProviderSettings())
    usage = snapshot.usage
    bounds: list[Bound] = []
    tokens: int | None = None
    refusals: list[int] = []
    changes_at = FAR_FUTURE
    for resource in QUEUED:
        documented = None if provider is None else documented_of(provider.limits, resource)
        shared = is_shared(resource, documented)
        learned = learned_of(snapshot, resource, account, "" if shared else model)
        found = limit_of(documented, getattr(settings, resource), learned, now)
        if found is None:
            continue
        if learned is not None and found.learned_at is not None:
            changes_at = min(changes_at, next_try(learned, now))
        if (refused := refused_at(learned, now)) is not None:
            refusals.append(refused)
        if resource is Resource.ENQUEUED_TOKENS:
            tokens = found.limit
        else:
            used = usage.of(resource, account, None if shared else model)
            bounds.append(Bound(resource, found.limit, used, shared, found.source))
    oldest = snapshot.oldest_create.get(account)
    return Quota(
        tokens,
        usage.of(Resource.ENQUEUED_TOKENS, account, model),
        usage.of(Resource.LIVE_BATCHES, account, model),
        usage.of(Resource.BATCHES_PER_HOUR, account, None),
        max(refusals, default=None),
        tuple(bounds),
        frees_at=FAR_FUTURE if oldest is None else oldest + CREATE_WINDOW,
        changes_at=changes_at,
    )


def documented_of(limits: Limits, resource: Resource) -> Documented | None:
    """What the provider's pages say about a quota."""
    return next((one for one in limits.quotas if one.resource is resource), None)


def learned_of(snapshot: Snapshot, resource: Resource, account: str, model: str) -> Known | None:
    """The limit of a quota that the provider taught."""
    known = snapshot.limits.get((account, model, resource))
    if known is None:
        return None
    source = Source(known.source) if known.source in LEARNED else Source.GUESSED
    return Known(known.value, source, known.learned_at)
