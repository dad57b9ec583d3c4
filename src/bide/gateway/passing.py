"""Calls that cannot wait: passed on at once, and their answers passed back as they come.

Nothing is retried: what is ambiguous here is the caller's to judge, whose SDK retries by itself. A client that goes away
cancels its call.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from types import TracebackType

import msgspec

from bide.core.budget import Reservation
from bide.core.errors import BideError, StoreError
from bide.core.states import AttemptState
from bide.core.usage import Usage
from bide.engine.context import Context
from bide.gateway.access import tell
from bide.gateway.books import Books
from bide.gateway.exchange import Exchange, GoneError
from bide.gateway.meter import Meter
from bide.gateway.responses.kept import Kept
from bide.intake.endpoint import RESPONSES
from bide.lanes.arrival.weighing import weight_of
from bide.lanes.outcome.lesson import of_tokens
from bide.providers.failures import OverloadedError, StreamRefusedError
from bide.providers.port import Answer, Call, Provider, Verdict
from bide.providers.transport import ReplyLostError
from bide.store.passages import Begun, Passage, Passed
from bide.store.reports import Price

EVENT_STREAM = "text/event-stream; charset=utf-8"


class _Response(msgspec.Struct):
    status_code: int
    request_id: str | None = None
    body: msgspec.Raw = msgspec.Raw(b"null")


decode_response = msgspec.json.Decoder(_Response).decode


class Passing:
    """Passes calls on and keeps books of them."""

    def __init__(self, context: Context, books: Books, kept: Kept) -> None:
        self._context = context
        self._books = books
        self.kept = kept

    async def send(
        self,
        exchange: Exchange,
        provider: Provider,
        call: Call,
        passage: Passage,
        keep: Callable[[Answer], Awaitable[None]] | None = None,
    ) -> None:
        """Answer with the provider's answer, whatever it is; `keep` has it before."""
        recorded = await self._begin(exchange, passage)
        try:
            async with WhileThere(exchange):
                answer = await provider.send(call)
        except (Exception, asyncio.CancelledError) as error:
            await self._failed(passage, error)
            raise
        await self._answered(passage, call, answer)
        if recorded.done():
            recorded.result()  # nobody is answered before it is on the disk
        else:
            await asyncio.shield(recorded)
        if keep is not None:
            await keep(answer)
        if call.endpoint == RESPONSES.url:
            self.kept.note_answer(passage, provider, answer.row.response)
        await respond(exchange, answer)

    async def stream(
        self, exchange: Exchange, provider: Provider, call: Call, passage: Passage, *, hides_usage: bool = False
    ) -> None:
        """Pass a stream on byte for byte, each part as it comes; without its usage where only bide asked for that."""
        recorded = await self._begin(exchange, passage)
        meter, first_at = Meter(call.endpoint, hides_usage=hides_usage), None
        try:
            async with WhileThere(exchange), aclosing(_generator(provider.stream(call))) as chunks:
                async for chunk in chunks:
                    if first_at is None:
                        first_at = self._context.clock.now()
                        await asyncio.shield(recorded)
                        await exchange.start(200, _stream_headers(passage), EVENT_STREAM)
                    if passed := meter.feed(chunk):
                        await exchange.write(passed)
            if first_at is None:
                await asyncio.shield(recorded)
                await exchange.start(200, _stream_headers(passage), EVENT_STREAM)
            await exchange.end(meter.end())
        except StreamRefusedError as refused:
            await self._answered(passage, call, refused.answer)
            await respond(exchange, refused.answer)
            return
        except (Exception, asyncio.CancelledError) as error:
            await self._failed(passage, error, first_at)
            raise
        finally:
            self.kept.note(passage, provider, meter.id)
        self._learn(passage, call.body, meter.usage)
        price = await self._books.price(passage, meter.usage, meter.tier)
        self._end(passage, AttemptState.ANSWERED, 200, None, price, first_at=first_at)

    async def _begin(self, exchange: Exchange, passage: Passage) -> "asyncio.Future[Begun]":
        """Put the intent on record. With a budget nothing is sent before it is there and reserved for, and neither while the
        store fails: what cannot be entered is not bought.

        Raises:
            BudgetExhaustedError: a budget does not suffice.
            PriceUnknownError: there is a budget, and the price is unknown.
            StoreError: nothing can be kept.
        """
        recorded = self._books.begin(passage)
        if not passage.has_budget and self._books.is_well:
            return recorded
        try:
            made = await asyncio.shield(recorded)
        except (BideError, asyncio.CancelledError):  # nothing was sent; it may be on record all the same, now or soon
            recorded.add_done_callback(lambda _: self._end(passage, AttemptState.REFUSED, None, "not_sent", None))
            raise
        if not isinstance(made, Reservation):
            self._books.forget()
            raise made
        tell(exchange, made)
        return recorded

    async def _answered(self, passage: Passage, call: Call, answer: Answer) -> None:
        row = answer.row
        if row.verdict is Verdict.ANSWERED:
            self._learn(passage, call.body, row.usage)
        price = None
        if row.verdict is Verdict.ANSWERED or row.usage is not None:
            price = await self._books.price(passage, row.usage, row.tier)
        self._end(passage, AttemptState(row.verdict), row.status, row.code, price)

    def _learn(self, passage: Passage, body: bytes, usage: Usage | None) -> None:
        """What an answer teaches about the size of requests."""
        if usage is not None:
            estimated, now = weight_of(body), self._context.clock.now()
            self._context.memory.note(of_tokens(passage.account, passage.model, 1, estimated, usage.input, now))

    async def _failed(self, passage: Passage, error: BaseException, first_at: int | None = None) -> None:
        """No answer: what the call may have cost all the same is suspected."""
        may_have_run = not isinstance(error, BideError) or (
            isinstance(error, ReplyLostError | StoreError)
            or (isinstance(error, OverloadedError) and error.may_have_run)
        )
        price = await self._books.suspected(passage) if may_have_run else None
        state = AttemptState.LOST if may_have_run else AttemptState.REFUSED
        gone = isinstance(error, GoneError | asyncio.CancelledError)
        code = error.code if isinstance(error, BideError) else "client_gone" if gone else BideError.code
        self._end(passage, state, None, code, price, suspected=may_have_run, first_at=first_at)

    def _end(
        self,
        passage: Passage,
        state: AttemptState,
        status: int | None,
        code: str | None,
        price: Price | None,
        *,
        suspected: bool = False,
        first_at: int | None = None,
    ) -> None:
        self._books.end(
            Passed(
                external_id=passage.external_id,
                state=state,
                status=status,
                code=code,
                price=price,
                suspected=suspected,
                first_token_at=first_at,
                finished_at=self._context.clock.now(),
            )
        )


