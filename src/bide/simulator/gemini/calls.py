"""A real-time call, for both of Google's services."""

from collections.abc import Mapping

from bide.simulator.account import Account
from bide.simulator.answers import BYTES_PER_TOKEN
from bide.simulator.calls import Ask
from bide.simulator.exchange import Content, Reply, encode, show
from bide.simulator.gemini.answer import answer_object, events
from bide.simulator.gemini.body import Body, read_body
from bide.simulator.refusal import Failure, Refusal

EVENTS = "text/event-stream"


def answer_call(
    account: Account,
    model: str,
    raw: Content,
    headers: Mapping[str, str],
    now: int,
    *,
    streams: bool,
    tier: str | None = None,
    **more: object,
) -> Reply:
    """The reply to a call. `tier` is what Vertex AI was told in a header; `more` is what it adds to an answer."""
    is_vertex = bool(more)
    body = _read(raw)
    tier = tier or body.service_tier or "standard"
    ask = Ask(model=model, said=body.words, cap=body.cap, flex=tier == "flex", failure=body.fault(is_vertex=is_vertex))
    spoken = account.calls.answer(ask, raw, headers.get("x-client-request-id"), now)
    told = {} if is_vertex else {"x-gemini-service-tier": "standard" if tier == "flex" and not spoken.flex else tier}
    if streams:
        return spoken.streamed(list(events(spoken.key, model, spoken.answer, **more)), told, EVENTS)
    return spoken.whole(encode(answer_object(spoken.key, model, spoken.answer, **more)), told)


def count_tokens(raw: Content) -> Reply:
    """How many tokens a body would be."""
    return show({"totalTokens": max(1, len(raw) // BYTES_PER_TOKEN)})


def _read(raw: Content) -> Body:
    body = read_body(raw)
    if isinstance(body, Failure):
        raise Refusal(body)
    return body
