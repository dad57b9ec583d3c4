"""The description of bide's own paths, OpenAPI 3.1: written by hand here, its schemas made from the shapes that are sent."""

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

import bide
from bide.advise.advice import Advices
from bide.advise.calculator.question import Question
from bide.core.states import JobState, Lane, RequestState
from bide.gateway import settled
from bide.gateway.api import advise, estimate, events, explain, paging, report, requests
from bide.gateway.api.shape.account import Provider, Providers
from bide.gateway.api.shape.base import Error
from bide.gateway.api.shape.calculation import Calculation
from bide.gateway.api.shape.estimate import Estimate
from bide.gateway.api.shape.explanation import Explanation
from bide.gateway.api.shape.job import Job, JobReceipt, Jobs
from bide.gateway.api.shape.queue import Event, Queue
from bide.gateway.api.shape.report import Report
from bide.gateway.api.shape.request import Request, Requests
from bide.gateway.api.shape.schedule import Schedules
from bide.gateway.caller import Caller
from bide.gateway.exchange import Exchange
from bide.gateway.gateway import Gateway
from bide.ledger.report import MOST_OUTLIERS, Asked
from bide.store.costs import PARTS

SHAPES = (
    Request,
    Requests,
    Explanation,
    Job,
    Jobs,
    JobReceipt,
    settled.Asked,
    settled.Settled,
    estimate.Line,
    estimate.Requested,
    Estimate,
    Question,
    Calculation,
    advise.AskedAdvice,
    Advices,
    Provider,
    Providers,
    Queue,
    Report,
    Schedules,
    Event,
    Error,
)

ABOUT = """\
What bide adds to the APIs that it serves. Instants are seconds since 1970 UTC, durations seconds, money decimal text in USD; null is
what is not known or not there. Errors have OpenAI's shape. Where keys are in use, each call needs one and sees its owner's work
alone. Keys themselves have no path: `bide keys` makes them, beside the database."""

ERRORS: Mapping[int, str] = {
    400: "Something in the call cannot be used; `param` names it.",
    401: "A key is needed, or this one is not known.",
    403: "The call comes from elsewhere, and there is no key.",
    404: "There is nothing of this id that the caller may see.",
    405: "The path has other methods; `Allow` names them.",
    409: "It contradicts what has happened.",
    413: "The body is too large.",
    422: "The body is of the wrong kind.",
    429: "Too much at a time; `Retry-After` says when to come back.",
    503: "Work cannot be taken now.",
}

ALWAYS = (400, 401, 403, 405, 429, 503)
"""What any of the paths may answer with."""

Schema = dict[str, Any]


def _ref(kind: type[msgspec.Struct]) -> Schema:
    return {"$ref": f"#/components/schemas/{kind.__name__}"}


def _json(kind: type[msgspec.Struct], text: str, headers: Schema | None = None) -> Schema:
    found: Schema = {"description": text, "content": {"application/json": {"schema": _ref(kind)}}}
    return found | ({"headers": headers} if headers else {})


def _errors(*statuses: int) -> Schema:
    return {str(status): _json(Error, ERRORS[status]) for status in sorted({*ALWAYS, *statuses})}


def _query(name: str, text: str, schema: Schema) -> Schema:
    return {"name": name, "in": "query", "description": text, "schema": schema}


def _path(name: str, text: str) -> Schema:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": text,
        "schema": {"type": "string", "minLength": 1},
    }


def _word(choices: Sequence[str]) -> Schema:
    return {"type": "string", "enum": list(choices)}


def _operation(name: str, text: str, answers: Schema, *parameters: Schema, body: Schema | None = None) -> Schema:
    found: Schema = {"operationId": name, "summary": text, "parameters": list(parameters), "responses": answers}
    return found | ({"requestBody": {"required": True, "content": {"application/json": body}}} if body else {})


TEXT: Schema = {"type": "string", "pattern": r"^[^\u0000]*$"}
REQUEST_ID = _path("request_id", "The request's id, as in `req_…`: `id` of a 202, or the header `Bide-Request-Id`.")
JOB_ID = _path("job_id", "The job's id, as in `job_…`.")
ACCOUNT = _path("account", "The account's name.")
LIMIT = _query("limit", "How many to list.", {"type": "integer", "minimum": 1, "maximum": paging.MOST, "default": 20})
AFTER = _query("after", "`last_id` of the page before.", TEXT)
WAIT = _query(
    "wait",
    "Wait up to so many seconds for the answer.",
    {"type": "integer", "minimum": 0, "maximum": requests.LONGEST, "default": 0},
)
RETRY_AFTER: Schema = {
    "Retry-After": {"description": "Seconds after which to ask again.", "schema": {"type": "string"}}
}
ANY_ANSWER: Schema = {
    "description": "The answer as the provider gave it, with its own status.",
    "content": {"application/json": {"schema": {}}, "text/event-stream": {"schema": {"type": "string"}}},
}
UNCHANGED: Schema = {"304": {"description": "Nothing has changed since the `ETag` that came with the call."}}

