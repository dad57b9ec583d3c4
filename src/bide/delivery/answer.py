"""What a response says, as the text a person asked for: one field out of the protocols' bodies."""

from typing import Any

import msgspec

from bide.providers.decoding import UNREADABLE


class _Message(msgspec.Struct):
    content: str | list[Any] | None = None
    refusal: str | None = None


class _Choice(msgspec.Struct):
    message: _Message | None = None
    text: str | None = None


class _Embedding(msgspec.Struct):
    embedding: msgspec.Raw


class _Part(msgspec.Struct):
    type: str = "text"
    text: str | None = None
    refusal: str | None = None


class _Item(msgspec.Struct):
    type: str = "message"
    content: list[_Part] | None = None


class _Body(msgspec.Struct):
    choices: list[_Choice] | None = None
    output: list[_Item] | None = None
    data: list[_Embedding] | None = None
    content: list[_Part] | None = None


class _Response(msgspec.Struct):
    body: _Body | None = None


class _Raw(msgspec.Struct):
    body: msgspec.Raw = msgspec.Raw(b"null")


_response = msgspec.json.Decoder(_Response)


def answer_text(response: bytes) -> str:
    """The answer in a response: the text of a completion, response or message, an embedding as a JSON array.

    A body of another shape is given whole, as JSON: nothing that was paid for is hidden.
    """
    try:
        body = _response.decode(response).body
    except UNREADABLE:
        body = None
    text = _text(body) if body is not None else None
    return text if text is not None else _whole(response)


def _whole(response: bytes) -> str:
    """The body as it came; what is not UTF-8 in it is shown as that."""
    try:
        body = bytes(msgspec.json.decode(response, type=_Raw).body)
    except UNREADABLE:
        body = response
    return body.decode("utf-8", "replace")


def _text(body: _Body) -> str | None:
    if body.choices:
        texts = [_message(choice.message) if choice.text is None else choice.text for choice in body.choices]
        if None in texts:
            return None  # a call of a tool, say: it has no text
        # With n > 1 there are several answers; one is the text itself, more are a JSON array.
        return texts[0] if len(texts) == 1 else msgspec.json.encode(texts).decode()
    if body.output is not None:
        parts = [part for item in body.output if item.type == "message" for part in item.content or ()]
        texts = [part.text if part.text is not None else part.refusal for part in parts]
        return "".join(text or "" for text in texts) if texts else None
    if body.content is not None:
        texts = [part.text or "" for part in body.content if part.type == "text"]
        return "".join(texts) if texts else None
    if body.data:
        vectors = [bytes(one.embedding).decode() for one in body.data]
        return vectors[0] if len(vectors) == 1 else "[" + ",".join(vectors) + "]"
    return None


def _message(message: _Message | None) -> str | None:
    """The text of a message: its content, else the refusal that stands in its place."""
    if message is None:
        return None
    if isinstance(message.content, list):
        return msgspec.json.encode(message.content).decode()
    return message.refusal if message.content is None else message.content
