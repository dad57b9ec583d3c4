"""Requests in a format that a provider does not speak, taken to it in one that it does, and their answers brought back.

So an account that knows chat completions alone serves whoever writes messages or responses.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace

import msgspec

from bide.core.batchline import LINE_TAIL, line_head
from bide.providers.decoding import UNREADABLE
from bide.providers.failures import StreamRefusedError
from bide.providers.port import (
    Answer,
    Call,
    EarlyProvider,
    KeepingProvider,
    Lines,
    Provider,
    Remote,
    Row,
    Sought,
    Submission,
    Verdict,
)
from bide.providers.translate import Options, UntranslatableError, error, reply, request, stream, wire_of

SPOKEN = "/v1/chat/completions"
"""What every provider of OpenAI's protocol speaks."""

FOREIGN = frozenset({"/v1/messages", "/v1/responses"})
"""What can be said in it."""


def speaking(provider: Provider) -> Provider:
    """The provider, serving also what can be put into its own words; as it is where nothing is left to add."""
    can = provider.capabilities
    added = FOREIGN - can.endpoints
    return Foreign(provider, added) if added and SPOKEN in can.endpoints else provider


class _Response(msgspec.Struct):
    status_code: int
    request_id: str | None = None
    body: msgspec.Raw = msgspec.Raw(b"null")


_decode = msgspec.json.Decoder(_Response).decode


class Foreign:
    """Implements `bide.providers.port.Provider` over another one, and `EarlyProvider` and `KeepingProvider` where that does."""

    def __init__(self, provider: Provider, endpoints: frozenset[str]) -> None:
        self._provider = provider
        self._foreign = endpoints
        self.account = provider.account
        self.catalogue = provider.catalogue
        self.serves = provider.serves
        self.limits = provider.limits
        can = provider.capabilities
        batch_endpoints = can.batch_endpoints or can.endpoints
        self.capabilities = replace(
            can,
            endpoints=can.endpoints | endpoints,
            batch_endpoints=batch_endpoints | endpoints if SPOKEN in batch_endpoints else batch_endpoints,
            native=can.endpoints if can.native is None else can.native,
            flex=None if can.flex is None else replace(can.flex, endpoints=can.flex.endpoints | endpoints),
        )

    def check(self, endpoint: str, body: bytes) -> None:
        if endpoint in self._foreign:
            endpoint, body = SPOKEN, request(body, wire_of(endpoint), wire_of(SPOKEN))
        self._provider.check(endpoint, body)

    async def send(self, call: Call) -> Answer:
        if call.endpoint not in self._foreign:
            return await self._provider.send(call)
        answer = await self._provider.send(self._spoken(call))
        return msgspec.structs.replace(answer, row=brought_back(answer.row, call.endpoint, call.body))

    async def stream(self, call: Call) -> AsyncIterator[bytes]:
        if call.endpoint not in self._foreign:
            async for chunk in self._provider.stream(call):
                yield chunk
            return
        translated = stream(
            wire_of(SPOKEN), wire_of(call.endpoint), Options(id=call.attempt, model=call.model, asked=call.body)
        )
        try:
            async for chunk in self._provider.stream(self._spoken(call)):
                if written := translated.feed(chunk):
                    yield written
        except StreamRefusedError as refused:
            answer = msgspec.structs.replace(refused.answer, row=brought_back(refused.answer.row, call.endpoint))
            raise StreamRefusedError(answer) from None
        if written := translated.end():
            yield written

    def _spoken(self, call: Call) -> Call:
        return msgspec.structs.replace(
            call, endpoint=SPOKEN, body=request(call.body, wire_of(call.endpoint), wire_of(SPOKEN))
        )

    async def stage(self, submission: Submission) -> str | None:
        return await self._provider.stage(await self._understood(submission))

    async def submit(self, submission: Submission, input_file: str | None) -> Remote:
        return await self._provider.submit(await self._understood(submission, measured=input_file is None), input_file)

    async def _understood(self, submission: Submission, *, measured: bool = True) -> Submission:
        """The submission in the provider's words. Its size is known by going through it, where somebody asks for it."""
        if submission.endpoint not in self._foreign:
            return submission
        source, target = wire_of(submission.endpoint), wire_of(SPOKEN)

        async def lines() -> AsyncIterator[Lines]:
            async for some in submission.lines():
                yield [(name, request(body, source, target)) for name, body in some]

        size = 0
        if measured:
            async for some in lines():
                size += sum(len(line_head(name, SPOKEN)) + len(body) + len(LINE_TAIL) for name, body in some)
        return replace(submission, endpoint=SPOKEN, size=size, lines=lines)

    async def find(self, sought: Sought) -> Remote | None:
        return await self._provider.find(sought)

    async def poll(self, provider_id: str) -> Remote:
        return await self._provider.poll(provider_id)

    async def harvest(self, file: str, endpoint: str) -> AsyncIterator[list[Row]]:
        async for chunk in self._provider.harvest(file, self._told_as(endpoint)):
            yield self._brought_back(chunk, endpoint)

    async def finished(self, file: str, endpoint: str, skip: int) -> AsyncIterator[list[Row]]:
        if not isinstance(self._provider, EarlyProvider):
            raise TypeError("its capabilities name no early results, so nobody asks for them")
        async for chunk in self._provider.finished(file, self._told_as(endpoint), skip):
            yield self._brought_back(chunk, endpoint)

    async def recall(self, method: str, path: str) -> Answer:
        if not isinstance(self._provider, KeepingProvider):
            raise TypeError("it keeps no responses, so nobody knows of any")
        return await self._provider.recall(method, path)

    def _told_as(self, endpoint: str) -> str:
        """The endpoint that the provider was asked at."""
        return SPOKEN if endpoint in self._foreign else endpoint

    def _brought_back(self, chunk: list[Row], endpoint: str) -> list[Row]:
        return [brought_back(row, endpoint) for row in chunk] if endpoint in self._foreign else chunk

    async def cancel(self, provider_id: str) -> Remote:
        return await self._provider.cancel(provider_id)

    async def discard(self, file: str) -> None:
        await self._provider.discard(file)


def brought_back(row: Row, endpoint: str, asked: bytes = b"") -> Row:
    """A row of chat completions, its response as `endpoint` has it; `asked` is the body that is answered, where it is at hand."""
    if not row.response:
        return row
    source, target = wire_of(SPOKEN), wire_of(endpoint)
    try:
        response = _decode(row.response)
        body = bytes(response.body)
        if row.verdict is Verdict.ANSWERED:
            options = Options(id=response.request_id or row.custom_id or "", asked=asked)
            body = reply(body, source, target, options).body
        else:
            body = error(response.status_code, body, source, target)
    except (*UNREADABLE, UntranslatableError) as problem:  # what was paid for is kept as it came
        if row.verdict is not Verdict.ANSWERED:
            return row
        return msgspec.structs.replace(row, verdict=Verdict.ERRORED, code="unreadable_reply", message=str(problem))
    head: Mapping[str, object] = {"status_code": response.status_code, "request_id": response.request_id}
    return msgspec.structs.replace(row, response=msgspec.json.encode({**head, "body": msgspec.Raw(body)}))
