"""The description of bide's own paths, OpenAPI 3.1: written by hand here, its schemas made from the shapes that are sent."""

import functools
from collections.abc import Mapping

import msgspec

import bide
from bide.advise.advice import Advices
from bide.advise.calculator.question import Question
from bide.core.states import JobState, Lane, RequestState
from bide.gateway import settled
from bide.gateway.api import advise, audit, estimate, events, explain, paging, report, requests
from bide.gateway.api.operation import Schema, answer, errors, in_path, operation, query, ref, word
from bide.gateway.api.shape.account import Provider, Providers
from bide.gateway.api.shape.audit import Audit
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
    audit.AskedAudit,
    Audit,
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

TEXT: Schema = {"type": "string", "pattern": r"^[^\u0000]*$"}
SEVERAL: Schema = {"type": "array", "items": TEXT}
REQUEST_ID = in_path("request_id", "The request's id, as in `req_…`: `id` of a 202, or the header `Bide-Request-Id`.")
JOB_ID = in_path("job_id", "The job's id, as in `job_…`.")
ACCOUNT = in_path("account", "The account's name.")
LIMIT = query("limit", "How many to list.", {"type": "integer", "minimum": 1, "maximum": paging.MOST, "default": 20})
AFTER = query("after", "`last_id` of the page before.", TEXT)
WAIT = query(
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
        "data": {"type": "string", "contentMediaType": "application/json", "contentSchema": ref(Event)},
    },
}
"""An event of the stream, by its fields."""

LOGS: Schema = {
    "application/json": {"schema": ref(audit.AskedAudit)},
    "text/csv": {"schema": {"type": "string"}},
    "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
}
"""A wish for the record; or a log, which is known by its content, whatever its type is said to be."""

