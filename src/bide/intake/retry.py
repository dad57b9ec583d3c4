"""A job's failed requests once more, as a job of their own. They share the bodies; the first job's results take the answers in."""

import functools
from collections.abc import Sequence

from bide.core.bucket import Part
from bide.core.deadline import OnMiss
from bide.core.errors import RefusedError, SettingError
from bide.core.identifiers import new_identifier
from bide.core.job import Job
from bide.core.money import Ceiling
from bide.engine.context import Context
from bide.intake.offer import RESCUED, price_missing
from bide.intake.reservation import ceiling_in
from bide.ledger.promise import TYPICAL_TURNAROUND, Admitted, Forecast, Predicted, Promise
from bide.ledger.rates import Mode
from bide.store.jobs import NewJob
from bide.store.retries import Copied


async def retry_failed(context: Context, job: Job, deadline: int, source: str, max_cost: int | None = None) -> Job:
    """Make and accept the retry. Without a cap of its own it may cost what the job's cap has left.

    Raises:
        RefusedError: nothing of the job has failed, a retry has it already, or its cap holds nothing of it.
        SettingError: there is a cap, and an account is not switched on here.
    """
    if max_cost is None and job.max_cost is not None:
        spent = await context.store.jobs.progress(job.owner, job.id)
        max_cost = max(0, job.max_cost - spent.paid - spent.wasted - spent.suspected)
    retry = NewJob(
        external_id=new_identifier("job", context.entropy),
        kind="retry",
        name=job.name,
        deadline=deadline,
        on_miss=OnMiss(job.on_miss),
        priority_source=source,
        parameters=job.parameters,
        workflow=job.workflow,
        max_cost=max_cost,
        parent_id=job.parent_id or job.id,
    )
    part = Part.ASSUMED if job.on_miss is OnMiss.RESCUE else Part.REST
    recipients = await context.herald.of_job(job.owner) if context.herald else ()
    start = context.store.retries.start
    return await start(
        job,
        retry,
        part,
        _admission,
        context.clock.now(),
        recipients,
        functools.partial(_ceiling, context, retry.on_miss),
    )


def _ceiling(context: Context, on_miss: str, account: str, model: str, endpoint: str, longest: int) -> Ceiling:
    """The most that a token of a retried request may cost. Raises `RefusedError` where a price is unknown."""
    provider = context.providers.get(account)
    if provider is None:
        raise SettingError(f"the account {account} is not switched on here, so nobody knows what a retry costs there")
    modes: tuple[Mode, ...] = ("standard",)
    if provider.capabilities.batches(endpoint):
        modes = RESCUED if on_miss == OnMiss.RESCUE else ("batch",)
    found = ceiling_in(context, account, model, modes, longest)
    if found is None:
        raise RefusedError(price_missing(context, (account, model), modes[-1], modes))
    return found


def _admission(copied: Sequence[Copied]) -> str:
    admitted = [
        Admitted(one.account, one.model, one.requests, 0, False, "a retry is rescued, not guaranteed") for one in copied
    ]
    return Promise(admitted, Forecast(None, None), Predicted(0, TYPICAL_TURNAROUND, 0), 0).encode()
