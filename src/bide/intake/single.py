"""Calls that come one at a time and may wait: checked, placed, gathered with their like, and promised.

What a file is to a job, a slot is to them (`bide.lanes.arrival.gather`). Nothing is answered before the transaction that accepts
it; many that come together share one.
"""

import asyncio
from collections.abc import Mapping, Sequence

import msgspec

from bide.core.bucket import Part, Tally
from bide.core.clock import SECOND
from bide.core.deadline import OnMiss
from bide.core.identifiers import call_identifier, new_identifier
from bide.core.key import Key
from bide.engine.context import Context
from bide.engine.outlook import capacity, hours_of, promised
from bide.engine.placing import choose, places_of, replanned, unwell
from bide.intake.admit import Admissions, Terms
from bide.intake.capped import check_deferred
from bide.intake.endpoint import Endpoint
from bide.intake.entry import Entry
from bide.intake.group import Group
from bide.intake.hand_in import routing_of
from bide.intake.repetition import kept, reused
from bide.intake.reservation import ceiling_of, deferred_lanes, longest_input, longest_output
from bide.intake.validator import Validator
from bide.intake.window import ContextWindows
from bide.lanes.arrival.gather import slot
from bide.lanes.decision.outlook import Key as Pool
from bide.lanes.rescue.rescue import Demand
from bide.store.deliveries import Recipient
from bide.store.requests import Alike
from bide.store.snapshot import Snapshot
from bide.store.taking import ALONE, Gathering, NewCall, Refused, ReusedKeyError, Taken

LOOK = 2 * SECOND
"""How old the view of what the capacity is promised to may be. Calls that come within this time see each other, whatever
their deadlines."""


_View = tuple[int, Snapshot, Mapping[Pool, Sequence[Demand]]]
"""When it was taken, what is open, and what the capacity is promised to."""