PATHS: Mapping[str, Mapping[str, Schema]] = {
    "/bide/v1/requests": {
        "get": operation(
            "listRequests",
            "The calls, deferred and passed on, newest first.",
            {"200": answer(Requests, "A page.")} | errors(404),
            LIMIT,
            AFTER,
            query("status", "Only these.", word([state.value for state in RequestState])),
            query("lane", "Only those answered there.", word([lane.value for lane in Lane])),
            query("job", "Only those of a job.", TEXT),
            query("workflow", "Only those of a workflow.", TEXT),
            query("model", "Only those that asked for a model.", TEXT),
        )
    },
    "/bide/v1/requests/settled": {
        "post": operation(
            "waitForRequests",
            "Of up to 1,000 deferred requests, those that are settled; waits for the first of them if asked to.",
            {"200": answer(settled.Settled, "Which are settled, and which nobody knows.")} | errors(413),
            body={"schema": ref(settled.Asked)},
        )
    },
    "/bide/v1/requests/{request_id}": {
        "get": operation(
            "showRequest",
            "A request with its receipt: who said how urgent it was, lane, attempts, price.",
            {"200": answer(Request, "The request.", RETRY_AFTER)} | UNCHANGED | errors(404),
            REQUEST_ID,
            WAIT,
        )
    },
    "/bide/v1/requests/{request_id}/response": {
        "get": operation(
            "showResponse",
            "The answer itself, as if it had been given at once.",
            {"200": ANY_ANSWER, "202": answer(Request, "There is none yet.", RETRY_AFTER), "default": ANY_ANSWER}
            | UNCHANGED
            | errors(404, 409),
            REQUEST_ID,
            WAIT,
        )
    },
    "/bide/v1/requests/{request_id}/explain": {
        "get": operation(
            "explainRequest",
            "What was decided for a request: when, by which rule, on which numbers, and what else there was.",
            {"200": answer(Explanation, "The decision record.")} | errors(404),
            in_path("request_id", "The request's id; with `custom_id` or `line` a job's."),
            query("custom_id", "Of a job, the request of this name.", TEXT),
            query(
                "line",
                "Of a job, the request on this line of its input.",
                {"type": "integer", "minimum": 0, "maximum": explain.LAST_LINE, "default": 0},
            ),
        )
    },
    "/bide/v1/requests/{request_id}/cancel": {
        "post": operation(
            "cancelRequest",
            "Spend no more on a request. One that is settled, or called this moment, stays as it is.",
            {"200": answer(Request, "The request as it is now.")} | UNCHANGED | errors(404, 409),
            REQUEST_ID,
        )
    },
    "/bide/v1/jobs": {
        "get": operation(
            "listJobs",
            "The jobs, newest first: files, retries, message batches, and what gathers single calls.",
            {"200": answer(Jobs, "A page.")} | errors(404),
            LIMIT,
            AFTER,
            query("status", "Only these.", word([one.value for one in JobState if one is not JobState.ACCEPTING])),
            query("kind", "Only these, as in `run` or `calls`.", TEXT),
        )
    },
    "/bide/v1/jobs/{job_id}": {
        "get": operation("showJob", "A job with its progress.", {"200": answer(Job, "The job.")} | errors(404), JOB_ID)
    },
    "/bide/v1/jobs/{job_id}/receipt": {
        "get": operation(
            "showJobReceipt",
            "What was promised, what happened, what it cost and saved.",
            {"200": answer(JobReceipt, "The receipt as it stands.")} | errors(404),
            JOB_ID,
        )
    },
    "/bide/v1/jobs/{job_id}/cancel": {
        "post": operation(
            "cancelJob",
            "Spend no more on a job; what its batches have finished still comes.",
            {"200": answer(Job, "The job as it is now.")} | errors(404),
            JOB_ID,
        )
    },
    "/bide/v1/notices/{account}": {
        "post": operation(
            "hearProvider",
            "A webhook of the account's provider. Its signature says who speaks; no key is asked for.",
            {"200": {"description": "It was heard.", "content": {"application/json": {"schema": {"type": "object"}}}}}
            | errors(404, 413),
            ACCOUNT,
            body={"schema": {}},
        )
        | {"security": [{}]}
    },
    "/bide/v1/estimate": {
        "post": operation(
            "estimate",
            "What one request, or up to 1,000, would cost in each lane. Nothing is sent.",
            {"200": answer(Estimate, "The costs.")} | errors(404, 413),
            body={"schema": {"oneOf": [ref(estimate.Line), ref(estimate.Requested)]}},
        )
    },
    "/bide/v1/calculate": {
        "post": operation(
            "calculate",
            "What work of so many tokens would cost in each lane at up to 50 models, with every step. Nothing is sent or kept.",
            {"200": answer(Calculation, "The models, with the lanes beside each other.")} | errors(413),
            body={"schema": ref(Question)},
        )
    },
    "/bide/v1/advise": {
        "post": operation(
            "advise",
            "Where up to 100 workloads belong (real time, queue, batch, hybrid, self-hosted), and by which rule. Nothing is kept.",
            {"200": answer(Advices, "The advice, in the order of the workloads.")} | errors(413),
            body={"schema": ref(advise.AskedAdvice)},
        )
    },
    "/bide/v1/audit": {
        "post": operation(
            "audit",
            "What could be saved in the usage of a log or export that is sent, or of the caller's own record. Nothing is kept.",
            {"200": answer(Audit, "The audit.")} | errors(413),
            query("column", "Which column of a table says what, as in `at=created`; again and again.", SEVERAL),
            query("model", "What rows that name no model are taken to be of, as in `openai/gpt-4.1-mini`.", TEXT),
            query(
                "timezone",
                "Whose nights and working hours count: the name of a time zone, as in Europe/Berlin.",
                TEXT | {"default": audit.UTC},
            ),
            query("assume", "What no log can tell, as in `keep=1h`; again and again.", SEVERAL),
        )
        | {"requestBody": {"required": True, "content": LOGS}}
    },
    "/bide/v1/providers": {
        "get": operation("listProviders", "The accounts.", {"200": answer(Providers, "All of them.")} | errors())
    },
    "/bide/v1/providers/{account}": {
        "get": operation(
            "showProvider",
            "An account, with what is in use of its limits.",
            {"200": answer(Provider, "The account.")} | errors(404),
            ACCOUNT,
        )
    },
    "/bide/v1/queue": {
        "get": operation(
            "showQueue",
            "What is open by account, model and lane, the slack of the most urgent of it, and whether more is taken.",
            {"200": answer(Queue, "The queue.")} | errors(),
        )
    },
    "/bide/v1/report": {
        "get": operation(
            "showReport",
            "What the caller's owner has spent, against all of it in real time: by groups, with what stands out and where budgets stand.",
            {"200": answer(Report, "The report.")} | errors(),
            query(
                "by", "What to divide by, with commas between.", {"type": "array", "items": word(PARTS), "minItems": 1}
            )
            | {"style": "form", "explode": False},
            query("since", "From this instant on.", {"type": "integer", "minimum": 0, "maximum": report.LAST}),
            query("until", "Up to this instant.", {"type": "integer", "minimum": 0, "maximum": report.LAST}),
            query(
                "tz",
                "By whose clocks days begin: the name of a time zone, as in Europe/Berlin.",
                TEXT | {"default": "UTC"},
            ),
            query(
                "outliers",
                "How many of the dearest requests to tell of.",
                {"type": "integer", "minimum": 0, "maximum": MOST_OUTLIERS, "default": Asked().outliers},
            ),
        )
    },
    "/bide/v1/schedules": {
        "get": operation(
            "listSchedules",
            "The files that are handed in again and again, and what came of their last instants.",
            {"200": answer(Schedules, "The schedules.")} | errors(),
        )
    },
    "/bide/v1/events": {
        "get": operation(
            "followEvents",
            "The event log as server-sent events, each `data` an Event. Clients come back with `Last-Event-ID` and miss nothing.",
            {"200": {"description": "Events.", "content": {"text/event-stream": {"schema": STREAMED}}}} | errors(),
            query(
                "after",
                "Begin after this event; without it and without the header, with the next one.",
                {"type": "integer", "minimum": 0, "maximum": events.LAST},
            ),
            query(
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
        "get": operation(
            "showDescription",
            "This description.",
            {"200": {"description": "OpenAPI 3.1.", "content": {"application/json": {"schema": {"type": "object"}}}}}
            | errors(),
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
