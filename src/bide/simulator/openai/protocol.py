"""OpenAI's protocol, put together. Protocols that are like it inherit from `OpenAI` and say what differs."""

import math

from bide.core.clock import SECOND
from bide.simulator.account import Account
from bide.simulator.batch import Batch
from bide.simulator.chance import Chance
from bide.simulator.exchange import Reply, Request, encode, show
from bide.simulator.faults import Site
from bide.simulator.openai.body import ENDPOINTS
from bide.simulator.openai.calls import answer_call
from bide.simulator.openai.create import read_create, read_life
from bide.simulator.openai.error import error_body
from bide.simulator.openai.lines import read_lines
from bide.simulator.openai.listing import list_batches, list_files, models
from bide.simulator.openai.multipart import parse_form
from bide.simulator.openai.ratelimit import limit_headers
from bide.simulator.openai.results import teller
from bide.simulator.openai.stored import cancel_response, delete_response, show_response
from bide.simulator.openai.view import batch_object, file_object
from bide.simulator.openai.wire import Deleted
from bide.simulator.protocol import INVALID_KEY, Protocol, Route, bearer, segments
from bide.simulator.refusal import Failure, Refusal, invalid
from bide.simulator.results import write
from bide.simulator.rows import Problem

BINARY = "application/octet-stream"

RESPONSE = "resp_"
"""How the ids of responses begin, and no others."""

PURPOSES = ("assistants", "batch", "fine-tune", "vision", "user_data", "evals")
"""What a file may be uploaded for."""


class OpenAI(Protocol):
    """See `Protocol`."""

    name = "openai"
    models = ("gpt-6-astra", "gpt-6-luna", "gpt-6.1-sol", "text-embedding-3-small")

    def find_route(self, method: str, path: str) -> Route | None:
        match method, segments(path):
            case "POST", ["v1", "files"]:
                return Site.UPLOAD, ""
            case "GET", ["v1", "files"]:
                return Site.LIST_FILES, ""
            case "GET", ["v1", "files", identifier]:
                return Site.FILE, identifier
            case "GET", ["v1", "files", identifier, "content"]:
                return Site.DOWNLOAD, identifier
            case "DELETE", ["v1", "files", identifier]:
                return Site.DELETE, identifier
            case "POST", ["v1", "batches"]:
                return Site.CREATE, ""
            case "GET", ["v1", "batches"]:
                return Site.LIST, ""
            case "GET", ["v1", "batches", identifier]:
                return Site.RETRIEVE, identifier
            case "POST", ["v1", "batches", identifier, "cancel"]:
                return Site.CANCEL, identifier
            case "GET", ["v1", "models"]:
                return Site.MODELS, ""
            case "GET", ["v1", "models", identifier]:
                return Site.MODELS, identifier
            case "GET", ["v1", "responses", identifier]:
                return Site.RETRIEVE, identifier
            case "POST", ["v1", "responses", identifier, "cancel"]:
                return Site.CANCEL, identifier
            case "DELETE", ["v1", "responses", identifier]:
                return Site.DELETE, identifier
            case "POST", _ if path in ENDPOINTS:
                return Site.CALL, path
            case _:
                return None

    def authenticate(self, request: Request) -> None:
        key = bearer(request)
        if not key:
            message = "You did not send an API key, as in Authorization: Bearer KEY."
            raise Refusal(Failure(401, message, code="invalid_api_key"))
        if key == INVALID_KEY:
            raise Refusal(Failure(401, f"Incorrect API key: {key}.", code="invalid_api_key"))

    def do(self, account: Account, request: Request, site: Site, subject: str, now: int) -> Reply:
        match site:
            case Site.UPLOAD:
                return self.upload(account, request, now)
            case Site.LIST_FILES:
                return show(list_files(account, request.query, now))
            case Site.FILE:
                return show(file_object(account.files.get(subject, now)))
            case Site.DOWNLOAD:
                return Reply(200, account.files.content(subject, now), BINARY)
            case Site.RETRIEVE if subject.startswith(RESPONSE):
                return show_response(account, subject, now)
            case Site.CANCEL if subject.startswith(RESPONSE):
                return cancel_response(account, subject, now)
            case Site.DELETE if subject.startswith(RESPONSE):
                return delete_response(account, subject)
            case Site.DELETE:
                account.files.delete(subject, now)
                return show(Deleted(subject))
            case Site.CREATE:
                return self.create(account, request, now)
            case Site.LIST:
                return show(list_batches(account, request.query, now))
            case Site.RETRIEVE:
                return show(batch_object(account.batches.get(subject, now), now))
            case Site.CANCEL:
                return show(batch_object(account.batches.cancel(subject, now), now))
            case Site.MODELS:
                return show(models(account.script.account.models or self.models, subject))
            case Site.CALL:
                return answer_call(account, subject, request.body, request.headers.get("x-client-request-id"), now)
            case Site.COUNT:
                raise AssertionError("OpenAI counts no tokens, so no route leads here")

    def upload(self, account: Account, request: Request, now: int) -> Reply:
        """Keep the file of a form."""
        try:
            form = parse_form(request.headers.get("content-type", ""), request.body)
        except ValueError as error:
            raise invalid(f"The form cannot be read: {error}.") from error
        if form.file is None:
            raise invalid("'file' is a required property.", param="file")
        purpose = form.fields.get("purpose")
        if purpose is None:
            raise invalid("'purpose' is a required property.", param="purpose")
        life = read_life(form.fields["expires_after[seconds]"]) if "expires_after[seconds]" in form.fields else None
        if purpose not in PURPOSES:
            raise invalid(f"{purpose!r} is not one of {list(PURPOSES)}.", param="purpose")
        return show(file_object(account.upload(form.file.filename, purpose, form.file.content, life, now)))

    def create(self, account: Account, request: Request, now: int) -> Reply:
        """Accept a batch; one with a bad file is accepted too, and fails in validation, as at the real service."""
        new = read_create(request.body)
        file = account.files.find(new.source, now)
        if file is None:
            found = Problem("invalid_request", f"There is no file {new.source!r}.", None, "file_id")
        elif file.purpose != "batch":
            found = Problem("invalid_request", "The input file's purpose has to be 'batch'.", None, "file_id")
        else:
            found = read_lines(file.content, new.endpoint, account.script.account.models, account.answers)
        batch = account.batches.create(new, found, file.content if file else b"", now)
        return show(batch_object(batch, now))

    def refuse(self, refusal: Refusal, key: str) -> Reply:
        headers = dict(limit_headers(refusal.levels))
        if refusal.wait is not None:
            headers["retry-after"] = str(math.ceil(refusal.wait / SECOND))
        return Reply(refusal.failure.status, encode(error_body(refusal.failure)), headers=headers)

    def stamp(self, reply: Reply, key: str) -> None:
        reply.headers["x-request-id"] = f"req_{key}"
        reply.headers["openai-processing-ms"] = str(reply.delay // 1_000)
        reply.headers["openai-version"] = "2020-10-01"
        reply.headers["openai-organization"] = "org-simulated"

    def identify(self, chance: Chance) -> str:
        return chance.identifier("batch_")

    def publish(self, account: Account, batch: Batch) -> None:
        files: dict[str, str] = {}
        for kind, content in sorted(write(batch, teller(batch, account.answers)).items(), reverse=True):
            files[kind] = batch.chance.identifier("file-", kind)
            account.keep_result(batch, files[kind], f"{batch.id}_{kind}.jsonl", content)
        batch.files = files


OPENAI = OpenAI()
