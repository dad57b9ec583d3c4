"""A streamed answer of Converse, read and written: AWS's frames, and events of JSON in them."""

from typing import Any

import msgspec

from bide.providers.decoding import UNREADABLE
from bide.providers.translate.answer import Failure, Stop, Tokens
from bide.providers.translate.converse.content import id_of
from bide.providers.translate.converse.error import name_for
from bide.providers.translate.converse.failed_frame import failure_in
from bide.providers.translate.converse.frames import BrokenFrameError, Frame, Frames, frame
from bide.providers.translate.converse.reply import (
    WORDS,
    WRITTEN_TIERS,
    WireTier,
    WireUsage,
    stop_of,
    tier_of,
    tokens_of,
    usage_of,
)
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
from bide.providers.translate.reading import told
from bide.providers.translate.spoke import Options


class _ToolUse(msgspec.Struct, gc=False, rename="camel"):
    tool_use_id: str = ""
    name: str = ""
    input: str = ""
    type: str | None = None


class _Reasoning(msgspec.Struct, gc=False, rename="camel"):
    text: str = ""
    signature: str | None = None
    redacted_content: str | None = None


class _Block(msgspec.Struct, gc=False, rename="camel"):
    text: str | None = None
    tool_use: _ToolUse | None = None
    reasoning_content: _Reasoning | None = None


class _Event(msgspec.Struct, gc=False, rename="camel"):
    """Any event: its name is in the frame's headers."""

    content_block_index: int = 0
    start: _Block | None = None
    delta: _Block | None = None
    stop_reason: str | None = None
    usage: WireUsage | None = None
    service_tier: WireTier | None = None


_decoder = msgspec.json.Decoder(_Event)
_encode = msgspec.json.Encoder().encode


class StreamReader:
    """Frames into events. `metadata` is the last one, and what it tells is all that can be missing."""

    def __init__(self) -> None:
        self._frames = Frames()
        self._is_over = False
        self._is_stopped = False
        self._calls: dict[int, int] = {}
        """By the index of its block, the number of a call."""

    def feed(self, data: bytes) -> list[Event]:
        """The events that these bytes complete."""
        found: list[Event] = []
        if self._is_over:
            return found
        try:
            for one in self._frames.feed(data):
                if not self._is_over:
                    self._frame(one, found)
        except BrokenFrameError as error:
            if not self._is_over:
                self._fail(Failure(502, f"a frame of the stream cannot be read: {error}"), found)
        return found

    def end(self) -> list[Event]:
        """No more bytes come."""
        if self._is_over:
            return []
        self._is_over = True
        is_whole = self._is_stopped and self._frames.is_between
        return [Finished() if is_whole else Failed(CUT_SHORT)]

    def _frame(self, frame: Frame, found: list[Event]) -> None:
        failure = failure_in(frame)
        if failure is not None:
            self._fail(failure, found)
            return
        try:
            happened = told(_decoder, frame.payload or b"{}")
        except UNREADABLE as error:
            self._fail(Failure(502, f"an event of the stream cannot be read ({error})"), found)
            return
        self._event(frame.headers.get(":event-type", ""), happened, found)

    def _fail(self, failure: Failure, found: list[Event]) -> None:
        self._is_over = True
        found.append(Failed(failure))

    def _event(self, name: str, happened: _Event, found: list[Event]) -> None:
        """Events of unknown names mean nothing."""
        match name:
            case "messageStart":
                found.append(Started("", ""))
            case "contentBlockStart" if happened.start is not None and happened.start.tool_use is not None:
                use = happened.start.tool_use
                if use.type is None:
                    number = self._calls[happened.content_block_index] = len(self._calls)
                    found.append(CallStarted(number, use.tool_use_id, use.name))
            case "contentBlockDelta" if happened.delta is not None:
                self._delta(happened.content_block_index, happened.delta, found)
            case "messageStop":
                self._is_stopped = True
                found.append(Stopped(stop_of(happened.stop_reason) or Stop.END))
            case "metadata":
                tier = happened.service_tier.type if happened.service_tier is not None else None
                found.append(Used(tokens_of(happened.usage) or Tokens(), tier_of(tier)))
                if self._is_stopped:
                    self._is_over = True
                    found.append(Finished())
            case _:
                pass

    def _delta(self, index: int, delta: _Block, found: list[Event]) -> None:
        if delta.text:
            found.append(TextDelta(delta.text))
        if delta.tool_use is not None and index in self._calls and delta.tool_use.input:
            found.append(CallDelta(self._calls[index], delta.tool_use.input))
        if delta.reasoning_content is not None:
            thought = delta.reasoning_content
            found.append(ReasoningDelta(thought.text, thought.signature, thought.redacted_content))


