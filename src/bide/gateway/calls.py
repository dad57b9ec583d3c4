"""The endpoints of single calls: passed on at once, or deferred, as urgency says."""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from bide.core.budget import BudgetExhaustedError, PriceUnknownError
from bide.core.clock import SECOND
from bide.core.deadline import OnMiss
from bide.core.errors import RefusedError
from bide.core.key import Key
from bide.core.usage import Usage
from bide.engine.context import Context
from bide.engine.pricing import BATCH, STANDARD
from bide.gateway import asked as fields
from bide.gateway.access import allowed_way, check_model
from bide.gateway.asked import Asked
from bide.gateway.caller import Caller
from bide.gateway.cap import cap_said
from bide.gateway.deferring import Deferred, Deferring
from bide.gateway.exchange import Exchange
from bide.gateway.lasting import check_lasting
from bide.gateway.messages import version
from bide.gateway.onward import Onward, Urgent
from bide.gateway.preference import WEBHOOK, holds
from bide.gateway.pressure import Pressure
from bide.gateway.rates import Rates
from bide.gateway.refusal import RefusalError
from bide.gateway.repeats import Asking, Repeats
from bide.gateway.responses.conversation import PREVIOUS
from bide.gateway.responses.going_on import GoingOn
from bide.gateway.responses.kept import is_native
from bide.intake.endpoint import RESPONSES, Endpoint
from bide.intake.routing import Destination, Routing
from bide.lanes.arrival.urgency import Rule, Said, Urgency, Words, urgency
from bide.lanes.arrival.weighing import weight_of
from bide.ledger.prices import day_of
from bide.store.taking import ALONE

WORKFLOW = "bide-workflow"

TOO_DEAR = (RefusedError, BudgetExhaustedError, PriceUnknownError)
"""Why money has a call refused that may wait: its cap, or a budget of its key."""

AT_ONCE = SECOND // 2
"""What an urgent response has that is called from the background: no time for anything but a call."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What decides about urgency besides the call itself."""

    rules: tuple[Rule, ...]
    words: Words


