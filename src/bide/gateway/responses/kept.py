"""Responses that live at the accounts which gave them."""

from collections.abc import Sequence

import msgspec

from bide.core.errors import StoreError
from bide.engine.context import Context
from bide.intake.endpoint import RESPONSES
from bide.intake.group import Group
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

    def __init__(self, context: Context) -> None:
        self._context = context
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
