"""Retries in the store: a job's failed requests once more, as a job of their own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bide.core.bucket import Part, Phase, Tally
from bide.core.budget import CapExhaustedError
from bide.core.errors import NotFoundError, RefusedError
from bide.core.job import Job
from bide.core.money import Ceiling
from bide.store import buckets, caps, jobs, queries, requests
from bide.store.database import Transaction, Verbs, writes
from bide.store.deliveries import Recipient
from bide.store.jobs import Acceptance, NewJob

SQL = queries.load("requests")
JOBS = queries.load("jobs")
BUCKETS = queries.load("buckets")


@dataclass(frozen=True, slots=True)
class Copied:
    """Failed requests that a retry has taken."""

    account: str
    model: str
    requests: int


class Retries(Verbs):
    """Verbs over retries."""

    @writes
    async def start(
        self,
        transaction: Transaction,
        failed: Job,
        retry: NewJob,
        part: Part,
        admission: Callable[[Sequence[Copied]], str],
        now: int,
        recipients: Sequence[Recipient] = (),
        ceiling: Callable[[str, str, str, int], Ceiling] | None = None,
    ) -> Job:
        """Take a job's failed requests into a retry, which shares their bodies, and accept it.

        All of it is one transaction that holds the first job's row, so that of several retries that start at the same moment
        one takes a request. `admission` says what is promised of what was taken. `ceiling` is for a retry with a cap: the most
        that a token may cost of requests to (account, model, endpoint) with bodies of so many bytes.

        Raises:
            RefusedError: nothing of the job has failed, a retry has it already, or its cap holds nothing of it.
            NotFoundError: the job is being purged.
        """
        owner = failed.owner
        await transaction.lock(JOBS["lock"], job=retry.parent_id)
        if await transaction.one(JOBS["by_id"], owner=owner, job=retry.parent_id) is None:
            raise NotFoundError(
                f"{failed.external_id} was purged meanwhile, with its bodies; hand the requests in again"
            )
        newest = await requests.newest(transaction)
        begun = await jobs.begin(transaction, owner, retry, now)
        targets: dict[int, tuple[str, str, str]] = {}
        for row in await transaction.all(BUCKETS["failed"], owner=owner, job=failed.id):
            target = await buckets.ensure(
                transaction,
                owner,
                begun.id,
                account=row["account"],
                model=row["model"],
                endpoint=row["endpoint"],
                deadline=retry.deadline,
                part=part,
            )
            targets[target] = row["account"], row["model"], row["endpoint"]
            await transaction.run(SQL["copy"], owner=owner, job=begun.id, source=row["id"], bucket=target, now=now)
        copied = [
            Copied(account, model, count)
            for target, (account, model, _) in targets.items()
            if (count := await _count(transaction, target))
        ]
        if not copied:
            raise RefusedError(
                f"there is nothing to try again: no request of {failed.external_id} has failed, or a retry has them already"
            )
        lowest, highest = await requests.extent(transaction, begun.id, newest)
        held_after: int | None = None
        count = sum(one.requests for one in copied)
        if retry.max_cost is not None and ceiling is not None:
            ceilings = {target: ceiling(*where) for target, where in (await _asked(transaction, targets)).items()}
            fit = await caps.measure(transaction, begun.id, ceilings, retry.max_cost, lowest or 0, highest or 0)
            if not fit.requests:
                raise CapExhaustedError(retry.max_cost, 0, count, fit.bound)
            held_after = fit.last if fit.requests < count else None
        found = Acceptance(
            fingerprint=f"retry of {failed.external_id}",
            input_id=None,
            requests=count,
            refused=0,
            admission=admission(copied),
            first_request=lowest,
            last_request=highest,
            host=None,
            recipients=recipients,
            held_after=held_after,
            held_why=caps.HELD,
        )
        return await jobs.accept(transaction, owner, begun.id, found, now)


async def _asked(
    transaction: Transaction, targets: Mapping[int, tuple[str, str, str]]
) -> Mapping[int, tuple[str, str, str, int]]:
    """What is asked in each bucket of whom, and the bytes of its longest body."""
    found: dict[int, tuple[str, str, str, int]] = {}
    for target, where in targets.items():
        row = await transaction.one(SQL["of_bucket"], bucket=target)
        assert row is not None
        if row["requests"]:
            found[target] = (*where, row["bytes"])
    return found


async def _count(transaction: Transaction, bucket: int) -> int:
    """Note what a new bucket holds; how many requests that is."""
    row = await transaction.one(SQL["of_bucket"], bucket=bucket)
    assert row is not None
    await buckets.count(transaction, bucket, Phase.WAITING, Tally(row["requests"], row["tokens"]))
    await transaction.run(BUCKETS["lengthen"], bucket=bucket, longest=row["longest"])
    return row["requests"]
