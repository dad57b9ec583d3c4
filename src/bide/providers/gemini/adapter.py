"""The Gemini API of Google: generateContent and embedContent, and batches of them: uploaded as files, or coming with their create.

Facts: Google's guides to batches, files and rate limits and the API reference, as read in November 2026. A create is not
idempotent there: the same one sent twice is two batches, both billed.

A small batch comes with its create. Its results are in the batch itself, which is their file here: they are read, and
deleted, by its name, and are there as long as it is. Google does not say how long that is; nor of those of a file. Each is
known by the key that went out with its request and by nothing else: they are documented to come in order, and have come in
another (python-genai#1909). A result without its key is lost, and its request is done again: that some have seen keys
missing (python-genai#2008) is one reason for few requests at a time, and for the account's setting `inline = false`.
"""

from collections.abc import AsyncIterator, Callable
from functools import partial

import msgspec

from bide.providers.failures import MissingError, RejectedError
from bide.providers.gemini import embedding, operation
from bide.providers.gemini.calls import tiered, without
from bide.providers.gemini.rows import inline, lines, read_row
from bide.providers.gemini.service import CREATE_TIMEOUT, Service, Spoken, name_of
from bide.providers.gemini.status import (
    is_too_large,
    raise_for_account,
    raise_for_create,
    raise_for_status,
    read_status,
)
from bide.providers.gemini.texts import LIKE_CHAT, Gathering, TextLines
from bide.providers.gemini.upload import JSON_LINES, MOST_BYTES, upload
from bide.providers.line import Line
from bide.providers.listing import search
from bide.providers.port import Answer, Call, RateHeaders, Remote, Row, RowError, Sought, Submission
from bide.providers.setup import Setup
from bide.providers.translated import date_of, lines_of, measured, rows
from bide.providers.transport import Transport, Upload

VERSION = "v1beta"
"""The version of the API that is spoken unless the account's `api_version` says another; Google's SDK takes `v1`."""

PAGE = 25
"""Batches of a page of a listing: few, since each may have its results in it."""

READ = 100
"""Results that are handed on together."""

TOO_LARGE = "batch_too_large"
"""The batch is more than a file, or a create, may have. Its parts may be less."""

BATCH = "batches/"
"""What the names of batches begin with."""

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
        return self._path(model), tiered(body, call.tier), {"X-Client-Request-Id": call.attempt}

    def _shown(self, body: bytes) -> Remote:
        return operation.remote(operation.read_operation(body))

    async def stage(self, submission: Submission) -> str | None:
        if submission.endpoint == embedding.ENDPOINT:
            texts = TextLines(submission)
            content = await measured(JSON_LINES, texts.chunks)
            count = texts.count
        else:
            if await self._comes_along(submission):
                return None
            content = await measured(JSON_LINES, partial(lines, submission, self._translated(submission)))
            count = submission.requests
        if content.length > MOST_BYTES or count > self.limits.max_requests:
            raise _too_large(
                f"{count:,} lines of {content.length:,} bytes; {self.limits.max_requests:,} and {MOST_BYTES:,} are allowed"
            )
        return await upload(self._line, self._translation, self._version, name_of(submission.tag), content)

    async def _comes_along(self, submission: Submission) -> bool:
        """Whether the requests come with the create. Told by the submission and the limits alone, so twice the same."""
        limits = self.limits
        if submission.requests > limits.inline_requests or submission.size > limits.inline_bytes:
            return False
        return (await self._inline(submission)).length <= limits.inline_bytes

    async def _inline(self, submission: Submission) -> Upload:
        body = partial(inline, submission, self._translated(submission), name_of(submission.tag))
        return await measured("application/json", body)

    def _translated(self, submission: Submission) -> Callable[[bytes], bytes]:
        model = self._setup.deployment(submission.model, batch=True)

        def translated(body: bytes) -> bytes:
            # A batch is a tier of its own.
            return without(self._translation.request(submission.endpoint, body, model), BOOKKEEPING, "serviceTier")

        return translated

    async def submit(self, submission: Submission, input_file: str | None) -> Remote:
        model = self._setup.deployment(submission.model, batch=True)
        verb = "asyncBatchEmbedContent" if submission.endpoint == embedding.ENDPOINT else "batchGenerateContent"
        named = {"displayName": name_of(submission.tag), "inputConfig": {"fileName": input_file}}
        wanted = msgspec.json.encode({"batch": named}) if input_file else await self._inline(submission)
        path = f"{self._path(model)}:{verb}"
        async with self._line.exchange("POST", path, body=wanted, idle_timeout=CREATE_TIMEOUT) as reply:
            body = await reply.read()
            if input_file is None and is_too_large(reply, body):
                raise _too_large(read_status(body).message or "the create is too large")
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
        if file.startswith(BATCH):
            async for some in self._own(file, endpoint):
                yield some
            return
        async with self._line.exchange("GET", f"/{self._version}/{file}:download?alt=media") as reply:
            if reply.status >= 300:
                raise_for_status(self._translation, reply, await reply.read())
            at = date_of(reply)
            if endpoint != embedding.ENDPOINT:
                async for some in rows(reply.chunks(), lambda line: read_row(line, endpoint, self._translation, at)):
                    yield some
                return
            with Gathering(self._translation) as texts:
                async for some in lines_of(reply.chunks()):
                    yield [row for line in some if (row := texts.add(line)) is not None]
                yield texts.rest()

    async def _own(self, batch: str, endpoint: str) -> AsyncIterator[list[Row]]:
        """The results that are in the batch itself."""
        async with self._line.exchange("GET", self._batch(batch)) as reply:
            said, at = await reply.read(), date_of(reply)
            raise_for_status(self._translation, reply, said)
        items = operation.read_operation(said).items
        if items is None:
            raise MissingError("the batch shows no results")
        for start in range(0, len(items), READ):
            yield [read_row(bytes(item), endpoint, self._translation, at) for item in items[start : start + READ]]

    async def discard(self, file: str) -> None:
        try:
            await self._ask("DELETE", f"/{self._version}/{file}")
        except MissingError:
            return

    def _path(self, model: str) -> str:
        return f"/{self._version}/{model if '/' in model else f'models/{model}'}"


def _too_large(why: str) -> RejectedError:
    return RejectedError(why, code=TOO_LARGE, errors=(RowError(TOO_LARGE, why),))
