"""How many tokens a request would be, where its provider does not tell: an estimate, and how it was made.

Text is counted by a tokenizer, tools by the JSON that they are written in. What is no text is guessed, and said to be.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any, cast

from bide.intake.tokens import Tokens, counter_for
from bide.intake.window import INPUT_KEYS, texts_in
from bide.lanes.arrival.attachment import PICTURE, pages

TOOLS = ("tools", "functions")
"""Of the `INPUT_KEYS` those whose names and braces a model reads too."""

PICTURES = {"image", "image_url", "input_image"}
DOCUMENTS = {"document", "file", "input_file", "input_audio"}
"""By the ``type`` of a part, as OpenAI and Anthropic write them. A document counts by its bytes; sound too, for want of its length."""

AROUND, BEFORE = 2, 3
"""Tokens around each message, beside its role and the line break that parts it from the next, and before the answer: OpenAI's chat format
has three and three (its cookbook, "How to count tokens"). Others have about as many."""

CHARACTERS = 4
"""Of English text in a token. Only where there is no tokenizer for it: the extra ``bide[tokens]`` brings one."""

STAND_IN = "gpt-5"
"""Whose tokenizer is used for models whose own is not known: another one, but one that counts every script."""


def estimate(body: bytes, model: str) -> Tokens:
    """The tokens of a body. It is a JSON object."""
    found = counter_for(model) or counter_for(STAND_IN)
    if found is None:
        return counted(body, lambda text: -(-len(text) // CHARACTERS), f"one for {CHARACTERS} characters")
    count, method = found
    return counted(body, count, method.rpartition(" ")[2])


def counted(body: bytes, count: Callable[[str], int], method: str) -> Tokens:
    """The same by one counter of text."""
    fields: dict[str, Any] = json.loads(body, parse_int=len, parse_float=len)
    read = [fields.get(name) for name in INPUT_KEYS if name not in TOOLS]
    tools = [json.dumps(fields[name], ensure_ascii=False) for name in TOOLS if fields.get(name)]
    text = "\n".join([*texts_in(read), *tools])
    beside = [tokens for block in _blocks(read) for tokens in _beside(block)]
    messages = fields.get("messages")
    frame = AROUND * len(cast(list[Any], messages)) + BEFORE if isinstance(messages, list) else 0
    given = sum(_given(fields.get(name)) for name in ("input", "prompt"))
    return Tokens(max(1, count(text) + frame + given + sum(beside)), method, len(beside))


def _given(value: Any) -> int:
    """Tokens that the caller has made already: numbers in a list, or in lists of it."""
    if not isinstance(value, list):
        return 0
    return sum(1 if isinstance(one, int) else _given(one) for one in cast(list[Any], value))


def _blocks(value: Any) -> Iterator[dict[str, Any]]:
    """Every object inside a JSON value."""
    if isinstance(value, dict):
        fields = cast(dict[str, Any], value)
        yield fields
        for inner in fields.values():
            yield from _blocks(inner)
    elif isinstance(value, list):
        for inner in cast(list[Any], value):
            yield from _blocks(inner)


def _beside(block: dict[str, Any]) -> Iterator[int]:
    """What a part costs that is no text, where it is one."""
    kind = block.get("type")
    if not isinstance(kind, str):
        return
    if kind in PICTURES:
        yield PICTURE
    elif kind in DOCUMENTS:
        given = next(
            (block[name] for name in ("source", "file", "input_audio") if isinstance(block.get(name), dict)), block
        )
        source = cast(dict[str, Any], given)
        data = source.get("data") or source.get("file_data")
        size = len(data) if isinstance(data, str) else 0
        yield -(-size // CHARACTERS) if source.get("type") == "text" else pages(size)
