"""Reading a caller's body: what it contains and its wire does not know is refused by its place."""

import re
from typing import Any, TypeVar

import msgspec
from msgspec import Raw

from bide.providers.decoding import UNREADABLE
from bide.providers.translate.untranslatable import UntranslatableError

T = TypeVar("T")

_WHERE = re.compile(r"(?P<reason>.*) - at `\$\.?(?P<path>.*)`", re.DOTALL)
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<name>.*)`", re.DOTALL)
_NULL = re.compile(r"Expected `.*`, got `null` - at `\$(?P<path>[^`]*)`")
_STEP = re.compile(r"\.(?P<name>[^.\[\]]+)|\[(?P<number>\d+)\]")

MOST_NULLS = 1000
"""Nulls that are taken out of one answer."""

_fields = msgspec.json.Decoder(dict[str, Raw]).decode
_items = msgspec.json.Decoder(list[Raw]).decode
_encode = msgspec.json.Encoder().encode


class Fields(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """An object of a caller's body: a field that is not declared is refused, never lost."""


def read(decoder: msgspec.json.Decoder[T], body: bytes | Raw, at: str = "") -> T:
    """A body, decoded, or the piece of it that stands at `at`.

    Raises:
        UntranslatableError: it has a field or a value that is not known here, or is no JSON at all.
    """
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise _refusal(str(error), at) from None
    except UNREADABLE as error:
        raise UntranslatableError(at or "body", remedy=f"it is not JSON ({error})") from None


def told(decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    """What a provider says, decoded. Null says nothing, also where its API has a word or a number.

    Raises:
        msgspec.DecodeError: it is something else. (Or another of `UNREADABLE`.)
    """
    for _ in range(MOST_NULLS):
        try:
            return decoder.decode(body)
        except msgspec.ValidationError as error:
            null = _NULL.fullmatch(str(error))
            if null is None or not null["path"]:
                raise
            body = _without(body, list(_STEP.finditer(null["path"])))
    return decoder.decode(body)


def answer_in(decoder: msgspec.json.Decoder[T], body: bytes, kind: str) -> T:
    """A provider's whole answer, decoded. `kind` is what it has to be, as ``no message`` is said of one that is none.

    Raises:
        UntranslatableError: it is something else.
    """
    try:
        return told(decoder, body)
    except UNREADABLE as error:
        raise UntranslatableError("answer", remedy=f"it is no {kind} ({error})") from None


def _without(body: bytes | Raw, path: "list[re.Match[str]]") -> bytes:
    """An object or a list without what stands at `path`; all else as it was written."""
    step, *rest = path
    within: Any = _fields(body) if step["name"] else _items(body)
    place = step["name"] or int(step["number"])
    if rest:
        within[place] = Raw(_without(within[place], rest))
    else:
        del within[place]
    return _encode(within)


def refuse_unless_one(path: str, **members: object) -> None:
    """An object that has to be one thing: whatever else it says would be lost.

    Raises:
        UntranslatableError: it is nothing, or several things.
    """
    said = [name for name, value in members.items() if value is not None]
    if len(said) != 1:
        names = f"{', '.join(list(members)[:-1])} or {list(members)[-1]}"
        raise UntranslatableError(path, remedy=f"say one of {names}" if said else f"it says nothing; say {names}")


def given(raw: Raw) -> Raw | None:
    """A piece of JSON, or None where there is none or null."""
    found = bytes(raw)
    return Raw(found) if found and found != b"null" else None


def given_schema(raw: Raw, path: str) -> Raw | None:
    """A JSON schema, or None where there is none.

    Raises:
        UntranslatableError: it is no object.
    """
    found = given(raw)
    if found is not None and not bytes(found).startswith(b"{"):
        raise UntranslatableError(path, remedy="it has to be a JSON schema, which is an object")
    return found


def _refusal(message: str, at: str) -> UntranslatableError:
    where = _WHERE.fullmatch(message)
    reason, path = (where["reason"], where["path"]) if where else (message, "")
    path = path.replace("[...]", "")  # msgspec's word for a value of a map
    path = f"{at}.{path}".strip(".") if at else path
    unknown = _UNKNOWN.fullmatch(reason)
    if unknown:
        return UntranslatableError(f"{path}.{unknown['name']}".lstrip("."))
    if reason.startswith("Expected `null`"):  # declared, so that null may stand there; see the wires' structs
        return UntranslatableError(path)
    return UntranslatableError(path or "body", remedy=f"its value is not one that is known here ({reason})")
