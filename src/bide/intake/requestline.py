"""One line of OpenAI batch JSONL: ``{"custom_id": …, "method": "POST", "url": …, "body": {…}}``.

The body is taken over byte for byte. `read_stretch` reads many good lines at once; `RequestLines` reads one line and
can say what is wrong with it.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Raw

from bide.intake.body import name_model
from bide.intake.depth import DEEPEST, is_too_deep
from bide.intake.endpoint import ENDPOINTS, endpoint_at
from bide.intake.entry import Chunk, Entries, Entry, join_bodies
from bide.intake.problem import Code, excerpt, refuse
from bide.intake.routing import Routing
from bide.intake.validator import CUSTOM_ID_LENGTH, Validator, missing, wrong_type
from bide.intake.value import read_value
from bide.intake.window import ContextWindows
from bide.providers.decoding import UNREADABLE


class Head(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    """A good line with null in the place of its body."""

    custom_id: Annotated[str, Meta(min_length=1, max_length=CUSTOM_ID_LENGTH)]
    method: Literal["POST"]
    url: str
    body: None


class Envelope(msgspec.Struct, gc=False):
    """A line that is a JSON object, whatever its fields hold; an empty text stands for a missing one."""

    custom_id: Raw = Raw()
    method: Raw = Raw()
    url: Raw = Raw()
    body: Raw = Raw()


_decode_heads = msgspec.json.Decoder(Head).decode_lines


def read_stretch(
    lines: list[bytes], first: int, windows: ContextWindows, routing: Routing | None = None
) -> Chunk | None:
    """The chunk of `lines`, the first of which is number `first`, if all are good batch lines of one kind.

    None where anything is out of the ordinary, right or wrong: then each line is read by itself.

    No byte is parsed twice, and all parsing runs over many lines at once, which is what makes reading a file cheaper
    than decoding it. Each line is cut at its second brace and before its last. What stands before, with null in the
    place of the body, has to be a line that lacks nothing else; what lies between has to be one object. Then the line
    as a whole is valid, ``body`` is its last member, and its bytes are known.
    """
    lines = _with_line_feeds(lines)
    if {line[-3:] for line in lines} != {b"}}\n"}:
        return None
    starts = [line[: line.find(b"{", 1)] for line in lines]
    bodies = [line[len(start) : -2] for line, start in zip(lines, starts, strict=True)]
    head_lines = b"null}\n".join([*starts, b""])
    joined = join_bodies(bodies)
    if not (_is_utf8(head_lines) and _is_utf8(joined)):
        return None
    if [body for body in bodies if body.count(b"{") + body.count(b"[") > DEEPEST and is_too_deep(body)]:
        return None
    try:
        heads = _decode_heads(head_lines)
        urls = {head.url for head in heads}
        endpoint = ENDPOINTS.get(urls.pop()) if len(urls) == 1 else None
        if endpoint is None:
            return None
        fields = endpoint.decode_lines(joined)
    except UNREADABLE:
        return None
    # The decoders take any white space between documents. A head has one opening brace and a body begins and ends
    # with a brace, so equal numbers mean one document to a line.
    if not len(heads) == len(fields) == len(lines):
        return None
    names, models = [head.custom_id for head in heads], [own.model for own in fields]
    kinds = set(models)
    if "\0" in "".join([*kinds, *names]) or [own for own in fields if own.stream or own.n]:
        return None
    if routing is not None and not routing.take_as_is(kinds, endpoint.url):
        return None
    limits = [own.max_completion_tokens or own.max_tokens or own.max_output_tokens for own in fields]
    if windows.known and not windows.surely_fit(kinds, max(map(len, bodies)), max(filter(None, limits), default=0)):
        return None
    size = len(lines)
    urls, columns = [endpoint.url] * size, [b""] * size
    return Chunk(Entries(range(first, first + size), names, urls, models, bodies, limits, columns), [], joined)


def _with_line_feeds(lines: list[bytes]) -> list[bytes]:
    """The lines, each ended by a line feed alone."""
    if lines[0].endswith(b"\r\n"):
        return [line.removesuffix(b"\n").removesuffix(b"\r") + b"\n" for line in lines]
    return lines if lines[-1].endswith(b"\n") else [*lines[:-1], lines[-1] + b"\n"]


def _is_utf8(text: bytes) -> bool:
    if text.isascii():
        return True
    try:
        str(text, "utf-8")
    except UnicodeDecodeError:
        return False
    return True


class RequestLines:
    """Reads single batch lines; `model` stands in where a body names none, and `only` is the URL that all have to be for."""

    def __init__(self, model: str | None, validator: Validator, only: str | None = None) -> None:
        self._model = model
        self._validator = validator
        self._only = only

    def read(self, line: int, envelope: Envelope) -> Entry:
        """The entry of a line.

        Raises:
            LineError: the first thing that is wrong with it.
        """
        custom_id = _text(line, "custom_id", envelope.custom_id)
        method = _text(line, "method", envelope.method)
        if method != "POST":
            raise refuse(line, Code.INVALID_METHOD, f"method is {excerpt(method, 20)}, not POST", field="method")
        endpoint = endpoint_at(line, _text(line, "url", envelope.url))
        if self._only not in (None, endpoint.url):
            message = f"url is {excerpt(endpoint.url)}, and the batch was created for {self._only}"
            raise refuse(line, Code.UNSUPPORTED_URL, message, field="url", remedy="create a batch for each endpoint")
        body = read_value(envelope.body)
        if body is None:
            raise missing(line, "body", "it is the request itself")
        if not isinstance(body, dict):
            raise wrong_type(line, "body", "an object", body)
        text = bytes(envelope.body)
        if self._model and read_value(body.get("model")) is None:
            text = name_model(text, self._model)
        return self._validator.admit(line, custom_id, endpoint, text)


def _text(line: int, name: str, raw: Raw) -> str:
    value = read_value(raw)
    if value is None:
        raise missing(line, name, "a batch line has custom_id, method, url and body")
    if not isinstance(value, str):
        raise wrong_type(line, name, "a string", value)
    return value
