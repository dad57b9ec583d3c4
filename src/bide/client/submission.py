"""Handing requests in: each is durable once its handle is there."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from bide.client.answer import Answer
from bide.client.errors import InvalidRequestError, RequestError, ResponseError
from bide.client.handle import Handle, handle_of
from bide.client.patience import patiently
from bide.client.request import Form, Request
from bide.client.told import read_told
from bide.client.wire import Wire
from bide.core.deadline import Priority
from bide.core.entropy import Entropy
from bide.core.errors import BideError
from bide.core.identifiers import new_tag

ACCEPTED = 202

LANE = "bide-lane"
"""The header that every answer of a gateway has."""

Requests = Iterable[Request] | AsyncIterable[Request]


class PartlySubmittedError(BideError):
    """Not everything could be handed in; `handles` are what was accepted and goes on: wait for them or cancel them."""

    code = "partly_submitted"

    def __init__(self, message: str | None = None, handles: Sequence[Handle] = ()) -> None:
        super().__init__(message)
        self.handles = list(handles)


@dataclass(frozen=True, slots=True)
class Submission:
    """What requests that are handed in together have in common.

    `key` names them, so that the same again under it is the same request and not a second one. Without one a request is named
    at random where a response may be lost, so that asking again does not make two of it.
    """

    wire: Wire
    form: Form
    headers: Mapping[str, str]
    key: str | None
    entropy: Entropy

    async def one(self, request: Request, index: int = 0) -> Handle:
        """Hand one request in.

        Raises:
            RequestError: it is refused, or an urgent one failed.
            BideError: the gateway cannot be reached.
        """
        path, body = self.form.call(request)
        headers = {**self.headers, "content-type": "application/json"}
        if self.key is not None:
            headers["idempotency-key"] = f"{self.key}/{index}"
        elif self.wire.loses:
            headers["idempotency-key"] = new_tag(self.entropy)
        # What is passed on at once is no request of the gateway's: sent again it would be paid again.
        is_urgent = self.headers.get("bide-priority") == Priority.URGENT
        response = await patiently(self.wire, "POST", path, headers, body, again=not is_urgent)
        if response.status == ACCEPTED:
            return handle_of(read_told(response.body), index)
        if LANE not in response.headers:
            raise ResponseError("what answers there is no bide gateway, so it was paid in full; correct base_url")
        identifier = response.headers.get("bide-request-id") or response.headers.get("x-request-id", "")
        answer = Answer(identifier, index, response.status, response.body, response.headers[LANE])
        return Handle(identifier, index, answer=answer)

    async def many(self, requests: Requests) -> list[Handle]:
        """Hand requests in, many at a time; their handles in the order of the requests.

        One that is refused for what it says has a handle without an id, whose answer is the error; the others go on.

        Raises:
            PartlySubmittedError: the gateway went away or refused to go on, or the iterable failed; with the handles of
                what was accepted.
            BideError: the same before anything was accepted; or what the iterable raises.
        """
        found: dict[int, Handle] = {}
        troubles: list[Exception] = []
        room, running = asyncio.Semaphore(self.wire.at_a_time), set[asyncio.Task[None]]()

        async def hand_in(request: Request, index: int) -> None:
            try:
                found[index] = await self.one(request, index)
            except InvalidRequestError as error:
                found[index] = Handle("", index, answer=_refused(error, index))
            except Exception as error:
                troubles.append(error)
            finally:
                room.release()

        index = 0
        try:
            async for request in _each(requests):
                await room.acquire()
                if troubles:
                    break
                task = asyncio.create_task(hand_in(request, index))
                running.add(task)
                task.add_done_callback(running.discard)
                index += 1
        except Exception as error:  # of the caller's own iterable
            troubles.append(error)
        finally:
            if running:
                # None is cut off: whether it was accepted could not be told.
                await asyncio.shield(asyncio.wait(list(running)))
        handles = [found[index] for index in sorted(found)]
        if troubles:
            accepted = [handle for handle in handles if handle.id]
            if not accepted:
                raise troubles[0]
            raise PartlySubmittedError(
                f"{len(accepted):,} request{' was' if len(accepted) == 1 else 's were'} accepted, then: {troubles[0]};"
                " wait for them or cancel them by this error's `handles`",
                accepted,
            ) from troubles[0]
        return handles


def the_only(requests: Request | Requests) -> Request | None:
    """The request where it is one, None where they are many."""
    return cast(Request, requests) if isinstance(requests, str | Mapping) else None


async def _each(requests: Requests) -> AsyncIterator[Request]:
    if isinstance(requests, AsyncIterable):
        async for request in requests:
            yield request
        return
    for request in requests:
        yield request


def _refused(error: RequestError, index: int) -> Answer:
    return Answer("", index, error.status, error.body or b"", error=error)
