"""Responses that live at the accounts which gave them, and which of them may be gone on with."""

from collections.abc import Sequence

import msgspec

from bide.core.errors import NotFoundError, StoreError
from bide.engine.context import Context
from bide.gateway.asked import Asked
from bide.gateway.caller import Caller
from bide.gateway.refusal import RefusalError
from bide.gateway.responses.names import call_id
from bide.intake.endpoint import RESPONSES
from bide.intake.group import Group
from bide.intake.routing import Routing
from bide.providers.decoding import UNREADABLE
from bide.providers.port import Provider
from bide.store.passages import Passage
from bide.store.responses import Kept as Record


class _Body(msgspec.Struct):
    id: str = ""


class _Response(msgspec.Struct):
    body: _Body | None = None


_decode = msgspec.json.Decoder(_Response).decode


class Kept:
    """Notes which account has which response, soon after it was passed on."""

    def __init__(self, context: Context, routing: Routing) -> None:
        self._context = context
        self._routing = routing
        self._group: Group[Record, None] = Group(self._write)

    def note(self, passage: Passage, provider: Provider, identifier: str | None) -> None:
        """A response was passed on. One that was translated lives nowhere."""
        if identifier and is_native(provider):
            record = Record(passage.owner, identifier, passage.account, passage.sent_at)
            self._group.add(record).add_done_callback(lambda written: written.cancelled() or written.exception())

    def note_answer(self, passage: Passage, provider: Provider, response: bytes) -> None:
        """The same, of a whole answer as rows have it."""
        try:
            body = _decode(response).body
        except UNREADABLE:
            return
        self.note(passage, provider, body.id if body is not None else None)

    async def settle(self) -> None:
        """Wait until everything is on record."""
        await self._group.settle()

    async def check(self, caller: Caller, asked: Asked) -> None:
        """See that a response that is gone on with is the caller's, and lives where the request goes.

        Raises:
            RefusalError: it is not, or does not.
            NoRouteError
        """
        identifier = asked.previous_response_id
        if identifier is None:
            return
        await self._group.settle()
        store = self._context.store
        row = await store.responses.find(caller.owner, identifier)
        if row is not None and row["account"] is not None and row["deleted_at"] is None:
            account = self._routing.to(asked.model).route.account
            if account != row["account"]:
                raise _refused(f"{identifier} lives at {row['account']}, and {asked.model} is served by {account}", 400)
        elif await self._is_deferred(caller, identifier):
            raise _refused(f"{identifier} was deferred, so no provider has kept it", 400)
        elif caller.key is not None or row is not None:  # without keys everybody here is the same person
            raise _refused(f"there is no response {identifier}", 404)

    async def _is_deferred(self, caller: Caller, identifier: str) -> bool:
        call = call_id(identifier)
        try:
            return call is not None and bool(await self._context.store.responses.asked(caller.owner, call))
        except NotFoundError:
            return False

    async def _write(self, records: Sequence[Record]) -> Sequence[None]:
        try:
            await self._context.store.responses.keep(records)
        except StoreError as error:
            self._context.troubles["store"] = str(error)
            raise
        return [None] * len(records)


def is_native(provider: Provider) -> bool:
    """Whether an account takes bodies of Responses as they are, so that it may keep what it answers."""
    can = provider.capabilities
    return RESPONSES.url in can.endpoints and (can.native is None or RESPONSES.url in can.native)


def _refused(why: str, status: int) -> RefusalError:
    return RefusalError(
        status,
        "previous_response_not_found",
        f"previous_response_id: {why}; send what was said so far in input",
        param="previous_response_id",
    )
