"""LiteLLM's spend logs, from its API, a database's export and a callback."""

import json
from typing import Any

import pytest

from bide.audit.readers import litellm
from bide.audit.readers.known import reader_of
from bide.audit.readers.reader import Skipped
from bide.audit.readers.record import Record
from bide.core.clock import SECOND
from bide.core.money import DOLLAR
from bide.logs.moment import instant

ROW: dict[str, Any] = {
    "request_id": "chatcmpl-1", "call_type": "acompletion", "api_key": "88dc28d0f030c55ed4ab77ed8faf098196cb1c05", "spend": 0.00012345,
    "total_tokens": 1_100, "prompt_tokens": 1_000, "completion_tokens": 100, "startTime": "2026-08-05T10:00:00.250Z",
    "endTime": "2026-08-05T10:00:03.250Z", "completionStartTime": "2026-08-05T10:00:00.900Z", "model": "openai/gpt-4o-mini",
    "model_group": "mini", "custom_llm_provider": "openai", "api_base": "", "user": "", "cache_hit": "False", "cache_key": "", "team_id": None,
    "end_user": "", "session_id": "s-1", "status": "success", "messages": {}, "response": {}, "proxy_server_request": {},
    "request_tags": ["User-Agent: curl", "jobID:214590dsff09fds", "taskName:classify"],
    "metadata": {
        "user_api_key_alias": "mail", "user_api_key_team_alias": "office",
        "usage_object": {"prompt_tokens_details": {"cached_tokens": 512}, "completion_tokens_details": {"reasoning_tokens": 64}},
    },
}  # fmt: skip


def record(**changes: Any) -> Record:
    found = litellm.record(ROW | changes)
    assert isinstance(found, Record)
    return found


def test_a_row_says_nearly_everything() -> None:
    assert reader_of("it", [ROW], {}) is litellm.READER
    assert record() == Record(
        at=instant("2026-08-05T10:00:00.250Z"),
        provider="openai",
        model="gpt-4o-mini",
        workflow="taskName:classify",
        named_by="request_tags",
        lane="standard",
        input=1_000,
        cached=512,
        output=100,
        reasoning=64,
        cost=123_450_000,
        latency=3 * SECOND,
        streamed=True,
        succeeded=True,
        from_cache=False,
        caller="mail",
        session="s-1",
    )


def test_objects_may_be_text_as_in_a_table() -> None:
    text = {name: json.dumps(ROW[name]) for name in ("metadata", "request_tags", "messages")}
    numbers = {name: str(ROW[name]) for name in ("spend", "prompt_tokens", "completion_tokens")}

    assert record(**text, **numbers) == record()


def test_a_callback_writes_other_names() -> None:
    row = {name: value for name, value in ROW.items() if name not in ("request_id", "spend", "session_id")}
    row |= {"id": "chatcmpl-1", "response_cost": 0.00012345, "trace_id": "s-1", "startTime": 1_785_924_000.25}

    assert reader_of("it", [row], {}) is litellm.READER
    found = litellm.record(row)
    assert isinstance(found, Record)
    assert (found.cost, found.session, found.at) == (123_450_000, "s-1", 1_785_924_000_250_000)


@pytest.mark.parametrize(
    ("changes", "workflow", "named_by"),
    [
        pytest.param({"request_tags": []}, "mail", "caller: user_api_key_alias", id="the key's name"),
        pytest.param(
            {"request_tags": ["r-20260805"], "metadata": {}, "team_id": "t"}, "t", "caller: team_id", id="the team"
        ),
        pytest.param({"request_tags": None, "metadata": None}, "key 88dc28d0", "caller: api_key", id="the key"),
        pytest.param({"request_tags": None, "metadata": None, "api_key": ""}, "", "", id="nobody"),
    ],
)
def test_what_is_not_tagged_is_named_for_who_called(changes: dict[str, Any], workflow: str, named_by: str) -> None:
    found = record(**changes)

    assert (found.workflow, found.named_by) == (workflow, named_by)


@pytest.mark.parametrize(
    ("changes", "lane"),
    [
        pytest.param({"call_type": "aretrieve_batch"}, "batch", id="a batch"),
        pytest.param({"metadata": {"usage_object": {"service_tier": "flex"}}}, "flex", id="flex"),
        pytest.param({"model_parameters": {"service_tier": "priority"}}, "priority", id="priority"),
        pytest.param({"model_parameters": {"service_tier": "auto"}}, "standard", id="whatever is there"),
    ],
)
def test_the_lane_is_the_tier_that_is_named(changes: dict[str, Any], lane: str) -> None:
    assert record(**changes).lane == lane


def test_what_is_not_streamed_begins_when_it_ends() -> None:
    assert record(completionStartTime=ROW["endTime"]).streamed is False
    assert record(completionStartTime=None).streamed is None


def test_counts_that_stand_apart_are_added_up() -> None:
    used = {"cache_read_input_tokens": 9_000, "cache_creation_input_tokens": 500}
    found = record(metadata={"usage_object": used}, model="claude-sonnet-4-5", custom_llm_provider="anthropic")

    assert (found.input, found.cached, found.cache_write) == (10_500, 9_000, 500)


def test_a_failure_counts_and_a_call_without_tokens_does_not() -> None:
    failed = record(status="failure", prompt_tokens=0, completion_tokens=0, spend=0, metadata={})

    assert (failed.succeeded, failed.cost, failed.input) == (False, 0, 0)
    assert litellm.record(
        ROW | {"call_type": "aimage_generation", "prompt_tokens": 0, "completion_tokens": 0, "spend": 0.04}
    ) == (Skipped("it is a call of aimage_generation without tokens", 4 * DOLLAR // 100))


def test_prompts_that_were_kept_have_fingerprints() -> None:
    body = {
        "model": "mini",
        "messages": [{"role": "system", "content": "Sort mail."}, {"role": "user", "content": "Hello"}],
    }
    found, again, other = (
        record(proxy_server_request=sent)
        for sent in (
            body,
            json.dumps(body),
            body | {"messages": [body["messages"][0], {"role": "user", "content": "Bye"}]},
        )
    )

    assert found.prompt is not None
    assert found.prompt == again.prompt != other.prompt
    assert found.prefix is not None
    assert found.prefix.text == "Sort mail."
    assert found.prefix == again.prefix
    assert found.prefix.fingerprint == other.prefix.fingerprint if other.prefix else False


def test_an_answer_of_the_cache_is_told() -> None:
    assert record(cache_hit="True").from_cache is True
