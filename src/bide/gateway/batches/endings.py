"""Batches whose requests are all settled come to their end: counted, summed, and their files put on record.

It is done by whoever looks first, for what there is to say has been on record since the last answer landed: no batch waits for a
gateway to notice.
"""

import msgspec

from bide.core.bucket import ANSWERED_PHASES, Phase
from bide.core.served import ServedBatch, outcome_of
from bide.core.states import ServedState
from bide.engine.context import Context
from bide.store.served import Ending

TOGETHER = 200
"""Batches ended for one list."""


class Endings:
    """Ends batches."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def end(self, batch: ServedBatch) -> ServedBatch:
        """The batch, ended where that was due."""
        if batch.state is not ServedState.RUNNING or batch.job_id is None:
            return batch
        store = self._context.store
        job = await store.jobs.get(batch.owner, batch.job_id)
        if job.answered_at is None:
            return batch
        phases = (await store.jobs.progress(batch.owner, job.id)).phases
        succeeded = sum(phases.get(phase, 0) for phase in ANSWERED_PHASES)
        ending = Ending(
            outcome_of(job, phases.get(Phase.EXPIRED, 0)),
            succeeded,
            sum(phases.values()) - succeeded,
            msgspec.json.encode((await store.served.usage(batch.owner, job.id))._asdict()).decode(),
        )
        await store.served.end(batch, ending, job.answered_at)
        return await store.served.get(batch.id)

    async def end_all(self, owner: str) -> None:
        """End every batch of an owner that is due."""
        while due := await self._context.store.served.answered(owner, TOGETHER):
            for batch in due:
                await self.end(batch)
