"""The few fields of a call's body that the gateway looks at, and the body without what is only meant for bide."""

from typing import Any

import msgspec
from msgspec import Raw

from bide.gateway.refusal import RefusalError
from bide.intake.problem import did_you_mean
from bide.intake.reservation import most_output

PREFIX = "bide_"
"""How the names of bide's own metadata begin."""

OWN = ("bide_within", "bide_by", "bide_priority", "bide_on_miss", "bide_workflow", "bide_cache", "bide_max_cost")
"""What a call may say in metadata."""

FAST = "fast"
"""Anthropic's ``speed`` and OpenAI's tier: dearer, and never of use to what may wait."""

LONGEST_MODEL, LONGEST_WORD = 512, 255
"""Characters of a model's name, and of what bide's own metadata say."""


class StreamOptions(msgspec.Struct, gc=False):
    """What a stream is to tell beside the answer."""

    include_usage: bool | None = None


class Asked(msgspec.Struct, gc=False):
    """What routing and urgency depend on."""

    model: str
    stream: bool | None = None
    metadata: dict[str, Any] | None = None
    service_tier: str | None = None
    speed: Any = None
    """Anthropic's ``fast`` or ``standard``; elsewhere it may be a number, and mean something else."""
    background: bool | None = None
    previous_response_id: str | None = None
    stream_options: StreamOptions | None = None
    max_completion_tokens: int | None = None
    max_tokens: int | None = None
    max_output_tokens: int | None = None
    n: int | None = None
    best_of: int | None = None

    @property
    def tier(self) -> str | None:
        """The service tier, of which fast mode is one."""
        return FAST if self.speed == FAST else self.service_tier

    def longest(self, assumed: int) -> int:
        """The most output tokens it can come to, as `most_output` reckons."""
        limits = (self.max_completion_tokens, self.max_tokens, self.max_output_tokens)
        return most_output(limits, (self.n, self.best_of), assumed)


_decode = msgspec.json.Decoder(Asked).decode
_fields = msgspec.json.Decoder(dict[str, Raw]).decode


def read(body: bytes) -> Asked:
    """The fields of a body. Raises `RefusalError` with the field that is not what it must be."""
    try:
        found = _decode(body)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        name = path.strip("`.") or None
        if name is None and "missing required field" in message:
            name = "model"
            message = "no model is named"
        raise RefusalError(400, "invalid_request", f"{name or 'the body'}: {message}", param=name) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RefusalError(400, "invalid_json", f"the body is not JSON: {error}") from None
    except RecursionError:
        raise RefusalError(400, "invalid_json", "the body is nested too deeply") from None
    _check_name("model", found.model, LONGEST_MODEL)
    if found.previous_response_id:
        _check_name("previous_response_id", found.previous_response_id, LONGEST_WORD)
    for name, value in (found.metadata or {}).items():
        if name.startswith(PREFIX):
            _check_own(name, value)
    return found


def _check_own(name: str, value: Any) -> None:
    """See that bide understands what is only for bide: a deadline that is misspelt would be paid in full."""
    field = f"metadata.{name}"
    if name not in OWN:
        message = f"bide knows no {name}{did_you_mean(name, OWN)}; it knows {', '.join(OWN)}"
        raise RefusalError(400, "invalid_value", message, param=field)
    if not isinstance(value, str):
        raise RefusalError(400, "invalid_type", f'{field} has to be text, as in "15m"', param=field)
    _check_name(field, value, LONGEST_WORD)


def _check_name(field: str, text: str, most: int) -> None:
    """See that any database can keep a name: calls of several callers are written together, and what it takes ill of one it
    refuses of all."""
    if len(text) > most or "\0" in text:
        message = f"{field} must have at most {most} characters, and no NUL among them"
        raise RefusalError(400, "invalid_request", message, param=field)


_FOLDED = {name.casefold(): name for name in Asked.__struct_fields__}


def once(body: bytes) -> bytes:
    """The body with each of its fields once, the last one of repeated ones, which is how it is read here: who answers might
    read another. Every byte of the values stays.

    Raises:
        RefusalError: a field's name differs in capitals alone from one that is looked at: some servers would take it for that.
    """
    fields = _fields(body)
    for name in fields:
        known = _FOLDED.get(name.casefold())
        if known is not None and name != known:
            raise RefusalError(400, "invalid_request", f"{name[:80]}: write {known}", param=name[:80])
    return msgspec.json.encode(fields)


def asking_usage(body: bytes, asked: Asked) -> bytes:
    """The body of a streamed chat completion, asking for its usage. Every other byte stays."""
    if asked.stream_options is None and b'"stream_options"' not in body:
        head, _, rest = body.partition(b"{")
        return b'%b{"stream_options":{"include_usage":true},%b' % (head, rest)
    whole = _fields(body)
    options: dict[str, Any] = {}
    if asked.stream_options is not None:
        options.update(_fields(whole["stream_options"]))
    return msgspec.json.encode({**whole, "stream_options": {**options, "include_usage": True}})


def metadata_of(asked: Asked) -> dict[str, str]:
    """Its metadata, as far as it is text."""
    if not asked.metadata:
        return {}
    return {name: str(value) for name, value in asked.metadata.items() if isinstance(value, str)}


def without_own_words(body: bytes, asked: Asked, *, deferred: bool) -> bytes:
    """The body without bide's metadata; a deferred one also without the wish for a stream, and without the words that asked
    for it to wait. Every other byte of every field stays."""
    ours = [name for name in asked.metadata or () if name.startswith(PREFIX)]
    drop = {"stream", "stream_options", "background"} if deferred else set[str]()
    if deferred and asked.service_tier in ("flex", "priority", FAST):
        drop.add("service_tier")
    if deferred and asked.speed == FAST:
        drop.add("speed")
    if not ours and not (
        deferred and (asked.stream is not None or asked.background or not drop.isdisjoint(("service_tier", "speed")))
    ):
        return body
    fields = {name: value for name, value in _fields(body).items() if name not in drop}
    if ours:
        kept = {name: value for name, value in _fields(fields["metadata"]).items() if name not in ours}
        if kept:
            fields["metadata"] = Raw(msgspec.json.encode(kept))
        else:
            del fields["metadata"]
    return msgspec.json.encode(fields)