STREAMED: Schema = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "event": {"type": "string"},
        "data": {"type": "string", "contentMediaType": "application/json", "contentSchema": _ref(Event)},
    },
}
"""An event of the stream, by its fields."""

PATHS: Mapping[str, Mapping[str, Schema]] = {
    "/bide/v1/requests": {
        "get": _operation(
            "listRequests",
            "The calls, deferred and passed on, newest first.",
            {"200": _json(Requests, "A page.")} | _errors(404),
            LIMIT,
            AFTER,
            _query("status", "Only these.", _word([state.value for state in RequestState])),
            _query("lane", "Only those answered there.", _word([lane.value for lane in Lane])),
            _query("job", "Only those of a job.", TEXT),
            _query("workflow", "Only those of a workflow.", TEXT),
            _query("model", "Only those that asked for a model.", TEXT),
        )
    },
    "/bide/v1/requests/settled": {
        "post": _operation(
            "waitForRequests",
            "Of up to 1,000 deferred requests, those that are settled; waits for the first of them if asked to.",
            {"200": _json(settled.Settled, "Which are settled, and which nobody knows.")} | _errors(413),
            body={"schema": _ref(settled.Asked)},
        )
    },
    "/bide/v1/requests/{request_id}": {
        "get": _operation(
            "showRequest",
            "A request with its receipt: who said how urgent it was, lane, attempts, price.",
            {"200": _json(Request, "The request.", RETRY_AFTER)} | UNCHANGED | _errors(404),
            REQUEST_ID,
            WAIT,
        )
    },
    "/bide/v1/requests/{request_id}/response": {
        "get": _operation(
            "showResponse",
            "The answer itself, as if it had been given at once.",
            {"200": ANY_ANSWER, "202": _json(Request, "There is none yet.", RETRY_AFTER), "default": ANY_ANSWER}
            | UNCHANGED
            | _errors(404, 409),
            REQUEST_ID,
            WAIT,
        )
    },
    "/bide/v1/requests/{request_id}/explain": {
        "get": _operation(
            "explainRequest",
            "What was decided for a request: when, by which rule, on which numbers, and what else there was.",
            {"200": _json(Explanation, "The decision record.")} | _errors(404),
            _path("request_id", "The request's id; with `custom_id` or `line` a job's."),
            _query("custom_id", "Of a job, the request of this name.", TEXT),
            _query(
                "line",
                "Of a job, the request on this line of its input.",
                {"type": "integer", "minimum": 0, "maximum": explain.LAST_LINE, "default": 0},
            ),
        )
    },
    "/bide/v1/requests/{request_id}/cancel": {
        "post": _operation(
            "cancelRequest",
            "Spend no more on a request. One that is settled, or called this moment, stays as it is.",
            {"200": _json(Request, "The request as it is now.")} | UNCHANGED | _errors(404, 409),
            REQUEST_ID,
        )
    },
    "/bide/v1/jobs": {
        "get": _operation(
            "listJobs",
            "The jobs, newest first: files, retries, message batches, and what gathers single calls.",
            {"200": _json(Jobs, "A page.")} | _errors(404),
            LIMIT,
            AFTER,
            _query("status", "Only these.", _word([one.value for one in JobState if one is not JobState.ACCEPTING])),
            _query("kind", "Only these, as in `run` or `calls`.", TEXT),
        )
    },
    "/bide/v1/jobs/{job_id}": {
        "get": _operation("showJob", "A job with its progress.", {"200": _json(Job, "The job.")} | _errors(404), JOB_ID)
    },
    "/bide/v1/jobs/{job_id}/receipt": {
        "get": _operation(
            "showJobReceipt",
            "What was promised, what happened, what it cost and saved.",
            {"200": _json(JobReceipt, "The receipt as it stands.")} | _errors(404),
            JOB_ID,
        )
    },
    "/bide/v1/jobs/{job_id}/cancel": {
        "post": _operation(
            "cancelJob",
            "Spend no more on a job; what its batches have finished still comes.",
            {"200": _json(Job, "The job as it is now.")} | _errors(404),
            JOB_ID,
        )
    },
    "/bide/v1/notices/{account}": {
        "post": _operation(
            "hearProvider",
            "A webhook of the account's provider. Its signature says who speaks; no key is asked for.",
            {"200": {"description": "It was heard.", "content": {"application/json": {"schema": {"type": "object"}}}}}
            | _errors(404, 413),
            ACCOUNT,
            body={"schema": {}},
        )
        | {"security": [{}]}
    },
    "/bide/v1/estimate": {
        "post": _operation(
            "estimate",
            "What one request, or up to 1,000, would cost in each lane. Nothing is sent.",
            {"200": _json(Estimate, "The costs.")} | _errors(404, 413),
            body={"schema": {"oneOf": [_ref(estimate.Line), _ref(estimate.Requested)]}},
        )
    },
    "/bide/v1/calculate": {
        "post": _operation(
            "calculate",
            "What work of so many tokens would cost in each lane at up to 50 models, with every step. Nothing is sent or kept.",
            {"200": _json(Calculation, "The models, with the lanes beside each other.")} | _errors(413),
            body={"schema": _ref(Question)},
        )
    },
    "/bide/v1/advise": {
        "post": _operation(
            "advise",
            "Where up to 100 workloads belong (real time, queue, batch, hybrid, self-hosted), and by which rule. Nothing is kept.",
            {"200": _json(Advices, "The advice, in the order of the workloads.")} | _errors(413),
            body={"schema": _ref(advise.AskedAdvice)},
        )
    },
    "/bide/v1/providers": {
        "get": _operation("listProviders", "The accounts.", {"200": _json(Providers, "All of them.")} | _errors())
    },
    "/bide/v1/providers/{account}": {
        "get": _operation(
            "showProvider",
            "An account, with what is in use of its limits.",
            {"200": _json(Provider, "The account.")} | _errors(404),
            ACCOUNT,
        )
    },
    "/bide/v1/queue": {
        "get": _operation(
            "showQueue",
            "What is open by account, model and lane, the slack of the most urgent of it, and whether more is taken.",
            {"200": _json(Queue, "The queue.")} | _errors(),
        )
    },
    "/bide/v1/report": {
        "get": _operation(
            "showReport",
            "What the caller's owner has spent, against all of it in real time: by groups, with what stands out and where budgets stand.",
            {"200": _json(Report, "The report.")} | _errors(),
            _query(
                "by", "What to divide by, with commas between.", {"type": "array", "items": _word(PARTS), "minItems": 1}
            )
            | {"style": "form", "explode": False},
            _query("since", "From this instant on.", {"type": "integer", "minimum": 0, "maximum": report.LAST}),
            _query("until", "Up to this instant.", {"type": "integer", "minimum": 0, "maximum": report.LAST}),
            _query(
                "tz",
                "By whose clocks days begin: the name of a time zone, as in Europe/Berlin.",
                TEXT | {"default": "UTC"},
            ),
            _query(
                "outliers",
                "How many of the dearest requests to tell of.",
                {"type": "integer", "minimum": 0, "maximum": MOST_OUTLIERS, "default": Asked().outliers},
            ),
        )
    },
    "/bide/v1/schedules": {
        "get": _operation(
            "listSchedules",
            "The files that are handed in again and again, and what came of their last instants.",
            {"200": _json(Schedules, "The schedules.")} | _errors(),
        )
    },
    "/bide/v1/events": {
        "get": _operation(
            "followEvents",
            "The event log as server-sent events, each `data` an Event. Clients come back with `Last-Event-ID` and miss nothing.",
            {"200": {"description": "Events.", "content": {"text/event-stream": {"schema": STREAMED}}}} | _errors(),
            _query(
                "after",
                "Begin after this event; without it and without the header, with the next one.",
                {"type": "integer", "minimum": 0, "maximum": events.LAST},
            ),
            _query(
                "wait",
                "Listen for so many seconds.",
                {"type": "integer", "minimum": 0, "maximum": events.LONGEST, "default": events.LONGEST},
            ),
            {
                "name": "Last-Event-ID",
                "in": "header",
                "description": "The last event that was seen.",
                "schema": {"type": "string", "pattern": "^[0-9]{1,18}$"},
            },
        )
    },
    "/bide/v1/openapi.json": {
        "get": _operation(
            "showDescription",
            "This description.",
            {"200": {"description": "OpenAPI 3.1.", "content": {"application/json": {"schema": {"type": "object"}}}}}
            | _errors(),
        )
    },
}


@functools.cache
def document() -> bytes:
    """The description as JSON."""
    _, components = msgspec.json.schema_components(SHAPES, ref_template="#/components/schemas/{name}")
    found: Schema = {
        "openapi": "3.1.0",
        "info": {"title": "bide", "version": bide.__version__, "description": ABOUT},
        "servers": [{"url": "/"}],
        "security": [{}, {"key": list[str]()}],
        "paths": PATHS,
        "components": {"schemas": components, "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
    }
    return msgspec.json.encode(found)


async def show(gateway: Gateway, exchange: Exchange, caller: Caller) -> None:
    """The description."""
    await exchange.respond(200, document())
