"""Anthropic's Messages and Message Batches as the engine uses them.

Facts: Anthropic's API reference and its guide to batch processing, and the SDK `anthropic` 2.11, as read in November 2026.
A batch carries no name and no metadata: after a lost reply it is known by the ids in its results alone.
"""

from collections.abc import AsyncIterator, Mapping

import msgspec

from bide.providers.anthropic import wire
from bide.providers.failures import BusyError, MissingError, StreamRefusedError, UndecidedError
from bide.providers.line import Line, named
from bide.providers.openai.naming import rename_model
from bide.providers.port import Answer, Call, RateHeaders, Remote, Row, Sought, Submission, Verdict
from bide.providers.setup import Setup
from bide.providers.translate import Options, Wire
from bide.providers.translated import Translation, date_of, measured, response_of, rows, understood
from bide.providers.transport import Reply, Transport

VERSION = "2023-06-01"
"""The version that still knows `temperature`; ``2026-10-21`` refuses it (`api_version` of the account's settings)."""

CREATE_TIMEOUT = 300.0
"""Seconds without a byte after which a create counts as unanswered: a body of 256 MB is checked before the reply."""

PAGE = 100
"""Batches asked for at a time."""

BATCHES = "/v1/messages/batches"

BETA, SPOKEN = "anthropic-beta", "anthropic-version"
"""Headers of a caller that go on to the provider: who speaks the protocol says in which version."""

ENDED_ALREADY = frozenset({400, 409})
"""What the cancel of a batch that has ended may be answered with. Which, is not documented."""


class _Count(msgspec.Struct):
    input_tokens: int


_COUNT = msgspec.json.Decoder(_Count)


