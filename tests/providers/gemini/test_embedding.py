"""Embeddings at the Gemini API, in OpenAI's words."""

import base64
import json
import struct
from typing import Any

import pytest
from tests.providers.gemini.test_adapter import gemini

from bide.core.clock import ManualClock
from bide.providers.failures import BusyError
from bide.providers.gemini import embedding
from bide.providers.gemini.kind import GEMINI
from bide.providers.port import Call, Provider, Row, Verdict
from bide.providers.translate import UntranslatableError
from bide.providers.transport import ReplyLostError
from bide.simulator.books import Books
from bide.simulator.faults import read_faults
from bide.simulator.gemini.protocol import GEMINI as PROTOCOL
from bide.simulator.inprocess import InProcessTransport
from bide.simulator.script import parse_script

MODEL = "gemini-embedding-001"
QUIET = '[realtime]\nlatency = "0s"\ntokens_per_second = 0\n'


def opened(*faults: dict[str, Any]) -> Provider:
    clock = ManualClock()
    books = Books(parse_script(QUIET), 7, clock.now(), read_faults(faults), protocol=PROTOCOL)
    return gemini(InProcessTransport(books, clock), "simulated")


def body(**fields: Any) -> bytes:
    return json.dumps({"model": MODEL, "input": "hello", **fields}).encode()


async def embedded(provider: Provider | None = None, **fields: Any) -> Row:
    call = Call("/v1/embeddings", body(**fields), "attempt-1", MODEL)
    return (await (provider or opened()).send(call)).row


async def test_a_text() -> None:
    row = await embedded(dimensions=8)
    assert (row.custom_id, row.verdict, row.status) == ("attempt-1", Verdict.ANSWERED, 200)
    answer = json.loads(row.response)["body"]
    assert (answer["object"], answer["model"]) == ("list", MODEL)
    [one] = answer["data"]
    assert (one["object"], one["index"], len(one["embedding"])) == ("embedding", 0, 8)
    assert row.usage is not None
    assert answer["usage"] == {"prompt_tokens": row.usage.input, "total_tokens": row.usage.input}


async def test_texts_in_their_order_and_as_base64() -> None:
    plain = json.loads((await embedded(input=["a", "b"], dimensions=4)).response)["body"]["data"]
    packed = json.loads((await embedded(input=["a", "b"], dimensions=4, encoding_format="base64")).response)["body"]
    assert plain[0]["embedding"] != plain[1]["embedding"]
    for numbers, text in zip(plain, packed["data"], strict=True):
        unpacked = struct.unpack("<4f", base64.b64decode(text["embedding"]))
        assert unpacked == pytest.approx(numbers["embedding"])


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        pytest.param({"input": [1, 2]}, "input", id="tokens"),
        pytest.param({"input": []}, "input", id="nothing"),
        pytest.param({"input": ["a"] * 101}, "input", id="too many"),
        pytest.param({"user": "me"}, "user", id="a user"),
        pytest.param({"truncate": True}, "truncate", id="a field that nobody knows"),
        pytest.param({"dimensions": "8"}, "dimensions", id="dimensions as a text"),
        pytest.param({"encoding_format": "hex"}, "encoding_format", id="another encoding"),
    ],
)
def test_what_cannot_be_said_is_refused_by_its_name(fields: dict[str, Any], named: str) -> None:
    with pytest.raises(UntranslatableError) as caught:
        opened().check("/v1/embeddings", body(**fields))
    assert caught.value.field == named


def test_what_can_be_said_is_not_refused() -> None:
    opened().check("/v1/embeddings", body(user=None, dimensions=8))
    with pytest.raises(UntranslatableError):
        opened().check("/v1/embeddings", b"[]")


async def test_an_error_is_a_row_in_openai_s_words() -> None:
    row = await embedded(input="[poison:row-error]")
    assert (row.verdict, row.status, row.permanent) == (Verdict.ERRORED, 400, True)
    assert json.loads(row.response)["body"]["error"]["message"]


async def test_trouble_is_raised() -> None:
    with pytest.raises(BusyError):
        await embedded(opened({"site": "call", "nth": 1, "kind": "busy"}))
    with pytest.raises(ReplyLostError):
        await embedded(opened({"site": "call", "nth": 1, "kind": "reply_lost"}))


def test_a_reply_without_usage_has_no_price() -> None:
    row = embedding.read_reply("a", embedding.Wanted(["x"]), MODEL, b'{"embeddings":[{"values":[0.5]}]}')
    assert (row.verdict, row.usage) == (Verdict.ANSWERED, None)
    assert json.loads(row.response)["body"]["usage"] == {"prompt_tokens": 0, "total_tokens": 0}


def test_a_reply_that_is_none() -> None:
    row = embedding.read_reply("a", embedding.Wanted(["x"]), MODEL, b"{}")
    assert (row.custom_id, row.verdict, row.code) == ("a", Verdict.ERRORED, "unreadable_reply")


def test_they_stand_in_no_batch() -> None:
    can = GEMINI.capabilities
    assert "/v1/embeddings" in can.endpoints
    assert "/v1/embeddings" not in (can.batch_endpoints or ())
