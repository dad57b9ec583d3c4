"""OpenTelemetry's GenAI spans as OTLP in JSON."""

from typing import Any

import pytest

from bide.audit.readers import spans
from bide.audit.readers.known import reader_of
from bide.audit.readers.reader import Skipped
from bide.audit.readers.record import Record
from bide.core.clock import MILLISECOND

AT = 1_785_924_000_000_000_000


def wrapped(value: Any) -> dict[str, Any]:
    """A value in OTLP's wrapping; 64-bit numbers are text in JSON."""
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, list):
        return {"arrayValue": {"values": [wrapped(one) for one in value]}}  # pyright: ignore[reportUnknownVariableType]
    return {"stringValue": value}


def attributes(values: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": name, "value": wrapped(value)} for name, value in values.items()]


def line(*found: dict[str, Any], **more: Any) -> dict[str, Any]:
    """What the Collector writes on a line."""
    each: list[dict[str, Any]] = [
        {
            "traceId": "t1", "spanId": "1", "name": "chat", "kind": 3, "startTimeUnixNano": str(AT),
            "endTimeUnixNano": str(AT + 1_500_000_000), "attributes": attributes(one), "status": {},
        } | more for one in found
    ]  # fmt: skip
    resource = {"attributes": attributes({"service.name": "shop"})}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": {"name": "x"}, "spans": each}]}]}


CALL: dict[str, Any] = {
    "gen_ai.operation.name": "chat", "gen_ai.provider.name": "azure.ai.openai", "gen_ai.request.model": "gpt-4o",
    "gen_ai.response.model": "gpt-4o-2024-08-06", "gen_ai.usage.input_tokens": 100, "gen_ai.usage.output_tokens": 20,
    "gen_ai.usage.cache_read.input_tokens": 64, "gen_ai.conversation.id": "conv_1", "gen_ai.agent.name": "Helper",
    "gen_ai.request.stream": True,
}  # fmt: skip


def record(**changes: Any) -> Record | Skipped:
    found = {name: value for name, value in (CALL | changes).items() if value is not None}
    (part,) = spans.READER.parts(line(found))
    return spans.record(part)


def test_a_span_is_a_record() -> None:
    assert reader_of("it", [line(CALL)], {}) is spans.READER
    assert record() == Record(
        at=AT // 1_000,
        provider="azure-openai",
        model="gpt-4o-2024-08-06",
        workflow="Helper",
        named_by="gen_ai.agent.name",
        lane="standard",
        input=100,
        cached=64,
        output=20,
        latency=1_500 * MILLISECOND,
        streamed=True,
        succeeded=True,
        caller="shop",
        session="conv_1",
    )


def test_older_names_are_understood() -> None:
    old = {
        "gen_ai.system": "openai", "gen_ai.request.model": "gpt-4", "gen_ai.usage.prompt_tokens": 7,
        "gen_ai.usage.completion_tokens": 3,
    }  # fmt: skip
    (part,) = spans.READER.parts(line(old))
    found = spans.record(part)

    assert isinstance(found, Record)
    assert (found.provider, found.model, found.input, found.output) == ("openai", "gpt-4", 7, 3)
    assert (found.workflow, found.named_by, found.session) == ("shop", "caller: service.name", "t1")


def test_every_span_of_a_line_is_a_part() -> None:
    assert len(list(spans.READER.parts(line(CALL, CALL, {"http.method": "GET"})))) == 3


@pytest.mark.parametrize(
    ("found", "why"),
    [
        pytest.param({"http.method": "GET"}, "it is a span of something else", id="another span"),
        pytest.param(
            CALL | {"gen_ai.operation.name": "invoke_agent"}, "it is a span of invoke_agent", id="around calls"
        ),
        pytest.param({"gen_ai.operation.name": "chat"}, "it names no tokens", id="without tokens"),
    ],
)
def test_what_is_no_call_is_left_out_with_a_reason(found: dict[str, Any], why: str) -> None:
    (part,) = spans.READER.parts(line(found))

    assert spans.record(part) == Skipped(why)


def test_a_failure_is_told() -> None:
    (part,) = spans.READER.parts(line(CALL, status={"code": 2, "message": "429"}))
    failed, without = spans.record(part), record(**{"error.type": "timeout", "gen_ai.usage.input_tokens": None})

    assert isinstance(failed, Record)
    assert isinstance(without, Record)
    assert (failed.succeeded, without.succeeded, without.input) == (False, False, None)


def test_counts_that_stand_apart_are_added_up() -> None:
    found = record(**{"gen_ai.usage.cache_read.input_tokens": 900, "gen_ai.usage.cache_creation.input_tokens": 50})

    assert isinstance(found, Record)
    assert (found.input, found.cached, found.cache_write) == (1_050, 900, 50)


def test_the_tier_is_the_lane() -> None:
    found = record(**{"openai.response.service_tier": "flex"})

    assert isinstance(found, Record)
    assert found.lane == "flex"


def test_messages_have_fingerprints_as_text_and_as_structure() -> None:
    turns = '[{"role":"user","parts":[{"type":"text","content":"Weather in Paris?"}]}]'
    told = '[{"type":"text","content":"You are an  assistant."}]'
    one = record(**{"gen_ai.input.messages": turns, "gen_ai.system_instructions": told})
    other = record(**{"gen_ai.input.messages": turns.replace("Paris", "Rome"), "gen_ai.system_instructions": told})

    assert isinstance(one, Record)
    assert isinstance(other, Record)
    assert None is not one.prompt != other.prompt is not None
    assert one.prefix is not None
    assert other.prefix is not None
    assert one.prefix.fingerprint == other.prefix.fingerprint
    assert one.prefix.text == "You are an assistant."


def test_an_instant_that_is_no_number_is_refused() -> None:
    for written, says in (("now", "'now' is no number of nanoseconds"), ("9" * 30, "it is too large for one")):
        (part,) = spans.READER.parts(line(CALL, startTimeUnixNano=written))
        with pytest.raises(ValueError, match=f"startTimeUnixNano: .*{says}"):
            spans.record(part)


@pytest.mark.parametrize("odd", [None, 7, True, "x", [], {"spans": 7}])
def test_what_has_another_shape_holds_no_spans(odd: Any) -> None:
    assert list(spans.READER.parts({"resourceSpans": odd})) == []
    assert list(spans.READER.parts({"resourceSpans": [{"resource": odd, "scopeSpans": [odd]}]})) == []
