"""What a body carries in base64: pictures, documents, sound. Their tokens do not go by their bytes, so they are taken out before a
body is weighed by its size.
"""

import re
from typing import NamedTuple

SHORTEST = 8_192
"""Bytes of a body below which nobody looks: what it carries is a thumbnail at most."""

PICTURE, PAGE = 1_600, 2_000
"""Tokens of an image at its largest and of a page, by Anthropic's guides. Of a document nobody knows how many pages it has;
it counts as one for every `PAGE_BYTES` of its base64."""

PAGE_BYTES = 100_000

BEFORE = 200
"""Bytes before the base64 in which its kind is named, as in ``"media_type":"image/png","data":"`` and ``data:image/png;base64,``."""

# Begun only where no such character stands before it and never given back: one pass, however long the words of a text are. A slash
# may be escaped; other escapes are text.
_BASE64 = re.compile(rb"(?<![A-Za-z0-9+/_-])(?:[A-Za-z0-9+/_-]|\\/){4096,}+=*")


class Carried(NamedTuple):
    """So many parts, their bytes in the body, and the tokens that they are reckoned with: a guess."""

    parts: int
    size: int
    tokens: int


NOTHING = Carried(0, 0, 0)


def carried(body: bytes) -> Carried:
    """What is in a JSON body beside text."""
    if len(body) < SHORTEST or (b"data" not in body and b"base64" not in body):
        return NOTHING
    parts = size = tokens = 0
    for found in _BASE64.finditer(body):
        start, end = found.span()
        is_picture = b"image" in body[max(0, start - BEFORE) : start]
        parts, size = parts + 1, size + end - start
        tokens += PICTURE if is_picture else pages(end - start)
    return Carried(parts, size, tokens) if parts else NOTHING


def pages(size: int) -> int:
    """Tokens of a document of so many characters of base64, or of whatever else is no picture."""
    return PAGE * max(1, -(-size // PAGE_BYTES))
