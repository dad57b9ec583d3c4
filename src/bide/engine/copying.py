"""Second copies of batches that are unlikely to be back in time: put on record here, and handed over like every other batch."""

from bide.core.clock import MINUTE
from bide.core.identifiers import new_identifier, new_tag
from bide.engine.context import Context
from bide.lanes.capacity.quota import NO_QUOTA, ceilings
from bide.lanes.decision.grounds import Grounds
from bide.lanes.forecast.cell import WHOLE
from bide.store.filling import NewBatch

AT_ONCE = 20
"""Copies that are made in one turn: each is a transaction, and calls may be due. The others are looked at again."""

PAUSE = MINUTE
"""How long a batch is left alone of which the store has refused a copy."""


async def make_copies(context: Context, grounds: Grounds, refused: dict[int, int]) -> int:
    """Make the second copies that were decided on, as far as the store finds them still right; how many.

    `refused` are batches of which it did not, and until when they are left alone: asking again at once would wake the other
    workers, who ask as well.
    """
    outlook, made, now = grounds.outlook, 0, grounds.now
    for batch in [batch for batch, until in refused.items() if until <= now]:
        del refused[batch]
    wanted = [(batch, chance) for batch, chance in grounds.decisions.copies.items() if batch not in refused]
    live = {one.batch.id: one for one in outlook.live if one.batch.id in grounds.decisions.copies}
    buckets = {bucket.id: bucket for bucket in outlook.buckets}
    for batch, chance in wanted[:AT_ONCE]:
        one = live[batch]
        original, bucket = one.batch, buckets[next(iter(one.shares))]
        new = NewBatch(
            original.owner,
            new_identifier("batch", context.entropy),
            new_tag(context.entropy),
            original.account,
            original.model,
            original.endpoint,
            copy_of=original.id,
            copy_chance=round(chance * WHOLE),
        )
        quota = outlook.quotas.get((original.account, original.model), NO_QUOTA)
        limits = ceilings(outlook.accounts[original.account].limits, quota)
        decided = grounds.of_copy(bucket, original)
        if await context.store.batches.copy(original, new, bucket, now, decided, limits) is not None:
            made += 1
        else:
            refused[batch] = now + PAUSE
    return made
