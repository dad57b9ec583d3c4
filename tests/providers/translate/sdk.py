"""What the official SDKs say about a body: their own types judge it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

import anthropic.types as anthropic
import openai.types.chat as openai
import openai.types.chat.completion_create_params as openai_request
import openai.types.responses as openai_responses
import openai.types.responses.response_create_params as responses_request
from anthropic.types import message_create_params as anthropic_request
from pydantic import BaseModel, TypeAdapter
from tests.providers.translate import aws, google

from bide.providers.translate import Wire

Json = dict[str, Any]


def _adapter(whole: Any, streamed: Any) -> Callable[[Json], None]:
    adapters = TypeAdapter(whole), TypeAdapter(streamed)

    def judge(body: Json) -> None:
        """A typed dictionary drops what it does not know, so what comes out says what it knew."""
        assert _plain(adapters[bool(body.get("stream"))].validate_python(body)) == body

    return judge


def _plain(value: Any) -> Any:
    """The SDKs' types say `Iterable`, which is judged only when somebody iterates."""
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in cast("Mapping[str, Any]", value).items()}
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [_plain(one) for one in cast("Iterable[Any]", value)]
    return value


def _fields(request: Any) -> frozenset[str]:
    return request.__required_keys__ | request.__optional_keys__


def _messages(body: Json) -> None:
    older = ("temperature", "top_p", "top_k")  # the types of version 2026-10-21 lack them
    _new_messages({field: value for field, value in body.items() if field not in older})


_new_messages = _adapter(
    anthropic_request.MessageCreateParamsNonStreaming, anthropic_request.MessageCreateParamsStreaming
)

REQUESTS: dict[Wire, Callable[[Json], None]] = {
    Wire.CHAT: _adapter(
        openai_request.CompletionCreateParamsNonStreaming, openai_request.CompletionCreateParamsStreaming
    ),
    Wire.RESPONSES: _adapter(
        responses_request.ResponseCreateParamsNonStreaming, responses_request.ResponseCreateParamsStreaming
    ),
    Wire.MESSAGES: _messages,
    Wire.GEMINI: google.request,
    Wire.CONVERSE: aws.request,
}

FIELDS: dict[Wire, frozenset[str]] = {
    Wire.CHAT: _fields(openai_request.CompletionCreateParamsStreaming),
    Wire.RESPONSES: _fields(responses_request.ResponseCreateParamsStreaming),
    Wire.MESSAGES: _fields(anthropic_request.MessageCreateParamsStreaming),
    Wire.GEMINI: frozenset(google.REQUEST),
    Wire.CONVERSE: aws.REQUEST_FIELDS,
}
"""What requests may have at the top."""

REPLIES: dict[Wire, Callable[[Any], Any]] = {
    Wire.CHAT: openai.ChatCompletion.model_validate,
    Wire.RESPONSES: openai_responses.Response.model_validate,
    Wire.MESSAGES: anthropic.Message.model_validate,
    Wire.GEMINI: google.reply,
    Wire.CONVERSE: aws.reply,
}

CHUNKS: dict[Wire, Callable[[Any], Any]] = {
    Wire.CHAT: openai.ChatCompletionChunk.model_validate,
    Wire.RESPONSES: TypeAdapter[Any](openai_responses.ResponseStreamEvent).validate_python,
    Wire.MESSAGES: TypeAdapter[Any](anthropic.RawMessageStreamEvent).validate_python,
    Wire.GEMINI: google.reply,
}


BEYOND = ("presence_penalty", "frequency_penalty", "store")
"""What OpenAI's spec has in a response, and its SDK's type has not."""


def unknown_fields(answer: BaseModel) -> list[str]:
    """What a type of an SDK took without knowing it, anywhere in an answer."""
    known = BEYOND if isinstance(answer, openai_responses.Response) else ()
    found = [name for name in answer.model_extra or () if name not in known]
    for value in answer.__dict__.values():
        for one in cast("list[Any]", value) if isinstance(value, list) else [value]:
            found += unknown_fields(one) if isinstance(one, BaseModel) else []
    return found
