"""Calls that are taken in: one transaction for many, one job for those that are gathered, one object for their bodies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from bide.core.bucket import Part, Phase, Tally
from bide.core.budget import NOTHING_RESERVED, BudgetExhaustedError, PriceUnknownError, Reservation
from bide.core.deadline import OnMiss
from bide.core.errors import ConflictError
from bide.core.states import RequestState
from bide.store import buckets, budgets, deliveries, events, queries
from bide.store.bodies import checksum, keep_inline
from bide.store.buckets import count
from bide.store.database import Transaction
from bide.store.deliveries import Recipient
from bide.store.requests import Alike, NewRequest, insert, newest

SQL = queries.load("calls")
REQUESTS = queries.load("requests")
BUCKETS = queries.load("buckets")
CACHE = queries.load("cache")

ALONE: Alike = (None, None)
"""For a call that is to have an answer of its own."""


class ReusedKeyError(ConflictError):
    """The Idempotency-Key was used for another request; choose a new key for a new request."""

    code = "idempotency_key_reused"

    def __init__(self, used_for: str, differing: Sequence[str] = ()) -> None:
        """`used_for` is the id of the other one, `differing` in what they differ, as far as it is known."""
        self.used_for = used_for
        *first, last = differing or ["content"]
        names = f"{', '.join(first)} and {last}" if first else last
        super().__init__(
            f"the Idempotency-Key was used for {used_for}, and its {names} {'were' if first else 'was'} different; send the same as"
            " then to get that one, or choose a new key for a new request"
        )


class Gathering(msgspec.Struct, frozen=True, gc=False):
    """The job that a call belongs to. Instants in microseconds; `job` is the external id of one that would have to be made."""

    owner: str
    key_id: int | None
    workflow: str | None
    on_miss: OnMiss
    deadline: int
    gathers_until: int
    job: str

    @property
    def fingerprint(self) -> str:
        """What it is found by again."""
        return f"calls {self.key_id or 0} {self.workflow or ''} {self.on_miss} {self.deadline} {self.gathers_until}"


class NewCall(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A call on its way in. `body` is as its provider's account is to have it, `digest` that of what the caller sent.

    `reserved` is what to reserve for it, in 1e-12 USD; None: a price is unknown. It counts only where its key `has_budget`.
    """

    external_id: str
    gathering: Gathering
    account: str
    model: str
    endpoint: str
    part: Part
    body: bytes
    input_tokens: int
    output_tokens: int
    path: str
    asked_model: str
    digest: bytes
    idempotency_key: str | None
    urgency: str
    deadline: int
    stream: bool
    holder: str | None
    """The gateway on which a connection waits; None where nobody does."""
    reserved: int | None = 0
    has_budget: bool = False
    recipients: Sequence[Recipient] = ()
    """Who is told when it is settled: promised with the call."""
    spread: bool = False
    """Whether other accounts may serve it as well."""
    alike: Alike = ALONE
    """How exact repeats of it are known."""


class Taken(msgspec.Struct, frozen=True, gc=False):
    """A call that is accepted. `is_new` is False where it is one that had been accepted before; `reservation` is what was
    reserved for one that is."""

    external_id: str
    job: int
    is_new: bool
    is_first: bool = False
    """Whether its job is new, so that somebody has to look when it has gathered enough."""
    reservation: Reservation = NOTHING_RESERVED
    row: Mapping[str, Any] | None = None
    """Of one that is new, what `Calls.outcome` would give: so nobody has to read what was written just now."""
    notice: str = ""
    """What its caller should know of it in words, of its account's hours or of the deadline that it keeps; the desk adds it."""
    kept: tuple[int, int] | None = None
    """Of one that had been accepted before, by when it is due, and when that was said."""


Refused = ReusedKeyError | BudgetExhaustedError | PriceUnknownError
"""Why a call is not accepted."""


@dataclass(slots=True)
class _Job:
    """A job that gathers, and how many requests it has."""

    id: int
    external_id: str
    requests: int