class AnthropicProvider:
    """Implements `bide.providers.port.Provider` and `CountingProvider`."""

    def __init__(self, setup: Setup, transport: Transport) -> None:
        self.account = setup.account
        self.catalogue = setup.catalogue
        self.serves = setup.serves
        self.limits = setup.limits
        self.capabilities = setup.capabilities
        self._setup = setup
        self._version = setup.api_version or VERSION
        headers = {"anthropic-version": self._version}
        if setup.api_key:
            headers["x-api-key"] = setup.api_key
        self._line = Line(transport, setup.base_url, headers, setup.authority)
        self._translation = Translation(Wire.MESSAGES, self._options, wire.is_out_of_credit)

    def _options(self, model: str) -> Options:
        return Options(model=model or None, max_tokens=self._setup.output_tokens, anthropic_version=self._version)

    def check(self, endpoint: str, body: bytes) -> None:
        self._translation.request(endpoint, body, "")

    async def send(self, call: Call) -> Answer:
        async with self._line.exchange(
            "POST", "/v1/messages", body=self._body(call), headers=named(call, BETA, SPOKEN)
        ) as reply:
            return await self._answered(call, reply)

    async def _answered(self, call: Call, reply: Reply) -> Answer:
        body = await reply.read()
        rates = rate_headers(reply.headers)
        self._translation.raise_for_account(reply, body, rates)
        if reply.status >= 300:
            return Answer(self._translation.failed(call.attempt, call.endpoint, reply.status, body), rates)
        request_id = reply.headers.get("request-id", "")
        row = self._translation.answered(
            call.attempt, call.endpoint, body, request_id=request_id, at=date_of(reply), asked=call.body
        )
        return Answer(row, rates)

    async def stream(self, call: Call) -> AsyncIterator[bytes]:
        async with self._line.exchange(
            "POST", "/v1/messages", body=self._body(call), headers=named(call, BETA, SPOKEN)
        ) as reply:
            if reply.status >= 300:
                raise StreamRefusedError(await self._answered(call, reply))
            async for chunk in self._translation.relay(reply, call):
                yield chunk

    async def count_tokens(self, call: Call) -> Answer:
        model = self._setup.deployment(call.model, batch=False)
        body = call.body if model == call.model else rename_model(call.body, model)
        headers = named(call, BETA, SPOKEN)
        async with self._line.exchange("POST", "/v1/messages/count_tokens", body=body, headers=headers) as reply:
            if reply.status >= 300:
                return await self._answered(call, reply)
            counted = understood(_COUNT, await reply.read())
            request_id = reply.headers.get("request-id", "")
            response = response_of(reply.status, request_id, msgspec.json.encode(counted))
            return Answer(Row(call.attempt, Verdict.ANSWERED, response, reply.status), rate_headers(reply.headers))

    def _body(self, call: Call) -> bytes:
        model = self._setup.deployment(call.model, batch=False)
        return self._translation.request(call.endpoint, call.body, model)

    async def stage(self, submission: Submission) -> str | None:
        return None  # the requests are the body of the create

    async def submit(self, submission: Submission, input_file: str | None) -> Remote:
        model = self._setup.deployment(submission.model, batch=True)

        async def chunks() -> AsyncIterator[bytes]:
            before = b'{"requests":['
            async for some in submission.lines():
                items = [
                    b'{"custom_id":"%b","params":%b}'
                    % (name.encode(), self._translation.request(submission.endpoint, body, model))
                    for name, body in some
                ]
                yield before + b",".join(items)
                before = b","
            yield b"]}"

        upload = await measured("application/json", chunks)
        async with self._line.exchange("POST", BATCHES, body=upload, idle_timeout=CREATE_TIMEOUT) as reply:
            try:
                return wire.remote(wire.read_batch(await self._read(reply)))
            except BusyError as error:
                raise wire.full_queue(error) or error from None

    async def find(self, sought: Sought) -> Remote | None:
        after, open_ones = "", 0
        while True:
            async with self._line.exchange("GET", f"{BATCHES}?limit={PAGE}{after}") as reply:
                page = wire.read_page(await self._read(reply))
            for batch in page.data:
                at = wire.instant(batch.created_at) or 0
                if batch.id in sought.claimed or at < sought.since or at > (sought.until or at):
                    continue  # whoever else uses the account goes on creating batches
                is_ours = None if batch.results_url is None else await self._is_ours(batch.id, sought.tag)
                if is_ours:
                    return wire.remote(batch)
                if is_ours is None:  # it runs, or has ended and its results are not shown yet
                    open_ones += batch.archived_at is None
            oldest = min((wire.instant(batch.created_at) or 0 for batch in page.data), default=0)
            if not page.has_more or not page.data or oldest < sought.since:
                break
            after = f"&after_id={page.data[-1].id}"
        if open_ones:
            raise UndecidedError(f"{open_ones} batches that run at the provider may be it; that shows when they end")
        return None

    async def _is_ours(self, provider_id: str, tag: str) -> bool | None:
        """Whether the results of a batch that has ended are of the one that carries `tag`: its first line tells. None where
        they cannot be had, as for some moments after its end."""
        head = b""
        async with self._line.exchange("GET", f"{BATCHES}/{provider_id}/results") as reply:
            if reply.status in (404, 410):
                return None
            if reply.status >= 300:
                self._translation.raise_for_status(reply, await reply.read())
            async for chunk in reply.chunks():
                head += chunk
                if b"\n" in head:
                    break
        return wire.is_tagged(head.split(b"\n", 1)[0], tag)

    async def poll(self, provider_id: str) -> Remote:
        async with self._line.exchange("GET", f"{BATCHES}/{provider_id}") as reply:
            return wire.remote(wire.read_batch(await self._read(reply)))

    async def harvest(self, file: str, endpoint: str) -> AsyncIterator[list[Row]]:
        async with self._line.exchange("GET", f"{BATCHES}/{file}/results") as reply:
            if reply.status >= 300:
                self._translation.raise_for_status(reply, await reply.read())
            at = date_of(reply)
            found = rows(reply.chunks(), lambda line: wire.read_row(line, endpoint, self._translation, at))
            async for chunk in found:
                yield chunk

    async def cancel(self, provider_id: str) -> Remote:
        async with self._line.exchange("POST", f"{BATCHES}/{provider_id}/cancel", body=b"") as reply:
            body = await reply.read()
        if reply.status in ENDED_ALREADY:
            batch = await self.poll(provider_id)
            if batch.outcome is not None:
                return batch
        self._translation.raise_for_status(reply, body)
        return wire.remote(wire.read_batch(body))

    async def discard(self, file: str) -> None:
        async with self._line.exchange("DELETE", f"{BATCHES}/{file}") as reply:
            try:
                self._translation.raise_for_status(reply, await reply.read())
            except MissingError:
                return

    async def _read(self, reply: Reply) -> bytes:
        body = await reply.read()
        self._translation.raise_for_status(reply, body)
        return body


def rate_headers(headers: Mapping[str, str]) -> RateHeaders:
    """The ``anthropic-ratelimit-*`` family. Its resets are instants of the provider's clock, and left out."""

    def number(name: str) -> int | None:
        text = headers.get(f"anthropic-ratelimit-{name}", "")
        return int(text) if text.isdecimal() else None

    return RateHeaders(
        limit_requests=number("requests-limit"),
        limit_tokens=number("tokens-limit"),
        remaining_requests=number("requests-remaining"),
        remaining_tokens=number("tokens-remaining"),
    )
