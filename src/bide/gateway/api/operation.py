"""What the operations of the description are made of: references to shapes, answers, errors, parameters."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from bide.gateway.api.shape.base import Error

ERRORS: Mapping[int, str] = {
    400: "Something in the call cannot be used; `param` names it.",
    401: "A key is needed, or this one is not known.",
    403: "The call comes from elsewhere, and there is no key.",
    404: "There is nothing of this id that the caller may see.",
    405: "The path has other methods; `Allow` names them.",
    409: "It contradicts what has happened.",
    413: "The body is too large.",
    422: "The body is of the wrong kind.",
    429: "Too much at a time; `Retry-After` says when to come back.",
    503: "Work cannot be taken now.",
}

ALWAYS = (400, 401, 403, 405, 429, 503)
"""What any of the paths may answer with."""

Schema = dict[str, Any]


def ref(kind: type[msgspec.Struct]) -> Schema:
    """A shape by its name."""
    return {"$ref": f"#/components/schemas/{kind.__name__}"}


def answer(kind: type[msgspec.Struct], text: str, headers: Schema | None = None) -> Schema:
    """An answer of a shape."""
    found: Schema = {"description": text, "content": {"application/json": {"schema": ref(kind)}}}
    return found | ({"headers": headers} if headers else {})


def errors(*statuses: int) -> Schema:
    """The errors of every path, and these."""
    return {str(status): answer(Error, ERRORS[status]) for status in sorted({*ALWAYS, *statuses})}


def query(name: str, text: str, schema: Schema) -> Schema:
    """A field of the query."""
    return {"name": name, "in": "query", "description": text, "schema": schema}


def in_path(name: str, text: str) -> Schema:
    """A part of the path."""
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": text,
        "schema": {"type": "string", "minLength": 1},
    }


def word(choices: Sequence[str]) -> Schema:
    """One of several words."""
    return {"type": "string", "enum": list(choices)}


def operation(name: str, text: str, answers: Schema, *parameters: Schema, body: Schema | None = None) -> Schema:
    """What a method of a path does."""
    found: Schema = {"operationId": name, "summary": text, "parameters": list(parameters), "responses": answers}
    return found | ({"requestBody": {"required": True, "content": {"application/json": body}}} if body else {})