async def take(transaction: Transaction, calls: Sequence[NewCall], now: int) -> list[Taken | Refused]:
    """Accept calls: when this returns, each of them will be answered. In the order of `calls`.

    A call that is refused changes nothing for its neighbours.
    """
    found: dict[str, Taken | Refused] = {}
    jobs = await _jobs(transaction, calls)
    for key in sorted({call.gathering.key_id or 0 for call in calls}):  # the order in which budgets are locked
        groups: dict[tuple[str, str], list[NewCall]] = {}
        for call in calls:
            if (call.gathering.key_id or 0) != key:
                continue
            if call.idempotency_key is None:
                groups.setdefault((call.gathering.owner, call.gathering.fingerprint), []).append(call)
            elif known := await _known(transaction, call):
                found[call.external_id] = known
            else:  # at once, so that the same again in this very group finds it
                found.update(await _take(transaction, [call], jobs, now))
        for group in groups.values():
            found.update(await _take(transaction, group, jobs, now))
    return [found[call.external_id] for call in calls]


async def _jobs(transaction: Transaction, calls: Sequence[NewCall]) -> dict[tuple[str, str], _Job]:
    """The jobs that gather such calls, as far as there are any, by owner and fingerprint.

    They are locked before anything is written: the buckets of all of them, then the jobs by id, and only then what keys
    spend. Whoever settles something locks in this order too. What was answered meanwhile gathers no more.
    """
    places: dict[int, tuple[str, str]] = {}
    for place in sorted({(call.gathering.owner, call.gathering.fingerprint) for call in calls}):
        row = await transaction.one(SQL["gathering"], owner=place[0], fingerprint=place[1])
        if row is not None:
            places[row["id"]] = place
    for job in sorted(places):
        await transaction.lock(SQL["lock_buckets"], job=job)
    found: dict[tuple[str, str], _Job] = {}
    for job in sorted(places):
        row = await transaction.one(SQL["gathers"], job=job)
        if row is not None:
            found[places[job]] = _Job(row["id"], row["external_id"], row["requests"])
    return found


async def _known(transaction: Transaction, call: NewCall) -> Taken | ReusedKeyError | None:
    """What was accepted under the call's idempotency key before."""
    row = await transaction.one(
        SQL["by_idempotency_key"], owner=call.gathering.owner, path=call.path, idempotency_key=call.idempotency_key
    )
    if row is None:
        return None
    if bytes(row["digest"]) != call.digest:
        return ReusedKeyError(row["external_id"])
    if call.holder is not None:
        await transaction.run(SQL["hold"], external_id=row["external_id"], holder=call.holder)
    return Taken(row["external_id"], row["job_id"], is_new=False, kept=(row["deadline"], row["created_at"]))


async def _take(
    transaction: Transaction, group: Sequence[NewCall], jobs: dict[tuple[str, str], _Job], now: int
) -> dict[str, Taken | Refused]:
    """Accept calls that are gathered together, as far as the budgets of their key suffice."""
    found: dict[str, Taken | Refused] = {}
    reserved: dict[str, Reservation] = {}
    for call in group:
        made = await _reserve(transaction, call, now)
        if isinstance(made, Reservation):
            reserved[call.external_id] = made
        else:
            found[call.external_id] = made
    fitting = [call for call in group if call.external_id in reserved] if found else group
    if fitting:
        found.update(await _gather(transaction, fitting, reserved, jobs, now))
    return found


async def _reserve(transaction: Transaction, call: NewCall, now: int) -> Reservation | Refused:
    """Reserve for a call, before anything of it is written."""
    if not call.has_budget or call.gathering.key_id is None:
        return NOTHING_RESERVED
    try:
        return await budgets.reserve(transaction, call.gathering.key_id, call.reserved, now)
    except (BudgetExhaustedError, PriceUnknownError) as error:
        return error


