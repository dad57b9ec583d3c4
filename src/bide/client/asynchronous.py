"""The client for event loops: requests handed in, waited for, accounted for."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import AsyncExitStack, aclosing
from datetime import datetime, timedelta
from decimal import Decimal
from os import environ
from typing import Any, Self, TypedDict, Unpack, cast, overload

from bide.client import collection, opening
from bide.client.answer import Answer
from bide.client.collection import in_order
from bide.client.errors import ClosedError, StillOpenError
from bide.client.handle import Handle, handle_of
from bide.client.inprocess import InProcess
from bide.client.opening import Opened, Options
from bide.client.progress import Progress, shown
from bide.client.receipt import Receipt, receipt_of, receipt_of_refused, together
from bide.client.remote import RemoteWire
from bide.client.request import Form, Request
from bide.client.single import cancelled, told_of
from bide.client.submission import Requests, Submission, the_only
from bide.client.terms import LONGEST, headers_of
from bide.client.wire import InsideWire, Wire
from bide.core.clock import Clock, clock_from
from bide.core.entropy import SystemEntropy
from bide.core.errors import SettingError

Named = Handle | str
"""A request that was handed in: its handle, or its id."""


class Asked(TypedDict, total=False):
    """What requests have in common; a body's own fields come first.

    `model`, `system` and `parameters` (further fields, as ``{"temperature": 0}``) complete what a request does not say.
    `endpoint` is ``chat`` (where nothing else is named), ``responses``, ``embeddings``, ``messages`` … or a path.

    One of `within` (``"15m"``, a timedelta), `by` (``"06:00"``, ISO 8601, a datetime) and `priority` (``urgent``,
    ``standard``, ``low``) says how long they may wait; 24 hours where none does. `on_miss` is what happens to those that
    batches will not answer in time: ``rescue`` at list price (the default), ``late`` or ``expire``.

    `cache` is how old an answer to an exact repeat may be, and how long their own stand for others (``"1h"``, a timedelta, ``no``);
    the configuration says where it is not given.

    `max_cost` is what each of the requests may cost at most, in USD (``"0.05"``): one that may cost more, each byte a token and its
    answer at its longest, is not sent, and its error has the code ``budget_exhausted``.

    `workflow` names the stream of work in reports. `key` names this very submission: handed in again under the same key,
    after a crash say, the requests are found again and not paid again; the same place with other content is refused.
    """

    model: str | None
    system: str | None
    endpoint: str | None
    parameters: Mapping[str, Any] | None
    within: str | timedelta | None
    by: str | datetime | None
    priority: str | None
    on_miss: str | None
    cache: str | timedelta | None
    max_cost: str | Decimal | None
    workflow: str | None
    key: str | None


class AsyncClient:
    """Hands requests in and waits for their answers, in this process or at a gateway with a URL::

        async with bide.AsyncClient() as client:
            async for answer in client.map(prompts, model="gpt-5-mini", within="8h"):
                print(answer.text)

    Without arguments it opens bide in this process (`bide.open` tells the options), with what `bide.open()` gave it uses
    that one, and with `base_url` and `api_key` a gateway somewhere else. It belongs to one event loop.
    """

    def __init__(
        self,
        bide: Opened | None = None,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        **options: Unpack[Options],
    ) -> None:
        """Raises `SettingError` where these contradict each other."""
        if sum((bide is not None, base_url is not None, bool(options))) > 1:
            raise SettingError(
                "an opened bide, base_url and options of opening one exclude each other; give one of them"
            )
        if api_key is not None and base_url is None:
            raise SettingError("api_key is for a gateway; give its base_url too, or leave both out")
        self._given = bide
        self._remote = RemoteWire(base_url, api_key) if base_url is not None else None
        self._options = options
        self._stack = AsyncExitStack()
        self._wire: Wire | None = None
        self._opened: Opened | None = None
        self._clock: Clock = clock_from(environ)
        self._entropy = SystemEntropy()

    async def open(self) -> None:
        """Begin; `async with` does it. Raises `SettingError`, `StoreError`."""
        if self._wire is not None:
            return
        if self._remote is not None:
            self._wire = self._remote
        else:
            self._opened = self._given or await self._stack.enter_async_context(opening.open(**self._options))
            self._clock = self._opened.embedded.context.clock
            self._wire = InsideWire(self._opened.inside)
        self._stack.push_async_callback(self._wire.close)

    async def close(self) -> None:
        """End. What was accepted goes on, wherever there is an engine."""
        self._wire = self._opened = None
        await self._stack.aclose()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.close()

    @overload
    async def submit(self, requests: Request, **asked: Unpack[Asked]) -> Handle: ...
    @overload
    async def submit(self, requests: Requests, **asked: Unpack[Asked]) -> list[Handle]: ...
    @overload
    async def submit(self, requests: Request | Requests, **asked: Unpack[Asked]) -> Handle | list[Handle]: ...
    async def submit(self, requests: Request | Requests, **asked: Unpack[Asked]) -> Handle | list[Handle]:
        """Hand in one request (a prompt or a body) or many; when this returns they are durable.

        Gives a handle for one, a list of them for many, in their order. Of many, one that cannot be used has a handle whose
        `answer` is the error, and the others go on. `Asked` tells what else may be said.

        Raises:
            DeadlineError: `within`, `by` or `priority` is not understood.
            SettingError: `max_cost` is no amount of USD.
            InvalidRequestError: the one request cannot be used.
            RequestError: the gateway refuses: the key, a budget, a limit.
            PartlySubmittedError: many were being handed in, and not all could be; it has the handles of the others.
            UnreachableError, BrokenOffError: no gateway answers.
        """
        submission = self._submission(asked)
        one = the_only(requests)
        return await submission.many(cast(Requests, requests)) if one is None else await submission.one(one)

    async def map(
        self, requests: Requests, *, progress: Progress = None, **asked: Unpack[Asked]
    ) -> AsyncGenerator[Answer]:
        """Answers in the order of the requests. All are handed in, and durable, before the first is waited for.

        An answer that failed is one too: `answer.error` tells why, and `answer.text` raises it. `progress` is True for a bar
        on standard error, or a function of how many are settled and how many there are.

        Raises:
            what `submit` raises.
        """
        handles = await self._submission(asked).many(requests)
        with shown(progress, len(handles)) as counted:
            async with aclosing(in_order(self.wire, handles, counted)) as answers:
                async for answer in answers:
                    yield answer

    @overload
    async def wait(self, handles: Named, *, timeout: float | None = None) -> Answer: ...
    @overload
    async def wait(self, handles: Iterable[Named], *, timeout: float | None = None) -> list[Answer]: ...
    @overload
    async def wait(
        self, handles: Named | Iterable[Named], *, timeout: float | None = None
    ) -> Answer | list[Answer]: ...
    async def wait(self, handles: Named | Iterable[Named], *, timeout: float | None = None) -> Answer | list[Answer]:
        """The answer of a request, or the answers of several in their order, once all are there.

        `timeout` is in seconds; without one it waits for as long as it takes.

        Raises:
            StillOpenError: the time was over first; the requests go on.
            NotFoundError: there is no such request.
        """
        named = [handles] if isinstance(handles, Handle | str) else list(handles)
        try:
            async with (
                asyncio.timeout(timeout),
                aclosing(in_order(self.wire, _handles(named), collection.nobody_counts)) as answers,
            ):
                found = [answer async for answer in answers]
        except TimeoutError:
            raise StillOpenError from None
        return found[0] if isinstance(handles, Handle | str) else found

    async def as_completed(self, handles: Iterable[Named], *, progress: Progress = None) -> AsyncGenerator[Answer]:
        """Answers as they come; `answer.id` and `answer.index` tell whose they are.

        Raises:
            NotFoundError: there is no such request.
        """
        found = _handles(handles)
        with shown(progress, len(found)) as counted:
            async with aclosing(collection.as_completed(self.wire, found, counted)) as answers:
                async for answer in answers:
                    yield answer

    async def find(self, identifier: str) -> Handle:
        """The handle of a request that was handed in before, by its id. Raises `NotFoundError`."""
        return handle_of(await told_of(self.wire, identifier), 0)

    async def receipts(self, handles: Iterable[Named]) -> list[Receipt]:
        """A receipt for each request, as it stands. Raises `NotFoundError`."""
        room = asyncio.Semaphore(collection.TOGETHER)

        async def one(handle: Handle) -> Receipt:
            if not handle.id:
                return receipt_of_refused(handle)
            async with room:
                return receipt_of(await told_of(self.wire, handle.id))

        return list(await asyncio.gather(*(one(handle) for handle in _handles(handles))))

    async def receipt(self, handles: Named | Iterable[Named]) -> Receipt:
        """One receipt for a request or for several together, as it stands. Raises `NotFoundError`."""
        return together(await self.receipts([handles] if isinstance(handles, Handle | str) else handles))

    async def cancel(self, handles: Named | Iterable[Named]) -> None:
        """Spend no more on requests. Those that are settled, or being called this moment, stay as they are.

        Raises:
            NotFoundError: there is no such request.
        """
        for handle in _handles([handles] if isinstance(handles, Handle | str) else handles):
            if handle.answer is None:
                await cancelled(self.wire, handle.id)

    @property
    def wire(self) -> Wire:
        """The way to the gateway. Raises `ClosedError`."""
        if self._wire is None:
            raise ClosedError
        return self._wire

    @property
    def inside(self) -> InProcess:
        """The gateway in this process. Raises `ClosedError`, or `SettingError` where it is at a URL."""
        if self._remote is not None:
            raise SettingError(f"the gateway is at {self._remote.url}; give the SDK that address as its base_url")
        if self._opened is None:
            raise ClosedError
        return self._opened.inside

    def _submission(self, asked: Asked) -> Submission:
        wire = self.wire
        otherwise = self._opened.embedded.config.settings.deadline.default if self._opened else LONGEST
        headers = headers_of(
            self._clock,
            within=asked.get("within"),
            by=asked.get("by"),
            priority=asked.get("priority"),
            on_miss=asked.get("on_miss"),
            cache=asked.get("cache"),
            max_cost=asked.get("max_cost"),
            workflow=asked.get("workflow"),
            otherwise=otherwise,
        )
        form = Form(asked.get("model"), asked.get("system"), asked.get("endpoint"), asked.get("parameters") or {})
        return Submission(wire, form, headers, asked.get("key"), self._entropy)


def _handles(named: Iterable[Named]) -> list[Handle]:
    return [one if isinstance(one, Handle) else Handle(one, index) for index, one in enumerate(named)]
