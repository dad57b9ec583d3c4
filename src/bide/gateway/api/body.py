"""The body of a call of bide's own, as the shape that its path takes."""

from collections.abc import Callable, Mapping
from typing import TypeVar

import msgspec

from bide.gateway.refusal import RefusalError

Shaped = TypeVar("Shaped")

DESCRIBED = "GET /bide/v1/openapi.json describes what may stand there"


def shaped(decode: Callable[[bytes], Shaped], body: bytes, hints: Mapping[str, str] | None = None) -> Shaped:
    """The body, decoded. `hints` say by field how text in it is written.

    Raises:
        RefusalError: it is no JSON, or not of the shape: with the field, and where to see what it takes.
    """
    try:
        return decode(body)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        name = path.strip("`.") or None
        hint = (hints or {}).get((name or "").partition("[")[0]) if "regex" in message else None
        says = f"{name}: {hint}" if hint else f"{message}; {DESCRIBED}"
        raise RefusalError(400, "invalid_request", says, param=name) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RefusalError(400, "invalid_json", f"the body is not JSON: {error}") from None
