"""How deep a JSON document is nested: whatever reads it goes a level deeper with each value in a value, and nobody goes on for
ever. What is accepted is read again later, here and at a provider, so what is too deep is refused at the door.
"""

import re
from collections.abc import Iterator
from itertools import accumulate

DEEPEST = 128
"""How many values may stand in each other. Schemas of tools, the deepest that people send, have a dozen or two."""

SLICE = 256 << 10
"""Bytes that are looked at between two steps."""

_OTHERS = bytes(set(range(256)) - set(b'[]{}"'))
_STRING = re.compile(rb'"[^"]*"')
_STEPS = bytes(1 if sign in b"[{" else 255 if sign in b"]}" else 0 for sign in range(256))
"""A step down, and as a signed byte a step up."""


def may_be_too_deep(body: bytes) -> bool:
    """Whether it opens so many values that it could be: this is quick, and says no of nearly everything."""
    return body.count(b"{") + body.count(b"[") > DEEPEST


def is_too_deep(body: bytes) -> bool:
    """Whether more than `DEEPEST` values stand in each other."""
    return may_be_too_deep(body) and max(depths(body)) > DEEPEST


def depths(body: bytes, size: int = SLICE) -> Iterator[int]:
    """How many values of a JSON document stand in each other at most, slice by slice: in the first, in the first two …"""
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
        yield deepest
