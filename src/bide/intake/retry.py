"""A job's failed requests once more, as a job of their own. They share the bodies; the first job's results take the answers in."""

from collections.abc import Sequence

from bide.core.bucket import Part
from bide.core.deadline import OnMiss
from bide.core.identifiers import new_identifier
from bide.core.job import Job
from bide.engine.context import Context
from bide.ledger.promise import TYPICAL_TURNAROUND, Admitted, Forecast, Predicted, Promise
from bide.store.jobs import NewJob
from bide.store.retries import Copied


async def retry_failed(context: Context, job: Job, deadline: int, source: str) -> Job:
    """Make and accept the retry.

    Raises:
        RefusedError: nothing of the job has failed, or a retry has it already.
    """
    retry = NewJob(
        external_id=new_identifier("job", context.entropy),
        kind="retry",
        name=job.name,
        deadline=deadline,
        on_miss=OnMiss(job.on_miss),
        priority_source=source,
        parameters=job.parameters,
        workflow=job.workflow,
        max_cost=job.max_cost,
        parent_id=job.parent_id or job.id,
    )
    part = Part.ASSUMED if job.on_miss is OnMiss.RESCUE else Part.REST
    recipients = await context.herald.of_job(job.owner) if context.herald else ()
    return await context.store.retries.start(job, retry, part, _admission, context.clock.now(), recipients)


def _admission(copied: Sequence[Copied]) -> str:
    admitted = [
        Admitted(one.account, one.model, one.requests, 0, False, "a retry is rescued, not guaranteed") for one in copied
    ]
    return Promise(admitted, Forecast(None, None), Predicted(0, TYPICAL_TURNAROUND, 0), 0).encode()
