"""Calls that come one at a time and may wait: checked, placed, gathered with their like, and promised.

What a file is to a job, a slot is to them (`bide.lanes.gather`). Nothing is answered before the transaction that accepts
it; many that come together share one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bide.core.bucket import Part
from bide.core.clock import SECOND
from bide.core.deadline import OnMiss
from bide.core.identifiers import new_identifier
from bide.engine.context import Context
from bide.engine.outlook import capacity, promised
from bide.intake.admit import Admissions, Terms
from bide.intake.endpoint import Endpoint
from bide.intake.group import Group
from bide.intake.hand_in import routing_of
from bide.intake.tokens import estimate_tokens
from bide.intake.validator import Validator
from bide.intake.window import ContextWindows
from bide.lanes.decide import Key
from bide.lanes.gather import slot
from bide.lanes.rescue import Demand
from bide.store.calls import Gathering, NewCall, ReusedKeyError, Taken
from bide.store.deliveries import Recipient
from bide.store.snapshot import Snapshot

LOOK = 2 * SECOND
"""How old the view of what the capacity is promised to may be. Calls with different deadlines that come within this time
do not see each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleCall:
    """A call as it was said. `deadline` in microseconds; `body` without what is only for bide and without `stream`."""

    owner: str
    key_id: int | None
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


class Desk:
    """Where single calls are handed in."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.routing = routing_of(context, None)
        self._validator = Validator(ContextWindows(self.routing.window), self.routing)
        self._group: Group[NewCall, Taken | ReusedKeyError] = Group(self._take)
        self._view: tuple[int, Snapshot, Mapping[Key, Sequence[Demand]]] | None = None
        self._admissions: dict[tuple[int, OnMiss], Admissions] = {}

    async def hand_in(self, call: SingleCall) -> Taken:
        """Accept a call: when this returns, it will be answered by its deadline, or as its `on_miss` says.

        Raises:
            LineError: it cannot be used; the problem names the field. Its line is of no meaning.
            ReusedKeyError: its idempotency key was used for another one.
            StoreError: it cannot be kept.
        """
        entropy, now = self._context.entropy, self._context.clock.now()
        identifier = new_identifier("req", entropy)
        entry = self._validator.admit(1, identifier, call.endpoint, call.body, path="")
        route = self.routing.to(entry.model).route
        where = slot(call.deadline, now, self._context.settings.gather.longest)
        input_tokens = estimate_tokens(len(entry.body))
        assumed = self._context.settings.realtime.assumed_output_tokens if call.endpoint.writes_text else 0
        output_tokens = assumed if entry.max_output_tokens is None else entry.max_output_tokens
        part = await self._part(
            (route.account, route.model), input_tokens + output_tokens, output_tokens, where.deadline, call.on_miss
        )
        gathering = Gathering(
            call.owner,
            call.key_id,
            call.workflow,
            call.on_miss,
            where.deadline,
            where.gathers_until,
            new_identifier("job", entropy),
        )
        taken = await self._group.add(
            NewCall(
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
                idempotency_key=call.idempotency_key,
                urgency=call.urgency,
                deadline=call.deadline,
                stream=call.stream,
                holder=call.holder,
                recipients=call.recipients,
            )
        )
        if isinstance(taken, ReusedKeyError):
            raise taken
        return taken

    async def settle(self) -> None:
        """Wait for what is being accepted."""
        await self._group.settle()

    async def _take(self, calls: Sequence[NewCall]) -> Sequence[Taken | ReusedKeyError]:
        return await self._context.store.calls.take(calls, self._context.clock.now())

    async def _part(self, key: Key, tokens: int, longest: int, deadline: int, on_miss: OnMiss) -> Part:
        """Whether the call is inside the real-time capacity that is still free before its deadline."""
        now = self._context.clock.now()
        if self._view is None or now - self._view[0] > LOOK:
            snapshot = await self._context.store.snapshots.take(self._context.host, now)
            self._view = now, snapshot, promised(snapshot)
            self._admissions.clear()
        _, snapshot, given = self._view
        rules = self._context.settings.rules
        admissions = self._admissions.get((deadline, on_miss))
        if admissions is None:
            admissions = self._admissions[deadline, on_miss] = Admissions(
                Terms(
                    deadline,
                    on_miss,
                    rules.margins,
                    rules.promote_share,
                    lambda key: capacity(self._context, snapshot, key),
                    given,
                    now,
                )
            )
        return admissions.part(key, 1, tokens, longest) or Part.REST
