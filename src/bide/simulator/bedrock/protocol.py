"""AWS Bedrock's protocol, put together: both of its hosts under one address."""

import re
from collections.abc import Sequence
from dataclasses import replace
from email.utils import formatdate

from bide.core.clock import HOUR, SECOND
from bide.core.identifiers import base36
from bide.simulator.account import Account
from bide.simulator.batch import Batch
from bide.simulator.bedrock.calls import INVOKES, answer_call, count_tokens
from bide.simulator.bedrock.create import input_of, read_create
from bide.simulator.bedrock.error import name_of, status_of
from bide.simulator.bedrock.records import read_records
from bide.simulator.bedrock.results import objects
from bide.simulator.bedrock.view import arn, asked_of, job, list_jobs
from bide.simulator.chance import Chance
from bide.simulator.creation import NewBatch
from bide.simulator.exchange import Reply, Request, encode, show
from bide.simulator.faults import Site
from bide.simulator.protocol import Protocol, Route, bearer, check_key, segments
from bide.simulator.refusal import Refusal

LEAST = 100
"""Records that a job has at least, for most models."""

CALLS = ("converse", "converse-stream", *INVOKES)

SIGNED = re.compile(r"AWS4-HMAC-SHA256 Credential=([^/]+)/\d{8}/[a-z0-9-]+/bedrock/aws4_request, ")


class Bedrock(Protocol):
    """See `Protocol`. `least` records make a job."""

    name = "bedrock"
    models = ("amazon.nova-lite-v1:0", "anthropic.claude-haiku-4-5-20251001-v1:0")

    def __init__(self, least: int = LEAST) -> None:
        self._least = least

    def find_route(self, method: str, path: str) -> Route | None:
        match method, segments(path):
            case "POST", ["model-invocation-job"]:
                return Site.CREATE, ""
            case "GET", ["model-invocation-jobs"]:
                return Site.LIST, ""
            case "GET", ["model-invocation-job", identifier]:
                return Site.RETRIEVE, identifier
            case "POST", ["model-invocation-job", identifier, "stop"]:
                return Site.CANCEL, identifier
            case "POST", ["model", model, "count-tokens"]:
                return Site.COUNT, model
            case "POST", ["model", model, verb] if verb in CALLS:
                return Site.CALL, f"{verb} {model}"
            case _:
                return None

    def authenticate(self, request: Request) -> None:
        """A bearer key, or the access key of a signature; which one signed is believed."""
        signed = SIGNED.match(request.headers.get("authorization", ""))
        check_key(signed[1] if signed else bearer(request))

    def inputs(self, account: Account, request: Request, now: int) -> Sequence[str]:
        if request.method != "POST" or request.path.strip("/") != "model-invocation-job":
            return ()
        uri = input_of(request.body)
        return () if uri is None else (uri,)

    def do(self, account: Account, request: Request, site: Site, subject: str, now: int) -> Reply:
        reply = self._do(account, request, site, subject, now)
        reply.headers.setdefault("date", formatdate(now // SECOND, usegmt=True))
        return reply

    def _do(self, account: Account, request: Request, site: Site, subject: str, now: int) -> Reply:
        identifier = subject.rpartition("/")[2]
        match site:
            case Site.CREATE:
                return show({"jobArn": arn(self._create(account, request, now))})
            case Site.LIST:
                return show(list_jobs(account, request.query, now))
            case Site.RETRIEVE:
                return show(job(account.batches.get(identifier, now), now))
            case Site.CANCEL:
                account.batches.cancel(identifier, now)
                return show({})
            case Site.CALL:
                verb, _, model = subject.partition(" ")
                return answer_call(account, verb, model, request.body, request.headers, now)
            case Site.COUNT:
                return count_tokens(request.body)
            case _:
                raise AssertionError("files lie in buckets here, so no route leads to any")

    def _create(self, account: Account, request: Request, now: int) -> Batch:
        asked = read_create(request.body, account.script.account.models)
        if asked.token is not None:
            for batch in account.batches:
                if asked_of(batch).token == asked.token:
                    return batch
        found, files = read_records(request.objects, asked.model, asked.kind, account.answers, self._least)
        new = NewBatch(
            source=asked.input,
            endpoint=asked.kind,
            window=asked.hours * HOUR,
            asked=replace(asked, files=files),
        )
        content = b"".join(bytes(one) for one in request.objects.values())
        return account.batches.create(new, found, content, now)

    def refuse(self, refusal: Refusal, key: str) -> Reply:
        failure = refusal.failure
        # No Retry-After and no rate limits: AWS tells neither.
        headers = {"x-amzn-errortype": f"{name_of(failure)}:http://internal.amazon.com/coral/com.amazon.bedrock/"}
        return Reply(status_of(failure), encode({"message": failure.message}), headers=headers)

    def stamp(self, reply: Reply, key: str) -> None:
        text = key.ljust(32, "0")[:32]
        parts = (text[:8], text[8:12], text[12:16], text[16:20], text[20:])
        reply.headers["x-amzn-requestid"] = "-".join(parts)

    def identify(self, chance: Chance) -> str:
        return base36(chance.number("job")).rjust(12, "a")[-12:]

    def publish(self, account: Account, batch: Batch) -> None:
        written = objects(batch, asked_of(batch), account.answers)
        account.outbox.extend(written)
        batch.files = {uri.rpartition("/")[2]: uri for uri, _ in written}


BEDROCK = Bedrock()
