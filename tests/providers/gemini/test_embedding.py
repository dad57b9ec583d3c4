"""Embeddings at the Gemini API, in OpenAI's words."""

import base64
import json
import struct
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.providers.gemini.test_adapter import gemini

from bide.core.clock import DAY, HOUR, ManualClock
from bide.lanes.outcome.validation import Divide, after_failure
from bide.providers.failures import BusyError, RejectedError
from bide.providers.gemini import embedding
from bide.providers.gemini.kind import GEMINI
from bide.providers.port import Call, Lines, Provider, Row, Sought, Submission, Verdict
from bide.providers.translate import UntranslatableError
from bide.providers.transport import ReplyLostError
from bide.simulator.books import Books
from bide.simulator.faults import read_faults
from bide.simulator.gemini.protocol import GEMINI as PROTOCOL
from bide.simulator.inprocess import InProcessTransport
from bide.simulator.openai.embeddings import vector
from bide.simulator.script import parse_script

ENDPOINT = embedding.ENDPOINT
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


def submission(*bodies: bytes) -> Submission:
    requests = [(f"t-{number}", one) for number, one in enumerate(bodies)]

    async def lines() -> AsyncIterator[Lines]:
        for request in requests:
            yield [request]

    return Submission("t", MODEL, ENDPOINT, len(bodies), sum(map(len, bodies)), lines)


class Batched:
    """An account, and what comes back of a batch there."""

    def __init__(self, script: str = "", **limits: int) -> None:
        self.clock = ManualClock()
        self.books = Books(parse_script(QUIET + script), 7, self.clock.now(), protocol=PROTOCOL)
        self.provider = gemini(InProcessTransport(self.books, self.clock), "simulated", **limits)

    async def rows(self, *bodies: bytes) -> dict[str | None, Row]:
        wanted = submission(*bodies)
        staged = await self.provider.stage(wanted)
        created = await self.provider.submit(wanted, staged)
        self.clock.advance(2 * DAY - HOUR)
        ended = await self.provider.poll(created.provider_id)
        assert ended.output_file is not None
        found = [row async for rows in self.provider.harvest(ended.output_file, ENDPOINT) for row in rows]
        assert len({row.custom_id for row in found}) == len(found)
        return {row.custom_id: row for row in found}


def answer(row: Row) -> Any:
    return json.loads(row.response)["body"]


def test_they_may_stand_in_a_batch() -> None:
    assert GEMINI.capabilities.batches(ENDPOINT)


async def test_a_batch_of_texts_answers_as_calls_do() -> None:
    bodies = [body(dimensions=4), body(input=["a", "b"], dimensions=4, encoding_format="base64")]
    found = await Batched().rows(*bodies)
    assert found.keys() == {"t-0", "t-1"}
    for number, one in enumerate(bodies):
        called = (await opened().send(Call(ENDPOINT, one, "t", MODEL))).row
        row = found[f"t-{number}"]
        assert (row.verdict, row.status) == (Verdict.ANSWERED, 200)
        assert answer(row) | {"usage": None} == answer(called) | {"usage": None}


async def test_requests_of_many_texts_are_put_together_out_of_lines_in_any_order() -> None:
    account = Batched("[batch]\nshuffled = true")
    bodies = [body(input=[f"{number} {text}" for text in range(1 + number % 7)], dimensions=3) for number in range(30)]
    found = await account.rows(*bodies)
    lines = [row.custom_id for batch in account.books.batches for row in batch.rows]
    assert len(lines) == sum(1 + number % 7 for number in range(30)), "a line is a text"
    for number in range(30):
        row, texts = found[f"t-{number}"], 1 + number % 7
        vectors = [one["embedding"] for one in answer(row)["data"]]
        assert vectors == [vector(f"{number} {text}".encode(), 3) for text in range(texts)]
    charged = sum(charge.usage.input for charge in account.books.charges(account.clock.now()))
    assert sum(row.usage.input for row in found.values() if row.usage) == charged


async def test_a_request_fails_with_any_of_its_texts_and_bears_what_the_others_cost() -> None:
    found = await Batched().rows(body(input=["a", "[poison:row-error]"]), body(input="[poison:row-busy]"), body())
    failed, busy, fine = (found[f"t-{number}"] for number in range(3))
    assert (failed.verdict, failed.permanent, failed.status) == (Verdict.ERRORED, True, 400)
    assert failed.usage is not None
    assert answer(failed)["error"]["message"]
    assert (busy.verdict, busy.usage) == (Verdict.NOT_RUN, None)
    assert fine.verdict is Verdict.ANSWERED


async def test_a_batch_of_more_texts_than_google_is_given_is_divided() -> None:
    account = Batched(max_requests=3)
    assert await account.provider.stage(submission(body(input=["a", "b"]), body())) is not None
    with pytest.raises(RejectedError) as caught:
        await account.provider.stage(submission(body(input=["a", "b"]), body(input=["c", "d"])))
    assert after_failure(caught.value.errors, 2, 0) == Divide((), 2)


async def test_a_create_of_texts_whose_reply_is_lost_is_found() -> None:
    account = Batched('[[fault]]\nsite = "create"\nnth = 1\nkind = "reply_lost"')
    wanted = submission(body())
    staged = await account.provider.stage(wanted)
    with pytest.raises(ReplyLostError):
        await account.provider.submit(wanted, staged)
    found = await account.provider.find(Sought("t", None, 1, 0))
    assert found is not None
    assert [batch.id for batch in account.books.batches] == [found.provider_id]
