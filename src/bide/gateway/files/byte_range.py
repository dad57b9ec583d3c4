"""A part of a file: what ``Range`` and ``If-Range`` ask for (RFC 9110, 14), where the file's size is known.

One range is served. Several at once, other units and what cannot be read are answered with the whole file, as the RFC has it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bide.gateway.refusal import RefusalError

_ONE = re.compile(r"bytes=[ \t]*(?:([0-9]{1,19})-([0-9]{0,19})|-([0-9]{1,19}))[ \t]*", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Bytes of a file from `start` up to but not including `end`. `status` is 206 where they were asked for as a part."""

    start: int
    end: int
    status: int = 206

    def cut(self, piece: bytes, at: int) -> bytes:
        """Those bytes of a piece that belong to it; `at` is where in the file the piece begins."""
        return piece[max(0, self.start - at) : max(0, self.end - at)]


def tag_of(external_id: str, size: int) -> str:
    """The ETag of a file's content, which never changes."""
    return f'"{external_id}-{size}"'


def wanted(headers: Mapping[str, str], external_id: str, size: int) -> tuple[ByteRange, dict[str, str]]:
    """What of a file to send, and the headers that say so.

    Raises:
        RefusalError: 416: the file has no such part.
    """
    tag = tag_of(external_id, size)
    told = {"etag": tag, "accept-ranges": "bytes"}
    found = _ONE.fullmatch(headers.get("range", ""))
    if found is None or headers.get("if-range", tag) != tag or _is_reversed(found):
        return ByteRange(0, size, 200), {**told, "content-length": str(size)}
    first, last, suffix = found.groups()
    start = max(0, size - int(suffix)) if suffix else int(first)
    end = min(size, int(last) + 1) if last else size
    if start >= end:
        raise RefusalError(
            416,
            "range_not_satisfiable",
            f"the file has {size:,} bytes, and none of {headers['range'][:80]}; ask for bytes below {size:,}",
            param="range",
            headers={**told, "content-range": f"bytes */{size}"},
        )
    told |= {"content-length": str(end - start), "content-range": f"bytes {start}-{end - 1}/{size}"}
    return ByteRange(start, end), told


def _is_reversed(found: re.Match[str]) -> bool:
    """Whether it ends before it begins, which is no range (RFC 9110, 14.1.1)."""
    return bool(found[1] and found[2]) and int(found[2]) < int(found[1])
