"""The quotas of an account: the limits that count now, and what of them is in use."""

from dataclasses import dataclass

from bide.core.clock import FAR_FUTURE
from bide.core.duration import format_duration
from bide.core.quota import CREATE_WINDOW, LEARNED, Documented, Resource, Source
from bide.engine.context import Context
from bide.lanes.capacity.quota import Bound, Known, Quota, is_shared, limit_of, next_try, refused_at
from bide.providers.port import Limits
from bide.settings import ProviderSettings
from bide.store.limits import NONE
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
    oldest = snapshot.created.get(account, NONE).oldest
    return Quota(
        tokens,
        usage.of(Resource.ENQUEUED_TOKENS, account, model),
        usage.of(Resource.LIVE_BATCHES, account, model),
        usage.of(Resource.BATCHES_PER_HOUR, account, None),
        max(refusals, default=None),
        tuple(bounds),
        frees_at=min(FAR_FUTURE, oldest + CREATE_WINDOW),
        changes_at=changes_at,
        created_lately=usage.created_lately(account),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A quota as it stands: `limit` None where nobody knows it, `model` None where all of them share it, or where nothing lies
    there. `source` says how the limit is known, in words."""

    resource: Resource
    model: str | None
    limit: int | None
    source: str
    used: int

    @property
    def free(self) -> int | None:
        """What is left; None where there is no limit that counts."""
        return None if self.limit is None else max(0, self.limit - self.used)


def standings(account: str, limits: Limits, settings: ProviderSettings, snapshot: Snapshot, now: int) -> list[Standing]:
    """Every quota of an account that is known to exist, or of which something is in use."""
    usage, found = snapshot.usage, list[Standing]()
    hourly = "configured" if settings.batches_per_hour else f"documented ({limits.source})"
    for resource in Resource:
        documented = documented_of(limits, resource)
        shared = is_shared(resource, documented)
        names = {model for own, model in snapshot.enqueued if own == account}
        names |= {model for own, model, name in snapshot.limits if own == account and name == resource}
        for model in [None] if shared else sorted(names - {""}) or [None]:
            used = usage.of(resource, account, model)
            if resource is Resource.BATCHES_PER_HOUR:
                found.append(
                    Standing(resource=resource, model=None, limit=limits.batches_per_hour, source=hourly, used=used)
                )
                continue
            learned = learned_of(snapshot, resource, account, model or "")
            known = limit_of(documented, getattr(settings, resource), learned, now)
            if known is not None or documented is not None or used:
                source = _source(known, documented, now)
                found.append(
                    Standing(
                        resource=resource, model=model, limit=known.limit if known else None, source=source, used=used
                    )
                )
    return found


def _source(known: Known | None, documented: Documented | None, now: int) -> str:
    """How a limit is known."""
    if known is not None and known.learned_at is not None:
        return f"learned {format_duration(max(0, now - known.learned_at))} ago ({known.source})"
    if known is not None and known.source is Source.CONFIGURED:
        return "configured"
    if documented is None:
        return "not known"
    if known is None:
        said = f"; documented for some accounts: {documented.limit:,}" if documented.limit is not None else ""
        return f"not known{said} ({documented.source})"
    return f"documented ({documented.source})"
