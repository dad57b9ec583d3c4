"""Files as OpenAI's callers write them: in the address itself."""

import re

_INLINE = re.compile(r"data:([\w.+-]+/[\w.+-]+)(?:;[\w-]+=[^;,]*)*;base64,", re.ASCII)


def inline(url: str) -> tuple[str, str] | None:
    """The kind and the base64 of a data URL, or None where it is none of base64."""
    found = _INLINE.match(url)
    return (found[1], url[found.end() :]) if found else None
