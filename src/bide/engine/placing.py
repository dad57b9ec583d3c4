"""Several accounts for one model: which of them are unwell, where a bucket is served now, and where a new request is put."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from bide.core.batch import LiveBatch
from bide.core.bucket import Tally
from bide.core.clock import MINUTE
from bide.core.states import BatchState
from bide.core.usage import Usage
from bide.engine import pricing
from bide.engine.context import Context
from bide.engine.outlook import capacity, promised
from bide.engine.quotas import quota_of
from bide.engine.submit import WAITS
from bide.lanes.arrival.route import Route
from bide.lanes.plan.placement import FAILURES, Place, are_alike, best, served
from bide.lanes.rescue import admission
from bide.lanes.rescue.rescue import last_call
from bide.ledger.hours import day_of
from bide.providers.failures import SlotsError
from bide.store.snapshot import Snapshot

COMPARED = Usage(input=1_000, output=1_000)
"""On which prices are compared."""


FRESH = 5 * MINUTE
"""How long an account that was found unwell is left alone, where another serves the model as well; then it is tried again."""


PATIENT = (WAITS, SlotsError.code)
"""How the troubles begin of batches that wait for their turn: for the end of a blackout, another create, a free slot. Their account
is well, and its calls are answered."""


def unwell(snapshot: Snapshot) -> frozenset[str]:
    """Accounts that do not answer for what was sent there, by what is on record of their batches."""
    return frozenset(
        one.batch.account
        for one in snapshot.live
        if one.batch.failures >= FAILURES and not (one.batch.trouble or "").startswith(PATIENT)
    )


def replanned(context: Context, snapshot: Snapshot, sick: Collection[str]) -> Snapshot:
    """The snapshot with every bucket at the account that is to serve it now; `sick` are those that are unwell."""
    places = context.settings.placement.accounts
    if not places or not sick or not any(bucket.spread for bucket in snapshot.buckets):
        return snapshot
    can = {name: provider.capabilities for name, provider in context.providers.items()}
    moved = [
        served(
            bucket,
            places,
            can,
            sick,
            {name: capacity(context, snapshot, (name, bucket.model)) for name in places.get(bucket.model, ())},
        )
        for bucket in snapshot.buckets
    ]
    return replace(snapshot, buckets=moved)


def stranded(context: Context, snapshot: Snapshot) -> Mapping[int, str]:
    """Batches that were never sent and whose account is unwell, where their requests may go elsewhere."""
    if not context.settings.placement.accounts:
        return {}
    spread = {bucket.id for bucket in snapshot.buckets if bucket.spread}
    sick = unwell(snapshot)
    return {
        one.batch.id: "its account is unwell, and others serve its model"
        for one in snapshot.live
        if one.batch.account in sick and _is_unsent(one) and one.shares and spread.issuperset(one.shares)
    }


def _is_unsent(one: LiveBatch) -> bool:
    return one.batch.state is BatchState.SEALED and not one.batch.cancel_asked


def places_of(context: Context, route: Route) -> Sequence[str]:
    """The accounts that may come to serve what goes this way."""
    if not route.spread:
        return (route.account,)
    return [name for name in context.settings.placement.accounts.get(route.model, ()) if name in context.providers]


def choose(
    context: Context, snapshot: Snapshot, route: Route, endpoint: str, deadline: int, longest: int, tokens: int
) -> Route:
    """Where a request of a name with several places goes that is accepted now. `longest` bounds its output, `tokens` all of it."""
    names = places_of(context, route)
    if len(names) < 2:
        return route
    now, own = context.clock.now(), context.providers[route.account].capabilities
    sick, given = unwell(snapshot), promised(snapshot)
    margins = context.rules.margins
    slack = max(0, last_call(deadline, longest, margins) - now)
    places: list[Place] = []
    for name in names:
        provider, key = context.providers[name], (name, route.model)
        if name != route.account and not are_alike(own, provider.capabilities, endpoint):
            continue
        known, quota = capacity(context, snapshot, key), quota_of(context, snapshot, key, now)
        slow = margins.slowed(context.memory.slowness(*key))
        free = admission.room(given.get(key, ()), deadline, longest, known, slow, now)
        card = context.pricing.source.card(provider.catalogue, route.model, pricing.BATCH, day_of(now))
        places.append(
            Place(
                name,
                context.memory.view.batch(name, route.model).finished(slack)
                if provider.capabilities.batches(endpoint)
                else 0.0,
                card.cost(COMPARED) if card else None,
                quota.limit is None or quota.enqueued < quota.limit,
                admission.fits(Tally(1, tokens), free, known),
                name not in sick,
            )
        )
    return Route(best(places, context.entropy.uniform()).account, route.model, spread=True)
