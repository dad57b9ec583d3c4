"""Vertex AI's protocol, put together."""

from collections.abc import Sequence

from bide.simulator.account import Account
from bide.simulator.batch import Batch
from bide.simulator.chance import Chance
from bide.simulator.exchange import Reply, Request, encode, show
from bide.simulator.faults import Site
from bide.simulator.gemini.calls import answer_call, count_tokens
from bide.simulator.gemini.error import BAD_TOKEN, error_body, status_of
from bide.simulator.gemini.protocol import CALLS, cancel
from bide.simulator.instants import rfc3339
from bide.simulator.protocol import INVALID_KEY, Protocol, Route, bearer, segments
from bide.simulator.refusal import Refusal, invalid
from bide.simulator.vertex import results
from bide.simulator.vertex.create import create, input_uris
from bide.simulator.vertex.listing import list_jobs
from bide.simulator.vertex.view import TYPE, job

VERSIONS = ("v1", "v1beta1")

TOKEN = "token"
"""Where credentials are exchanged for a token, as at oauth2.googleapis.com."""

TRAFFIC = {"flex": "ON_DEMAND_FLEX", "priority": "ON_DEMAND_PRIORITY"}


class Vertex(Protocol):
    """See `Protocol`."""

    name = "vertex"
    models = ("gemini-4-argon", "gemini-3.8-flash", "gemini-3.5-flash-lite", "gemini-2.5-flash")

    def find_route(self, method: str, path: str) -> Route | None:
        match method, segments(path):
            case "POST", ["token"]:
                return Site.MODELS, TOKEN
            case _, [version, "projects", project, "locations", location, *rest] if version in VERSIONS:
                return _route(method, f"projects/{project}/locations/{location}", rest)
            case _:
                return None

    def authenticate(self, request: Request) -> None:
        if request.path == f"/{TOKEN}":
            return
        token = bearer(request)
        if not token or token == INVALID_KEY:
            raise Refusal(BAD_TOKEN)

    def inputs(self, account: Account, request: Request, now: int) -> Sequence[str]:
        route = self.find_route(request.method, request.path)
        return input_uris(request.body) if route and route[0] is Site.CREATE else ()

    def do(self, account: Account, request: Request, site: Site, subject: str, now: int) -> Reply:
        match site:
            case Site.CREATE:
                return show(job(create(account, subject, request, now), now))
            case Site.LIST:
                return show(list_jobs(account, subject, request.query, now))
            case Site.RETRIEVE:
                return show(job(account.batches.get(subject, now), now))
            case Site.CANCEL:
                cancel(account, subject, now)
                return show({})
            case Site.DELETE:
                account.batches.get(subject, now).deleted = True
                done = {"@type": "type.googleapis.com/google.protobuf.Empty"}
                metadata = {"@type": TYPE.replace("BatchPredictionJob", "DeleteOperationMetadata")}
                return show({"name": f"operations/{subject}", "metadata": metadata, "done": True, "response": done})
            case Site.CALL:
                return _call(account, request, subject, now)
            case Site.COUNT:
                return count_tokens(request.body)
            case Site.MODELS:
                return show({"access_token": "simulated", "expires_in": 3599, "token_type": "Bearer"})
            case Site.UPLOAD | Site.FILE | Site.LIST_FILES | Site.DOWNLOAD:
                raise AssertionError("files lie in buckets here, so no route leads to any")

    def refuse(self, refusal: Refusal, key: str) -> Reply:
        return Reply(status_of(refusal.failure), encode(error_body(refusal)))

    def identify(self, chance: Chance) -> str:
        return str(10**18 + chance.number("job") % 10**18)

    def publish(self, account: Account, batch: Batch) -> None:
        results.publish(account, batch)


def _route(method: str, parent: str, rest: list[str]) -> Route | None:
    match method, rest:
        case "POST", ["batchPredictionJobs"]:
            return Site.CREATE, parent
        case "GET", ["batchPredictionJobs"]:
            return Site.LIST, parent
        case "GET", ["batchPredictionJobs", name]:
            return Site.RETRIEVE, name
        case "DELETE", ["batchPredictionJobs", name]:
            return Site.DELETE, name
        case "POST", ["batchPredictionJobs", name] if name.endswith(":cancel"):
            return Site.CANCEL, name.removesuffix(":cancel")
        case "POST", ["publishers", _, "models", name] | ["endpoints", name]:
            verb = name.rpartition(":")[2]
            if verb == "countTokens":
                return Site.COUNT, name
            return (Site.CALL, f"{parent}/{name}") if verb in CALLS else None
        case _:
            return None


def _call(account: Account, request: Request, subject: str, now: int) -> Reply:
    """The tier is told by a header; flex is served at the global location only."""
    path, _, verb = subject.rpartition(":")
    tier = request.headers.get("x-vertex-ai-llm-shared-request-type", "standard")
    if tier == "flex" and "/locations/global/" not in path:
        raise invalid("Flex PayGo is available on the global endpoint only.")
    return answer_call(
        account,
        path.rpartition("/")[2],
        request.body,
        request.headers,
        now,
        streams=verb == CALLS[1],
        tier=tier,
        traffic=TRAFFIC.get(tier, "ON_DEMAND"),
        createTime=rfc3339(now),
    )


VERTEX = Vertex()
