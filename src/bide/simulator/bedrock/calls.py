"""A real-time call: Converse and InvokeModel, both as streams too."""

from collections.abc import Mapping

from bide.core.clock import MILLISECOND
from bide.simulator.account import Account
from bide.simulator.answers import BYTES_PER_TOKEN
from bide.simulator.anthropic.message import events as messages_events
from bide.simulator.anthropic.message import message
from bide.simulator.bedrock.answer import chunks, converse, events
from bide.simulator.bedrock.body import Converse, is_claude, read_converse, read_native
from bide.simulator.bedrock.embeddings import embed, family_of
from bide.simulator.calls import Ask
from bide.simulator.exchange import Content, Reply, encode, show
from bide.simulator.refusal import Failure, Refusal

MAX_BYTES = 25_000_000

EVENT_STREAM = "application/vnd.amazon.eventstream"

TIERS = ("default", "flex", "priority", "reserved")

TIER = "x-amzn-bedrock-service-tier"
"""Asks for a tier of InvokeModel, and tells which it was."""

STREAMED = "invoke-with-response-stream"

INVOKES = ("invoke", STREAMED)


def answer_call(account: Account, verb: str, model: str, raw: Content, headers: Mapping[str, str], now: int) -> Reply:
    """The reply to a call of a verb of a model."""
    if len(raw) > MAX_BYTES:
        raise Refusal(Failure(400, f"The body is larger than {MAX_BYTES} bytes."))
    request_id = headers.get("x-client-request-id")
    if verb in INVOKES and is_claude(model):
        tier = headers.get(TIER, "default")
        return _native(account, model, raw, tier, request_id, now, streams=verb == STREAMED)
    if verb == "invoke" and (family := family_of(model)) is not None:
        return embed(account, family, model, raw, request_id, now)
    if verb == STREAMED:
        raise Refusal(Failure(400, "The simulator streams this model by ConverseStream alone."))
    body = _read(raw)
    ask = Ask(
        model=model,
        said=body.words,
        cap=body.cap,
        flex=body.tier == "flex",
        failure=body.fault() or _bad_tier(body.tier, model, "serviceTier.type"),
    )
    spoken = account.calls.answer(ask, raw, request_id, now)
    tier = "default" if ask.flex and not spoken.flex else body.tier
    latency = (spoken.first + spoken.speaking) // MILLISECOND
    if verb == "converse-stream":
        return spoken.streamed(list(events(spoken.answer, tier, latency)), {}, EVENT_STREAM)
    return spoken.whole(encode(converse(spoken.answer, tier, latency)), {})


def _native(
    account: Account, model: str, raw: Content, tier: str, request_id: str | None, now: int, *, streams: bool
) -> Reply:
    body = read_native(raw, model)
    if isinstance(body, Failure):
        raise Refusal(body)
    ask = Ask(model=model, said=body.words, cap=body.cap, failure=_bad_tier(tier, model, "serviceTier"))
    spoken = account.calls.answer(ask, raw, request_id, now)
    usage, key = spoken.answer.usage, f"bdrk_{spoken.key}"
    if streams:
        sent = messages_events(key, model, spoken.answer, "standard")
        first, latency = (time // MILLISECOND for time in (spoken.first, spoken.first + spoken.speaking))
        headers = {TIER: tier, "x-amzn-bedrock-content-type": "application/json"}
        return spoken.streamed(list(chunks(sent, usage, first, latency)), headers, EVENT_STREAM)
    headers = {
        TIER: tier,
        "x-amzn-bedrock-input-token-count": str(usage.input),
        "x-amzn-bedrock-output-token-count": str(usage.output),
    }
    return spoken.whole(encode(message(key, model, spoken.answer, "standard")), headers)


def count_tokens(raw: Content) -> Reply:
    """How many tokens a body would be."""
    return show({"inputTokens": max(1, len(raw) // BYTES_PER_TOKEN)})


def _read(raw: Content) -> Converse:
    body = read_converse(raw)
    if isinstance(body, Failure):
        raise Refusal(body)
    return body


def _bad_tier(tier: str, model: str, name: str) -> Failure | None:
    if tier not in TIERS:
        return Failure(400, f"Value '{tier}' at '{name}' must be one of {', '.join(TIERS)}.")
    if tier == "flex" and is_claude(model):
        return Failure(400, "The service tier flex is not supported for this model.")
    return None
