"""The service tier that a body of OpenAI's protocol asks for, set without touching its other fields."""

import msgspec
from msgspec import Raw

FIELD = "service_tier"

_fields = msgspec.json.Decoder(dict[str, Raw]).decode
_encode = msgspec.json.Encoder().encode


def in_tier(body: bytes, tier: str) -> bytes:
    """The body asking for this tier, whatever it asked for. A body that is no object is given back: its provider refuses it."""
    try:
        fields = _fields(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return body
    return _encode({**fields, FIELD: tier})
