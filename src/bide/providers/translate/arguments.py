"""What calls are made of: arguments, for wires that have them as objects and not as text, and ids.

Arguments are passed on as they were written: decoding them would change numbers.
"""

import hashlib
import re
from typing import Any

import msgspec
from msgspec import Raw

from bide.providers.decoding import UNREADABLE
from bide.providers.translate.parts import ToolCall
from bide.providers.translate.untranslatable import UntranslatableError

_object = msgspec.json.Decoder(dict[str, Raw]).decode


def id_within(allowed: re.Pattern[str], id_: str) -> str:
    """A call's id. It says nothing, so one that is not allowed is replaced, everywhere by the same."""
    return id_ if allowed.fullmatch(id_) else f"call_{hashlib.blake2b(id_.encode(), digest_size=16).hexdigest()}"


def text_of(raw: Raw) -> str:
    """Arguments of an answer, which its wire has as an object, as text. Nothing and null are none."""
    text = bytes(raw).decode()
    return text if text and text != "null" else "{}"


def given_text(raw: Raw, path: str) -> str:
    """The same of a request.

    Raises:
        UntranslatableError: they are no object.
    """
    text = text_of(raw)
    if not text.startswith("{"):
        raise UntranslatableError(path, remedy="arguments have to be a JSON object")
    return text


def object_of(call: ToolCall, target: str) -> Raw:
    """A call's arguments as an object.

    Raises:
        UntranslatableError: they are none.
    """
    text = call.arguments.strip() or "{}"
    try:
        _object(text)
    except UNREADABLE:
        raise UntranslatableError(call.path, target, "its arguments have to be a JSON object") from None
    return Raw(text.encode())


def object_or_text(arguments: str) -> Any:
    """The same in an answer: arguments that were cut short are no object; their text is kept, as it was paid for."""
    text = arguments.strip() or "{}"
    try:
        _object(text)
    except UNREADABLE:
        return {"unreadable_arguments": arguments}
    return Raw(text.encode())
