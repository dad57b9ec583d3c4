"""OpenAI's protocol as a function: the books, a request and an instant give a reply, or the loss of it."""

import re

import msgspec

from bide.core.clock import DAY, HOUR, SECOND
from bide.simulator.body import ENDPOINTS
from bide.simulator.books import Books
from bide.simulator.creation import NewBatch
from bide.simulator.exchange import Lost, Reply, Request
from bide.simulator.faults import Fault, Kind, Site
from bide.simulator.multipart import parse_form
from bide.simulator.refusal import Failure, Refusal, busy, invalid, scripted
from bide.simulator.wire import Deleted, ModelList, ModelObject, encode

INVALID_KEY = "invalid"
"""The one API key that is refused."""

MODELS = ("gpt-6-astra", "gpt-6-luna", "gpt-6.1-sol", "text-embedding-3-small")
"""What the listing of models shows where the script names none."""

MODELS_CREATED = 1_790_000_000

BINARY = "application/octet-stream"

Route = tuple[Site, str]
"""Where a request goes, and the id or the endpoint that it names."""


def respond(books: Books, request: Request, now: int) -> Reply | Lost:
    """The reply to a request that arrives now, with the fault that it meets, if any."""
    route = find_route(request.method, request.path)
    if route is None:
        message = f"Invalid URL ({request.method} {request.path})"
        return _error(Failure(404, message))
    site, subject = route
    fault = books.faults.strike(site, now - books.started_at)
    outcome = _act(books, request, site, subject, now) if fault is None else _meet(books, request, route, fault, now)
    if isinstance(outcome, Reply):
        outcome.headers["x-request-id"] = books.request_identifier(site)
        outcome.headers["openai-processing-ms"] = str(outcome.delay // 1_000)
        outcome.headers["openai-version"] = "2020-10-01"
        outcome.headers["openai-organization"] = "org-simulated"
    return outcome


def find_route(method: str, path: str) -> Route | None:
    """Where a request goes; None for what the simulator does not know."""
    if not path.startswith("/v1/"):
        return None
    match method, path[4:].rstrip("/").split("/"):
        case "POST", ["files"]:
            return Site.UPLOAD, ""
        case "GET", ["files"]:
            return Site.LIST_FILES, ""
        case "GET", ["files", identifier]:
            return Site.FILE, identifier
        case "GET", ["files", identifier, "content"]:
            return Site.DOWNLOAD, identifier
        case "DELETE", ["files", identifier]:
            return Site.DELETE, identifier
        case "POST", ["batches"]:
            return Site.CREATE, ""
        case "GET", ["batches"]:
            return Site.LIST, ""
        case "GET", ["batches", identifier]:
            return Site.RETRIEVE, identifier
        case "POST", ["batches", identifier, "cancel"]:
            return Site.CANCEL, identifier
        case "GET", ["models"]:
            return Site.MODELS, ""
        case "GET", ["models", identifier]:
            return Site.MODELS, identifier
        case "POST", _ if path in ENDPOINTS:
            return Site.CALL, path
        case _:
            return None


def _meet(books: Books, request: Request, route: Route, fault: Fault, now: int) -> Reply | Lost:
    """What becomes of a request that meets a fault."""
    match fault.kind:
        case Kind.NOT_SENT:
            return Lost(sent=False)
        case Kind.REQUEST_LOST:
            return Lost()
        case Kind.BUSY:
            return _refuse(busy("The server is busy, by the script.", fault.delay))
        case Kind.HANG | Kind.ERROR if not fault.processed:
            return Lost(after=fault.delay) if fault.kind is Kind.HANG else _error(scripted(fault.status))
        case _:
            pass
    reply = _act(books, request, *route, now)
    match fault.kind:
        case Kind.REPLY_LOST:
            return Lost(after=reply.delay)
        case Kind.HANG:
            return Lost(after=fault.delay)
        case Kind.ERROR:
            return _error(scripted(fault.status))
        case Kind.CUT:
            reply.cut = int(reply.size * fault.share)
        case _:
            reply.delay += fault.delay
    return reply


def _act(books: Books, request: Request, site: Site, subject: str, now: int) -> Reply:
    """Do what a request asks for, or refuse it."""
    try:
        _authenticate(request)
        if failure := books.outages.refusal(site, now):
            raise Refusal(failure)
        books.received[site] += 1
        return _do(books, request, site, subject, now)
    except Refusal as refusal:
        return _refuse(refusal)


def _do(books: Books, request: Request, site: Site, subject: str, now: int) -> Reply:
    match site:
        case Site.UPLOAD:
            return _upload(books, request, now)
        case Site.LIST_FILES:
            query = request.query
            limit = _number(query.get("limit", "10000"), "limit")
            order = query.get("order", "desc")
            return _ok(books.list_files(query.get("purpose"), limit, order, query.get("after"), now))
        case Site.FILE:
            return _ok(books.files.get(subject, now).view())
        case Site.DOWNLOAD:
            return Reply(200, books.files.content(subject, now), BINARY)
        case Site.DELETE:
            books.files.delete(subject, now)
            return _ok(Deleted(subject))
        case Site.CREATE:
            return _ok(books.batches.create(_new_batch(request.body), now))
        case Site.LIST:
            limit = _number(request.query.get("limit", "20"), "limit")
            return _ok(books.batches.listing(request.query.get("after"), limit, now))
        case Site.RETRIEVE:
            return _ok(books.batches.retrieve(subject, now))
        case Site.CANCEL:
            return _ok(books.batches.cancel(subject, now))
        case Site.MODELS:
            return _models(books, subject)
        case Site.CALL:
            return books.calls.answer(subject, request.body, request.headers.get("x-client-request-id"), now)


def _upload(books: Books, request: Request, now: int) -> Reply:
    try:
        form = parse_form(request.headers.get("content-type", ""), request.body)
    except ValueError as error:
        raise invalid(f"The form cannot be read: {error}.") from error
    if form.file is None:
        raise invalid("'file' is a required property.", param="file")
    if "purpose" not in form.fields:
        raise invalid("'purpose' is a required property.", param="purpose")
    life = _life(form.fields["expires_after[seconds]"]) if "expires_after[seconds]" in form.fields else None
    return _ok(books.upload(form.file.filename, form.fields["purpose"], form.file.content, life, now))


class _Expiry(msgspec.Struct):
    seconds: int
    anchor: str = "created_at"


class _Create(msgspec.Struct):
    input_file_id: str
    endpoint: str
    completion_window: str
    metadata: dict[str, str] | None = None
    output_expires_after: _Expiry | None = None


_decode_create = msgspec.json.Decoder(_Create).decode


def _new_batch(body: bytes | bytearray) -> NewBatch:
    try:
        create = _decode_create(body)
    except msgspec.ValidationError as error:
        named = re.search(r"`\$?\.?(\w+)", str(error))
        raise invalid(f"{error}.", param=named[1] if named else None) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise invalid(f"The body of your request is not valid JSON: {error}.") from error
    metadata = create.metadata or {}
    if len(metadata) > 16 or any(len(key) > 64 or len(value) > 512 for key, value in metadata.items()):
        raise invalid("metadata has at most 16 pairs, keys of 64 and values of 512 characters.", param="metadata")
    expiry = create.output_expires_after
    return NewBatch(
        input_file_id=create.input_file_id,
        endpoint=create.endpoint,
        completion_window=create.completion_window,
        metadata=create.metadata,
        output_life=_life(str(expiry.seconds)) if expiry else None,
    )


def _models(books: Books, identifier: str) -> Reply:
    names = books.script.account.models or MODELS
    if not identifier:
        return _ok(ModelList("list", [_model(name) for name in names]))
    if identifier not in names:
        raise Refusal(Failure(404, f"The model '{identifier}' does not exist.", code="model_not_found", param="model"))
    return _ok(_model(identifier))


def _model(name: str) -> ModelObject:
    return ModelObject(name, "model", MODELS_CREATED, "simulator")


def _authenticate(request: Request) -> None:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key:
        raise Refusal(
            Failure(401, "You did not send an API key, as in Authorization: Bearer KEY.", code="invalid_api_key")
        )
    if key == INVALID_KEY:
        raise Refusal(Failure(401, f"Incorrect API key: {key}.", code="invalid_api_key"))


def _life(text: str) -> int:
    """How long a file is to be kept, in microseconds."""
    life = _number(text, "seconds") * SECOND
    if not HOUR <= life <= 30 * DAY:
        raise invalid("seconds has to be 3600 to 2592000.", param="expires_after.seconds", code="integer_out_of_range")
    return life


def _number(text: str, param: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise invalid(f"{param} has to be a whole number.", param=param, code="invalid_type")
    return int(text)


def _ok(shown: object) -> Reply:
    return Reply(200, encode(shown))


def _error(failure: Failure) -> Reply:
    return Reply(failure.status, encode(failure.body()))


def _refuse(refusal: Refusal) -> Reply:
    reply = _error(refusal.failure)
    reply.headers.update(refusal.headers)
    return reply
