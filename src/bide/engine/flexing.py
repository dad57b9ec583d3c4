"""The flex tier as the engine sees it: which models have it, and what a call there came to."""

from collections.abc import Collection, Mapping
from typing import TypeVar

from bide.core.states import AttemptState
from bide.core.usage import Usage
from bide.engine import pricing
from bide.engine.context import Context
from bide.lanes.capacity.scarcity import FlexPace
from bide.lanes.decision.outlook import Key, Outlook
from bide.lanes.plan.flex import Tier
from bide.ledger.rates import Mode
from bide.providers.failures import OverloadedError, RejectedError, ScarceError
from bide.providers.port import Answer, Provider, Row, Verdict
from bide.store.snapshot import Snapshot

FLEX: Mode = "flex"
"""How the tier is called by OpenAI and in price lists."""

STANDARD = "default"
"""What OpenAI calls the tier at the list price."""

Problem = TypeVar("Problem", bound=Exception)

COMPARED = Usage(input=1_000, output=1_000)
"""On which prices are compared."""


async def tiers(
    context: Context, snapshot: Snapshot, outlook: Outlook, without: Collection[Key] = ()
) -> Mapping[Key, Tier]:
    """The flex tiers of what is open: at accounts that use one, for models that are cheaper there than at the list price, and but
    for those `without` it."""
    found: dict[Key, Tier] = {}
    for key in sorted({(bucket.account, bucket.model) for bucket in snapshot.buckets}.difference(without)):
        provider = context.providers.get(key[0])
        can = provider.capabilities.flex if provider is not None else None
        if provider is None or can is None:
            continue
        flex, listed, batch = [
            await _cost(context, provider, key[1], mode) for mode in (FLEX, pricing.STANDARD, pricing.BATCH)
        ]
        if flex is None or (listed is not None and flex >= listed):
            continue
        as_batch = batch is None or flex <= batch
        refused = outlook.forecast.refusal(*key)
        found[key] = Tier(can.endpoints, as_batch, refused, snapshot.flexing)
    return found


async def _cost(context: Context, provider: Provider, model: str, mode: str) -> int | None:
    tariff = await context.pricing.tariff(provider.catalogue, model, mode, context.clock.now())
    return tariff.card.cost(COMPARED) if tariff.card else None


def tier_of(body: bytes, *, flex: bool) -> str | None:
    """The tier that a call is to ask for; None: the one that its body names, or none. What is called at its last safe moment must
    not wait for capacity, whatever its body asked for."""
    if flex:
        return FLEX
    return STANDARD if b'"flex"' in body and b'"service_tier"' in body else None


def came_to(
    outcome: Answer | Problem, pace: FlexPace, jitter: float, wait: int | None, now: int
) -> tuple[FlexPace, AttemptState | None, Answer | Problem | RejectedError]:
    """What a call in the flex tier came to: the pace after it, what its attempt is where that is not told by the outcome, and the
    outcome as it is to be entered.

    Whatever was turned away for want of capacity, or because the project may not use the tier, counts neither as an error nor as
    a loss of its request.
    """
    match outcome:
        case ScarceError() | OverloadedError():
            return pace.refused(jitter, now, wait), AttemptState.REFUSED, outcome
        case Answer(row=row) if row.verdict is Verdict.ANSWERED:
            return pace.answered(now) if is_granted(row) else pace.not_granted(now), None, outcome
        case Answer(row=row) if is_about_tier(row):
            refusal = RejectedError(row.message, code=row.code)
            return pace.not_granted(now), AttemptState.REFUSED, refusal
        case _:
            return pace.ended(), None, outcome


def is_granted(row: Row) -> bool:
    """Whether an answer is one of the tier that was asked for; a server that does not say is believed."""
    return row.tier in (FLEX, None)


def is_about_tier(row: Row) -> bool:
    """Whether a request is refused for its tier alone: the project may not use it, or the model does not have it."""
    text = f"{row.code or ''} {row.message or ''}".lower()
    return row.status in (400, 403, 404, 422) and ("service_tier" in text or "service tier" in text or "flex" in text)
