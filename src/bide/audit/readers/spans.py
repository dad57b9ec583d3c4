"""OpenTelemetry's GenAI spans, as OTLP in JSON: what the Collector's file exporter writes, an object a line.

Attributes are those of the semantic conventions for generative AI, with the names they had before (``gen_ai.system``,
``gen_ai.usage.prompt_tokens``), and a few that instrumentations write beside them. `gen_ai.usage.input_tokens` has cached tokens in it.
"""

from collections.abc import Iterable
from typing import Any, cast

from bide.audit.readers import cell, prompt
from bide.audit.readers.provider import maker, parted, provider
from bide.audit.readers.reader import Reader, Skipped, Values
from bide.audit.readers.record import NOT_NAMED, Record
from bide.core.clock import FAR_FUTURE
from bide.ledger.rates import STANDARD, Mode

CALLS = ("chat", "generate_content", "text_completion", "embeddings", "responses", "messages", "completion")
"""Operations that call a model; the others enclose such calls, or call a tool."""

WORKFLOW = (
    "gen_ai.workflow.name", "traceloop.workflow.name", "gen_ai.prompt.name", "gen_ai.agent.name", "traceloop.entity.name",
)  # fmt: skip

TIERS: dict[str, Mode] = {"flex": "flex", "priority": "priority", "batch": "batch"}


def takes(values: Values) -> bool:
    return any(name in values for name in ("resourceSpans", "resource_spans"))


def parts(values: Values) -> Iterable[Values]:
    """The spans in it, each with its attributes and those of its resource by their names."""
    for resource in _list(values, "resourceSpans", "resource_spans"):
        about = _attributes(resource.get("resource"))
        for scope in _list(resource, "scopeSpans", "scope_spans", "instrumentationLibrarySpans"):
            for span in _list(scope, "spans"):
                yield {**span, "attributes": _attributes(span), "resource": about}


def record(values: Values) -> Record | Skipped:
    found, resource = cast(Values, values["attributes"]), cast(Values, values["resource"])
    operation = cell.text(found, "gen_ai.operation.name", "llm.request.type")
    read = _tokens(found, "gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens")
    output = _tokens(found, "gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens")
    model = cell.text(found, "gen_ai.response.model", "gen_ai.request.model") or NOT_NAMED
    failed = _failed(values, found)
    if operation is not None and operation not in CALLS:
        return Skipped(f"it is a span of {operation}")
    if read is None and output is None and (operation is None or not failed):
        return Skipped("it is a span of something else" if operation is None else "it names no tokens")
    at = cell.needed(_at(values, "startTimeUnixNano", "start_time_unix_nano"), "startTimeUnixNano")
    end = _at(values, "endTimeUnixNano", "end_time_unix_nano")
    cached = _tokens(found, "gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens")
    written = _tokens(found, "gen_ai.usage.cache_creation.input_tokens", "gen_ai.usage.cache_creation_input_tokens")
    if read is not None and (cached or 0) + (written or 0) > read:
        read += (cached or 0) + (
            written or 0
        )  # instrumentations of Anthropic's client pass its counts on, which stand apart
    seller, model = parted(model, provider(cell.text(found, "gen_ai.provider.name", "gen_ai.system")))
    workflow, named_by = _workflow(found, resource)
    fingerprints = prompt.of_body(_body(found), read)
    return Record(
        at=at,
        provider=seller or maker(model),
        model=model,
        workflow=workflow,
        named_by=named_by,
        lane=_lane(found),
        input=read,
        cached=cached,
        cache_write=written,
        output=0 if output is None and operation == "embeddings" else output,
        reasoning=_tokens(found, "gen_ai.usage.reasoning.output_tokens", "gen_ai.usage.reasoning_tokens"),
        cost=cell.money(found, "gen_ai.usage.cost"),
        latency=max(0, end - at) if end is not None else None,
        streamed=cell.flag(found, "gen_ai.request.stream" if "gen_ai.request.stream" in found else "llm.is_streaming"),
        succeeded=not failed,
        prompt=fingerprints[0],
        prefix=fingerprints[1],
        caller=cell.text(resource, "service.name"),
        session=cell.text(found, "gen_ai.conversation.id", "session.id") or cell.text(values, "traceId", "trace_id"),
    )


def _workflow(found: Values, resource: Values) -> tuple[str, str]:
    for name in WORKFLOW:
        if (named := cell.text(found, name)) is not None:
            return named, name
    service = cell.text(resource, "service.name")
    return (service, "caller: service.name") if service else (NOT_NAMED, NOT_NAMED)


def _lane(found: Values) -> Mode:
    """A call that names no tier, or the default, was sold as standard."""
    tier = cell.text(
        found, "openai.response.service_tier", "gen_ai.openai.response.service_tier", "openai.request.service_tier",
        "gen_ai.openai.request.service_tier",
    )  # fmt: skip
    return TIERS.get(tier or "", STANDARD)


def _body(found: Values) -> Values:
    turns = _content(found, "gen_ai.input.messages", "gen_ai.prompt")
    told = _content(found, "gen_ai.system_instructions")
    tools = _content(found, "gen_ai.tool.definitions")
    return (
        {"messages": turns, "system": told, "tools": tools, "model": found.get("gen_ai.request.model")} if turns else {}
    )


def _content(found: Values, *names: str) -> Any:
    """Messages as they were written down: structured, or as JSON text, which may have been cut off."""
    value = next((found[name] for name in names if found.get(name)), None)
    return value if (read := cell.structure({"": value}, "")) is None else read


def _failed(values: Values, found: Values) -> bool:
    status = values.get("status")
    code: Any = cast(Values, status).get("code") if isinstance(status, dict) else None
    return code in (2, "STATUS_CODE_ERROR") or "error.type" in found


def _tokens(found: Values, *names: str) -> int | None:
    return next((cell.tokens(found, name) for name in names if name in found), None)


def _at(values: Values, *names: str) -> int | None:
    """Nanoseconds, as OTLP writes all of its instants, whatever their size."""
    for name in names:
        value = cell.text(values, name)
        if value is not None:
            if not value.isdigit():
                raise ValueError(f"{name}: {value!r} is no number of nanoseconds")
            at = int(value) // 1_000
            if at > FAR_FUTURE:
                raise ValueError(f"{name}: {value} is no instant: it is too large for one")
            return at
    return None


def _list(values: Any, *names: str) -> list[Values]:
    """The objects of the first list that is there; what is none of these holds nothing."""
    if not isinstance(values, dict):
        return []
    held = cast(Values, values)
    found: Any = next((held[name] for name in names if name in held), None)
    return [one for one in cast(list[Any], found) if isinstance(one, dict)] if isinstance(found, list) else []


def _attributes(values: Any) -> dict[str, Any]:
    """The attributes of a span or a resource by their names."""
    return {str(one.get("key")): _value(one.get("value")) for one in _list(values, "attributes")}


def _value(wrapped: Any) -> Any:
    """A value out of OTLP's wrapping, which names its type."""
    if not isinstance(wrapped, dict):
        return None
    for kind, value in cast(dict[str, Any], wrapped).items():
        if kind in ("arrayValue", "array_value"):
            return [_value(one) for one in _list(value, "values")]
        if kind in ("kvlistValue", "kvlist_value"):
            return {str(one.get("key")): _value(one.get("value")) for one in _list(value, "values")}
        return value
    return None


READER = Reader(
    "OpenTelemetry's spans", takes, record, parts, notes=("calls that name no service tier are taken to be standard",)
)
