"""One line of OpenAI batch JSONL: ``{"custom_id": …, "method": "POST", "url": …, "body": {…}}``.

The body is taken over byte for byte. `read_stretch` reads many good lines at once; `RequestLines` reads one line and
can say what is wrong with it.
"""

from collections.abc import Sequence
from itertools import count
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Raw

from bide.intake.body import name_model
from bide.intake.endpoint import ENDPOINTS, endpoint_at
from bide.intake.entry import Chunk, Entry, join_bodies
from bide.intake.problem import Code, excerpt, refuse
from bide.intake.validator import CUSTOM_ID_LENGTH, Validator, missing, wrong_type
from bide.intake.value import read_value
from bide.intake.window import ContextWindows

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding raises for a text that is not what was expected."""


class Envelope(msgspec.Struct, gc=False):
    """A good line. What else it holds is ignored."""

    custom_id: Annotated[str, Meta(min_length=1, max_length=CUSTOM_ID_LENGTH)]
    method: Literal["POST"]
    url: str
    body: Raw


class LooseEnvelope(msgspec.Struct, gc=False):
    """A line that is a JSON object, whatever its fields hold; an empty text stands for a missing one."""

    custom_id: Raw = Raw()
    method: Raw = Raw()
    url: Raw = Raw()
    body: Raw = Raw()


_decode_envelope = msgspec.json.Decoder(Envelope).decode


def read_stretch(lines: Sequence[bytes], first: int, windows: ContextWindows) -> Chunk | None:
    """The chunk of `lines`, the first of which is number `first`, if all are good batch lines of one kind.

    None where anything is out of the ordinary, right or wrong: then each line is read by itself. All checks run in C
    over many lines, which is what makes reading a file cheaper than parsing it.
    """
    if not all(map(bytes.isascii, lines)) and not _is_utf8(lines):
        return None
    try:
        # Line by line: `decode_lines` would also take two documents on one line, or one that spans two.
        envelopes = list(map(_decode_envelope, lines))
        urls = {envelope.url for envelope in envelopes}
        endpoint = ENDPOINTS.get(urls.pop()) if len(urls) == 1 else None
        if endpoint is None:
            return None
        raws: list[bytes] = [envelope.body for envelope in envelopes]
        bodies = join_bodies(raws)
        fields = endpoint.decode_lines(bodies)
    except UNREADABLE:
        return None
    models = {body.model for body in fields}
    names = "".join([*models, *[envelope.custom_id for envelope in envelopes]])
    if "\0" in names or [body for body in fields if body.stream or body.n]:
        return None
    entries = [
        Entry(
            line,
            envelope.custom_id,
            endpoint.url,
            body.model,
            envelope.body,
            body.max_completion_tokens or body.max_tokens or body.max_output_tokens,
        )
        for line, envelope, body in zip(count(first), envelopes, fields, strict=False)
    ]
    if windows.known:
        output = max(entry.max_output_tokens or 0 for entry in entries)
        if not windows.surely_fit(models, max(map(len, raws)), output):
            return None
    return Chunk(entries, [], bodies)


def _is_utf8(lines: Sequence[bytes]) -> bool:
    try:
        for line in lines:
            line.decode()
    except UnicodeDecodeError:
        return False
    return True


class RequestLines:
    """Reads single batch lines; `model` stands in where a body names none."""

    def __init__(self, model: str | None, validator: Validator) -> None:
        self._model = model
        self._validator = validator

    def read(self, line: int, envelope: LooseEnvelope) -> Entry:
        """The entry of a line.

        Raises:
            LineError: the first thing that is wrong with it.
        """
        custom_id = _text(line, "custom_id", envelope.custom_id)
        method = _text(line, "method", envelope.method)
        if method != "POST":
            raise refuse(line, Code.INVALID_METHOD, f"method is {excerpt(method, 20)}, not POST", field="method")
        endpoint = endpoint_at(line, _text(line, "url", envelope.url))
        body = read_value(envelope.body)
        if body is None:
            raise missing(line, "body", "it is the request itself")
        if not isinstance(body, dict):
            raise wrong_type(line, "body", "an object", body)
        named = envelope.body if self._model is None else self._with_model(envelope.body, body.get("model"))
        return self._validator.admit(line, custom_id, endpoint, named)

    def _with_model(self, body: Raw, model: Raw | None) -> bytes:
        return name_model(body, self._model) if self._model and read_value(model) is None else body


def _text(line: int, name: str, raw: Raw) -> str:
    value = read_value(raw)
    if value is None:
        raise missing(line, name, "a batch line has custom_id, method, url and body")
    if not isinstance(value, str):
        raise wrong_type(line, name, "a string", value)
    return value