async def respond(exchange: Exchange, answer: Answer) -> None:
    """Answer with what a provider answered: its status, its body, its id of the request."""
    response = decode_response(answer.row.response)
    headers = {"bide-lane": "realtime"}
    if response.request_id:
        headers["bide-provider-request-id"] = response.request_id
    rates = answer.rates
    for name, value in (
        ("x-ratelimit-limit-requests", rates.limit_requests),
        ("x-ratelimit-limit-tokens", rates.limit_tokens),
        ("x-ratelimit-remaining-requests", rates.remaining_requests),
        ("x-ratelimit-remaining-tokens", rates.remaining_tokens),
    ):
        if value is not None:
            headers[name] = str(value)
    await exchange.respond(response.status_code, bytes(response.body), headers)


def _stream_headers(passage: Passage) -> dict[str, str]:
    return {"bide-lane": "realtime", "cache-control": "no-cache"}


async def _generator(chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
    """The same as a generator, which can be closed."""
    async for chunk in chunks:
        yield chunk


class WhileThere:
    """Does something for a client that waits for it. Raises `GoneError` in its place when the client goes away."""

    __slots__ = ("_connection", "_exchange", "_left", "_task", "_watching")

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._connection = exchange.connection
        self._left = False

    async def __aenter__(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._task = task
        if self._connection is None:
            self._watching = asyncio.create_task(self._watch())
        elif not self._connection.watch(self._leave):
            raise GoneError

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection is None:
            self._watching.cancel()
        else:
            self._connection.watch(None)
        if self._left and isinstance(error, asyncio.CancelledError) and self._task.uncancel() == 0:
            raise GoneError from None

    async def _watch(self) -> None:
        await self._exchange.gone()
        self._leave()

    def _leave(self) -> None:
        self._left = True
        self._task.cancel()
