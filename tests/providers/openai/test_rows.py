"""Answers of OpenAI's protocol: what a row means, and that no line takes another with it."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.providers.replies import MadeUp, error_body

from bide.core.clock import SECOND
from bide.core.usage import Usage
from bide.providers.openai import rows as openai_rows
from bide.providers.port import Row, Verdict

ANSWER: dict[str, Any] = {
    "id": "chatcmpl-1",
    "created": 1_800_000_000,
    "choices": [{"message": {"role": "assistant", "content": "four"}}],
    "usage": {
        "prompt_tokens": 30,
        "completion_tokens": 20,
        "prompt_tokens_details": {"cached_tokens": 10},
        "completion_tokens_details": {"reasoning_tokens": 7},
    },
}


def line(custom_id: str = "a", status: int = 200, body: Any = ANSWER, **more: Any) -> bytes:
    """A line of a result file, without its end."""
    row = {"id": "x", "custom_id": custom_id, "response": {"status_code": status, "request_id": "r", "body": body}}
    return json.dumps({**row, "error": None, **more}, ensure_ascii=False).encode()


async def read(*pieces: bytes) -> list[Row]:
    async def chunks() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    return [row async for rows in openai_rows.from_file(chunks()) for row in rows]


async def test_an_answered_row() -> None:
    [row] = await read(line() + b"\n")
    assert (row.custom_id, row.verdict, row.status) == ("a", Verdict.ANSWERED, 200)
    assert json.loads(row.response) == {"status_code": 200, "request_id": "r", "body": ANSWER}
    assert row.usage == Usage(30, 10, 0, 20, 7)
    assert row.created == 1_800_000_000 * SECOND


async def test_a_responses_row_has_its_usage_under_other_names() -> None:
    usage = {"input_tokens": 3, "output_tokens": 4, "input_tokens_details": {"cached_tokens": 2}}
    [row] = await read(line(body={"status": "completed", "created_at": 5, "usage": usage}))
    assert (row.verdict, row.usage, row.created) == (Verdict.ANSWERED, Usage(3, 2, 0, 4, 0), 5 * SECOND)


MEANINGS = [
    pytest.param(
        {"status": 400, "body": {"error": {"code": "bad", "message": "no"}}}, "errored", True, "bad", id="400"
    ),
    pytest.param(
        {"status": 500, "body": {"error": {"code": "server_error"}}}, "errored", False, "server_error", id="500"
    ),
    pytest.param(
        {"status": 429, "body": {"error": {"code": "rate_limit_exceeded"}}},
        "refused",
        False,
        "rate_limit_exceeded",
        id="429",
    ),
    pytest.param(
        {"status": 403, "body": {"error": {"type": "insufficient_quota"}}},
        "refused",
        False,
        "insufficient_quota",
        id="no credit",
    ),
    pytest.param(
        {"response": None, "error": {"code": "batch_expired", "message": "late"}},
        "refused",
        False,
        "batch_expired",
        id="expired",
    ),
    pytest.param(
        {"response": None, "error": {"code": "batch_cancelled"}}, "refused", False, "batch_cancelled", id="cancelled"
    ),
    pytest.param({"response": None, "error": {"code": "else"}}, "errored", False, "else", id="another error"),
    pytest.param({"response": None}, "errored", False, "unknown", id="neither answer nor error"),
    pytest.param(
        {"body": {"status": "failed", "error": {"code": "content"}}}, "errored", False, "content", id="200 and failed"
    ),
    pytest.param(
        {"body": {"status": "failed", "error": None}}, "errored", False, "unknown", id="200 and failed, no why"
    ),
    pytest.param({"body": None}, "errored", False, "unknown", id="200 without a body"),
    pytest.param({"status": 502, "body": "<html>"}, "errored", False, "unknown", id="a page for a body"),
    pytest.param(
        {"response": {"status_code": "200"}}, "errored", False, "unreadable_row", id="a status of another type"
    ),
    pytest.param({"body": {"error": None}}, "answered", False, None, id="an error that is null"),
    pytest.param({"body": ["unusual"]}, "answered", False, None, id="an answer of another shape"),
]


@pytest.mark.parametrize(("changes", "verdict", "permanent", "code"), MEANINGS)
async def test_what_a_row_means(changes: dict[str, Any], verdict: str, permanent: bool, code: str | None) -> None:
    [row] = await read(line(**changes) + b"\n")
    assert (row.custom_id, row.verdict, row.permanent, row.code) == ("a", verdict, permanent, code)


async def test_an_error_keeps_what_was_billed_for_it() -> None:
    body = {"status": "failed", "error": {"code": "x"}, "usage": {"input_tokens": 3, "output_tokens": 4}}
    [row] = await read(line(body=body))
    assert (row.verdict, row.usage) == (Verdict.ERRORED, Usage(3, 0, 0, 4, 0))


UNREADABLE = [b"{", b"null", b"[]", b'{"response": null}', b'{"custom_id": 7}', b"\xff", b'{"custom_id": "cut", "resp']


@pytest.mark.parametrize("bad", UNREADABLE)
async def test_a_line_that_is_not_understood_takes_no_other_with_it(bad: bytes) -> None:
    rows = await read(b"\n".join([line("a"), bad, line("b"), b"", line("c")]))
    assert [row.custom_id for row in rows] == ["a", None, "b", "c"]
    assert [row.verdict for row in rows] == ["answered", "errored", "answered", "answered"]
    assert rows[1].code == "unreadable_row"


async def test_lines_end_at_line_feeds_only() -> None:
    odd = "\u2028\u2029\x85\x0b\x0c\x1c\x1d\x1e\r"
    body = {**ANSWER, "choices": [{"message": {"content": odd}}]}
    rows = await read(b"\n".join([line("a", body=body), line("b")]) + b"\r\n\n")
    assert [row.custom_id for row in rows] == ["a", "b"]
    assert json.loads(rows[0].response)["body"] == body


@given(
    st.lists(
        st.sampled_from([line("a"), line("ü\u2028"), line("b", 400, {"error": {"code": "x"}}), b"{", b""]), max_size=8
    ),
    st.integers(min_value=1, max_value=700),
    st.booleans(),
)
async def test_how_the_bytes_arrive_does_not_matter(lines: list[bytes], step: int, ends: bool) -> None:
    file = b"\n".join(lines) + (b"\n" if ends else b"")
    whole = await read(file)
    assert await read(*(file[start : start + step] for start in range(0, len(file), step))) == whole
    assert len(whole) == len([one for one in lines if one])


async def test_a_file_without_rows() -> None:
    assert await read() == []
    assert await read(b"\n\n") == []


def from_reply(status: int, body: bytes, **headers: str) -> Row:
    return openai_rows.from_reply("attempt", MadeUp(status, headers), body)


def test_a_reply_becomes_a_row_of_one_line() -> None:
    reply = MadeUp(200, {"x-request-id": "req_1"})
    row = openai_rows.from_reply("attempt", reply, json.dumps(ANSWER, indent=2).encode())
    assert (row.custom_id, row.verdict, row.usage) == ("attempt", Verdict.ANSWERED, Usage(30, 10, 0, 20, 7))
    assert b"\n" not in row.response
    assert json.loads(row.response) == {"status_code": 200, "request_id": "req_1", "body": ANSWER}


@pytest.mark.parametrize(
    ("wire", "tier"),
    [({}, None), ({"service_tier": None}, None), ({"service_tier": "flex"}, "flex"), ({"service_tier": 7}, "7")],
)
def test_a_reply_names_its_tier(wire: dict[str, object], tier: str | None) -> None:
    row = from_reply(200, json.dumps({**ANSWER, **wire}).encode())
    assert (row.tier, row.usage) == (tier, Usage(30, 10, 0, 20, 7))


def test_a_reply_without_a_request_id() -> None:
    assert json.loads(from_reply(200, json.dumps(ANSWER).encode()).response)["request_id"] is None


def test_a_refused_reply_says_why() -> None:
    row = from_reply(400, error_body("invalid_value", "no"))
    assert (row.verdict, row.permanent, row.code, row.message) == (Verdict.ERRORED, True, "invalid_value", "no")


def test_a_reply_of_another_shape_is_kept() -> None:
    row = from_reply(200, b'["unusual"]')
    assert (row.verdict, json.loads(row.response)["body"]) == (Verdict.ANSWERED, ["unusual"])
    refused = from_reply(422, b'{"error": "a text"}')
    assert (refused.verdict, refused.permanent, refused.message) == (Verdict.ERRORED, True, "a text")


@pytest.mark.parametrize("body", [b"<html>\n</html>", b"", b'{"cut": '])
def test_a_reply_that_is_no_json_is_an_error_that_may_pass(body: bytes) -> None:
    row = from_reply(200, body)
    assert (row.verdict, row.permanent, row.code) == (Verdict.ERRORED, False, "unreadable_reply")
    assert json.loads(row.response)["body"] == body.decode()


@pytest.mark.parametrize(
    "wire",
    [
        pytest.param(b'"created": 1800000000000000000', id="nanoseconds"),
        pytest.param(b'"created": -5', id="before 1970"),
        pytest.param(b'"usage": {"prompt_tokens": 99999999999999999999, "completion_tokens": 1}', id="tokens beyond all measure"),
        pytest.param(b'"usage": {"prompt_tokens": -1, "completion_tokens": 1}', id="fewer than no tokens"),
    ],
)  # fmt: skip
async def test_numbers_beyond_all_measure_are_unknown(wire: bytes) -> None:
    line = (
        b'{"custom_id": "a", "response": {"status_code": 200, "body": {"choices": [], ' + wire + b'}}, "error": null}\n'
    )

    async def chunks() -> AsyncIterator[bytes]:
        yield line

    [[row]] = [rows async for rows in openai_rows.from_file(chunks())]

    assert (row.verdict, row.created, row.usage) == (Verdict.ANSWERED, None, None)


async def test_a_row_that_is_not_utf_8_is_an_error_of_its_own() -> None:
    good = b'{"custom_id": "b", "response": {"status_code": 200, "body": {"choices": []}}, "error": null}\n'
    bad = b'{"custom_id": "a", "response": null, "error": {"code": "x", "message": "\xff"}}\n'

    async def chunks() -> AsyncIterator[bytes]:
        yield bad + good

    [rows] = [rows async for rows in openai_rows.from_file(chunks())]

    assert [row.verdict for row in rows] == [Verdict.ERRORED, Verdict.ANSWERED]
