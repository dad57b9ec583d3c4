"""A real-time message and a count of tokens."""

from bide.simulator.account import Account
from bide.simulator.answers import BYTES_PER_TOKEN
from bide.simulator.anthropic.body import Body, read_body
from bide.simulator.anthropic.message import events, message
from bide.simulator.anthropic.ratelimit import limit_headers
from bide.simulator.calls import Ask
from bide.simulator.exchange import Content, Reply, encode, show
from bide.simulator.refusal import TOO_LARGE, Failure, Refusal

MAX_BYTES = 32 * 2**20


def answer_call(account: Account, raw: Content, version: str, client_request_id: str | None, now: int) -> Reply:
    """The reply to a call; a stream where its body asks for one."""
    body = _read(raw)
    model, failure = str(body.model or ""), body.fault(version)
    if failure and not model:
        raise Refusal(failure)
    ask = Ask(model=model, said=body.words, cap=body.cap, failure=failure)
    spoken = account.calls.answer(ask, raw, client_request_id, now)
    headers = limit_headers(spoken.levels)
    if body.stream:
        return spoken.streamed(list(events(spoken.key, model, spoken.answer, "standard", body.called())), headers)
    return spoken.whole(encode(message(spoken.key, model, spoken.answer, "standard", body.called())), headers)


def count_tokens(raw: Content, version: str) -> Reply:
    """How many tokens a body would be."""
    body = _read(raw)
    if failure := body.fault(version, counts=True):
        raise Refusal(failure)
    return show({"input_tokens": max(1, len(raw) // BYTES_PER_TOKEN)})


def _read(raw: Content) -> Body:
    if len(raw) > MAX_BYTES:
        raise Refusal(TOO_LARGE)
    body = read_body(raw)
    if isinstance(body, Failure):
        raise Refusal(body)
    return body
