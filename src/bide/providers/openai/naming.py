"""The model that a body names, replaced without touching any other byte."""

import re

import msgspec

_FIRST = re.compile(rb'\s*\{\s*"model"\s*:\s*("[^"\\]*")')
"""A body that begins with its model, as most do."""

_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}\[\],:]', re.DOTALL)


def rename_model(body: bytes, name: str) -> bytes:
    """The body with another model, every other byte as it was. A body that names none is given back."""
    value = msgspec.json.encode(name)
    first = _FIRST.match(body)
    if first and body.count(b'"model"') == 1:
        return body[: first.start(1)] + value + body[first.end(1) :]
    spans = _spans(body)
    for start, end in reversed(spans):  # a key that stands twice is replaced twice: readers differ in which one counts
        body = body[:start] + value + body[end:]
    return body


def _spans(body: bytes) -> list[tuple[int, int]]:
    """Where the values of ``model`` stand at the top of an object, as far as they are strings."""
    found: list[tuple[int, int]] = []
    depth = 0
    is_key = is_model = False
    for token in _TOKEN.finditer(body):
        match token[0]:
            case b"{" | b"[":
                depth += 1
                is_key, is_model = True, False
            case b"}" | b"]":
                depth -= 1
                is_key = is_model = False
            case b",":
                is_key, is_model = True, False
            case b":":
                is_key = False
            case text if depth == 1 and is_key:
                is_model = _is_model(text)
            case _ if depth == 1 and is_model:
                found.append(token.span())
            case _:
                pass
    return found


def _is_model(key: bytes) -> bool:
    return key == b'"model"' or (b"\\" in key and msgspec.json.decode(key) == "model")
