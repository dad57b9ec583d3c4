"""How many tokens a message would be, where its provider does not tell: an estimate, and how it was made."""

import json
from collections.abc import Iterator
from typing import Any, cast

from bide.intake.tokens import Tokens, counter_for
from bide.intake.window import texts_in

READ = ("system", "messages", "tools")
"""The fields of a Messages body that a model reads."""

PICTURE, PAGE = 1_600, 2_000
"""Tokens of an image at its largest and of a page, by Anthropic's guides. Of a document nobody knows how many pages it has;
it counts as one for every `PAGE_BYTES` of its base64."""

PAGE_BYTES = 100_000

CHARACTERS = 4
"""Of English text in a token. Only where there is no tokenizer for it: the extra ``bide[tokens]`` brings one."""

STAND_IN = "gpt-5"
"""Whose tokenizer is used for models whose own is not known: another one, but one that counts every script."""


def estimate(body: bytes, model: str) -> Tokens:
    """The tokens of a Messages body. It is a JSON object."""
    fields: dict[str, Any] = json.loads(body, parse_int=len, parse_float=len)
    read = [fields.get(name) for name in READ]
    text = "\n".join(texts_in(read))
    beside = sum(_picture(block) for block in _blocks(read))
    counter = counter_for(model) or counter_for(STAND_IN)
    if counter is None:
        return Tokens(max(1, -(-len(text) // CHARACTERS) + beside), f"one for {CHARACTERS} characters")
    count, method = counter
    counted = count(text.encode("utf-8", "replace").decode())
    return Tokens(max(1, counted + beside), method.rpartition(" ")[2])


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


def _picture(block: dict[str, Any]) -> int:
    """What a block costs that is no text."""
    kind, source = block.get("type"), block.get("source")
    if kind == "image":
        return PICTURE
    if kind != "document" or not isinstance(source, dict):
        return 0
    given = cast(dict[str, Any], source)
    data = given.get("data")
    size = len(data) if isinstance(data, str) else 0
    if given.get("type") == "text":
        return -(-size // CHARACTERS)
    return PAGE * max(1, -(-size // PAGE_BYTES))
