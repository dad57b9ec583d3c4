"""A streamed message, read and written."""

from typing import Any

import msgspec

from bide.providers.decoding import UNREADABLE
from bide.providers.translate.answer import Failure, Stop, Tokens
from bide.providers.translate.events import (
    CallDelta,
    CallStarted,
    Event,
    Failed,
    Finished,
    ReasoningDelta,
    RefusalDelta,
    Started,
    Stopped,
    TextDelta,
    Used,
)
from bide.providers.translate.failing import CUT_SHORT
from bide.providers.translate.messages.error import ErrorFields, as_object, failure_of, status_in_stream
from bide.providers.translate.messages.reply import (
    WORDS,
    Block,
    Details,
    WireUsage,
    call_block,
    details_of,
    stop_of,
    text_block,
    tier_of,
    tokens_of,
    usage_of,
)
from bide.providers.translate.naming import named
from bide.providers.translate.reading import told
from bide.providers.translate.sent_reader import SentReader
from bide.providers.translate.spoke import Options
from bide.providers.translate.sse import event, kind_of


class _Message(msgspec.Struct, gc=False):
    id: str = ""
    model: str = ""
    usage: WireUsage | None = None


class _Delta(msgspec.Struct, gc=False):
    type: str | None = None
    text: str = ""
    thinking: str = ""
    signature: str = ""
    partial_json: str = ""
    stop_reason: str | None = None
    stop_sequence: str | None = None
    stop_details: Details | None = None


class _Event(msgspec.Struct, gc=False):
    type: str
    index: int = 0
    message: _Message | None = None
    content_block: Block | None = None
    delta: _Delta | None = None
    usage: WireUsage | None = None
    error: ErrorFields | None = None
    request_id: str | None = None


_decoder = msgspec.json.Decoder(_Event)

READ = frozenset(
    {None, "message_start", "content_block_start", "content_block_delta", "message_delta", "message_stop", "error"}
)
"""Events that mean something; None is what is no event at all."""


class StreamReader(SentReader):
    """Anthropic's events into ours. Pings and events of unknown names mean nothing."""

    def __init__(self) -> None:
        super().__init__()
        self._is_stopped = False
        self._calls: dict[int, int] = {}
        """By the index of its block, the number of a call."""
        self._usage = WireUsage()

    def read(self, data: bytes, found: list[Event]) -> None:
        try:
            happened = told(_decoder, data)
        except UNREADABLE as error:
            if kind_of(data) in READ:
                self.fail(Failure(502, f"an event of the stream cannot be read ({error})"), found)
            return
        match happened:
            case _Event(type="message_start", message=_Message() as message):
                found.append(Started(message.id, message.model))
                self._use(message.usage, found)
            case _Event(type="content_block_start", content_block=Block() as block):
                self._block(happened.index, block, found)
            case _Event(type="content_block_delta", delta=_Delta() as delta):
                self._delta(happened.index, delta, found)
            case _Event(type="message_delta", delta=_Delta() as delta):
                self._use(happened.usage, found)
                self._stop(delta, found)
            case _Event(type="message_stop"):
                self.is_over = True
                found.append(Finished() if self._is_stopped else Failed(CUT_SHORT))
            case _Event(type="error"):
                error = happened.error or ErrorFields()
                self.fail(failure_of(status_in_stream(error), error, happened.request_id), found)
            case _:
                pass

    def _use(self, usage: WireUsage | None, found: list[Event]) -> None:
        """The numbers of `message_delta` replace those of `message_start`, where it has them."""
        if usage is None:
            return
        for field in usage.__struct_fields__:
            if (value := getattr(usage, field)) is not None:
                setattr(self._usage, field, value)
        found.append(Used(tokens_of(self._usage) or Tokens(), tier_of(self._usage)))

    def _block(self, index: int, block: Block, found: list[Event]) -> None:
        match block.type:
            case "text" if block.text:
                found.append(TextDelta(block.text))
            case "tool_use":
                number = self._calls[index] = len(self._calls)
                found.append(CallStarted(number, block.id, block.name))
                whole = bytes(block.input)
                if whole not in (b"", b"{}", b"null"):  # the arguments at once, as some servers have it
                    found.append(CallDelta(number, whole.decode()))
            case "thinking" if block.thinking or block.signature:  # at once, as some servers have it
                found.append(ReasoningDelta(block.thinking, block.signature or None))
            case "redacted_thinking":
                found.append(ReasoningDelta(redacted=block.data))
            case _:
                pass

    def _delta(self, index: int, delta: _Delta, found: list[Event]) -> None:
        match delta.type:
            case "text_delta":
                found.append(TextDelta(delta.text))
            case "thinking_delta":
                found.append(ReasoningDelta(delta.thinking))
            case "signature_delta":
                found.append(ReasoningDelta(signature=delta.signature))
            case "input_json_delta" if index in self._calls and delta.partial_json:
                found.append(CallDelta(self._calls[index], delta.partial_json))
            case _:
                pass

    def _stop(self, delta: _Delta, found: list[Event]) -> None:
        if delta.stop_details is not None and delta.stop_details.explanation:
            found.append(RefusalDelta(delta.stop_details.explanation))
        stop = stop_of(delta.stop_reason)
        if stop is not None:
            self._is_stopped = True
            found.append(Stopped(stop, delta.stop_sequence))


