"""Embeddings at Bedrock, in OpenAI's words."""

import base64
import json
import struct
from typing import Any

import pytest
from tests.providers.bedrock.test_adapter import bedrock
from tests.providers.openai.scripted import Scripted, reply

from bide.buckets.memory import MemoryBuckets
from bide.core.clock import ManualClock
from bide.providers.bedrock.kind import BEDROCK
from bide.providers.failures import BusyError
from bide.providers.port import Call, Provider, Row, Verdict
from bide.providers.translate import UntranslatableError
from bide.providers.transport import ReplyLostError
from bide.simulator.bedrock.protocol import Bedrock
from bide.simulator.books import Books
from bide.simulator.faults import read_faults
from bide.simulator.inprocess import InProcessTransport
from bide.simulator.script import parse_script

TITAN = "amazon.titan-embed-text-v2:0"
COHERE = "us.cohere.embed-v4:0"
FOR_SEARCH: dict[str, Any] = {"input_type": "search_document"}
QUIET = '[realtime]\nlatency = "0s"\ntokens_per_second = 0\n'


def opened(*faults: dict[str, Any], **setup: Any) -> Provider:
    clock = ManualClock()
    books = Books(parse_script(QUIET), 7, clock.now(), read_faults(faults), protocol=Bedrock())
    return bedrock(InProcessTransport(books, clock), MemoryBuckets(), **setup)


def body(model: str = TITAN, **fields: Any) -> bytes:
    return json.dumps({"model": model, "input": "hello", **fields}).encode()


async def embedded(model: str = TITAN, provider: Provider | None = None, **fields: Any) -> Row:
    call = Call("/v1/embeddings", body(model, **fields), "attempt-1", model)
    return (await (provider or opened()).send(call)).row


@pytest.mark.parametrize(("model", "more"), [(TITAN, {}), (COHERE, FOR_SEARCH)])
async def test_a_text(model: str, more: dict[str, Any]) -> None:
    row = await embedded(model, input=["hello"], dimensions=256, **more)
    assert (row.custom_id, row.verdict, row.status) == ("attempt-1", Verdict.ANSWERED, 200)
    answer = json.loads(row.response)["body"]
    assert (answer["object"], answer["model"]) == ("list", model)
    [one] = answer["data"]
    assert (one["object"], one["index"], len(one["embedding"])) == ("embedding", 0, 256)
    assert row.usage is not None
    assert answer["usage"] == {"prompt_tokens": row.usage.input, "total_tokens": row.usage.input}
    assert row.usage.input > 0


async def test_texts_in_their_order_and_as_base64() -> None:
    plain = json.loads((await embedded(COHERE, input=["a", "b"], **FOR_SEARCH)).response)["body"]["data"]
    packed = await embedded(COHERE, input=["a", "b"], encoding_format="base64", **FOR_SEARCH)
    assert plain[0]["embedding"] != plain[1]["embedding"]
    for numbers, text in zip(plain, json.loads(packed.response)["body"]["data"], strict=True):
        raw = base64.b64decode(text["embedding"])
        assert struct.unpack(f"<{len(raw) // 4}f", raw) == pytest.approx(numbers["embedding"])


@pytest.mark.parametrize(
    ("model", "fields", "named"),
    [
        pytest.param(TITAN, {"input": [1, 2]}, "input", id="tokens"),
        pytest.param(TITAN, {"input": []}, "input", id="nothing"),
        pytest.param(TITAN, {"input": ["a", "b"]}, "input", id="Titan takes one text"),
        pytest.param(COHERE, {"input": ["a"] * 97, **FOR_SEARCH}, "input", id="Cohere takes 96"),
        pytest.param(COHERE, {}, "input_type", id="Cohere has to be told what for"),
        pytest.param(TITAN, FOR_SEARCH, "input_type", id="Titan cannot be told"),
        pytest.param(TITAN, {"user": "me"}, "user", id="a user"),
        pytest.param(TITAN, {"stream": True}, "stream", id="a field that embeddings do not have"),
        pytest.param(TITAN, {"dimensions": "8"}, "dimensions", id="dimensions as a text"),
        pytest.param(TITAN, {"dimensions": True}, "dimensions", id="dimensions as a word"),
        pytest.param(TITAN, {"encoding_format": "hex"}, "encoding_format", id="another encoding"),
        pytest.param("amazon.nova-lite-v1:0", {}, "model", id="a model that makes none"),
    ],
)
def test_what_cannot_be_said_is_refused_by_its_name(model: str, fields: dict[str, Any], named: str) -> None:
    with pytest.raises(UntranslatableError) as caught:
        opened().check("/v1/embeddings", body(model, **fields))
    assert caught.value.field == named


def test_what_can_be_said_is_not_refused() -> None:
    opened().check("/v1/embeddings", body(user=None, dimensions=256))
    opened().check("/v1/embeddings", body(COHERE, input=["a"] * 96, **FOR_SEARCH))
    with pytest.raises(UntranslatableError):
        opened().check("/v1/embeddings", b"[]")


@pytest.mark.parametrize(
    ("model", "asked", "sent"),
    [
        pytest.param(TITAN, {}, {"inputText": "hello"}, id="Titan"),
        pytest.param(TITAN, {"dimensions": 512}, {"inputText": "hello", "dimensions": 512}, id="Titan, shorter"),
        pytest.param(
            COHERE,
            {"dimensions": 512, **FOR_SEARCH},
            {"texts": ["hello"], **FOR_SEARCH, "embedding_types": ["float"], "output_dimension": 512},
            id="Cohere",
        ),
    ],
)
async def test_what_goes_out(model: str, asked: dict[str, Any], sent: dict[str, Any]) -> None:
    transport = Scripted(reply(b"{}"))
    row = await embedded("mine", bedrock(transport, MemoryBuckets(), deployments={"mine": model}), **asked)
    assert transport.sent[0].json == sent
    assert transport.sent[0].url.endswith("/model/" + model.replace(":", "%3A") + "/invoke")
    assert (row.custom_id, row.verdict, row.code) == ("attempt-1", Verdict.ERRORED, "unreadable_reply")


async def test_vectors_whose_tokens_nobody_told_have_no_price() -> None:
    transport = Scripted(reply({"embeddings": {"float": [[0.5]]}}))
    row = await embedded(COHERE, bedrock(transport, MemoryBuckets()), **FOR_SEARCH)
    assert (row.verdict, row.usage) == (Verdict.ANSWERED, None)


async def test_an_error_is_a_row_in_openai_s_words() -> None:
    row = await embedded(input="[poison:row-error]")
    assert (row.verdict, row.status, row.permanent) == (Verdict.ERRORED, 400, True)
    assert json.loads(row.response)["body"]["error"]["message"]


async def test_trouble_is_raised() -> None:
    with pytest.raises(BusyError):
        await embedded(provider=opened({"site": "call", "nth": 1, "kind": "busy"}))
    with pytest.raises(ReplyLostError):
        await embedded(provider=opened({"site": "call", "nth": 1, "kind": "reply_lost"}))


def test_they_stand_in_no_batch() -> None:
    can = BEDROCK.capabilities
    assert "/v1/embeddings" in can.endpoints
    assert not can.batches("/v1/embeddings")
    assert can.batches("/v1/messages")
