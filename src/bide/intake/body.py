"""Building the body of a request from a question, for each endpoint in its own words."""

from collections.abc import Mapping
from dataclasses import dataclass

from msgspec import Raw

from bide.intake.endpoint import CHAT, EMBEDDINGS, RESPONSES, Endpoint
from bide.intake.value import decode_object, encode, read_value

FORMS: Mapping[str, tuple[str, ...]] = {
    CHAT.url: ("prompt", "messages"),
    RESPONSES.url: ("prompt", "messages", "input"),
    EMBEDDINGS.url: ("prompt", "input"),
}
"""The forms of a question that each endpoint has a place for."""

SYSTEM_ROLES = ("system", "developer")


@dataclass(frozen=True, slots=True)
class Question:
    """What a row asks.

    `form` is ``prompt``, ``messages`` or ``input``; `content` is a prompt's text, or JSON text for the other two.
    `parameters` are further fields of the body.
    """

    form: str
    content: str | Raw
    model: str
    system: str | None
    parameters: Mapping[str, Raw]


def build_body(endpoint: Endpoint, question: Question) -> bytes:
    """The body as one line of JSON, the user's own JSON inside it as written.

    The question's form suits the endpoint, and its `messages` are an array.
    """
    fields: dict[str, object] = {"model": question.model}
    system, content = question.system, question.content
    if endpoint is CHAT:
        items: list[object] = []
        if system is not None:
            items.append({"role": "system", "content": system})
        items += message_list(content) if isinstance(content, Raw) else [{"role": "user", "content": content}]
        fields["messages"] = items
    else:
        if system is not None and endpoint is RESPONSES:
            fields["instructions"] = system
        fields["input"] = content
    fields.update(question.parameters)
    return encode(fields)


def message_list(messages: Raw) -> list[Raw]:
    """The single messages; empty where the JSON text is no array."""
    value = read_value(messages)
    return value if isinstance(value, list) else []


def has_system_message(messages: Raw) -> bool:
    """Whether the messages bring instructions of their own."""
    for item in message_list(messages):
        message = read_value(item)
        if isinstance(message, dict) and read_value(message.get("role")) in SYSTEM_ROLES:
            return True
    return False


def name_model(body: bytes, model: str) -> bytes:
    """A user's body with the model it lacks, every other byte unchanged; only a `model` of null is rewritten."""
    fields = decode_object(body)
    if "model" in fields:
        return encode({**fields, "model": model})
    return b'{"model":' + encode(model) + (b"," if fields else b"") + body[1:]
