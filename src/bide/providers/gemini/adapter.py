"""The Gemini API of Google: generateContent, and its batches of uploaded files.

Facts: Google's guides to batches, files and rate limits and the API reference, as read in November 2026. A create is not
idempotent there: the same one sent twice is two batches, both billed.
"""

from collections.abc import AsyncIterator
from functools import partial

import msgspec

from bide.providers.failures import MissingError
from bide.providers.gemini import embedding, operation
from bide.providers.gemini.calls import without
from bide.providers.gemini.rows import lines, read_row
from bide.providers.gemini.service import CREATE_TIMEOUT, PAGE, Service, Spoken, name_of
from bide.providers.gemini.status import raise_for_account, raise_for_create, raise_for_status
from bide.providers.gemini.upload import JSON_LINES, upload
from bide.providers.line import Line
from bide.providers.listing import search
from bide.providers.port import Answer, Call, RateHeaders, Remote, Row, Sought, Submission
from bide.providers.setup import Setup
from bide.providers.translated import date_of, measured, rows
from bide.providers.transport import Transport

VERSION = "v1beta"
"""The version of the API that is spoken unless the account's `api_version` says another; Google's SDK takes `v1`."""

LIKE_CHAT = "/v1/chat/completions"
"""Errors of embeddings have the shape that errors of chat completions have."""

BOOKKEEPING = "labels"
"""What Vertex AI takes and the Gemini API does not know. It changes no answer."""


class GeminiProvider(Service):
    """Implements `bide.providers.port.Provider`."""

    def __init__(self, setup: Setup, transport: Transport) -> None:
        headers = {"x-goog-api-key": setup.api_key} if setup.api_key else {}
        line = Line(transport, setup.base_url, headers, setup.authority)
        super().__init__(setup, line, setup.api_version or VERSION, "batches")

    def check(self, endpoint: str, body: bytes) -> None:
        if endpoint == embedding.ENDPOINT:
            embedding.read_request(body)
        else:
            super().check(endpoint, body)

    async def send(self, call: Call) -> Answer:
        return await (self._embed(call) if call.endpoint == embedding.ENDPOINT else super().send(call))

    async def _embed(self, call: Call) -> Answer:
        model, wanted = self._setup.deployment(call.model, batch=False), embedding.read_request(call.body)
        body = wanted.body(model if "/" in model else f"models/{model}")
        path, headers = f"{self._path(model)}:batchEmbedContents", {"X-Client-Request-Id": call.attempt}
        async with self._line.exchange("POST", path, body=body, headers=headers) as reply:
            said = await reply.read()
            raise_for_account(self._translation, reply, said)
            if reply.status >= 300:
                row = self._translation.failed(call.attempt, LIKE_CHAT, reply.status, said)
            else:
                row = embedding.read_reply(call.attempt, wanted, call.model, said)
            return Answer(row, RateHeaders())

    def _spoken(self, call: Call) -> Spoken:
        model = self._setup.deployment(call.model, batch=False)
        body = without(self._translation.request(call.endpoint, call.body, model), BOOKKEEPING)
        return self._path(model), body, {"X-Client-Request-Id": call.attempt}

    def _shown(self, body: bytes) -> Remote:
        return operation.remote(operation.read_operation(body))

    async def stage(self, submission: Submission) -> str | None:
        model = self._setup.deployment(submission.model, batch=True)

        def translated(body: bytes) -> bytes:
            # A batch is a tier of its own.
            return without(self._translation.request(submission.endpoint, body, model), BOOKKEEPING, "serviceTier")

        content = await measured(JSON_LINES, partial(lines, submission, translated))
        return await upload(self._line, self._translation, self._version, name_of(submission.tag), content)

    async def submit(self, submission: Submission, input_file: str | None) -> Remote:
        model = self._setup.deployment(submission.model, batch=True)
        wanted = {"batch": {"displayName": name_of(submission.tag), "inputConfig": {"fileName": input_file}}}
        async with self._line.exchange(
            "POST",
            f"{self._path(model)}:batchGenerateContent",
            body=msgspec.json.encode(wanted),
            idle_timeout=CREATE_TIMEOUT,
        ) as reply:
            body = await reply.read()
            raise_for_create(self._translation, reply, body, has_queue=True)
            return self._shown(body)

    async def find(self, sought: Sought) -> Remote | None:
        def is_sought(batch: operation.Operation) -> bool:
            known = batch.metadata
            by_file = sought.input_file is not None and known.input_config.file_name == sought.input_file
            return known.display_name == name_of(sought.tag) or by_file

        found = await search(
            self._page, is_sought, lambda batch: operation.instant(batch.metadata.create_time) or 0, sought.since
        )
        return found and operation.remote(found)

    async def _page(self, token: str) -> tuple[list[operation.Operation], str]:
        more = f"&pageToken={token}" if token else ""
        page = operation.read_page(await self._ask("GET", f"{self._batches}?pageSize={PAGE}{more}"))
        return page.operations, page.next_page_token

    async def harvest(self, file: str, endpoint: str) -> AsyncIterator[list[Row]]:
        async with self._line.exchange("GET", f"/{self._version}/{file}:download?alt=media") as reply:
            if reply.status >= 300:
                raise_for_status(self._translation, reply, await reply.read())
            at = date_of(reply)
            async for some in rows(reply.chunks(), lambda line: read_row(line, endpoint, self._translation, at)):
                yield some

    async def discard(self, file: str) -> None:
        try:
            await self._ask("DELETE", f"/{self._version}/{file}")
        except MissingError:
            return

    def _path(self, model: str) -> str:
        return f"/{self._version}/{model if '/' in model else f'models/{model}'}"
