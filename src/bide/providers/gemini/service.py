"""What both of Google's services have: calls of generateContent, and batches that are asked about and cancelled alike."""

import abc
from collections.abc import AsyncIterator, Mapping

from bide.providers.gemini.calls import Calls
from bide.providers.gemini.status import has_ended, raise_for_status
from bide.providers.line import Line
from bide.providers.port import Answer, Call, Remote
from bide.providers.setup import Setup
from bide.providers.translate import Options, Wire
from bide.providers.translated import Translation

Spoken = tuple[str, bytes, Mapping[str, str]]
"""A call as it goes out: the path of its model, its translated body and its own headers."""

CREATE_TIMEOUT = 120.0
"""Seconds without a byte after which a create counts as unanswered."""

PAGE = 100
"""Batches a page of a listing may hold."""


class Service(abc.ABC):
    """Base of the adapters. A batch's id is its resource's name, the path behind the version; `batches` is the folder of them."""

    def __init__(self, setup: Setup, line: Line, version: str, batches: str) -> None:
        self.account = setup.account
        self.catalogue = setup.catalogue
        self.serves = setup.serves
        self.limits = setup.limits
        self.capabilities = setup.capabilities
        self._setup = setup
        self._line = line
        self._version = version
        self._batches = f"/{version}/{batches}"
        self._translation = Translation(Wire.GEMINI, lambda model: Options(model=model or None))
        self._calls = Calls(line, self._translation)

    def check(self, endpoint: str, body: bytes) -> None:
        self._translation.request(endpoint, body, "")

    async def send(self, call: Call) -> Answer:
        return await self._calls.send(call, *self._spoken(call))

    def stream(self, call: Call) -> AsyncIterator[bytes]:
        return self._calls.stream(call, *self._spoken(call))

    async def poll(self, provider_id: str) -> Remote:
        return self._shown(await self._ask("GET", self._batch(provider_id)))

    async def cancel(self, provider_id: str) -> Remote:
        async with self._line.exchange("POST", f"{self._batch(provider_id)}:cancel", body=b"{}") as reply:
            body = await reply.read()
            if not has_ended(reply, body):
                raise_for_status(self._translation, reply, body)
        return await self.poll(provider_id)  # the reply is empty

    def _batch(self, provider_id: str) -> str:
        """The path of a batch."""
        return f"/{self._version}/{provider_id}" if "/" in provider_id else f"{self._batches}/{provider_id}"

    @abc.abstractmethod
    def _spoken(self, call: Call) -> Spoken:
        """A call as it goes out."""

    @abc.abstractmethod
    def _shown(self, body: bytes) -> Remote:
        """The batch that a reply is."""

    async def _ask(self, method: str, path: str) -> bytes:
        async with self._line.exchange(method, path) as reply:
            body = await reply.read()
            raise_for_status(self._translation, reply, body)
            return body


def name_of(tag: str) -> str:
    """What a batch, or its file, is called at Google."""
    return f"bide-{tag}"
