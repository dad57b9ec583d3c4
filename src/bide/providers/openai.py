"""OpenAI and whatever speaks its protocol: chat completions, responses and embeddings, in real time and as batches.

Facts: OpenAI's API reference (Files, Batches) and guides (Batch, Rate limits), as read in November 2026. The adapter
for servers without batch endpoints is the same with `capabilities.batch` off.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from bide import __version__
from bide.core.clock import DAY, MINUTE, SECOND
from bide.core.states import BatchOutcome
from bide.providers import openai_errors as errors
from bide.providers import openai_rows as rows
from bide.providers.decoding import UNREADABLE
from bide.providers.port import (
    Answer,
    Call,
    Capabilities,
    Limits,
    MissingError,
    Remote,
    Row,
    RowError,
    Submission,
)
from bide.providers.transport import Reply, Transport, Upload

HOP_HEADER = "Bide-Hop"
"""Marks a request that bide sends. bide refuses one that carries it, so that it can never call itself."""

LIMITS = Limits(
    max_requests=50_000,
    max_bytes=200 * 1024 * 1024,
    batches_per_hour=2_000,
    window=DAY,
    cancel_bound=10 * MINUTE,
    listing_delay=3 * MINUTE,
    source="OpenAI Batch guide and API reference; the listing delay is our own caution",
    checked_on="2026-11-21",
)

CAPABILITIES = Capabilities(
    batch=True,
    realtime=True,
    streaming=True,
    endpoints=frozenset({"/v1/chat/completions", "/v1/responses", "/v1/embeddings"}),
    source="OpenAI API reference, Batches: endpoint",
    checked_on="2026-11-21",
)

FILE_EXPIRY = 14 * 24 * 3600
"""Seconds our files are kept at OpenAI if bide never gets to delete them; 3,600 to 2,592,000 are allowed."""

CREATE_TIMEOUT = 120.0
"""Seconds without a byte after which a create counts as unanswered; it is then looked up, not repeated."""

PAGE = 100
"""Batches a page of the listing may hold."""

OUTCOMES = {
    "completed": BatchOutcome.COMPLETED,
    "expired": BatchOutcome.EXPIRED,
    "cancelled": BatchOutcome.CANCELLED,
    "failed": BatchOutcome.FAILED,
}


Wire = TypeVar("Wire")


class _Counts(msgspec.Struct):
    total: int = 0
    completed: int = 0
    failed: int = 0


class _Error(msgspec.Struct):
    code: str | None = None
    message: str | None = None
    param: str | None = None
    line: int | None = None


class _Errors(msgspec.Struct):
    data: list[_Error] | None = None


class _Batch(msgspec.Struct):
    """A batch as the wire has it. Nullable fields may also be missing."""

    id: str
    status: str
    input_file_id: str | None = None
    output_file_id: str | None = None
    error_file_id: str | None = None
    errors: _Errors | None = None
    created_at: int | None = None
    in_progress_at: int | None = None
    completed_at: int | None = None
    failed_at: int | None = None
    expired_at: int | None = None
    cancelled_at: int | None = None
    expires_at: int | None = None
    request_counts: _Counts | None = None
    metadata: dict[str, str] | None = None


class _Page(msgspec.Struct):
    data: list[_Batch]
    has_more: bool = False


class _File(msgspec.Struct):
    id: str


@dataclass(frozen=True, slots=True)
class Credentials:
    """Where the account is and how it is opened. `base_url` ends before the paths of the protocol, as in ``…/v1``."""

    base_url: str
    api_key: str
    organisation: str | None = None
    project: str | None = None

    def __repr__(self) -> str:
        return "Credentials(…)"  # neither a key nor the password of an address reaches a log


class OpenAIProvider:
    """Implements `bide.providers.port.Provider`."""

    def __init__(
        self,
        account: str,
        credentials: Credentials,
        transport: Transport,
        *,
        catalogue: str | None = None,
        limits: Limits = LIMITS,
        capabilities: Capabilities = CAPABILITIES,
        file_expiry: int = FILE_EXPIRY,
    ) -> None:
        self.account = account
        self.catalogue = catalogue or account
        self.limits = limits
        self.capabilities = capabilities
        self._credentials = credentials
        self._transport = transport
        self._file_expiry = file_expiry
        self._headers = {"User-Agent": f"bide/{__version__}", HOP_HEADER: "1"}
        if credentials.api_key:
            self._headers["Authorization"] = f"Bearer {credentials.api_key}"
        if credentials.organisation:
            self._headers["OpenAI-Organization"] = credentials.organisation
        if credentials.project:
            self._headers["OpenAI-Project"] = credentials.project

    async def send(self, call: Call) -> Answer:
        async with self._exchange(
            "POST", call.endpoint.removeprefix("/v1"), body=call.body, attempt=call.attempt
        ) as reply:
            body = await reply.read()
            errors.raise_for_account(reply, body)
            row = rows.from_reply(call.attempt, reply, body)
            return Answer(row, errors.rate_headers(reply.headers))

    async def stream(self, call: Call) -> AsyncIterator[bytes]:
        async with self._exchange(
            "POST", call.endpoint.removeprefix("/v1"), body=call.body, attempt=call.attempt
        ) as reply:
            if reply.status >= 300:
                errors.raise_for_status(reply, await reply.read())
            async for chunk in reply.chunks():
                yield chunk

    async def stage(self, submission: Submission) -> str | None:
        async with self._exchange("POST", "/files", body=self._form(submission)) as reply:
            return (await _read(reply, _File)).id

    async def submit(self, submission: Submission, input_file: str | None) -> Remote:
        wanted = {
            "input_file_id": input_file,
            "endpoint": submission.endpoint,
            "completion_window": "24h",
            "metadata": {"bide_tag": submission.tag},
            "output_expires_after": {"anchor": "created_at", "seconds": self._file_expiry},
        }
        async with self._exchange(
            "POST", "/batches", body=msgspec.json.encode(wanted), idle_timeout=CREATE_TIMEOUT
        ) as reply:
            body = await reply.read()
            errors.raise_for_create(reply, body)
            return _remote(_decode(body, _Batch))

    async def find(self, tag: str, input_file: str | None, since: int) -> Remote | None:
        after = ""
        while True:
            async with self._exchange("GET", f"/batches?limit={PAGE}{after}") as reply:
                page = await _read(reply, _Page)
            for batch in page.data:
                ours = (batch.metadata or {}).get("bide_tag") == tag
                if ours or (input_file is not None and batch.input_file_id == input_file):
                    return _remote(batch)
            oldest = min((batch.created_at for batch in page.data if batch.created_at), default=None)
            # The order is newest first by observation only, so a page decides by its oldest entry.
            if not page.has_more or not page.data or (oldest is not None and oldest * SECOND < since):
                return None
            after = f"&after={page.data[-1].id}"

    async def poll(self, provider_id: str) -> Remote:
        async with self._exchange("GET", f"/batches/{provider_id}") as reply:
            return _remote(await _read(reply, _Batch))

    async def harvest(self, file: str) -> AsyncIterator[list[Row]]:
        async with self._exchange("GET", f"/files/{file}/content") as reply:
            if reply.status >= 300:
                errors.raise_for_status(reply, await reply.read())
            async for chunk in rows.from_file(reply.chunks()):
                yield chunk

    async def cancel(self, provider_id: str) -> Remote:
        async with self._exchange("POST", f"/batches/{provider_id}/cancel", body=b"") as reply:
            body = await reply.read()
            if reply.status == 409:  # it has ended already
                return await self.poll(provider_id)
            errors.raise_for_status(reply, body)
            return _remote(_decode(body, _Batch))

    async def discard(self, file: str) -> None:
        async with self._exchange("DELETE", f"/files/{file}") as reply:
            try:
                errors.raise_for_status(reply, await reply.read())
            except MissingError:
                return

    @asynccontextmanager
    async def _exchange(
        self,
        method: str,
        path: str,
        *,
        body: bytes | Upload | None = None,
        attempt: str | None = None,
        idle_timeout: float | None = None,
    ) -> AsyncGenerator[Reply]:
        headers = self._headers
        if isinstance(body, bytes) and body:
            headers = {**headers, "Content-Type": "application/json"}
        if attempt:
            headers = {**headers, "X-Client-Request-Id": attempt}
        limits: Mapping[str, Any] = {} if idle_timeout is None else {"idle_timeout": idle_timeout}
        url = self._credentials.base_url.rstrip("/") + path
        async with self._transport.exchange(method, url, headers=headers, body=body, **limits) as reply:
            yield reply

    def _form(self, submission: Submission) -> Upload:
        """The upload's form, its parts as OpenAI's own SDK sends them. Its length is known before it is made."""
        boundary = f"bide-{submission.tag}"
        head = "".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in (
                ("purpose", "batch"),
                ("expires_after[anchor]", "created_at"),
                ("expires_after[seconds]", str(self._file_expiry)),
            )
        )
        head += (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="bide-{submission.tag}.jsonl"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        tail = f"\r\n--{boundary}--\r\n"

        async def chunks() -> AsyncIterator[bytes]:
            yield head.encode()
            async for chunk in submission.lines():
                yield chunk
            yield tail.encode()

        length = len(head) + submission.size + len(tail)
        return Upload(length, f"multipart/form-data; boundary={boundary}", chunks)


async def _read(reply: Reply, kind: type[Wire]) -> Wire:
    body = await reply.read()
    errors.raise_for_status(reply, body)
    return _decode(body, kind)


def _decode(body: bytes, kind: type[Wire]) -> Wire:
    try:
        return msgspec.json.decode(body, type=kind)
    except UNREADABLE as error:
        raise errors.unreadable(body, error) from error


def _remote(batch: _Batch) -> Remote:
    counts = batch.request_counts or _Counts()
    entries = (batch.errors.data if batch.errors else None) or []
    ended = batch.completed_at or batch.failed_at or batch.expired_at or batch.cancelled_at
    return Remote(
        provider_id=batch.id,
        status=batch.status,
        outcome=OUTCOMES.get(batch.status),
        cancelling=batch.status == "cancelling",
        total=counts.total,
        completed=counts.completed,
        failed=counts.failed,
        output_file=batch.output_file_id,
        error_file=batch.error_file_id,
        errors=tuple(_row_error(entry) for entry in entries),
        created_at=_instant(batch.created_at),
        started_at=_instant(batch.in_progress_at),
        ended_at=_instant(ended),
        expires_at=_instant(batch.expires_at),
    )


def _row_error(entry: _Error) -> RowError:
    message = entry.message or ""
    return RowError(entry.code or "unknown", message, entry.line, entry.param, errors.quota_limit(message))


def _instant(seconds: int | None) -> int | None:
    return seconds * SECOND if seconds else None
