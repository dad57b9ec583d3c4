"""What each wire supplies: the same verbs, and its words as data."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from bide.providers.translate.answer import Failure, Reply
from bide.providers.translate.events import Event
from bide.providers.translate.prompt import Prompt


class Options(Struct, frozen=True, kw_only=True):
    """What a writer needs beyond what is translated.

    `model` replaces the caller's name of the model. `max_tokens` is for wires that demand a limit where the caller named
    none. `anthropic_version` decides what Messages may contain. `created` (seconds since 1970) stands in for wires
    that do not tell, and so do `id` and `model` for answers of Converse, which have neither. `include_usage` has a chat
    stream end in its usage. `asked` is the body that is answered, of which a response repeats much.
    """

    model: str | None = None
    max_tokens: int | None = None
    anthropic_version: str = "2023-06-01"
    created: int = 0
    id: str = ""
    include_usage: bool = False
    asked: bytes = b""


class StreamReader(Protocol):
    """Bytes of a provider's stream into events, wherever the bytes are cut."""

    def feed(self, data: bytes, /) -> Sequence[Event]:
        """The events that these bytes complete."""
        ...

    def end(self) -> Sequence[Event]:
        """No more bytes come: `Failed` unless the stream had finished, nothing if it had."""
        ...


class StreamWriter(Protocol):
    """Events into bytes of a stream."""

    def write(self, event: Event, /) -> bytes:
        """The bytes that this event is; empty where they wait for a later one."""
        ...


class Spoke(Protocol):
    """A wire. A module is one: functions, two makers of streams, and its words.

    `SPELLING` has the wire's word for each neutral field that it can express: the fields of `Settings`, the kinds of
    parts (`image`), their details (`image.detail`) and those of tools (`tool`, `tool.strict`). What it lacks is refused
    where the wire is the target. `REMEDIES` has, for what it lacks, what to do instead; `LIMITS` has, for what it has, which
    values the writer refuses. `docs/translation.md` is drawn from the three.
    """

    @property
    def SPELLING(self) -> Mapping[str, str]: ...  # noqa: N802

    @property
    def REMEDIES(self) -> Mapping[str, str]: ...  # noqa: N802

    @property
    def LIMITS(self) -> Mapping[str, str]: ...  # noqa: N802

    def read_request(self, body: bytes, /) -> Prompt: ...

    def write_request(self, prompt: Prompt, options: Options, /) -> bytes: ...

    def read_reply(self, body: bytes, /) -> Reply: ...

    def write_reply(self, reply: Reply, options: Options, /) -> bytes: ...

    def read_error(self, status: int, body: bytes, /) -> Failure: ...

    def write_error(self, failure: Failure, /) -> bytes: ...

    def stream_reader(self) -> StreamReader: ...

    def stream_writer(self, options: Options, /) -> StreamWriter: ...
