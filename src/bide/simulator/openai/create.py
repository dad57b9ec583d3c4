"""The body of a create, and the lifetimes that uploads and creates may name."""

import re

import msgspec

from bide.core.clock import DAY, HOUR, SECOND
from bide.simulator.creation import NewBatch
from bide.simulator.exchange import Content
from bide.simulator.openai.body import ENDPOINTS
from bide.simulator.refusal import invalid

WINDOW = "24h"
"""The only completion window there is."""


class _Expiry(msgspec.Struct):
    seconds: int
    anchor: str = "created_at"


class _Create(msgspec.Struct):
    input_file_id: str
    endpoint: str
    completion_window: str
    metadata: dict[str, str] | None = None
    output_expires_after: _Expiry | None = None


_decode_create = msgspec.json.Decoder(_Create).decode


def read_create(body: Content) -> NewBatch:
    """What a create asks for. Raises `Refusal` where it is none that batches can have."""
    try:
        create = _decode_create(body)
    except msgspec.ValidationError as error:
        named = re.search(r"`\$?\.?(\w+)", str(error))
        raise invalid(f"{error}.", param=named[1] if named else None) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise invalid(f"The body of your request is not valid JSON: {error}.") from error
    metadata = create.metadata or {}
    if len(metadata) > 16 or any(len(key) > 64 or len(value) > 512 for key, value in metadata.items()):
        raise invalid("metadata has at most 16 pairs, keys of 64 and values of 512 characters.", param="metadata")
    life = read_life(str(create.output_expires_after.seconds)) if create.output_expires_after else None
    if create.endpoint not in ENDPOINTS:
        raise invalid(f"The endpoint {create.endpoint!r} is not one of {list(ENDPOINTS)}.", param="endpoint")
    if create.completion_window != WINDOW:
        raise invalid(f"The completion_window has to be {WINDOW!r}.", param="completion_window")
    return NewBatch(source=create.input_file_id, endpoint=create.endpoint, metadata=create.metadata, output_life=life)


def read_life(text: str) -> int:
    """How long a file is to be kept, in microseconds."""
    life = read_number(text, "seconds") * SECOND
    if not HOUR <= life <= 30 * DAY:
        raise invalid("seconds has to be 3600 to 2592000.", param="expires_after.seconds", code="integer_out_of_range")
    return life


def read_number(text: str, param: str) -> int:
    """A whole number in a query or a form."""
    if not text.isascii() or not text.isdigit():
        raise invalid(f"{param} has to be a whole number.", param=param, code="invalid_type")
    return int(text)


def read_limit(text: str, most: int) -> int:
    """How many entries a page of a list may have."""
    limit = read_number(text, "limit")
    if not 1 <= limit <= most:
        raise invalid(f"limit has to be 1 to {most}.", param="limit", code="integer_out_of_range")
    return limit
