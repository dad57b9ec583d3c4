"""Reading a caller's body: what it contains and its wire does not know is refused by its place.

msgspec says where a body is wrong but not at which item of a list (`$.messages[...].role`). Refusals name the item, so
the body is searched for it; that happens on the way to an error only.
"""

import re
from typing import Any, TypeVar, cast

import msgspec

from bide.providers.decoding import UNREADABLE
from bide.providers.translate.untranslatable import UntranslatableError

T = TypeVar("T")

_AT = re.compile(r" - at `\$(?P<path>.*)`$", re.DOTALL)
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<name>.*)`", re.DOTALL)
_STEP = re.compile(r"\.(?P<key>[^.\[]+)|\[(?P<item>\.\.\.|\d+)\]")


class Fields(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """An object of a caller's body: a field that is not declared is refused, never lost."""


def read(decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    """A body, decoded.

    Raises:
        UntranslatableError: it has a field or a value that is not known here, or is no JSON at all.
    """
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise _refusal(decoder, body, str(error)) from None
    except UNREADABLE as error:
        raise UntranslatableError("body", remedy=f"it is not JSON ({error})") from None


def _refusal(decoder: msgspec.json.Decoder[Any], body: bytes, message: str) -> UntranslatableError:
    at = _AT.search(message)
    reason = message[: at.start()] if at else message
    steps = list(_STEP.finditer(at["path"])) if at else []
    path = _place(decoder, msgspec.json.decode(body), steps, message)
    unknown = _UNKNOWN.fullmatch(reason)
    if unknown:
        return UntranslatableError(f"{path}.{unknown['name']}".lstrip("."))
    if reason.startswith("Expected `null`"):
        return UntranslatableError(path)
    return UntranslatableError(path or "body", remedy=f"its value is not one that is known here ({reason})")


def _place(decoder: msgspec.json.Decoder[Any], root: Any, steps: list[re.Match[str]], message: str) -> str:
    """The path with its items' numbers: of each list, the first item that is wrong in the same way by itself."""
    path, here = "", root
    for step in steps:
        if step["key"] is not None:
            path += f".{step['key']}"
            here = cast("dict[str, Any]", here)[step["key"]] if isinstance(here, dict) else None
            continue
        if not isinstance(here, list):
            return path.lstrip(".")
        items = cast("list[Any]", here)
        everything = items[:]
        for number, item in enumerate(everything):
            items[:] = [item]
            if _complaint(decoder, root) == message:
                path, here = f"{path}[{number}]", item
                break
        else:
            items[:] = everything
            return path.lstrip(".")
    return path.lstrip(".")


def _complaint(decoder: msgspec.json.Decoder[Any], root: Any) -> str | None:
    try:
        decoder.decode(msgspec.json.encode(root))
    except msgspec.ValidationError as error:
        return str(error)
    return None
