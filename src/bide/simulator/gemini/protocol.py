"""The Gemini API's protocol, put together."""

from bide.simulator.account import Account
from bide.simulator.batch import Batch
from bide.simulator.chance import Chance
from bide.simulator.exchange import Reply, Request, encode, show
from bide.simulator.faults import Site
from bide.simulator.gemini import results
from bide.simulator.gemini.calls import answer_call, count_tokens
from bide.simulator.gemini.create import create
from bide.simulator.gemini.embeddings import embed
from bide.simulator.gemini.error import BAD_KEY, ENDED, NO_KEY, error_body, status_of
from bide.simulator.gemini.listing import find_model, list_batches, list_files, list_models
from bide.simulator.gemini.uploads import content, file_object, find_file, upload
from bide.simulator.gemini.view import operation
from bide.simulator.protocol import INVALID_KEY, Protocol, Route, segments
from bide.simulator.refusal import Refusal

VERSIONS = ("v1", "v1beta")

BINARY = "application/octet-stream"

CALLS = ("generateContent", "streamGenerateContent")
EMBEDDINGS = ("embedContent", "batchEmbedContents")
BATCHES = ("batchGenerateContent", "asyncBatchEmbedContent")


class Gemini(Protocol):
    """See `Protocol`."""

    name = "gemini"
    models = ("gemini-4-argon", "gemini-3.8-flash", "gemini-3.5-flash-lite", "gemini-2.5-flash", "gemini-embedding-001")

    def find_route(self, method: str, path: str) -> Route | None:
        parts = segments(path)
        if parts[:1] == ["upload"] or parts[:1] == ["download"]:
            parts = parts[1:]
        if not parts or parts[0] not in VERSIONS:
            return None
        match method, parts[1:]:
            case "POST", ["files"]:
                return Site.UPLOAD, ""
            case "GET", ["files"]:
                return Site.LIST_FILES, ""
            case "GET", ["files", name] if name.endswith(":download"):
                return Site.DOWNLOAD, name.removesuffix(":download")
            case "GET", ["files", name]:
                return Site.FILE, name
            case "DELETE", ["files" | "batches" as kind, name]:
                return Site.DELETE, f"{kind}/{name}"
            case "GET", ["batches"]:
                return Site.LIST, ""
            case "GET", ["batches", name]:
                return Site.RETRIEVE, f"batches/{name}"
            case "POST", ["batches", name] if name.endswith(":cancel"):
                return Site.CANCEL, f"batches/{name.removesuffix(':cancel')}"
            case "GET", ["models"]:
                return Site.MODELS, ""
            case "GET", ["models", name]:
                return Site.MODELS, name
            case "POST", ["models", name]:
                return _verb(name)
            case _:
                return None

    def authenticate(self, request: Request) -> None:
        key = request.headers.get("x-goog-api-key") or request.query.get("key", "")
        if request.query.get("upload_id"):
            return  # the address of an upload is a secret in itself
        if not key:
            raise Refusal(NO_KEY)
        if key == INVALID_KEY:
            raise Refusal(BAD_KEY)

    def do(self, account: Account, request: Request, site: Site, subject: str, now: int) -> Reply:
        match site:
            case Site.UPLOAD:
                return upload(account, request, now)
            case Site.LIST_FILES:
                return show(list_files(account, request.query, request.base, now))
            case Site.FILE:
                return show(file_object(find_file(account, subject, now), request.base))
            case Site.DOWNLOAD:
                return Reply(200, content(account, subject, now), BINARY)
            case Site.DELETE:
                return _delete(account, subject, now)
            case Site.CREATE:
                model, _, verb = subject.rpartition(":")
                batch = create(account, model, request.body, now, embeds=verb == BATCHES[1])
                return show(operation(account, batch, now))
            case Site.LIST:
                return show(list_batches(account, request.query, now))
            case Site.RETRIEVE:
                return show(operation(account, account.batches.get(subject, now), now))
            case Site.CANCEL:
                cancel(account, subject, now)
                return show({})
            case Site.MODELS:
                names = account.script.account.models or self.models
                return show(find_model(names, subject) if subject else list_models(names))
            case Site.CALL:
                model, _, verb = subject.rpartition(":")
                if verb in EMBEDDINGS:
                    return embed(account, model, request, now, many=verb == EMBEDDINGS[1])
                streams = verb == CALLS[1]
                return answer_call(account, model, request.body, request.headers, now, streams=streams)
            case Site.COUNT:
                return count_tokens(request.body)

    def refuse(self, refusal: Refusal, key: str) -> Reply:
        return Reply(status_of(refusal.failure), encode(error_body(refusal)))

    def identify(self, chance: Chance) -> str:
        return chance.identifier("batches/")

    def publish(self, account: Account, batch: Batch) -> None:
        results.publish(account, batch)


def cancel(account: Account, identifier: str, now: int) -> None:
    """Begin to cancel a batch; one that has ended is refused in Google's word for it."""
    if account.batches.get(identifier, now).ended(now):
        raise Refusal(ENDED)
    account.batches.cancel(identifier, now)


def _verb(name: str) -> Route | None:
    model, _, verb = name.rpartition(":")
    match verb:
        case _ if verb in BATCHES:
            return Site.CREATE, name
        case "countTokens":
            return Site.COUNT, model
        case _ if verb in CALLS or verb in EMBEDDINGS:
            return Site.CALL, name
        case _:
            return None


def _delete(account: Account, name: str, now: int) -> Reply:
    kind, _, identifier = name.partition("/")
    if kind == "batches":
        account.batches.get(name, now).deleted = True
    else:
        account.files.delete(find_file(account, identifier, now).id, now)
    return show({})


GEMINI = Gemini()