class StreamWriter:
    """Our events into Anthropic's. Blocks come one after another; what ends the message waits for its usage."""

    def __init__(self, options: Options) -> None:
        self._kind: str | int | None = None
        """Of the open block: its type, or the number of its call."""
        self._blocks = 0
        self._stopped = Stopped(Stop.END)
        self._used = Used(Tokens())
        self._refusals: list[str] = []
        self._is_over = False

    def write(self, happened: Event) -> bytes:
        """The events that this one is. A second candidate has no place here, and cannot have been asked for."""
        if self._is_over or getattr(happened, "candidate", 0):
            return b""
        match happened:
            case Started():
                return self._start(happened)
            case TextDelta():
                return self._text(happened.text)
            case RefusalDelta():
                self._refusals.append(happened.text)
                return self._text(happened.text)
            case ReasoningDelta():
                return self._thinking(happened)
            case CallStarted():
                return self._open(happened.call, call_block(happened.id, happened.name, {}))
            case CallDelta():
                if self._kind != happened.call:
                    failure = Failure(502, "the provider's stream goes on with a call that another one has ended")
                    return self.write(Failed(failure))
                return self._delta({"type": "input_json_delta", "partial_json": happened.arguments})
            case Stopped():
                self._stopped = happened
                return b""
            case Used():
                self._used = happened
                return b""
            case Failed():
                self._is_over = True
                return event(as_object(happened.failure), "error")
            case Finished():
                self._is_over = True
                return self._close() + self._end()

    def _start(self, started: Started) -> bytes:
        message: dict[str, Any] = {
            "id": named("msg_", started.id),
            "type": "message",
            "role": "assistant",
            "model": started.model,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "stop_details": None,
            "container": None,
            "diagnostics": None,
            "usage": usage_of(Tokens(), None),
        }
        return event({"type": "message_start", "message": message}, "message_start")

    def _text(self, text: str) -> bytes:
        opened = b"" if self._kind == "text" else self._open("text", text_block(""))
        return opened + self._delta({"type": "text_delta", "text": text})

    def _thinking(self, delta: ReasoningDelta) -> bytes:
        if delta.redacted is not None:
            return self._open("redacted", {"type": "redacted_thinking", "data": delta.redacted})
        block = {"type": "thinking", "thinking": "", "signature": ""}
        written = b"" if self._kind == "thinking" else self._open("thinking", block)
        if delta.text:
            written += self._delta({"type": "thinking_delta", "thinking": delta.text})
        if delta.signature is not None:
            written += self._delta({"type": "signature_delta", "signature": delta.signature}) + self._close()
        return written

    def _open(self, kind: str | int, block: dict[str, Any]) -> bytes:
        closed = self._close()
        self._kind = kind
        started = {"type": "content_block_start", "index": self._blocks, "content_block": block}
        return closed + event(started, "content_block_start")

    def _delta(self, delta: dict[str, Any]) -> bytes:
        return event({"type": "content_block_delta", "index": self._blocks, "delta": delta}, "content_block_delta")

    def _close(self) -> bytes:
        if self._kind is None:
            return b""
        self._kind = None
        self._blocks += 1
        return event({"type": "content_block_stop", "index": self._blocks - 1}, "content_block_stop")

    def _end(self) -> bytes:
        stop = self._stopped.stop
        delta = {
            "stop_reason": WORDS[stop],
            "stop_sequence": self._stopped.stop_sequence,
            "stop_details": details_of(stop, "".join(self._refusals) or None),
            "container": None,
        }
        usage = usage_of(self._used.tokens, None)
        for only_at_the_start in ("cache_creation", "inference_geo", "service_tier", "speed"):
            del usage[only_at_the_start]
        return event({"type": "message_delta", "delta": delta, "usage": usage}, "message_delta") + event(
            {"type": "message_stop"}, "message_stop"
        )
