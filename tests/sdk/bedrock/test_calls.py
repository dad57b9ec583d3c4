"""Every method of the runtime that bide depends on."""

import json
from typing import Any

import pytest
from anthropic.lib.bedrock import AsyncAnthropicBedrock
from anthropic.types import Message
from botocore.exceptions import ClientError
from tests.sdk.bedrock.conftest import Clients, ask

from bide.simulator.server import Simulator

NOVA = "amazon.nova-lite-v1:0"
CLAUDE = "us.anthropic.claude-haiku-4-5-20251001-v1:0"
MESSAGES = [{"role": "user", "content": [{"text": "hello there"}]}]


async def test_converse(models: Any) -> None:
    answer = await ask(models.converse, modelId=NOVA, messages=MESSAGES, inferenceConfig={"maxTokens": 50})
    assert "hello there" in answer["output"]["message"]["content"][0]["text"]
    assert answer["usage"]["totalTokens"] == answer["usage"]["inputTokens"] + answer["usage"]["outputTokens"]
    assert answer["stopReason"] in ("end_turn", "max_tokens")
    assert answer["serviceTier"] == {"type": "default"}
    assert answer["ResponseMetadata"]["RequestId"]


async def test_converse_as_a_stream(models: Any) -> None:
    def collect() -> list[dict[str, Any]]:
        return list(models.converse_stream(modelId=NOVA, messages=MESSAGES)["stream"])

    events = await ask(collect)
    kinds = [next(iter(event)) for event in events]
    assert kinds[0] == "messageStart"
    assert kinds[-3:] == ["contentBlockStop", "messageStop", "metadata"]
    deltas = [event["contentBlockDelta"]["delta"]["text"] for event in events if "contentBlockDelta" in event]
    assert len(deltas) > 1
    assert "hello there" in "".join(deltas)
    assert events[-1]["metadata"]["usage"]["outputTokens"] > 0


async def test_invoke_model_of_claude(models: Any) -> None:
    body = {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 50,
        "messages": [{"role": "user", "content": "hello there"}],
    }
    reply = await ask(models.invoke_model, modelId=CLAUDE, body=json.dumps(body))
    answer = json.loads(await ask(reply["body"].read))
    assert answer["type"] == "message"
    assert "hello there" in answer["content"][0]["text"]
    with pytest.raises(models.exceptions.ValidationException, match="Extra inputs"):
        await ask(models.invoke_model, modelId=CLAUDE, body=json.dumps({**body, "stream": True}))
    with pytest.raises(models.exceptions.ValidationException, match="anthropic_version"):
        await ask(models.invoke_model, modelId=CLAUDE, body=json.dumps({**body, "anthropic_version": "2023-06-01"}))


CLAUDES = {
    "anthropic_version": "bedrock-2023-05-31",
    "max_tokens": 50,
    "messages": [{"role": "user", "content": "hello there"}],
}


async def test_invoke_model_as_a_stream(models: Any) -> None:
    def collect() -> list[Any]:
        reply = models.invoke_model_with_response_stream(modelId=CLAUDE, body=json.dumps(CLAUDES))
        assert reply["contentType"] == "application/json"
        return [json.loads(event["chunk"]["bytes"]) for event in reply["body"]]

    events = await ask(collect)
    assert (events[0]["type"], events[-1]["type"]) == ("message_start", "message_stop")
    assert "hello there" in "".join(event["delta"].get("text", "") for event in events if "delta" in event)
    assert events[-1]["amazon-bedrock-invocationMetrics"]["outputTokenCount"] > 0


@pytest.mark.parametrize("tier", ["default", "priority"])
async def test_a_tier_of_invoke_model_is_a_header_both_ways(models: Any, tier: str) -> None:
    for verb in (models.invoke_model, models.invoke_model_with_response_stream):
        reply = await ask(verb, modelId=CLAUDE, body=json.dumps(CLAUDES), serviceTier=tier)
        assert reply["serviceTier"] == tier
        reply["body"].close()
    with pytest.raises(models.exceptions.ValidationException, match="flex"):
        await ask(models.invoke_model, modelId=CLAUDE, body=json.dumps(CLAUDES), serviceTier="flex")


async def test_anthropics_own_client_for_bedrock(simulator: Simulator) -> None:
    """Its types judge what is in InvokeModel's answers."""
    asked: Any = {"model": CLAUDE, "max_tokens": 50, "messages": CLAUDES["messages"]}
    bedrock: Any = AsyncAnthropicBedrock
    async with bedrock(
        aws_region="us-east-1",
        aws_access_key="simulated",
        aws_secret_key="secret",
        base_url=f"{simulator.root}/bedrock",
        max_retries=0,
    ) as client:
        message = await client.messages.create(**asked)
        Message.model_validate(message.to_dict(), strict=True)
        async with client.messages.stream(**asked) as stream:
            streamed = await stream.get_final_message()
    assert "hello there" in "".join(block.text for block in streamed.content if block.type == "text")
    assert (streamed.role, streamed.stop_reason) == (message.role, message.stop_reason)


@pytest.mark.parametrize(
    ("model", "body", "where"),
    [
        pytest.param(
            "amazon.titan-embed-text-v2:0", {"inputText": "hello", "dimensions": 256}, ["embedding"], id="Titan"
        ),
        pytest.param(
            "cohere.embed-v4:0",
            {"texts": ["hello"], "input_type": "search_query", "output_dimension": 256},
            ["embeddings", 0],
            id="Cohere",
        ),
        pytest.param(
            "cohere.embed-v4:0",
            {"texts": ["a"], "input_type": "search_query", "embedding_types": ["float"], "output_dimension": 256},
            ["embeddings", "float", 0],
            id="Cohere, by type",
        ),
    ],
)
async def test_embeddings_by_invoke_model(models: Any, model: str, body: dict[str, Any], where: list[Any]) -> None:
    reply = await ask(models.invoke_model, modelId=model, body=json.dumps(body))
    found = json.loads(await ask(reply["body"].read))
    for step in where:
        found = found[step]
    assert len(found) == 256
    with pytest.raises(models.exceptions.ValidationException, match="Malformed"):
        await ask(models.invoke_model, modelId=model, body=json.dumps({**body, "unknown": 1}))


async def test_tokens_are_counted(models: Any) -> None:
    counted = await ask(models.count_tokens, modelId=NOVA, input={"converse": {"messages": MESSAGES}})
    assert counted["inputTokens"] > 0


async def test_a_model_is_named_by_its_arn(models: Any) -> None:
    arn = f"arn:aws:bedrock:us-east-1:123456789012:inference-profile/{CLAUDE}"
    assert (await ask(models.converse, modelId=arn, messages=MESSAGES))["output"]


async def test_errors_have_the_classes_that_the_sdk_knows(models: Any, client: Clients) -> None:
    with pytest.raises(models.exceptions.ValidationException):
        await ask(models.converse, modelId=NOVA, messages=[])
    await ask(models.converse, modelId="amazon.tight-v1:0", messages=MESSAGES)
    with pytest.raises(models.exceptions.ThrottlingException):
        await ask(models.converse, modelId="amazon.tight-v1:0", messages=MESSAGES)
    broken = [{"role": "user", "content": [{"text": "[poison:row-broken]"}]}]
    with pytest.raises(models.exceptions.InternalServerException):
        await ask(models.converse, modelId=NOVA, messages=broken)
    with pytest.raises(ClientError, match="UnrecognizedClientException"):
        await ask(client("bedrock-runtime", key="invalid").converse, modelId=NOVA, messages=MESSAGES)
