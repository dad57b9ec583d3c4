"""Translation between the formats of calls: bytes in, bytes out, nothing lost without a word.

Every wire is a spoke (`spoke.py`): it reads its own format into a neutral conversation (`prompt.py`, `parts.py`, `answer.py`,
`events.py`) and writes it from there. What a target cannot express is refused by the name that the caller gave it
(`expressible.py`). Where source and target are the same, bytes pass unchanged.
"""

from msgspec import Struct
from msgspec.structs import replace

from bide.core.clock import SECOND
from bide.core.usage import Usage
from bide.providers.translate import chat, converse, gemini, messages, responses
from bide.providers.translate.answer import Failure, Stop, Tokens
from bide.providers.translate.events import Event, Failed, Started, Stopped, Used
from bide.providers.translate.expressible import refuse_inexpressible
from bide.providers.translate.spoke import Options, Spoke, StreamReader, StreamWriter
from bide.providers.translate.untranslatable import UntranslatableError
from bide.providers.translate.wire import Wire, wire_of

__all__ = [
    "SPOKES",
    "Options",
    "Stream",
    "Translated",
    "UntranslatableError",
    "Wire",
    "error",
    "reply",
    "request",
    "stream",
    "wire_of",
]

SPOKES: dict[Wire, Spoke] = {
    Wire.CHAT: chat,
    Wire.RESPONSES: responses,
    Wire.MESSAGES: messages,
    Wire.GEMINI: gemini,
    Wire.CONVERSE: converse,
}

NO_OPTIONS = Options()


class Translated(Struct, frozen=True):
    """An answer in the caller's format, and what bide writes into its books.

    `created` is in microseconds since 1970, None where the provider did not tell; `finish` is why the first candidate
    ended; `tier` is in OpenAI's words, or `batch`.
    """

    body: bytes
    usage: Usage | None
    tier: str | None
    created: int | None
    finish: Stop | None


def request(body: bytes, source: Wire, target: Wire, options: Options = NO_OPTIONS) -> bytes:
    """A caller's body in the target's format.

    Raises:
        UntranslatableError: it says something that the target cannot express.
    """
    if source is target:
        return body
    if not is_text(body):
        raise UntranslatableError("body", remedy="it is not UTF-8")
    writer = SPOKES[target]
    prompt = SPOKES[source].read_request(body)
    refuse_inexpressible(prompt, writer.SPELLING, writer.REMEDIES, target.api)
    return writer.write_request(prompt, options)


def reply(body: bytes, source: Wire, target: Wire, options: Options = NO_OPTIONS) -> Translated:
    """A provider's answer, which came in `source`, in the caller's format `target`.

    Raises:
        UntranslatableError: it is no answer of that format. Where both are the same, it passes as it is.
    """
    try:
        if not is_text(body):
            raise UntranslatableError("answer", remedy="it is not UTF-8")
        answer = SPOKES[source].read_reply(body)
    except UntranslatableError:
        if source is target:
            return Translated(body, None, None, None, None)
        raise
    if not (answer.id and answer.model):
        answer = replace(answer, id=answer.id or options.id, model=answer.model or options.model or "")
    return Translated(
        body if source is target else SPOKES[target].write_reply(answer, options),
        answer.tokens.usage() if answer.tokens is not None else None,
        answer.tier,
        answer.created * SECOND if answer.created is not None else None,
        answer.candidates[0].stop if answer.candidates else None,
    )


def error(status: int, body: bytes, source: Wire, target: Wire) -> bytes:
    """A provider's error in the caller's format, whatever its bytes are."""
    if source is target:
        return body
    return SPOKES[target].write_error(SPOKES[source].read_error(status, body))


def is_text(body: bytes) -> bool:
    """Whether these bytes are UTF-8. Decoders do not look at what is passed on as it is."""
    if body.isascii():
        return True
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def stream(source: Wire, target: Wire, options: Options = NO_OPTIONS) -> "Stream":
    """A provider's stream, which comes in `source`, into the caller's format `target`."""
    writer = None if source is target else SPOKES[target].stream_writer(options)
    return Stream(SPOKES[source].stream_reader(), writer, options)


class Stream:
    """One stream being translated. What it told so far stands in its attributes; `finish` and `usage` may come late."""

    def __init__(self, reader: StreamReader, writer: StreamWriter | None, options: Options = NO_OPTIONS) -> None:
        self._reader = reader
        self._writer = writer
        self._options = options
        self.id: str | None = None
        self.tokens: Tokens | None = None
        self.tier: str | None = None
        self.created: int | None = None
        self.finish: Stop | None = None
        self.failure: Failure | None = None

    @property
    def usage(self) -> Usage | None:
        """What was consumed, as far as it was told."""
        return self.tokens.usage() if self.tokens is not None else None

    def feed(self, data: bytes) -> bytes:
        """The bytes for the caller that these bytes of the provider make; the same bytes where nothing is translated."""
        written = b"".join([self._take(event) for event in self._reader.feed(data)])
        return data if self._writer is None else written

    def end(self) -> bytes:
        """The last bytes for the caller. A stream that was cut short ends in an error, and `failure` says so."""
        return b"".join([self._take(event) for event in self._reader.end()])

    def _take(self, event: Event) -> bytes:
        match event:
            case Started():
                model = event.model or self._options.model or ""
                event = Started(event.id or self._options.id, model, event.created)
                self.id = event.id
                self.created = event.created * SECOND if event.created is not None else None
            case Used():
                self.tokens, self.tier = event.tokens, event.tier or self.tier
            case Stopped(candidate=0):
                self.finish = event.stop
            case Failed():
                self.failure = event.failure
            case _:
                pass
        return b"" if self._writer is None else self._writer.write(event)
