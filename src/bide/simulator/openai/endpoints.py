"""Which shape an answer has at which endpoint."""

from collections.abc import Iterable

from bide.simulator.answers import Answer
from bide.simulator.openai import chat, embeddings, others, responses
from bide.simulator.openai.body import CHAT, COMPLETIONS, EMBEDDINGS, IMAGES, MODERATIONS, Body


def whole(endpoint: str, key: str, created: int, body: Body, answer: Answer, tier: str) -> object:
    """The answer as one object. `key` makes its id, `created` is in seconds, `tier` is the tier that served it."""
    model = str(body.model)
    if endpoint == CHAT:
        return chat.completion(f"chatcmpl-{key}", created, model, answer, tier, body.called())
    if endpoint == EMBEDDINGS:
        return embeddings.embedding_list(model, body, answer.usage)
    if endpoint == COMPLETIONS:
        return others.completion(f"cmpl-{key}", created, model, answer)
    if endpoint == MODERATIONS:
        return others.moderation(f"modr-{key}", model, body)
    if endpoint == IMAGES:
        return others.images(created, answer)
    return response(key, created, body, answer, tier)


def response(key: str, created: int, body: Body, answer: Answer, tier: str) -> responses.Response:
    """The answer as a response."""
    return responses.response(f"resp_{key}", created, str(body.model), body, answer, tier)


def streamed(endpoint: str, key: str, created: int, body: Body, answer: Answer, tier: str) -> Iterable[bytes]:
    """The answer as server-sent events."""
    model = str(body.model)
    if endpoint == CHAT:
        asked = body.stream_options is not None and bool(body.stream_options.include_usage)
        name = f"chatcmpl-{key}"
        return chat.events(name, created, model, answer, tier, include_usage=asked, call=body.called())
    return responses.events(f"resp_{key}", created, model, body, answer, tier)
