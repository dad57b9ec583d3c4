"""One simulator with many providers: an account at each, mounted under its protocol's name."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bide.core.clock import Clock
from bide.core.errors import SettingError
from bide.simulator.books import Books
from bide.simulator.bucket import Bucket, MemoryBucket
from bide.simulator.chance import Chance
from bide.simulator.exchange import Content, Lost, Reply, Request
from bide.simulator.openai.protocol import OPENAI
from bide.simulator.protocols import PROTOCOLS
from bide.simulator.refusal import TOO_LARGE, Refusal
from bide.simulator.respond import respond
from bide.simulator.script import Script


class House:
    """Accounts under one script, made when they are first asked for, and the bucket that they share.

    OpenAI's has the seed itself and answers at the root too; each of the others has a seed that is drawn from it.
    """

    def __init__(self, script: Script, seed: int, started_at: int, bucket: Bucket | None = None) -> None:
        self.script = script
        self.seed = seed
        self.started_at = started_at
        self.bucket: Bucket = MemoryBucket() if bucket is None else bucket
        self._books: dict[str, Books] = {}
        self._alone: Books | None = None
        self._writing = asyncio.Lock()

    @classmethod
    def of(cls, books: Books, bucket: Bucket | None = None) -> "House":
        """A house with one account only, which answers at the root and under its protocol's name."""
        house = cls(books.script, books.seed, books.started_at, bucket)
        house._books[books.protocol.name] = house._alone = books
        return house

    def books(self, provider: str = OPENAI.name) -> Books:
        """The account at a provider. Raises `SettingError` for a name that is none."""
        books = self._books.get(provider)
        if books is None:
            protocol = None if self._alone else PROTOCOLS.get(provider)
            if protocol is None:
                known = ", ".join(self._books if self._alone else PROTOCOLS)
                raise SettingError(f"the simulator has no provider {provider!r}; it has {known}")
            seed = self.seed if protocol is OPENAI else Chance(self.seed).number("provider", provider)
            books = self._books[provider] = Books(self.script, seed, self.started_at, protocol=protocol)
        return books

    def opened(self) -> Mapping[str, Books]:
        """The accounts that somebody has asked for, by provider."""
        return self._books

    def find(self, path: str) -> tuple[Books, str]:
        """Whom a path belongs to, and the part of it that is the mount."""
        name = path[1:].partition("/")[0]
        if self._alone:
            return self._alone, f"/{name}" if name == self._alone.protocol.name else ""
        return (self.books(name), f"/{name}") if name in PROTOCOLS else (self.books(), "")

    async def handle(self, request: Request, clock: Clock) -> Reply | Lost:
        """The reply to a request, once the objects that it needs are read and those that it makes are written."""
        books, mount = self.find(request.path)
        if mount:
            request = replace(request, path=request.path[len(mount) :], base=request.base + mount)
        if needed := books.protocol.inputs(books, request, clock.now()):
            request = replace(request, objects=await self._read(needed))
        outcome = respond(books, request, clock.now())
        if books.outbox or self._writing.locked():
            await self._write(books)
        return outcome

    def too_large(self, path: str) -> Reply:
        """The reply to a request that is larger than any may be."""
        books, _ = self.find(path)
        return books.protocol.refuse(Refusal(TOO_LARGE), "0")

    async def _read(self, uris: Sequence[str]) -> dict[str, Content]:
        objects: dict[str, Content] = {}
        for uri in uris:
            for name in await self.bucket.list(uri) if uri.endswith("/") else (uri,):
                content = await self.bucket.read(name)
                if content is not None:
                    objects[name] = content
        return objects

    async def _write(self, books: Books) -> None:
        # Whoever comes while objects are being written waits too: no reply tells of what is not there.
        async with self._writing:
            while books.outbox:
                await self.bucket.write(*books.outbox[0])
                books.outbox.popleft()
