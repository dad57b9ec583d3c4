"""OpenAI and whatever speaks its protocol: chat completions, responses and embeddings, in real time and as batches.

Facts: OpenAI's API reference (Files, Batches) and guides (Batch, Rate limits), as read in November 2026. What differs at other
providers is data (`dialect.py`). The adapter for servers without batch endpoints is the same with `capabilities.batch` off.
"""

from collections.abc import AsyncIterator
from dataclasses import replace

import msgspec

from bide.providers.failures import StreamRefusedError
from bide.providers.line import Line, named
from bide.providers.listing import is_past
from bide.providers.openai import errors, rows, wire
from bide.providers.openai.dialect import OPENAI, Dialect
from bide.providers.openai.naming import rename_model
from bide.providers.openai.shelf import Files, Shelf
from bide.providers.openai.tier import in_tier
from bide.providers.port import Answer, Call, EarlyResults, Remote, Row, Sought, Submission
from bide.providers.setup import Setup
from bide.providers.transport import Reply, Transport

CREATE_TIMEOUT = 120.0
"""Seconds without a byte after which a create counts as unanswered; it is then looked up, not repeated."""

BETA = "openai-beta"

PAGE = 100
"""Batches a page of the listing may hold."""


class OpenAIProvider:
    """Implements `bide.providers.port.Provider`, `KeepingProvider`, and `EarlyProvider` for servers whose output files grow."""

    def __init__(
        self, setup: Setup, transport: Transport, dialect: Dialect = OPENAI, *, shelf: Shelf | None = None
    ) -> None:
        self.account = setup.account
        self.catalogue = setup.catalogue
        self.serves = setup.serves
        self.limits = setup.limits
        self.capabilities = setup.capabilities
        self._setup = setup
        self._dialect = dialect
        headers: dict[str, str] = {}
        if key := setup.api_key or setup.token:
            headers[dialect.key_header] = dialect.key_prefix + key
        if setup.organisation:
            headers["OpenAI-Organization"] = setup.organisation
        if setup.project:
            headers["OpenAI-Project"] = setup.project
        self._line = Line(transport, setup.base_url, headers, setup.authority)
        self._shelf = shelf or Files(self._line, dialect)

    def check(self, endpoint: str, body: bytes) -> None:
        """Bodies go as they come."""

    async def send(self, call: Call) -> Answer:
        path, body = self._addressed(call)
        async with self._line.exchange("POST", path, body=body, headers=named(call, BETA)) as reply:
            return await self._answered(call, reply)

    async def stream(self, call: Call) -> AsyncIterator[bytes]:
        path, body = self._addressed(call)
        async with self._line.exchange("POST", path, body=body, headers=named(call, BETA)) as reply:
            if reply.status >= 300:
                raise StreamRefusedError(await self._answered(call, reply))
            async for chunk in reply.chunks():
                yield chunk

    async def _answered(self, call: Call, reply: Reply) -> Answer:
        answer = await reply.read()
        errors.raise_for_account(reply, answer, self._dialect.rates)
        row = rows.from_reply(call.attempt, reply, answer)
        return Answer(row, errors.rate_headers(reply.headers, self._dialect.rates))

    async def recall(self, method: str, path: str) -> Answer:
        body = b"" if method == "POST" else None
        async with self._line.exchange(method, self._dialect.path(f"/responses{path}"), body=body) as reply:
            said = await reply.read()
            errors.raise_for_account(reply, said, self._dialect.rates)
            return Answer(rows.from_reply("", reply, said), errors.rate_headers(reply.headers, self._dialect.rates))

    def _addressed(self, call: Call) -> tuple[str, bytes]:
        """Where a call goes, and its body with the account's own name of the model, in the tier that is wanted."""
        body = call.body if call.tier is None else in_tier(call.body, call.tier)
        if not (self._setup.deployments or self._dialect.deployed):
            return self._dialect.call_path(call.endpoint, ""), body
        deployment = self._setup.deployment(call.model, batch=False)
        body = body if deployment == call.model else rename_model(body, deployment)
        return self._dialect.call_path(call.endpoint, deployment), body

    async def stage(self, submission: Submission) -> str | None:
        return await self._shelf.put(submission, self._setup.deployment(submission.model, batch=True))

    async def submit(self, submission: Submission, input_file: str | None) -> Remote:
        dialect = self._dialect
        if input_file is not None:
            await self._shelf.ready(input_file)
        wanted = {
            **self._shelf.named(input_file),
            "endpoint": dialect.batch_endpoint(submission.endpoint),
            "completion_window": self._setup.completion_window,
        }
        if dialect.metadata:
            wanted["metadata"] = {"bide_tag": submission.tag}
        if dialect.file_expiry is not None:
            wanted["output_expires_after"] = {"anchor": "created_at", "seconds": dialect.file_expiry}
        async with self._line.exchange(
            "POST", dialect.path("/batches"), body=msgspec.json.encode(wanted), idle_timeout=CREATE_TIMEOUT
        ) as reply:
            body = await reply.read()
            errors.raise_for_create(reply, body, dialect)
            return replace(wire.remote(wire.created(body), dialect), told=errors.told_by(reply.headers))

    async def find(self, sought: Sought) -> Remote | None:
        after = ""
        while True:
            async with self._line.exchange("GET", self._dialect.path(f"/batches?limit={PAGE}{after}")) as reply:
                page = await wire.page(reply)
            for batch in page.data:
                ours = (batch.metadata or {}).get("bide_tag") == sought.tag
                if ours or (
                    sought.input_file is not None and sought.input_file in (batch.input_file_id, batch.input_blob)
                ):
                    return wire.remote(batch, self._dialect)
            created = [at for at in (wire.instant(batch.created_at) for batch in page.data) if at is not None]
            # The order is newest first by observation only, and a server that knows no pages gives the same one again.
            before, after = after, f"&after={page.data[-1].id}" if page.data else ""
            if not page.has_more or after in ("", before) or is_past(created, sought.since):
                return None

    async def poll(self, provider_id: str) -> Remote:
        async with self._line.exchange("GET", self._dialect.path(f"/batches/{provider_id}")) as reply:
            return await self._remote(await wire.read(reply, wire.BatchObject))

    async def harvest(self, file: str, endpoint: str) -> AsyncIterator[list[Row]]:
        async for chunk in rows.from_file(self._shelf.read(file)):
            yield chunk

    async def finished(self, file: str, endpoint: str, skip: int) -> AsyncIterator[list[Row]]:
        how = self.capabilities.early_results
        continues = how is not None and how is not EarlyResults.WHOLE and skip > 0
        query, left_out = (f"?{how}={skip}", 0) if continues else ("", skip)
        async for chunk in rows.from_file(self._shelf.read(file, query), growing=True):
            yield chunk[left_out:]
            left_out = max(0, left_out - len(chunk))

    async def cancel(self, provider_id: str) -> Remote:
        path = self._dialect.path(f"/batches/{provider_id}/cancel")
        async with self._line.exchange("POST", path, body=b"") as reply:
            body = await reply.read()
            if reply.status == 409:  # it has ended already
                return await self.poll(provider_id)
            errors.raise_for_status(reply, body)
            return await self._remote(wire.decode(body, wire.BatchObject))

    async def discard(self, file: str) -> None:
        await self._shelf.delete(file)

    async def _remote(self, batch: wire.BatchObject) -> Remote:
        """A batch; once it has ended, with those of its files that exist."""
        found = wire.remote(batch, self._dialect)
        if found.outcome is None:
            return found
        output, errors_ = await self._shelf.present(found.output_file), await self._shelf.present(found.error_file)
        return replace(found, output_file=output, error_file=errors_)
