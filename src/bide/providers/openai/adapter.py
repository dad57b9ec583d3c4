"""OpenAI and whatever speaks its protocol: chat completions, responses and embeddings, in real time and as batches.

Facts: OpenAI's API reference (Files, Batches) and guides (Batch, Rate limits), as read in November 2026. The adapter
for servers without batch endpoints is the same with `capabilities.batch` off.
"""

from collections.abc import AsyncIterator

import msgspec

from bide.core.clock import SECOND
from bide.providers.line import Line
from bide.providers.openai import errors, rows, wire
from bide.providers.openai.upload import form
from bide.providers.port import Answer, Call, MissingError, Remote, Row, Sought, Submission
from bide.providers.setup import Setup
from bide.providers.transport import Transport

FILE_EXPIRY = 14 * 24 * 3600
"""Seconds our files are kept at OpenAI if bide never gets to delete them; 3,600 to 2,592,000 are allowed."""

CREATE_TIMEOUT = 120.0
"""Seconds without a byte after which a create counts as unanswered; it is then looked up, not repeated."""

PAGE = 100
"""Batches a page of the listing may hold."""


class OpenAIProvider:
    """Implements `bide.providers.port.Provider`."""

    def __init__(self, setup: Setup, transport: Transport, *, file_expiry: int = FILE_EXPIRY) -> None:
        self.account = setup.account
        self.catalogue = setup.catalogue
        self.serves = setup.serves
        self.limits = setup.limits
        self.capabilities = setup.capabilities
        self._file_expiry = file_expiry
        headers: dict[str, str] = {}
        if setup.api_key:
            headers["Authorization"] = f"Bearer {setup.api_key}"
        if setup.organisation:
            headers["OpenAI-Organization"] = setup.organisation
        if setup.project:
            headers["OpenAI-Project"] = setup.project
        self._line = Line(transport, setup.base_url, headers)

    def check(self, endpoint: str, body: bytes) -> None:
        """Bodies go as they come."""

    async def send(self, call: Call) -> Answer:
        async with self._line.exchange(
            "POST", call.endpoint.removeprefix("/v1"), body=call.body, headers={"X-Client-Request-Id": call.attempt}
        ) as reply:
            body = await reply.read()
            errors.raise_for_account(reply, body)
            row = rows.from_reply(call.attempt, reply, body)
            return Answer(row, errors.rate_headers(reply.headers))

    async def stream(self, call: Call) -> AsyncIterator[bytes]:
        async with self._line.exchange(
            "POST", call.endpoint.removeprefix("/v1"), body=call.body, headers={"X-Client-Request-Id": call.attempt}
        ) as reply:
            if reply.status >= 300:
                errors.raise_for_status(reply, await reply.read())
            async for chunk in reply.chunks():
                yield chunk

    async def stage(self, submission: Submission) -> str | None:
        async with self._line.exchange("POST", "/files", body=form(submission, self._file_expiry)) as reply:
            return (await wire.read(reply, wire.FileObject)).id

    async def submit(self, submission: Submission, input_file: str | None) -> Remote:
        wanted = {
            "input_file_id": input_file,
            "endpoint": submission.endpoint,
            "completion_window": "24h",
            "metadata": {"bide_tag": submission.tag},
            "output_expires_after": {"anchor": "created_at", "seconds": self._file_expiry},
        }
        async with self._line.exchange(
            "POST", "/batches", body=msgspec.json.encode(wanted), idle_timeout=CREATE_TIMEOUT
        ) as reply:
            body = await reply.read()
            errors.raise_for_create(reply, body)
            return wire.remote(wire.decode(body, wire.BatchObject))

    async def find(self, sought: Sought) -> Remote | None:
        after = ""
        while True:
            async with self._line.exchange("GET", f"/batches?limit={PAGE}{after}") as reply:
                page = await wire.read(reply, wire.Page)
            for batch in page.data:
                ours = (batch.metadata or {}).get("bide_tag") == sought.tag
                if ours or (sought.input_file is not None and batch.input_file_id == sought.input_file):
                    return wire.remote(batch)
            oldest = min((batch.created_at for batch in page.data if batch.created_at), default=None)
            # The order is newest first by observation only, so a page decides by its oldest entry.
            if not page.has_more or not page.data or (oldest is not None and oldest * SECOND < sought.since):
                return None
            after = f"&after={page.data[-1].id}"

    async def poll(self, provider_id: str) -> Remote:
        async with self._line.exchange("GET", f"/batches/{provider_id}") as reply:
            return wire.remote(await wire.read(reply, wire.BatchObject))

    async def harvest(self, file: str, endpoint: str) -> AsyncIterator[list[Row]]:
        async with self._line.exchange("GET", f"/files/{file}/content") as reply:
            if reply.status >= 300:
                errors.raise_for_status(reply, await reply.read())
            async for chunk in rows.from_file(reply.chunks()):
                yield chunk

    async def cancel(self, provider_id: str) -> Remote:
        async with self._line.exchange("POST", f"/batches/{provider_id}/cancel", body=b"") as reply:
            body = await reply.read()
            if reply.status == 409:  # it has ended already
                return await self.poll(provider_id)
            errors.raise_for_status(reply, body)
            return wire.remote(wire.decode(body, wire.BatchObject))

    async def discard(self, file: str) -> None:
        async with self._line.exchange("DELETE", f"/files/{file}") as reply:
            try:
                errors.raise_for_status(reply, await reply.read())
            except MissingError:
                return