class Calls:
    """Serves chat completions, responses, embeddings, messages and what else is one call."""

    def __init__(
        self,
        context: Context,
        routing: Routing,
        onward: Onward,
        going_on: GoingOn,
        deferring: Deferring,
        policy: Policy,
        pressure: Pressure,
        largest: int,
        repeats: Repeats,
    ) -> None:
        """`largest` is the most bytes of a body."""
        self._context = context
        self._routing = routing
        self._onward = onward
        self._going_on = going_on
        self._deferring = deferring
        self._policy = policy
        self._pressure = pressure
        self._largest = largest
        self._rates = Rates(context)
        self._repeats = repeats

    async def serve(self, exchange: Exchange, caller: Caller, endpoint: Endpoint) -> None:
        """Answer one call."""
        with self._pressure.body() as take:
            await self._serve(exchange, caller, endpoint, await exchange.body(self._largest, take), take)

    async def _serve(
        self, exchange: Exchange, caller: Caller, endpoint: Endpoint, body: bytes, take: Callable[[int], None]
    ) -> None:
        asked = fields.read(body)
        body = fields.once(body)
        if asked.previous_response_id is not None:
            body = await self._gone_on(caller, endpoint, asked, body, take)
        now = self._context.clock.now()
        version.check(endpoint, body, exchange.headers)
        said = _said(exchange, caller, asked)
        found = urgency(said, self._policy.rules, self._policy.words, now)
        if caller.key is not None:
            found = await self._allowed(exchange, caller.key, endpoint, body, asked, found, now)
        kept_for = self._repeats.kept_for(exchange, said, caller)
        max_cost = cap_said(said.headers, said.metadata)
        background = endpoint is RESPONSES and bool(asked.background) and not asked.stream
        if background:
            found = self._in_background(found, asked.model, now)
        if found.deadline is None or (not background and self._is_short(found.deadline - now, exchange)):
            wanted = fields.without_own_words(body, asked, deferred=False)
            urgent = Urgent(
                caller=caller,
                endpoint=endpoint,
                body=wanted,
                asked=asked,
                workflow=said.workflow,
                urgency=found.source,
                output_tokens=self._assumed(endpoint),
                now=now,
                alike=self._repeats.alike(exchange, said, caller, endpoint, wanted, kept_for) if kept_for else ALONE,
                max_cost=max_cost,
            )
            if urgent.alike is not ALONE and await self._repeats.answer(exchange, _asking(urgent)):
                return
            with self._pressure.passing():
                await self._onward.serve(exchange, urgent)
            return
        self._pressure.check()
        await check_lasting(body)
        wanted = fields.without_own_words(body, asked, deferred=True)
        deferred = Deferred(
            caller=caller,
            endpoint=endpoint,
            body=body,
            wanted=wanted,
            urgency=self._affordable(found, asked.model, now),
            deadline=found.deadline,
            stream=bool(asked.stream),
            workflow=said.workflow,
            background=background,
            alike=self._repeats.alike(exchange, said, caller, endpoint, wanted, kept_for) if kept_for else ALONE,
            max_cost=max_cost,
        )
        try:
            await self._deferring.serve(exchange, deferred)
        except TOO_DEAR:
            # Taken in, it would be looked up later, and cost too much should nothing be kept any more then.
            if background or WEBHOOK in exchange.headers or deferred.alike is ALONE:
                raise
            if not await self._repeats.answer(exchange, self._repeating(deferred, asked, now)):
                raise

    async def _gone_on(
        self, caller: Caller, endpoint: Endpoint, asked: Asked, body: bytes, take: Callable[[int], None]
    ) -> bytes:
        """The body with what was said before it, where bide has kept that. Raises `RefusalError`."""
        whole = await self._going_on.body(caller, endpoint, asked, body)
        if len(whole) > self._largest:
            why = (
                f"with what was said before it the body is larger than the {self._largest:,} bytes that bide takes here"
            )
            raise RefusalError(413, "request_too_large", f"{why}; say in input what matters of it", param=PREVIOUS)
        take(max(0, len(whole) - len(body)))
        return whole

    def _in_background(self, found: Urgency, model: str, now: int) -> Urgency:
        """An urgent response that nobody waits for goes to a provider that has a background of its own; elsewhere it is
        called from ours, right away."""
        if found.deadline is not None or is_native(self._routing.to(model).provider):
            return found
        return msgspec.structs.replace(found, deadline=now + AT_ONCE, on_miss=OnMiss.RESCUE)

    async def _allowed(
        self, exchange: Exchange, key: Key, endpoint: Endpoint, body: bytes, asked: Asked, found: Urgency, now: int
    ) -> Urgency:
        """How a key's call is served: one that it may make, and not too much of them.

        Raises:
            ModelNotAllowedError, LaneNotAllowedError: the key may not.
            RefusalError: it may, but not that much in a minute.
        """
        check_model(key, asked.model)
        if key.lanes is not None:
            destination = self._routing.to(asked.model)
            found = allowed_way(self._context, key, destination, endpoint.url, asked, found, now)
        if key.requests_per_minute or key.tokens_per_minute:
            await self._rates.take(exchange, key, weight_of(body) + asked.longest(self._assumed(endpoint)))
        return found

    def _assumed(self, endpoint: Endpoint) -> int:
        """The output tokens that an answer without a limit is reckoned with."""
        return self._context.settings.realtime.assumed_output_tokens if endpoint.writes_text else 0

    def _repeating(self, call: Deferred, asked: Asked, now: int) -> Asking:
        return Asking(
            caller=call.caller,
            model=asked.model,
            alike=call.alike,
            workflow=call.workflow,
            urgency=call.urgency.source,
            body=call.wanted,
            output_tokens=asked.longest(self._assumed(call.endpoint)),
            now=now,
        )

    def _is_short(self, slack: int, exchange: Exchange) -> bool:
        """Whether no batch can come back in the time there is, so that a connection that waits gets its answer now."""
        return holds(exchange.headers) and slack < self._context.settings.deadline.batch_minimum

    def _affordable(self, found: Urgency, model: str, now: int) -> Urgency:
        """A class of calls that may cost so many times the batch price is not rescued where real time costs more."""
        if found.multiple is None:
            return found
        destination = self._routing.to(model)
        batch, listed = (self._card_price(destination, mode, now) for mode in (BATCH, STANDARD))
        if batch is None or listed is None or listed <= found.multiple * batch:
            return found
        return msgspec.structs.replace(found, on_miss=OnMiss.LATE)

    def _card_price(self, destination: Destination, mode: str, now: int) -> int | None:
        source = self._context.pricing.source
        card = source.card(destination.provider.catalogue, destination.route.model, mode, day_of(now))
        return card.cost(Usage(input=1_000, output=1_000)) if card else None


def _asking(call: Urgent) -> Asking:
    return Asking(
        caller=call.caller,
        model=call.asked.model,
        alike=call.alike,
        workflow=call.workflow,
        urgency=call.urgency,
        body=call.body,
        output_tokens=call.asked.longest(call.output_tokens),
        now=call.now,
    )


def _said(exchange: Exchange, caller: Caller, asked: Asked) -> Said:
    headers = exchange.own_headers
    metadata = fields.metadata_of(asked)
    return Said(
        path=exchange.path,
        model=asked.model,
        headers=headers,
        metadata=metadata,
        stream=bool(asked.stream),
        service_tier=asked.tier,
        background=bool(asked.background),
        workflow=headers.get(WORKFLOW) or metadata.get("bide_workflow") or caller.workflow,
        key=caller.key.name if caller.key else None,
        key_priority=caller.key.priority if caller.key else None,
    )
