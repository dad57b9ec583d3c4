"""Many requests handed in while the gateway goes away or refuses to go on."""

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

import bide
from bide.client.request import Form
from bide.client.submission import Submission
from bide.client.wire import Response
from bide.core.entropy import SystemEntropy

SPENT = b'{"error":{"message":"the budget of the day is used up","code":"budget_exhausted"}}'


class Line:
    """A way to a gateway that accepts so many, and then has no budget any more."""

    at_a_time = 4
    loses = True

    def __init__(self, accepts: int) -> None:
        self.accepts = accepts
        self.names: list[str] = []

    async def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Response:
        self.names.append(headers["idempotency-key"])
        if len(self.names) > self.accepts:
            return Response(429, {}, SPENT)
        told: dict[str, Any] = {"id": f"req_{len(self.names)}", "status": "open"}
        return Response(202, {}, msgspec.json.encode(told))

    async def close(self) -> None: ...


def submission(line: Line, key: str | None = None) -> Submission:
    return Submission(line, Form("m"), {}, key, SystemEntropy())


async def test_what_was_accepted_is_not_lost_with_the_rest() -> None:
    line = Line(6)
    with pytest.raises(bide.PartlySubmittedError, match="6 requests were accepted, then: the budget") as raised:
        await submission(line).many(str(number) for number in range(1_000))
    assert [handle.id for handle in raised.value.handles] == [f"req_{number}" for number in range(1, 7)]
    assert isinstance(raised.value.__cause__, bide.LimitError)
    assert len(line.names) <= 6 + 2 * line.at_a_time  # it stops asking


async def test_the_error_itself_where_nothing_was_accepted() -> None:
    with pytest.raises(bide.LimitError):
        await submission(Line(0)).many(["a", "b"])


async def test_each_request_has_a_name_of_its_own_where_a_reply_may_be_lost() -> None:
    line = Line(9)
    await submission(line).many(["a", "a"])
    await submission(line, "nightly").many(["a", "a"])
    assert len(set(line.names)) == 4
    assert line.names[2:] == ["nightly/0", "nightly/1"]


async def test_an_iterable_that_fails_loses_nothing_either() -> None:
    def failing(good: int) -> Any:
        yield from ["a"] * good
        raise LookupError("the third column")

    with pytest.raises(bide.PartlySubmittedError, match="1 request was accepted, then: the third column") as raised:
        await submission(Line(9)).many(failing(1))
    assert [handle.id for handle in raised.value.handles] == ["req_1"]
    with pytest.raises(LookupError):
        await submission(Line(9)).many(failing(0))


async def test_what_nobody_foresaw_is_not_swallowed() -> None:
    class Broken(Line):
        async def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Response:
            if self.names:
                raise RuntimeError("a fault")
            return await super().send(method, path, headers, body)

    with pytest.raises(bide.PartlySubmittedError, match="a fault") as raised:
        await submission(Broken(9)).many(["a", "b", "c"])
    assert len(raised.value.handles) == 1
