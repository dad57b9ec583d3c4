"""What a body has to be to be kept: readable later too, here and at a provider, and no harm to what is kept beside it.

What is nested too deeply nobody can read (`bide.intake.depth`). And a line of a file that is no UTF-8 has a provider refuse the
whole file.
"""

import asyncio

from bide.gateway.refusal import RefusalError
from bide.intake.depth import DEEPEST, SLICE, depths, may_be_too_deep


async def check_lasting(body: bytes) -> None:
    """See that a JSON document can be read later, wherever that is. Raises `RefusalError`."""
    try:
        str(body, "utf-8")
    except UnicodeDecodeError as error:
        raise RefusalError(
            400, "invalid_json", f"the body is no UTF-8: {error.reason} at byte {error.start:,}"
        ) from None
    if may_be_too_deep(body) and await depth(body) > DEEPEST:
        why = f"the body is nested too deeply: more than {DEEPEST} values in each other"
        raise RefusalError(400, "invalid_json", why)


async def depth(body: bytes, size: int = SLICE) -> int:
    """How many values of a JSON document stand in each other at most; between two slices others have their turn."""
    deepest = 0
    for so_far in depths(body, size):
        deepest = so_far
        if len(body) > size:
            await asyncio.sleep(0)
    return deepest
