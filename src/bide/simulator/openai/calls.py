"""A real-time call: its body as the simulator understands it, and the answer to it."""

from bide.core.clock import SECOND
from bide.simulator.account import Account
from bide.simulator.calls import Ask
from bide.simulator.exchange import Content, Reply, encode
from bide.simulator.openai import endpoints
from bide.simulator.openai.body import EMBEDDINGS, RESPONSES, STREAMED, Body, read_body
from bide.simulator.openai.ratelimit import limit_headers
from bide.simulator.openai.responses import Response
from bide.simulator.openai.stored import keep
from bide.simulator.refusal import Failure, Refusal, invalid


def answer_call(account: Account, endpoint: str, raw: Content, client_request_id: str | None, now: int) -> Reply:
    """The reply to a call; a stream where its body asks for one."""
    body = read_body(raw)
    if isinstance(body, Failure):
        raise Refusal(body)
    if not body.model:
        raise invalid("You must provide a model parameter.", param="model")
    spoken = account.calls.answer(read_ask(body, endpoint), raw, client_request_id, now)
    tier = "flex" if spoken.flex else "default"
    headers = limit_headers(spoken.levels)
    if body.stream and endpoint in STREAMED:
        if endpoint == RESPONSES:
            keep(account, endpoints.response(spoken.key, now // SECOND, body, spoken.answer, tier), now)
        events = endpoints.streamed(endpoint, spoken.key, now // SECOND, body, spoken.answer, tier)
        return spoken.streamed(list(events), headers)
    made = endpoints.whole(endpoint, spoken.key, now // SECOND, body, spoken.answer, tier)
    if isinstance(made, Response):
        made = keep(account, made, now)
    return spoken.whole(encode(made), headers)


def read_ask(body: Body, endpoint: str) -> Ask:
    """What a body asks for at an endpoint."""
    return Ask(
        model=str(body.model),
        said=body.words,
        cap=body.cap,
        embeds=endpoint == EMBEDDINGS,
        flex=body.service_tier == "flex",
        failure=body.fault(endpoint),
    )
