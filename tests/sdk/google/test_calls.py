"""generateContent through the SDK, whole and as a stream, at both of Google's services, and what is refused."""

import pytest
from google.genai import Client
from google.genai.errors import APIError, ClientError
from google.genai.types import EmbedContentConfig, FinishReason, GenerateContentConfig, GenerateContentResponse
from tests.sdk.google.conftest import MODEL, gemini_client, models, vertex_client

from bide.simulator.server import Simulator

pytestmark = pytest.mark.filterwarnings("ignore:Inheritance class AiohttpClientSession")  # the SDK's own, at aiohttp


def text_of(answer: GenerateContentResponse) -> str:
    assert answer.text is not None
    return answer.text


async def test_an_answer(client: Client) -> None:
    config = GenerateContentConfig(max_output_tokens=8, temperature=0.5, system_instruction="Be brief", labels=None)
    answer = await models(client).generate_content(model=MODEL, contents="Hello there", config=config)
    assert text_of(answer).startswith("[simulated ")
    assert answer.candidates is not None
    assert answer.candidates[0].finish_reason is FinishReason.MAX_TOKENS
    usage = answer.usage_metadata
    assert usage is not None
    assert usage.prompt_token_count is not None
    assert (usage.candidates_token_count, usage.total_token_count) == (8, usage.prompt_token_count + 8)
    assert answer.model_version == MODEL
    assert answer.response_id


async def test_a_stream_says_the_same(client: Client) -> None:
    whole = await models(client).generate_content(model=MODEL, contents="Hello there")
    pieces = [
        piece async for piece in await models(client).generate_content_stream(model=MODEL, contents="Hello there")
    ]
    assert len(pieces) > 1
    assert "".join(text_of(piece) for piece in pieces) == text_of(whole)
    last = pieces[-1].candidates
    assert last is not None
    assert last[0].finish_reason is FinishReason.STOP


async def test_tokens_are_counted(client: Client) -> None:
    counted = await models(client).count_tokens(model=MODEL, contents="Hello")
    assert counted.total_tokens


async def test_embeddings(gemini: Client) -> None:
    config = EmbedContentConfig(output_dimensionality=8)
    found = await models(gemini).embed_content(model="gemini-embedding-001", contents=["one", "two"], config=config)
    assert [len(one.values) for one in found.embeddings] == [8, 8]


async def test_labels_are_vertex_s(vertex: Client) -> None:
    config = GenerateContentConfig(labels={"team": "blue"})
    assert text_of(await models(vertex).generate_content(model=MODEL, contents="Hello", config=config))


@pytest.mark.parametrize("version", ["v1", "v1beta"])
async def test_both_versions_of_the_gemini_api(simulator: Simulator, version: str) -> None:
    client = gemini_client(simulator, version=version)
    assert text_of(await models(client).generate_content(model=MODEL, contents="Hello"))
    await client.aio.aclose()


@pytest.mark.parametrize("version", ["v1", "v1beta1"])
async def test_both_versions_of_vertex(simulator: Simulator, version: str) -> None:
    client = vertex_client(simulator, version=version)
    assert text_of(await models(client).generate_content(model=MODEL, contents="Hello"))
    await client.aio.aclose()


@pytest.mark.parametrize(
    ("prompt", "model", "code", "status"),
    [
        ("[poison:row-error]", MODEL, 400, "INVALID_ARGUMENT"),
        ("[poison:row-broken]", MODEL, 500, "INTERNAL"),
        ("Hello", "gemini-none", 404, "NOT_FOUND"),
    ],
)
async def test_errors(client: Client, prompt: str, model: str, code: int, status: str) -> None:
    with pytest.raises(APIError) as caught:
        await models(client).generate_content(model=model, contents=prompt)
    assert (caught.value.code, caught.value.status) == (code, status)


async def test_a_reached_rate(client: Client) -> None:
    await models(client).generate_content(model="gemini-tight", contents="Hello")
    with pytest.raises(ClientError) as caught:
        await models(client).generate_content(model="gemini-tight", contents="Hello")
    assert (caught.value.code, caught.value.status) == (429, "RESOURCE_EXHAUSTED")


async def test_a_key_that_opens_nothing(simulator: Simulator) -> None:
    client = gemini_client(simulator, key="invalid")
    with pytest.raises(ClientError) as caught:
        await models(client).generate_content(model=MODEL, contents="Hello")
    assert (caught.value.code, caught.value.status) == (400, "INVALID_ARGUMENT")
    await client.aio.aclose()


async def test_a_token_that_opens_nothing(simulator: Simulator) -> None:
    client = vertex_client(simulator, token="invalid")
    with pytest.raises(ClientError) as caught:
        await models(client).generate_content(model=MODEL, contents="Hello")
    assert (caught.value.code, caught.value.status) == (401, "UNAUTHENTICATED")
    await client.aio.aclose()