class StreamWriter:
    """Events into frames. Blocks come one after another; what ends the message waits for its usage."""

    def __init__(self, options: Options) -> None:
        self._kind: str | int | None = None
        """Of the open block: its kind, or the number of its call."""
        self._blocks = 0
        self._stop = Stop.END
        self._used = Used(Tokens())
        self._is_over = False

    def write(self, happened: Event) -> bytes:
        """The frames that this event is. A second candidate has no place here, and cannot have been asked for."""
        if self._is_over or getattr(happened, "candidate", 0):
            return b""
        match happened:
            case Started():
                return _written("messageStart", {"role": "assistant"})
            case TextDelta() | RefusalDelta():
                return self._delta("text", {"text": happened.text})
            case ReasoningDelta():
                return self._thought(happened)
            case CallStarted():
                use = {"toolUseId": id_of(happened.id), "name": happened.name}
                closed, self._kind = self._close(), happened.call
                start = {"start": {"toolUse": use}, "contentBlockIndex": self._blocks}
                return closed + _written("contentBlockStart", start)
            case CallDelta():
                if self._kind != happened.call:
                    failure = Failure(502, "the provider's stream goes on with a call that another one has ended")
                    return self.write(Failed(failure))
                return self._delta(happened.call, {"toolUse": {"input": happened.arguments}})
            case Stopped():
                self._stop = happened.stop
                return b""
            case Used():
                self._used = happened
                return b""
            case Failed():
                self._is_over = True
                return _exception(happened.failure)
            case Finished():
                self._is_over = True
                return self._close() + self._end()

    def _thought(self, delta: ReasoningDelta) -> bytes:
        thought: dict[str, Any] = {"text": delta.text} if delta.text else {}
        written = self._delta("reasoning", {"reasoningContent": thought}) if thought else b""
        if delta.signature is not None:
            written += self._delta("reasoning", {"reasoningContent": {"signature": delta.signature}}) + self._close()
        if delta.redacted is not None:
            written += self._close() + self._delta(
                "redacted", {"reasoningContent": {"redactedContent": delta.redacted}}
            )
        return written

    def _delta(self, kind: str | int, delta: dict[str, Any]) -> bytes:
        closed = b""
        if self._kind != kind:
            closed, self._kind = self._close(), kind
        return closed + _written("contentBlockDelta", {"delta": delta, "contentBlockIndex": self._blocks})

    def _close(self) -> bytes:
        if self._kind is None:
            return b""
        self._kind = None
        self._blocks += 1
        return _written("contentBlockStop", {"contentBlockIndex": self._blocks - 1})

    def _end(self) -> bytes:
        metadata: dict[str, Any] = {"usage": usage_of(self._used.tokens), "metrics": {"latencyMs": 0}}
        if self._used.tier in WRITTEN_TIERS:
            metadata["serviceTier"] = {"type": self._used.tier}
        return _written("messageStop", {"stopReason": WORDS[self._stop]}) + _written("metadata", metadata)


def _written(name: str, data: dict[str, Any]) -> bytes:
    headers = {":event-type": name, ":content-type": "application/json", ":message-type": "event"}
    return frame(headers, _encode(data))


def _exception(failure: Failure) -> bytes:
    name = name_for(failure)
    name = name[:1].lower() + name[1:]
    headers = {":exception-type": name, ":content-type": "application/json", ":message-type": "exception"}
    return frame(headers, _encode({"message": failure.message}))
