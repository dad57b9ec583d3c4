"""Azure OpenAI's protocol, put together: what differs from OpenAI's."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec

from bide.core.clock import MILLISECOND, SECOND
from bide.core.duration import parse_duration
from bide.simulator.account import Account
from bide.simulator.azure import blobs
from bide.simulator.azure.create import create_batch, life, quota_headers
from bide.simulator.azure.dialect import Dialect, plain_path, read_dialect
from bide.simulator.azure.view import shown_batch
from bide.simulator.batch import Batch
from bide.simulator.exchange import Reply, Request, encode, show
from bide.simulator.faults import Site
from bide.simulator.files import StoredFile
from bide.simulator.openai.calls import answer_call
from bide.simulator.openai.create import read_limit
from bide.simulator.openai.listing import MOST_BATCHES
from bide.simulator.openai.multipart import parse_form
from bide.simulator.openai.protocol import OpenAI
from bide.simulator.openai.results import teller
from bide.simulator.openai.view import file_object
from bide.simulator.protocol import Route, bearer, check_key
from bide.simulator.refusal import Failure, Refusal, invalid
from bide.simulator.results import write

MOST_LASTING = 500
MOST_EXPIRING = 10_000
"""Input files that a resource keeps: without an expiry, and with one."""


class Azure(OpenAI):
    """See `Protocol`."""

    name = "azure"

    def find_route(self, method: str, path: str) -> Route | None:
        plain = plain_path(path)
        return super().find_route(method, plain) if plain else None

    def authenticate(self, request: Request) -> None:
        check_key(request.headers.get("api-key") or bearer(request))

    def inputs(self, account: Account, request: Request, now: int) -> Sequence[str]:
        route = self.find_route(request.method, request.path)
        blob = blobs.named_in(request.body) if route and route[0] is Site.CREATE else None
        return () if blob is None else (blob,)

    def do(self, account: Account, request: Request, site: Site, subject: str, now: int) -> Reply:
        dialect = read_dialect(request)
        match site:
            case Site.UPLOAD:
                return self.upload(account, request, now)
            case Site.FILE:
                return show(_file(account, account.files.get(subject, now), now))
            case Site.CREATE:
                batch = create_batch(account, request, dialect, now)
                body = encode(shown_batch(batch, now, dialect))
                return Reply(201, body, headers=quota_headers(account, batch, now))
            case Site.LIST:
                return show(_page(account, request, dialect, now))
            case Site.RETRIEVE:
                return show(shown_batch(account.batches.get(subject, now), now, dialect))
            case Site.CANCEL:
                return show(shown_batch(account.batches.cancel(subject, now), now, dialect))
            case Site.CALL:
                return _call(account, request, subject, dialect, now)
            case _:
                return super().do(account, request, site, subject, now)

    def upload(self, account: Account, request: Request, now: int) -> Reply:
        """Keep a batch's input file, if there is room for another."""
        try:
            form = parse_form(request.headers.get("content-type", ""), request.body)
        except ValueError as error:
            raise invalid(f"The form cannot be read: {error}.") from error
        if form.file is None or form.fields.get("purpose") != "batch":
            raise invalid("A file with the purpose 'batch' is required.")
        wanted = form.fields.get("expires_after[seconds]") or form.fields.get("expires_after.seconds")
        kept = life(wanted) if wanted else None
        _check_room(account, expiring=kept is not None, now=now)
        file = account.upload(form.file.filename, "batch", form.file.content, kept, now)
        if kept is None:
            file = replace(file, expires_at=None)
            account.files.add(file)
        return Reply(201, encode(_file(account, file, now)))

    def refuse(self, refusal: Refusal, key: str) -> Reply:
        failure = refusal.failure
        headers = _plain_seconds(dict(super().refuse(refusal, key).headers))
        if refusal.wait is not None:
            headers["retry-after-ms"] = str(math.ceil(refusal.wait / MILLISECOND))
        error = {"code": failure.code or str(failure.status), "message": failure.message}
        return Reply(failure.status, encode({"error": error}), headers=headers)

    def stamp(self, reply: Reply, key: str) -> None:
        reply.headers["apim-request-id"] = reply.headers["x-request-id"] = key
        reply.headers["x-ms-region"] = "Simulated"

    def publish(self, account: Account, batch: Batch) -> None:
        written = write(batch, teller(batch, account.answers))
        if (asked := blobs.blobs_of(batch)) is not None:
            blobs.publish(account, batch, asked, written)
            return
        files: dict[str, str] = {}
        # Whoever has no failed rows has a file of no bytes for them all the same.
        for kind in ("output", "error") if batch.problem is None else ():
            content = written.get(kind)
            if content is not None or kind == "error":
                files[kind] = batch.chance.identifier("file-", kind)
                account.keep_result(batch, files[kind], f"{batch.id}_{kind}.jsonl", content or b"")
        batch.files = files


def _file(account: Account, file: StoredFile, now: int) -> dict[str, Any]:
    shown: dict[str, Any] = msgspec.to_builtins(file_object(file))
    if now < file.created_at + account.script.files.processing:
        shown["status"] = "pending"
    return shown


def _check_room(account: Account, *, expiring: bool, now: int) -> None:
    inputs = [file for file in account.files.existing(now) if file.purpose == "batch"]
    lasting = sum(file.expires_at is None for file in inputs)
    there, most = (len(inputs) - lasting, MOST_EXPIRING) if expiring else (lasting, MOST_LASTING)
    if there >= most:
        kind = "with" if expiring else "without"
        message = f"The quota for files {kind} expiry is reached. The maximum is {most}."
        raise invalid(message, code="quotaExceeded")


def _page(account: Account, request: Request, dialect: Dialect, now: int) -> dict[str, Any]:
    limit = read_limit(request.query.get("limit", "20"), MOST_BATCHES)
    batches, more = account.batches.older(request.query.get("after"), limit, now)
    data = [shown_batch(batch, now, dialect, metadata=batch.behaviour.metadata_listed) for batch in batches]
    first, last = (data[0]["id"], data[-1]["id"]) if data else (None, None)
    return {"object": "list", "data": data, "first_id": first, "last_id": last, "has_more": more}


def _call(account: Account, request: Request, endpoint: str, dialect: Dialect, now: int) -> Reply:
    body = bytes(request.body)
    named = _model(body)
    if (dialect.deployment or named or "").endswith("-batch"):
        raise Refusal(Failure(400, "The deployment serves batches only.", code="OperationNotSupported"))
    if dialect.deployment is not None and named is None:
        body = _name(body, dialect.deployment)
    reply = answer_call(account, endpoint, body, request.headers.get("x-client-request-id"), now)
    reply.headers = _plain_seconds(reply.headers)
    return reply


class _Named(msgspec.Struct):
    model: str | None = None


def _model(body: bytes) -> str | None:
    try:
        return msgspec.json.decode(body, type=_Named).model
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""  # the body is refused as it is


def _name(body: bytes, deployment: str) -> bytes:
    """A body that leaves its model to the path."""
    rest = body.lstrip()[1:]
    return b'{"model":' + encode(deployment) + (b"" if rest.strip() == b"}" else b",") + rest


def _plain_seconds(headers: dict[str, str]) -> dict[str, str]:
    """The headers with resets as whole seconds."""
    resets = {name: value for name, value in headers.items() if name.startswith("x-ratelimit-reset-")}
    return headers | {name: str(math.ceil(parse_duration(value) / SECOND)) for name, value in resets.items()}


AZURE = Azure()
