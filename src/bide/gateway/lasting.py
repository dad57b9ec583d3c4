"""What a body has to be to be kept: readable later too, here and at a provider, and no harm to what is kept beside it.

Whatever reads it goes a level deeper with each value in a value, and nobody goes on for ever. And a line of a file that is no UTF-8
has a provider refuse the whole file.
"""

import asyncio
import re
from itertools import accumulate

from bide.gateway.refusal import RefusalError

DEEPEST = 128
"""How many values may stand in each other. Schemas of tools, the deepest that people send, have a dozen or two."""

SLICE = 256 << 10
"""Bytes that are looked at before others have their turn."""

_OTHERS = bytes(set(range(256)) - set(b'[]{}"'))
_STRING = re.compile(rb'"[^"]*"')
_STEPS = bytes(1 if sign in b"[{" else 255 if sign in b"]}" else 0 for sign in range(256))
"""A step down, and as a signed byte a step up."""


async def check_lasting(body: bytes) -> None:
    """See that a JSON document can be read later, wherever that is. Raises `RefusalError`."""
    try:
        str(body, "utf-8")
    except UnicodeDecodeError as error:
        raise RefusalError(
            400, "invalid_json", f"the body is no UTF-8: {error.reason} at byte {error.start:,}"
        ) from None
    if body.count(b"{") + body.count(b"[") > DEEPEST and await depth(body) > DEEPEST:
        why = f"the body is nested too deeply: more than {DEEPEST} values in each other"
        raise RefusalError(400, "invalid_json", why)


async def depth(body: bytes, size: int = SLICE) -> int:
    """How many values of a JSON document stand in each other at most."""
    deepest = level = start = 0
    in_string = False
    while start < len(body):
        end = start + size
        while body[end - 1 : end] == b"\\":  # what is escaped stays with what escapes it
            end += 1
        signs = body[start:end].replace(rb"\\", b"").replace(rb"\"", b"").translate(None, _OTHERS)
        signs = b'"' + signs if in_string else signs
        in_string = signs.count(b'"') % 2 == 1
        steps = _STRING.sub(b"", signs + b'"' if in_string else signs).translate(_STEPS)
        for here in accumulate(memoryview(steps).cast("b"), initial=level):
            level, deepest = here, max(deepest, here)
        start = end
        if start < len(body):
            await asyncio.sleep(0)
    return deepest
