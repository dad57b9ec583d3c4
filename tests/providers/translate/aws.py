"""What AWS's own model of Converse says about a body: botocore validates requests, and parses answers."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any, cast

import botocore.parsers
import botocore.session
import botocore.validate
from pydantic import BaseModel

Json = dict[str, Any]

_botocore: Any = botocore.session
_parsers: Any = botocore.parsers
_validate: Any = botocore.validate.ParamValidator()
"""botocore has no types."""

_service: Any = _botocore.get_session().get_service_model("bedrock-runtime")
_converse: Any = _service.operation_model("Converse")
_streamed: Any = _service.operation_model("ConverseStream").output_shape.members["stream"]

REQUEST_FIELDS = frozenset(_converse.input_shape.members) - {"modelId"}  # it is in the path

BYTES = ("bytes", "redactedContent")


class Judged(BaseModel):
    """Nothing was unknown."""


def request(body: Json) -> None:
    """A request has only what AWS knows, and as AWS wants it."""
    report = _validate.validate({**_decoded(body), "modelId": "m"}, _converse.input_shape)
    assert not report.has_errors(), report.generate_report()


def reply(body: Json) -> Judged:
    """An answer has only what AWS knows: the parser drops what it does not."""
    _same(_converse.output_shape, body)
    return Judged()


def event(name: str, body: Json) -> None:
    """An event of a stream has only what AWS knows."""
    _same(_streamed.members[name], body)


def _same(shape: Any, body: Json) -> None:
    parser = _parsers.create_parser("rest-json")
    raw: Json = {"status_code": 200, "headers": {}, "body": json.dumps(body).encode()}
    parsed: Json = parser.parse(raw, shape)
    parsed.pop("ResponseMetadata")
    assert parsed == _decoded(body)


def _bytes(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except binascii.Error:
        return encoded.encode()  # a seal in a test, which nobody opens


def _decoded(value: Any) -> Any:
    """Bytes are base64 in JSON, and bytes where botocore has them."""
    if isinstance(value, Mapping):
        found = cast("Mapping[str, Any]", value)
        return {
            name: _bytes(one) if name in BYTES and isinstance(one, str) else _decoded(one)
            for name, one in found.items()
        }
    if isinstance(value, list):
        return [_decoded(one) for one in cast("list[Any]", value)]
    return value
