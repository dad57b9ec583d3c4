"""Doubleword's protocol, put together: what differs from OpenAI's."""

import math
from typing import Any

import msgspec

from bide.core.clock import DAY, HOUR, SECOND
from bide.simulator.account import Account
from bide.simulator.batch import Batch
from bide.simulator.chance import Chance
from bide.simulator.creation import NewBatch
from bide.simulator.doubleword.content import part, part_so_far
from bide.simulator.exchange import Content, Reply, Request, encode, show
from bide.simulator.faults import Site
from bide.simulator.openai.body import CHAT, ENDPOINTS
from bide.simulator.openai.create import read_life, read_limit
from bide.simulator.openai.lines import read_lines
from bide.simulator.openai.listing import MOST_BATCHES
from bide.simulator.openai.multipart import parse_form
from bide.simulator.openai.protocol import OpenAI
from bide.simulator.openai.results import teller
from bide.simulator.openai.view import batch_object, file_object
from bide.simulator.refusal import NO_CREDIT, Failure, Refusal, invalid
from bide.simulator.rows import Batchable, Problem
from bide.simulator.status import ENDED, Status
from bide.simulator.uuids import uuid_of

WINDOWS = {"24h": DAY, "1h": HOUR}

FOREVER = 3_650 * DAY
"""Late work goes on; a script may let it expire nevertheless."""

WAIT = 60 * SECOND
"""What a create without room is told to wait."""


class _Create(msgspec.Struct):
    input_file_id: str
    endpoint: str
    completion_window: str
    metadata: dict[str, str] | None = None


class _Line(msgspec.Struct):
    url: str = CHAT


class Doubleword(OpenAI):
    """See `Protocol`."""

    name = "doubleword"

    def do(self, account: Account, request: Request, site: Site, subject: str, now: int) -> Reply:
        match site:
            case Site.DOWNLOAD:
                for batch in account.batches:
                    if _output(batch) == subject and batch.validated(now) and not batch.ended(now):
                        return part_so_far(batch, teller(batch, account.answers), request.query, now)
                return part(account.files.content(subject, now), request.query)
            case Site.LIST:
                return show(_page(account, request, now))
            case Site.RETRIEVE:
                return show(shown_batch(account.batches.get(subject, now), now))
            case Site.CANCEL:
                return show(shown_batch(account.batches.cancel(subject, now), now))
            case _:
                return super().do(account, request, site, subject, now)

    def upload(self, account: Account, request: Request, now: int) -> Reply:
        """Look at every line, and refuse the whole file for the first bad one."""
        try:
            form = parse_form(request.headers.get("content-type", ""), request.body)
        except ValueError as error:
            raise invalid(f"Invalid form: {error}") from error
        if form.file is None or form.fields.get("purpose") != "batch":
            raise invalid("purpose has to be batch, and a file is required")
        found = _read(account, form.file.content)
        if isinstance(found, Problem):
            raise invalid(_said(found))
        wanted = form.fields.get("expires_after[seconds]")
        life = read_life(wanted) if wanted else None
        file = account.upload(form.file.filename, "batch", form.file.content, life, now)
        return Reply(201, encode(file_object(file)))

    def create(self, account: Account, request: Request, now: int) -> Reply:
        try:
            asked = msgspec.json.decode(request.body, type=_Create)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise invalid(f"Failed to deserialize the JSON body: {error}") from error
        if asked.completion_window not in WINDOWS:
            raise invalid(f"Unsupported completion_window. Allowed values: {', '.join(WINDOWS)}")
        if asked.endpoint not in ENDPOINTS:
            raise invalid(f"Unsupported endpoint {asked.endpoint}")
        file = account.files.get(asked.input_file_id, now)
        new = NewBatch(
            source=asked.input_file_id,
            endpoint=asked.endpoint,
            metadata=asked.metadata,
            window=FOREVER,
            asked=asked.completion_window,
        )
        try:
            batch = account.batches.create(new, _read(account, file.content), file.content, now)
        except Refusal as refusal:
            if refusal.wait is not None:
                raise
            message = f"Insufficient capacity for {asked.completion_window} completion window. Use a longer one."
            raise Refusal(Failure(429, message), WAIT) from None
        return Reply(201, encode(shown_batch(batch, now)))

    def refuse(self, refusal: Refusal, key: str) -> Reply:
        failure = refusal.failure
        headers = dict(super().refuse(refusal, key).headers)
        if failure == NO_CREDIT:
            return Reply(402, failure.message.encode(), "text/plain", headers)
        if failure.status == 429:
            wait = math.ceil((refusal.wait or 0) / SECOND)
            body = {"error": "too_many_requests", "message": failure.message, "retry_after_seconds": wait}
            return Reply(429, encode(body), headers=headers)
        return Reply(failure.status, failure.message.encode(), "text/plain", headers)

    def identify(self, chance: Chance) -> str:
        return uuid_of(chance)


def shown_batch(batch: Batch, now: int) -> dict[str, Any]:
    """A batch as it is now, without what is null; its output is named from the start."""
    shown: dict[str, Any] = msgspec.to_builtins(batch_object(batch, now, metadata=batch.behaviour.metadata_listed))
    window = str(batch.asked)
    status, tally = batch.status(now), batch.tally(now)
    shown["completion_window"] = window
    shown["expires_at"] = (batch.created_at + WINDOWS[window]) // SECOND
    if status is Status.COMPLETED and not tally.answered:
        shown["status"] = Status.FAILED.value
        shown["failed_at"] = shown.pop("completed_at")
    if status not in ENDED and batch.validated(now):
        shown["output_file_id"] = _output(batch)
    return {name: value for name, value in shown.items() if value is not None}


def _output(batch: Batch) -> str:
    return batch.chance.identifier("file-", "output")


def _page(account: Account, request: Request, now: int) -> dict[str, Any]:
    limit = read_limit(request.query.get("limit", "20"), MOST_BATCHES)
    batches, more = account.batches.older(request.query.get("after"), limit, now)
    return {"object": "list", "data": [shown_batch(batch, now) for batch in batches], "has_more": more}


def _read(account: Account, content: Content) -> Batchable | Problem:
    """The rows of a file; the first line says which endpoint they are for."""
    try:
        url = msgspec.json.decode(bytes(content).split(b"\n", 1)[0], type=_Line).url
    except (msgspec.DecodeError, UnicodeDecodeError):
        url = CHAT
    return read_lines(content, url if url in ENDPOINTS else CHAT, account.script.account.models, account.answers)


def _said(problem: Problem) -> str:
    if problem.code == "invalid_json_line":
        return f"Invalid JSON on line {problem.line}: {problem.message}"
    message = problem.message
    if problem.code == "model_not_found":
        message = f"{message} It has not been configured or is not available to user."
    return message if problem.line is None else f"Line {problem.line}: {message}"


DOUBLEWORD = Doubleword()
