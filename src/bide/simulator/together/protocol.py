"""Together's protocol, put together: what differs from OpenAI's."""

import math
import re
from dataclasses import replace

import msgspec

from bide.core.clock import DAY, SECOND
from bide.core.duration import parse_duration
from bide.simulator.account import Account
from bide.simulator.batch import Batch
from bide.simulator.chance import Chance
from bide.simulator.creation import NewBatch
from bide.simulator.exchange import Reply, Request, encode, show
from bide.simulator.faults import Site
from bide.simulator.openai.error import error_body
from bide.simulator.openai.protocol import OpenAI
from bide.simulator.protocol import INVALID_KEY, Route, bearer, segments
from bide.simulator.refusal import Failure, Refusal, invalid
from bide.simulator.results import write
from bide.simulator.rows import Problem
from bide.simulator.together import uploads
from bide.simulator.together.lines import read_lines
from bide.simulator.together.results import teller
from bide.simulator.together.view import file_object, job
from bide.simulator.uuids import uuid_of

ENDPOINTS = ("/v1/chat/completions",)
"""What batches may ask for; audio is not simulated."""

FOREVER = 3_650 * DAY
"""Jobs run on after their deadline; a script may let them expire nevertheless."""

EVERYTHING = 10**9

PLAIN = "plain"
"""The type of refusals that are written as a text: those about batches."""

_BATCH_SITES = frozenset({Site.CREATE, Site.LIST, Site.RETRIEVE, Site.CANCEL})


class _Create(msgspec.Struct):
    input_file_id: str
    endpoint: str
    completion_window: str | None = None
    model_id: str | None = None


_decode_create = msgspec.json.Decoder(_Create).decode


class Together(OpenAI):
    """See `Protocol`."""

    name = "together"

    def find_route(self, method: str, path: str) -> Route | None:
        match method, segments(path):
            case "POST", ["v1", "files", "upload"]:
                return Site.UPLOAD, "direct"
            case "POST", ["v1", "files"]:
                return Site.UPLOAD, "begin"
            case "PUT", ["v1", "uploads", identifier]:
                return Site.UPLOAD, identifier
            case "POST", ["v1", "files", identifier, "preprocess"]:
                return Site.FILE, identifier
            case _:
                return super().find_route(method, path)

    def authenticate(self, request: Request) -> None:
        if request.method == "PUT":  # the address is the permission
            return
        if not request.headers.get("user-agent"):
            raise Refusal(Failure(403, "error code: 1010"))
        key = bearer(request)
        if not key or key == INVALID_KEY:
            raise Refusal(Failure(401, "Invalid API key provided.", code="invalid_api_key"))

    def do(self, account: Account, request: Request, site: Site, subject: str, now: int) -> Reply:
        if site not in _BATCH_SITES:
            return self._files_and_calls(account, request, site, subject, now)
        try:
            return self._batches(account, request, site, subject, now)
        except Refusal as refusal:
            raise Refusal(replace(refusal.failure, type=PLAIN), refusal.wait, refusal.levels) from None

    def _files_and_calls(self, account: Account, request: Request, site: Site, subject: str, now: int) -> Reply:
        match site:
            case Site.UPLOAD if subject == "direct":
                return uploads.direct(account, request, now)
            case Site.UPLOAD if subject == "begin":
                return uploads.begin(account, request, now)
            case Site.UPLOAD:
                return uploads.receive(account, request, subject, now)
            case Site.FILE:
                return show(file_object(account.files.get(subject, now)))
            case Site.LIST_FILES:
                account.batches.publish_all(now)
                return show({"data": [file_object(file) for file in account.files.existing(now)]})
            case Site.DELETE:
                account.files.delete(subject, now)
                return show({"id": subject, "deleted": True})
            case _:
                reply = super().do(account, request, site, subject, now)
                reply.headers = _per_second(reply.headers)
                return reply

    def _batches(self, account: Account, request: Request, site: Site, subject: str, now: int) -> Reply:
        match site:
            case Site.CREATE:
                return self.create(account, request, now)
            case Site.LIST:
                batches, _ = account.batches.older(None, EVERYTHING, now)
                return show([self._job(account, batch, now) for batch in batches])
            case Site.RETRIEVE:
                return show(self._job(account, _found(account, subject, now), now))
            case _:
                batch = _found(account, subject, now)
                if batch.ended(now):
                    status = str(job(batch, now, 0)["status"])
                    raise Refusal(Failure(409, f"Cannot cancel job - already in terminal state: {status}"))
                return show(self._job(account, account.batches.cancel(subject, now), now))

    def create(self, account: Account, request: Request, now: int) -> Reply:
        """Accept a job, whatever its file is: it is looked at later."""
        try:
            asked = _decode_create(request.body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise invalid(f"invalid request: {error}") from error
        if asked.endpoint not in ENDPOINTS:
            raise invalid(f"endpoint {asked.endpoint!r} is not supported")
        file = account.files.find(asked.input_file_id, now)
        if file is None:
            found = Problem("", f"Failed to download input file: {asked.input_file_id}: 404 Not Found")
        else:
            found = read_lines(file.content, asked.endpoint, account.script.account.models, account.answers)
        new = NewBatch(source=asked.input_file_id, endpoint=asked.endpoint, window=FOREVER)
        batch = account.batches.create(new, found, file.content if file else b"", now)
        return Reply(201, encode({"job": self._job(account, batch, now)}))

    def _job(self, account: Account, batch: Batch, now: int) -> dict[str, object]:
        file = account.files.find(batch.source, now)
        return job(batch, now, len(file.content) if file else 0)

    def refuse(self, refusal: Refusal, key: str) -> Reply:
        failure = refusal.failure
        headers = _per_second(dict(super().refuse(refusal, key).headers))
        body: object = error_body(failure)
        if failure.type == PLAIN:
            body = {"error": failure.message, "request_id": key}
        elif failure.status == 404:
            body = {"error": {"message": failure.message, "type": "not_found"}}
        return Reply(failure.status, encode(body), headers=headers)

    def stamp(self, reply: Reply, key: str) -> None:
        reply.headers["x-request-id"] = key

    def identify(self, chance: Chance) -> str:
        return uuid_of(chance)

    def publish(self, account: Account, batch: Batch) -> None:
        files: dict[str, str] = {}
        for kind, content in sorted(write(batch, teller(batch, account.answers)).items(), reverse=True):
            files[kind] = batch.chance.identifier("file-", kind)
            account.keep_result(batch, files[kind], "output.jsonl" if kind == "output" else "errors.jsonl", content)
        batch.files = files


def _found(account: Account, identifier: str, now: int) -> Batch:
    try:
        return account.batches.get(identifier, now)
    except Refusal:
        raise Refusal(Failure(404, "Job not found")) from None


_NAME = re.compile(r"x-ratelimit-(limit|remaining|reset)-(requests|tokens)")


def _per_second(headers: dict[str, str]) -> dict[str, str]:
    """The headers of the rate limit under Together's names: what a second holds, and seconds until it is whole."""
    told: dict[str, str] = {}
    for name, value in headers.items():
        if found := _NAME.fullmatch(name):
            family = "ratelimit" if found[2] == "requests" else "tokenlimit"
            amount = f"{parse_duration(value) / SECOND:g}" if found[1] == "reset" else str(math.ceil(int(value) / 60))
            told[f"x-{family}-{found[1]}"] = amount
        else:
            told[name] = value
    return told


TOGETHER = Together()
