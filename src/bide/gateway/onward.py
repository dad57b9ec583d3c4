"""Passing a call on to the account that serves its model, or to the next one where that surely did nothing.

Only what cannot have been run is tried elsewhere: nobody reached, a full rate limit, a key or an account that is refused. What
is ambiguous goes back to the caller, whose SDK tries again by itself. A call that is bound to a batch never changes accounts.
"""

from collections.abc import Mapping, Sequence
from functools import partial

import msgspec

from bide.engine.context import Context
from bide.gateway import asked as fields
from bide.gateway.access import at_once, modes_at_once
from bide.gateway.asked import Asked
from bide.gateway.caller import Caller
from bide.gateway.exchange import Exchange
from bide.gateway.passing import Passing
from bide.gateway.repeats import Repeats
from bide.intake.body import name_model
from bide.intake.capped import check_at_once
from bide.intake.endpoint import CHAT, Endpoint
from bide.intake.routing import Destination, Routing
from bide.providers.failures import BusyError, OutOfCreditError, OverloadedError, ProviderError, UnauthorisedError
from bide.providers.port import Call
from bide.providers.transport import NotSentError
from bide.store.passages import Passage
from bide.store.requests import Alike
from bide.store.taking import ALONE

FORWARDED = ("openai-beta", "anthropic-beta", "anthropic-version")
"""The caller's headers that a provider gets. Never the one with the key."""


class Urgent(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A call that cannot wait. `body` is without what is only for bide, `urgency` who said so, `output_tokens` what an answer
    without a limit is reckoned with."""

    caller: Caller
    endpoint: Endpoint
    body: bytes
    asked: Asked
    workflow: str | None
    urgency: str
    output_tokens: int
    now: int
    alike: Alike = ALONE
    """How exact repeats of it are known, for which its answer is kept."""
    max_cost: int | None = None
    """The most that it may cost, in 1e-12 USD; None: no cap."""


class Onward:
    """Passes calls on. `failover` has, by the name of a model, the names that are tried in this order."""

    def __init__(
        self,
        context: Context,
        routing: Routing,
        passing: Passing,
        failover: Mapping[str, Sequence[str]],
        repeats: Repeats,
    ) -> None:
        self._context = context
        self._routing = routing
        self._passing = passing
        self._failover = failover
        self._repeats = repeats

    async def serve(self, exchange: Exchange, call: Urgent) -> None:
        """Answer a call. Raises what the last account that was tried raised."""
        names = self._failover.get(call.asked.model) or (call.asked.model,)
        for tried, name in enumerate(names, 1):
            try:
                await self._pass_on(exchange, call, name, tried)
                return
            except (ProviderError, NotSentError) as error:
                if tried == len(names) or exchange.is_answered or not surely_not_run(error):
                    raise

    async def _pass_on(self, exchange: Exchange, call: Urgent, name: str, tried: int) -> None:
        destination = self._routing.to(name)
        endpoint, asked, caller = call.endpoint, call.asked, call.caller
        model = destination.route.model
        body = call.body if model == asked.model else name_model(call.body, model)
        output_tokens = asked.longest(call.output_tokens)
        has_budget = caller.key is not None and caller.key.has_budget
        reserved: int | None = 0
        if has_budget or call.max_cost is not None:
            reserved = at_once(self._context, destination, body, asked, output_tokens)
        if call.max_cost is not None:
            check_at_once(self._context, destination, modes_at_once(asked), reserved, call.max_cost)
        passage = Passage(
            external_id=exchange.request_id if tried == 1 else f"{exchange.request_id}-{tried}",
            owner=caller.owner,
            key=caller.key_id,
            workflow=call.workflow,
            path=exchange.path,
            account=destination.route.account,
            model=model,
            urgency=call.urgency,
            holder=self._context.holder,
            body_bytes=len(body),
            output_tokens=output_tokens,
            reserved=reserved if has_budget else 0,
            has_budget=has_budget,
            sent_at=call.now,
        )
        sent = Call(endpoint.url, body, passage.external_id, model, forwarded(exchange.headers))
        if not asked.stream:
            is_kept = tried == 1 and call.alike[0] is not None  # what another account answers is no answer of the first
            keep = partial(self._repeats.keep, passage, call.alike) if is_kept else None
            await self._passing.send(exchange, destination.provider, sent, passage, keep)
            return
        hides = self._asks_usage(endpoint, asked, destination)
        if hides:
            sent = msgspec.structs.replace(sent, body=fields.asking_usage(sent.body, asked))
        await self._passing.stream(exchange, destination.provider, sent, passage, hides_usage=hides)

    def _asks_usage(self, endpoint: Endpoint, asked: Asked, destination: Destination) -> bool:
        """Whether bide asks for what a stream consumes, because its caller does not and nobody else would tell."""
        options = asked.stream_options
        if endpoint is not CHAT or (options is not None and options.include_usage):
            return False
        native = destination.provider.capabilities.native
        is_native = native is None or endpoint.url in native
        return self._context.settings.gateway.ask_usage or not is_native  # what translates can always be asked


def surely_not_run(error: ProviderError | NotSentError) -> bool:
    """Whether a call that ended so cannot have been run, and billed."""
    if isinstance(error, OverloadedError):
        return not error.may_have_run
    return isinstance(error, NotSentError | BusyError | OutOfCreditError | UnauthorisedError)


def forwarded(headers: Mapping[str, str]) -> Mapping[str, str]:
    """The caller's headers that go on."""
    return {name: headers[name] for name in FORWARDED if name in headers}
