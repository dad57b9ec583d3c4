"""A real-time call: Converse, as a stream too, and InvokeModel."""

from bide.core.clock import MILLISECOND
from bide.simulator.account import Account
from bide.simulator.answers import BYTES_PER_TOKEN
from bide.simulator.anthropic.message import message
from bide.simulator.bedrock.answer import converse, events
from bide.simulator.bedrock.body import Converse, is_claude, read_converse, read_native
from bide.simulator.calls import Ask
from bide.simulator.exchange import Content, Reply, encode, show
from bide.simulator.refusal import Failure, Refusal

MAX_BYTES = 25_000_000

EVENT_STREAM = "application/vnd.amazon.eventstream"

TIERS = ("default", "flex", "priority", "reserved")


def answer_call(account: Account, verb: str, model: str, raw: Content, request_id: str | None, now: int) -> Reply:
    """The reply to a call of a verb of a model."""
    if len(raw) > MAX_BYTES:
        raise Refusal(Failure(400, f"The body is larger than {MAX_BYTES} bytes."))
    if verb == "invoke" and is_claude(model):
        return _native(account, model, raw, request_id, now)
    body = _read(raw)
    ask = Ask(
        model=model,
        said=body.words,
        cap=body.cap,
        flex=body.tier == "flex",
        failure=body.fault() or _unknown_tier(body) or _no_flex(body, model),
    )
    spoken = account.calls.answer(ask, raw, request_id, now)
    latency = (spoken.first + spoken.speaking) // MILLISECOND
    if verb == "converse-stream":
        return spoken.streamed(list(events(spoken.answer, body.tier, latency)), {}, EVENT_STREAM)
    return spoken.whole(encode(converse(spoken.answer, body.tier, latency)), {})


def _native(account: Account, model: str, raw: Content, request_id: str | None, now: int) -> Reply:
    body = read_native(raw, model)
    if isinstance(body, Failure):
        raise Refusal(body)
    spoken = account.calls.answer(Ask(model=model, said=body.words, cap=body.cap), raw, request_id, now)
    usage = spoken.answer.usage
    headers = {
        "x-amzn-bedrock-input-token-count": str(usage.input),
        "x-amzn-bedrock-output-token-count": str(usage.output),
    }
    return spoken.whole(encode(message(f"bdrk_{spoken.key}", model, spoken.answer, "standard")), headers)


def count_tokens(raw: Content) -> Reply:
    """How many tokens a body would be."""
    return show({"inputTokens": max(1, len(raw) // BYTES_PER_TOKEN)})


def _read(raw: Content) -> Converse:
    body = read_converse(raw)
    if isinstance(body, Failure):
        raise Refusal(body)
    return body


def _unknown_tier(body: Converse) -> Failure | None:
    if body.tier in TIERS:
        return None
    return Failure(400, f"Value '{body.tier}' at 'serviceTier.type' must be one of {', '.join(TIERS)}.")


def _no_flex(body: Converse, model: str) -> Failure | None:
    if body.tier == "flex" and is_claude(model):
        return Failure(400, "The service tier flex is not supported for this model.")
    return None
