"""Asking again: where it is safe, for as long as it may help, and for no error that stays one."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest

from bide.client import patience
from bide.client.errors import AccessError, BrokenOffError, InvalidRequestError, LimitError, UnreachableError
from bide.client.patience import patiently
from bide.client.wire import Response

OK = Response(200, {}, b"{}")
BUSY = Response(429, {"retry-after": "3"}, b'{"error":{"message":"too much","code":"rate_limit_exceeded"}}')
SPENT = Response(429, {"retry-after": "3"}, b'{"error":{"message":"spent","code":"budget_exhausted"}}')
REFUSED = Response(401, {}, b'{"type":"error","error":{"type":"authentication_error","message":"no key"}}')
WRONG = Response(400, {}, b"<html>")


class Line:
    """A way to a gateway that does what it is told, one after the other, and stays with the last."""

    at_a_time = 1
    loses = True

    def __init__(self, *outcomes: Response | Exception) -> None:
        self.outcomes: Sequence[Response | Exception] = outcomes
        self.sent = 0

    async def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Response:
        outcome = self.outcomes[min(self.sent, len(self.outcomes) - 1)]
        self.sent += 1
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def close(self) -> None: ...


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long it slept, each time; no time passes."""
    found: list[float] = []

    async def sleep(seconds: float) -> None:
        found.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    return found


async def test_a_gateway_that_is_away_for_a_while(slept: list[float]) -> None:
    assert await patiently(Line(UnreachableError(), UnreachableError(), BrokenOffError(), OK), "GET", "/", {}) == OK
    assert slept == [0.2, 0.4, 0.8]


async def test_one_that_stays_away(slept: list[float]) -> None:
    with pytest.raises(UnreachableError, match="bide serve"):
        await patiently(Line(UnreachableError()), "GET", "/", {})
    assert patience.PATIENCE <= sum(slept) < patience.PATIENCE + patience.LONGEST


async def test_what_may_have_arrived_is_sent_again_only_if_that_is_safe(slept: list[float]) -> None:
    line = Line(BrokenOffError(), OK)
    with pytest.raises(BrokenOffError):
        await patiently(line, "POST", "/", {}, again=False)
    assert line.sent == 1
    assert await patiently(Line(UnreachableError(), OK), "POST", "/", {}, again=False) == OK


async def test_a_busy_one_is_asked_again_when_it_says(slept: list[float]) -> None:
    assert await patiently(Line(BUSY, BUSY, OK), "GET", "/", {}) == OK
    assert slept == [3, 3]


async def test_one_that_stays_busy(slept: list[float]) -> None:
    with pytest.raises(LimitError) as raised:
        await patiently(Line(BUSY), "GET", "/", {})
    assert raised.value.retry_after == 3
    assert sum(slept) < patience.PATIENCE + patience.LONGEST


@pytest.mark.parametrize(
    ("response", "kind", "code", "message"),
    [
        pytest.param(SPENT, LimitError, "budget_exhausted", "spent", id="a budget does not come back by waiting"),
        pytest.param(REFUSED, AccessError, "authentication_error", "no key", id="in Anthropic's shape"),
        pytest.param(WRONG, InvalidRequestError, "invalid_request", "<html>", id="in no shape"),
    ],
)
async def test_an_error_that_stays_one_is_told_at_once(
    response: Response, kind: type[Exception], code: str, message: str, slept: list[float]
) -> None:
    line = Line(response)
    with pytest.raises(kind, match=message) as raised:
        await patiently(line, "GET", "/", {})
    assert (line.sent, slept, getattr(raised.value, "code", None)) == (1, [], code)
