"""LiteLLM's spend logs: rows of its table ``LiteLLM_SpendLogs`` as its API gives them (``/spend/logs``) or as a database exports them, and
the payloads of its logging callbacks, which name nearly the same fields.

The table's columns are those of LiteLLM's ``schema.prisma``. A table holds objects as JSON text; the prompt is there where the proxy was
told to keep it (``store_prompts_in_spend_logs``).
"""

from typing import Any, cast

from bide.audit.readers import cell, prompt
from bide.audit.readers.provider import parted, provider
from bide.audit.readers.reader import Reader, Skipped, Values
from bide.audit.readers.record import NOT_NAMED, Record
from bide.core.clock import MILLISECOND
from bide.ledger.rates import MODES, STANDARD, Mode

ID_DIGITS = 4
"""Digits from which a tag is taken for the number of something, and not for the name of a kind of work."""


def takes(values: Values) -> bool:
    return "call_type" in values and "startTime" in values and ("spend" in values or "response_cost" in values)


def record(values: Values) -> Record | Skipped:
    at = cell.needed(cell.moment(values, "startTime"), "startTime")
    end, first = cell.moment(values, "endTime"), cell.moment(values, "completionStartTime")
    read, output = cell.tokens(values, "prompt_tokens"), cell.tokens(values, "completion_tokens")
    cost = cell.money(values, "spend") if "spend" in values else cell.money(values, "response_cost")
    status = cell.text(values, "status")
    call = cell.text(values, "call_type") or ""
    if not read and not output and status != "failure":
        return Skipped(f"it is a call of {call or 'no model'} without tokens", cost or 0)
    metadata = _object(values, "metadata")
    used = _object(metadata, "usage_object") or _object(metadata, "additional_usage_values")
    details, spent = _object(used, "prompt_tokens_details"), _object(used, "completion_tokens_details")
    cached = _first(used, "cache_read_input_tokens", details, "cached_tokens")
    written = _first(used, "cache_creation_input_tokens", details, "cache_creation_tokens")
    if read is not None and (cached or 0) + (written or 0) > read:
        read += (cached or 0) + (written or 0)  # older versions pass Anthropic's counts on, in which these stand apart
    seller, model = parted(cell.text(values, "model") or NOT_NAMED, provider(cell.text(values, "custom_llm_provider")))
    workflow, named_by = _workflow(values, metadata)
    fingerprints = prompt.of_body(_body(values), read)
    return Record(
        at=at,
        provider=seller,
        model=model,
        workflow=workflow,
        named_by=named_by,
        lane=_lane(call, _object(values, "model_parameters"), used),
        input=read,
        cached=cached,
        cache_write=written,
        output=output,
        reasoning=cell.tokens(spent, "reasoning_tokens"),
        cost=cost,
        latency=max(0, end - at) if end is not None else None,
        # What is not streamed begins when it ends: the proxy then writes the one instant into both.
        streamed=end - first > MILLISECOND if end is not None and first is not None else None,
        succeeded=None if status is None else status == "success",
        from_cache=(cell.text(values, "cache_hit") or "").lower() == "true",
        prompt=fingerprints[0],
        prefix=fingerprints[1],
        caller=cell.text(metadata, "user_api_key_alias") or cell.text(values, "api_key"),
        session=cell.text(values, "session_id", "trace_id", "end_user"),
    )


def _workflow(values: Values, metadata: Values) -> tuple[str, str]:
    """The first tag that names a kind of work, else the key's or the team's name."""
    tags = cell.structure(values, "request_tags")
    for tag in cast(list[Any], tags) if isinstance(tags, list) else []:
        if isinstance(tag, str) and not tag.startswith("User-Agent:") and sum(map(str.isdigit, tag)) < ID_DIGITS:
            return tag, "request_tags"
    for source, name in ((metadata, "user_api_key_alias"), (metadata, "user_api_key_team_alias"), (values, "team_id")):
        if (found := cell.text(source, name)) is not None:
            return found, f"caller: {name}"
    key = cell.text(values, "api_key")
    return (f"key {key[:8]}", "caller: api_key") if key else (NOT_NAMED, NOT_NAMED)


def _lane(call: str, parameters: Values, used: Values) -> Mode:
    """A call that names no other tier was sold as standard. Batches are entered when they have been fetched."""
    if "batch" in call:
        return "batch"
    tier = cell.text(used, "service_tier") or cell.text(parameters, "service_tier")
    return tier if tier in MODES else STANDARD


def _body(values: Values) -> Values:
    """What was sent, where it was kept."""
    kept = _object(values, "proxy_server_request")
    body = _object(kept, "body") or kept
    if body:
        return body
    messages = cell.structure(values, "messages")
    return {"messages": messages} if isinstance(messages, list) else {}


def _object(values: Values, name: str) -> Values:
    found = cell.structure(values, name)
    return cast(Values, found) if isinstance(found, dict) else {}


def _first(one: Values, name: str, other: Values, other_name: str) -> int | None:
    found = cell.tokens(one, name)
    return cell.tokens(other, other_name) if found is None else found


READER = Reader(
    "LiteLLM's spend log", takes, record, notes=("calls that name no service tier are taken to be standard",)
)
