"""Second copies of batches that are unlikely to be back in time: put on record here, and handed over like every other batch."""

from bide.core.identifiers import new_identifier, new_tag
from bide.engine.context import Context
from bide.lanes.grounds import Grounds
from bide.lanes.lesson import WHOLE
from bide.lanes.quota import NO_QUOTA, ceilings
from bide.store.filling import NewBatch

AT_ONCE = 20
"""Copies that are made in one turn: each is a transaction, and calls may be due. The others are looked at again."""


async def make_copies(context: Context, grounds: Grounds) -> int:
    """Make the second copies that were decided on, as far as the store finds them still right; how many."""
    outlook, made = grounds.outlook, 0
    live = {one.batch.id: one for one in outlook.live if one.batch.id in grounds.decisions.copies}
    buckets = {bucket.id: bucket for bucket in outlook.buckets}
    for batch, chance in list(grounds.decisions.copies.items())[:AT_ONCE]:
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
        made += await context.store.batches.copy(original, new, bucket, grounds.now, decided, limits) is not None
    return made
