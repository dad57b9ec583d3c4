"""A job's failed requests once more, as a job of their own. They share the bodies; the first job's results take the answers in."""

from bide.core.bucket import Part
from bide.core.deadline import OnMiss
from bide.core.errors import RefusedError
from bide.core.identifiers import new_identifier
from bide.core.job import Job
from bide.engine.context import Context
from bide.ledger.promise import TYPICAL_TURNAROUND, Admitted, Forecast, Predicted, Promise
from bide.store.jobs import Acceptance, NewJob


async def retry_failed(context: Context, job: Job, deadline: int, source: str) -> Job:
    """Make and accept the retry.

    Raises:
        RefusedError: nothing of the job has failed, or a retry has it already.
    """
    store, now = context.store, context.clock.now()
    first = await store.requests.newest()
    retry = await store.jobs.begin(
        job.owner,
        NewJob(
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
        ),
        now,
    )
    admitted: list[Admitted] = []
    for bucket in await store.buckets.failed(job.owner, job.id):
        target = await store.buckets.ensure(
            job.owner,
            retry.id,
            account=bucket.account,
            model=bucket.model,
            endpoint=bucket.endpoint,
            deadline=deadline,
            part=Part.ASSUMED if job.on_miss is OnMiss.RESCUE else Part.REST,
        )
        copied = await store.requests.copy_failed(job.owner, retry.id, bucket.id, target, now)
        admitted.append(Admitted(bucket.account, bucket.model, copied, 0, False, "a retry is rescued, not guaranteed"))
    count = sum(one.requests for one in admitted)
    if not count:
        while not await store.jobs.forget(retry.id):
            pass
        raise RefusedError(
            f"there is nothing to try again: no request of {job.external_id} has failed, or a retry has them already"
        )
    lowest, highest = await store.requests.extent(retry.id, first)
    promise = Promise(admitted, Forecast(None, None), Predicted(0, TYPICAL_TURNAROUND, 0), 0)
    return await store.jobs.accept(
        job.owner,
        retry.id,
        Acceptance(
            fingerprint=f"retry of {job.external_id}",
            input_id=None,
            requests=count,
            refused=0,
            admission=promise.encode(),
            first_request=lowest,
            last_request=highest,
            host=None,
        ),
        now,
    )