async def _gather(
    transaction: Transaction,
    group: Sequence[NewCall],
    reserved: Mapping[str, Reservation],
    jobs: dict[tuple[str, str], _Job],
    now: int,
) -> dict[str, Taken]:
    """Write calls that are gathered together: one job, one object of bodies, a tally for each bucket."""
    gathering = group[0].gathering
    place = gathering.owner, gathering.fingerprint
    is_first = place not in jobs
    if is_first:
        row = await transaction.one(
            SQL["begin"],
            owner=gathering.owner,
            external_id=gathering.job,
            workflow=gathering.workflow,
            fingerprint=gathering.fingerprint,
            deadline=gathering.deadline,
            on_miss=gathering.on_miss,
            key=gathering.key_id,
            now=now,
            gathers_until=gathering.gathers_until,
        )
        assert row is not None
        await events.record(transaction, gathering.owner, now, "job.gathering", job=row["id"])
        jobs[place] = _Job(row["id"], row["external_id"], row["requests"])
    into = jobs[place]
    job, line, since = into.id, into.requests, await newest(transaction)
    into.requests += len(group)
    content = b"\n".join([call.body for call in group])
    object_id = await keep_inline(transaction, gathering.owner, group[0].external_id, content, now)
    start = 0
    found: dict[tuple[str, str, str, Part, bool], int] = {}
    rows: dict[int, list[NewRequest]] = {}
    alike: dict[int, list[Alike]] = {}
    for call in group:
        line += 1
        kind = call.account, call.model, call.endpoint, call.part, call.spread
        bucket = found.get(kind)
        if bucket is None:
            bucket = found[kind] = await buckets.ensure(
                transaction,
                gathering.owner,
                job,
                account=call.account,
                model=call.model,
                endpoint=call.endpoint,
                deadline=gathering.deadline,
                part=call.part,
                spread=call.spread,
            )
        rows.setdefault(bucket, []).append(
            (
                bucket,
                line,
                call.external_id,
                start,
                len(call.body),
                checksum(call.body),
                call.input_tokens,
                call.output_tokens,
            )
        )
        alike.setdefault(bucket, []).append(call.alike)
        start += len(call.body) + 1
    for bucket in sorted(rows):
        mine = rows[bucket]
        shared = {"owner": gathering.owner, "job": job, "object": object_id, "now": now}
        is_kept = any(likeness is not None for likeness, _ in alike[bucket])
        await insert(transaction, mine, alike[bucket] if is_kept else None, shared)
        if is_kept:
            await transaction.run(CACHE["seek"], bucket=bucket, after=since)
        tokens = sum(one[6] + one[7] for one in mine)
        await count(transaction, bucket, Phase.WAITING, Tally(len(mine), tokens))
        await transaction.run(BUCKETS["lengthen"], bucket=bucket, longest=max(one[7] for one in mine))
    for call in group:
        if amount := reserved[call.external_id].amount:
            await transaction.run(SQL["reserved"], reserved=amount, job=job, external_id=call.external_id)
    await transaction.run(SQL["grow"], job=job, requests=len(group), after=since)
    await transaction.many(
        SQL["insert"],
        [
            (
                call.external_id,
                call.path,
                call.asked_model,
                call.digest,
                call.idempotency_key,
                call.urgency,
                call.deadline,
                int(call.stream),
                call.holder,
                now if call.holder is None else None,
            )
            for call in group
        ],
        owner=gathering.owner,
        job=job,
        key=gathering.key_id,
        now=now,
    )
    for call in group:
        await _announce(transaction, call, job, now)
    return {
        call.external_id: Taken(
            call.external_id,
            job,
            is_new=True,
            is_first=is_first,
            reservation=reserved[call.external_id],
            row=_open_row(call, into.external_id, now),
        )
        for call in group
    }


def _open_row(call: NewCall, job: str, now: int) -> Mapping[str, Any]:
    """The row of `outcome` of a call that was accepted just now, as far as it is shown."""
    return {
        "external_id": call.external_id,
        "state": RequestState.OPEN,
        "path": call.path,
        "model": call.asked_model,
        "account": call.account,
        "job": job,
        "workflow": call.gathering.workflow,
        "urgency": call.urgency,
        "deadline": call.deadline,
        "part": call.part,
        "created_at": now,
        "settled_at": None,
        "lane": None,
        "amount": None,
    }


async def _announce(transaction: Transaction, call: NewCall, job: int, now: int) -> None:
    """Promise news of a call to whoever is to be told."""
    if not call.recipients:
        return
    owner = call.gathering.owner
    request = await transaction.one(REQUESTS["find_custom_id"], owner=owner, job=job, custom_id=call.external_id)
    assert request is not None
    for recipient in call.recipients:
        await deliveries.announce(transaction, owner, job, recipient, now, request=request["id"])