class SingleCall(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A call as it was said. `deadline` in microseconds; `body` without what is only for bide and without `stream`;
    `key` is whose budget it spends."""

    owner: str
    key: Key | None
    workflow: str | None
    endpoint: Endpoint
    path: str
    body: bytes
    deadline: int
    on_miss: OnMiss
    urgency: str
    stream: bool
    digest: bytes
    idempotency_key: str | None
    holder: str | None
    recipients: Sequence[Recipient] = ()
    """Who is told when it is settled: `Herald.webhook` makes them."""
    alike: Alike = ALONE
    """How exact repeats of it are known."""
    max_cost: int | None = None
    """The most that it may cost, in 1e-12 USD; None: no cap."""


class Desk:
    """Where single calls are handed in."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.routing = routing_of(context, None)
        self._validator = Validator(ContextWindows(self.routing.window), self.routing)
        self._group: Group[NewCall, Taken | Refused] = Group(self._take)
        self._view: _View | None = None
        self._looking = asyncio.Lock()
        self._admissions: dict[tuple[int, OnMiss], Admissions] = {}
        self._given: dict[Pool, Tally] = {}

    async def hand_in(self, call: SingleCall) -> Taken:
        """Accept a call: when this returns, it will be answered by its deadline, or as its `on_miss` says.

        Raises:
            LineError: it cannot be used; the problem names the field. Its line is of no meaning.
            ReusedKeyError: its idempotency key was used for another one.
            CapExhaustedError: it may cost more than it may.
            RefusedError: it has a cap, and a price is unknown.
            BudgetExhaustedError: it does not fit into a budget of its key.
            PriceUnknownError: its key has such a budget, and a price is unknown.
            StoreError: it cannot be kept.
        """
        entropy, now = self._context.entropy, self._context.clock.now()
        identifier = call_identifier("req", entropy, now)
        entry = self._validator.admit(1, identifier, call.endpoint, call.body, path="")
        route = self.routing.to(entry.model).route
        gather = self._context.settings.gather
        where = slot(call.deadline, now, gather.longest, gather.time_share)
        assumed = self._context.settings.realtime.assumed_output_tokens if call.endpoint.writes_text else 0
        output_tokens = assumed if entry.max_output_tokens is None else entry.max_output_tokens
        if call.max_cost is not None:
            check_deferred(
                self._context,
                self.routing.to(entry.model),
                entry.endpoint,
                entry.body,
                key=call.key,
                # With no time for a batch it is called, whoever wants to miss its deadline rather than that.
                on_miss=OnMiss.RESCUE if self._is_hurried(where.deadline - now) else call.on_miss,
                assumed=assumed,
                cap=call.max_cost,
            )
        input_tokens = self._context.memory.weighing(route.account, route.model).tokens(entry.input_tokens)
        if route.spread:
            snapshot = (await self._present(now))[1]
            tokens = input_tokens + output_tokens
            route = choose(self._context, snapshot, route, entry.endpoint, where.deadline, output_tokens, tokens)
        pool = (route.account, route.model)
        admissions = await self._admitting(where.deadline, call.on_miss)
        part = admissions.part(pool, 1, input_tokens + output_tokens, output_tokens) or Part.REST
        told = admissions.notice(pool, 1, int(part is Part.REST), call.deadline, now)
        gathering = Gathering(
            call.owner,
            None if call.key is None else call.key.id,
            call.workflow,
            call.on_miss,
            where.deadline,
            where.gathers_until,
            new_identifier("job", entropy),
        )
        new = NewCall(
            external_id=identifier,
            gathering=gathering,
            account=route.account,
            model=route.model,
            endpoint=call.endpoint.url,
            part=part,
            body=entry.body,
            input_tokens=input_tokens,
            output_tokens=output_tokens,
            path=call.path,
            asked_model=entry.model,
            digest=call.digest,
            idempotency_key=_scoped(call.key, call.idempotency_key),
            urgency=call.urgency,
            deadline=call.deadline,
            stream=call.stream,
            holder=call.holder,
            has_budget=call.key is not None and call.key.has_budget,
            reserved=self._to_reserve(call, entry, assumed),
            recipients=call.recipients,
            spread=route.spread,
            alike=call.alike,
        )
        taken = await self._group.add(new)
        if isinstance(taken, ReusedKeyError):
            raise await reused(self._context.store, taken.used_for, new, now)
        if not isinstance(taken, Taken):
            raise taken
        if taken.kept is not None:
            told = kept(taken.external_id, *taken.kept, call.deadline, now)
        return msgspec.structs.replace(taken, notice=told) if told else taken

    def _is_hurried(self, slack: int) -> bool:
        """Whether there is no time for a batch (`bide.lanes.plan.plan.is_hurried`)."""
        return slack < self._context.settings.deadline.batch_minimum

    async def settle(self) -> None:
        """Wait for what is being accepted."""
        await self._group.settle()

    async def _take(self, calls: Sequence[NewCall]) -> Sequence[Taken | Refused]:
        return await self._context.store.calls.take(calls, self._context.clock.now())

    def _to_reserve(self, call: SingleCall, entry: Entry, assumed: int) -> int | None:
        """The most that it can cost, in 1e-12 USD, where it counts; None: a price is unknown."""
        if call.key is None or not call.key.has_budget:
            return 0
        found = self.routing.to(entry.model)
        longest = longest_input(entry.body, found.window)
        amounts: list[int] = []
        for account in places_of(self._context, found.route):
            lanes = deferred_lanes(call.key.lanes, self._context.providers[account], entry.endpoint)
            most = ceiling_of(self._context, account, found.route.model, lanes, longest)
            if most is None:
                return None
            amounts.append(most.amount(longest, longest_output(entry.body, assumed)))
        return max(amounts)

    async def _admitting(self, deadline: int, on_miss: OnMiss) -> Admissions:
        """What says whether a call is inside the real-time capacity that is still free before its deadline."""
        now = self._context.clock.now()
        _, snapshot, given = await self._present(now)
        rules = self._context.rules
        admissions = self._admissions.get((deadline, on_miss))
        if admissions is None:
            admissions = self._admissions[deadline, on_miss] = Admissions(
                Terms(
                    deadline,
                    on_miss,
                    rules.margins,
                    rules.promote_share,
                    lambda key: capacity(self._context, snapshot, key),
                    lambda key: hours_of(self._context, key),
                    given,
                    now,
                    lambda key: self._context.memory.slowness(*key),
                ),
                self._given,
            )
        return admissions

    async def _present(self, now: int) -> _View:
        """What is open, not older than `LOOK`."""
        view = self._view
        return await self._look(now) if view is None or now - view[0] > LOOK else view

    async def _look(self, now: int) -> _View:
        """Look once for all who come meanwhile: what they are given they are to see of each other."""
        async with self._looking:
            view = self._view
            if view is None or now - view[0] > LOOK:
                snapshot = await self._context.store.snapshots.take(self._context.host, now)
                snapshot = replanned(self._context, snapshot, unwell(snapshot))
                view = self._view = now, snapshot, promised(snapshot)
                self._admissions.clear()
                self._given.clear()
        return view


def _scoped(key: Key | None, text: str | None) -> str | None:
    """An idempotency key among those of who sent it: other keys of the same owner may count from one as well."""
    return text if text is None or key is None else f"{key.external_id} {text}"
