"""Anthropic's protocol, put together."""

import math

from bide.core.clock import DAY, SECOND
from bide.simulator.account import Account
from bide.simulator.anthropic.body import VERSIONS
from bide.simulator.anthropic.calls import answer_call, count_tokens
from bide.simulator.anthropic.create import read_create
from bide.simulator.anthropic.error import error_body, status_of
from bide.simulator.anthropic.listing import find_model, list_batches, list_models
from bide.simulator.anthropic.ratelimit import limit_headers
from bide.simulator.anthropic.results import RESULTS, teller
from bide.simulator.anthropic.view import RETENTION, Deleted, batch_object
from bide.simulator.batch import Batch
from bide.simulator.chance import Chance
from bide.simulator.creation import NewBatch
from bide.simulator.exchange import Reply, Request, encode, show
from bide.simulator.faults import Site
from bide.simulator.protocol import Protocol, Route, bearer, check_key, segments
from bide.simulator.refusal import Refusal, invalid, unknown
from bide.simulator.results import write

JSON_LINES = "application/x-jsonl"


class Anthropic(Protocol):
    """See `Protocol`."""

    name = "anthropic"
    models = ("claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5", "claude-haiku-4-5")

    def find_route(self, method: str, path: str) -> Route | None:
        match method, segments(path):
            case "POST", ["v1", "messages"]:
                return Site.CALL, ""
            case "POST", ["v1", "messages", "count_tokens"]:
                return Site.COUNT, ""
            case "POST", ["v1", "messages", "batches"]:
                return Site.CREATE, ""
            case "GET", ["v1", "messages", "batches"]:
                return Site.LIST, ""
            case "GET", ["v1", "messages", "batches", identifier]:
                return Site.RETRIEVE, identifier
            case "GET", ["v1", "messages", "batches", identifier, "results"]:
                return Site.DOWNLOAD, identifier
            case "POST", ["v1", "messages", "batches", identifier, "cancel"]:
                return Site.CANCEL, identifier
            case "DELETE", ["v1", "messages", "batches", identifier]:
                return Site.DELETE, identifier
            case "GET", ["v1", "models"]:
                return Site.MODELS, ""
            case "GET", ["v1", "models", identifier]:
                return Site.MODELS, identifier
            case _:
                return None

    def authenticate(self, request: Request) -> None:
        check_key(request.headers.get("x-api-key") or bearer(request))
        if request.headers.get("anthropic-version") not in VERSIONS:
            raise invalid(f"anthropic-version: a header with one of {', '.join(VERSIONS)} is required")

    def do(self, account: Account, request: Request, site: Site, subject: str, now: int) -> Reply:
        headers, version = request.headers, request.headers["anthropic-version"]
        match site:
            case Site.CALL:
                return answer_call(account, request.body, version, headers.get("x-client-request-id"), now)
            case Site.COUNT:
                return count_tokens(request.body, version)
            case Site.CREATE:
                found = read_create(request.body, version, account.script.account.models, account.answers)
                # What is wrong with a request is its own failure: a batch never fails whole.
                batch = account.batches.create(NewBatch(window=DAY, validates=False), found, request.body, now)
                return show(batch_object(batch, request.base, now))
            case Site.LIST:
                return show(list_batches(account, request.query, request.base, now))
            case Site.RETRIEVE:
                return show(batch_object(account.batches.get(subject, now), request.base, now))
            case Site.DOWNLOAD:
                return _results(account, account.batches.get(subject, now), now)
            case Site.CANCEL:
                return show(batch_object(account.batches.cancel(subject, now), request.base, now))
            case Site.DELETE:
                return _delete(account.batches.get(subject, now), now)
            case Site.MODELS:
                names = account.script.account.models or self.models
                return show(find_model(names, subject) if subject else list_models(names, request.query))
            case Site.UPLOAD | Site.FILE | Site.LIST_FILES:
                raise AssertionError("batches have no files here, so no route leads to any")

    def refuse(self, refusal: Refusal, key: str) -> Reply:
        headers = dict(limit_headers(refusal.levels))
        if refusal.wait is not None:
            headers["retry-after"] = str(math.ceil(refusal.wait / SECOND))
        return Reply(status_of(refusal.failure), encode(error_body(refusal.failure, key)), headers=headers)

    def stamp(self, reply: Reply, key: str) -> None:
        reply.headers["request-id"] = f"req_{key}"
        reply.headers["anthropic-organization-id"] = "org-simulated"

    def identify(self, chance: Chance) -> str:
        return chance.identifier("msgbatch_")

    def publish(self, account: Account, batch: Batch) -> None:
        content = write(batch, teller(batch, account.answers)).get(RESULTS, b"")
        identifier = f"{batch.id}_results"
        account.keep_result(batch, identifier, f"{identifier}.jsonl", content)
        batch.files = {RESULTS: identifier}


def _results(account: Account, batch: Batch, now: int) -> Reply:
    if batch.files is None:
        raise unknown(f"The results of {batch.id} are not available before it has ended.")
    if now >= batch.created_at + RETENTION:
        raise unknown(f"The results of {batch.id} have been archived.")
    return Reply(200, account.files.content(batch.files[RESULTS], now), JSON_LINES)


def _delete(batch: Batch, now: int) -> Reply:
    if not batch.ended(now):
        raise invalid(f"Batch {batch.id} cannot be deleted while it is in progress; cancel it first.")
    batch.deleted = True
    return show(Deleted(batch.id))


ANTHROPIC = Anthropic()
