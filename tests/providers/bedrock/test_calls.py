"""What goes out by which verb, and that answers in a model's own format come back byte for byte. Replies are made up."""

from dataclasses import replace
from typing import Any

import pytest
from tests.providers.openai.scripted import Scripted, reply

from bide.providers.bedrock.kind import BEDROCK, connect
from bide.providers.port import Call, Provider
from bide.providers.setup import Tools
from bide.testing.provider_conformance import setup_for

RUNTIME = "https://bedrock-runtime.us-east-1.amazonaws.com"
CLAUDE = "us.anthropic.claude-haiku-4-5-20251001-v1:0"
ARN = "arn:aws:bedrock:us-east-1:1:application-inference-profile/abc"
MESSAGES = "/v1/messages"

ANSWER = (
    b'{"model":"claude-haiku-4-5-20251001", "id":"msg_bdrk_1","type":"message","role":"assistant",'
    b'"content":[{"type":"thinking","thinking":"hm","signature":"s"},{"type":"text","text":"hi","citations":[{"a":1.0}]},'
    b'{"type":"container_upload","file_id":"f"}],"stop_reason":"end_turn","new_field":{"x":[1.50,null]},'
    b'"usage":{"input_tokens":3,"output_tokens":2,"server_tool_use":{"web_search_requests":1}}}'
)


def bedrock(transport: Scripted, **more: Any) -> Provider:
    setup = setup_for(BEDROCK, "https://bedrock.us-east-1.amazonaws.com", "key", region="us-east-1")
    return connect(replace(setup, **more), Tools(transport))


def call(model: str = CLAUDE, endpoint: str = MESSAGES, more: bytes = b"") -> Call:
    body = b'{"model":"%b","max_tokens":9,"messages":[{"role":"user","content":"hi"}]%b}' % (model.encode(), more)
    return Call(endpoint, body, "attempt-1", model)


async def test_an_answer_in_claudes_own_format_is_kept_byte_for_byte() -> None:
    transport = Scripted(reply(ANSWER, x_amzn_requestid="r-1", x_amzn_bedrock_service_tier="priority"))
    more = b',"top_k":3,"mcp_servers":[{"url":"u"}],"service_tier":"priority","stream":false'
    row = (await bedrock(transport).send(call(more=more))).row
    [sent] = transport.sent
    assert sent.url == f"{RUNTIME}/model/us.anthropic.claude-haiku-4-5-20251001-v1%3A0/invoke"
    assert sent.body == (
        b'{"anthropic_version":"bedrock-2023-05-31","max_tokens":9,"messages":[{"role":"user","content":"hi"}],'
        b'"top_k":3,"mcp_servers":[{"url":"u"}]}'
    )
    assert sent.headers["x-amzn-bedrock-service-tier"] == "priority"
    assert sent.headers["X-Client-Request-Id"] == "attempt-1"
    assert row.response == b'{"status_code":200,"request_id":"r-1","body":' + ANSWER + b"}"
    assert row.usage is not None
    assert (row.usage.input, row.usage.output, row.tier) == (3, 2, "priority")


async def test_a_tier_that_is_reserved_is_what_openai_calls_scale() -> None:
    transport = Scripted(reply(ANSWER, x_amzn_bedrock_service_tier="reserved"))
    assert (await bedrock(transport).send(call())).row.tier == "scale"
    assert "x-amzn-bedrock-service-tier" not in transport.sent[0].headers


@pytest.mark.parametrize(
    ("asked", "deployments", "verb"),
    [
        pytest.param(call(), {}, "invoke", id="Claude, by its own callers"),
        pytest.param(call("haiku"), {"haiku": CLAUDE}, "invoke", id="a name that leads to Claude"),
        pytest.param(call("my-claude"), {"my-claude": ARN}, "invoke", id="a profile that tells nothing"),
        pytest.param(call("amazon.nova-lite-v1:0"), {}, "converse", id="another model"),
        pytest.param(call(endpoint="/v1/chat/completions"), {}, "converse", id="Claude, by callers of chat"),
    ],
)
async def test_which_verb_is_asked(asked: Call, deployments: dict[str, str], verb: str) -> None:
    for streamed in (False, True):
        transport = Scripted(reply(b"{}"))
        provider = bedrock(transport, deployments=deployments)
        if streamed:
            assert b"".join([chunk async for chunk in provider.stream(asked)])
        else:
            await provider.send(asked)
        wanted = {"invoke": "invoke-with-response-stream", "converse": "converse-stream"}[verb] if streamed else verb
        assert transport.sent[0].url.endswith(f"/{wanted}")
        assert b'"model"' not in bytes(transport.sent[0].body)


async def test_a_stream_asks_for_what_each_verb_can_give() -> None:
    transport = Scripted(reply(b""), reply(b""))
    provider = bedrock(transport)
    for asked in (call(more=b',"service_tier":"flex"'), call("amazon.nova-lite-v1:0")):
        [_ async for _ in provider.stream(asked)]
    native, converse = (sent.headers for sent in transport.sent)
    assert native["X-Amzn-Bedrock-Accept"] == "application/json"
    assert native["x-amzn-bedrock-service-tier"] == "flex"
    assert converse["Accept"] == "application/vnd.amazon.eventstream"
