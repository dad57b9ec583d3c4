"""A streamed chat completion, read and written."""

from typing import Any

import msgspec

from bide.providers.decoding import UNREADABLE
from bide.providers.translate.answer import Failure, Stop, Tokens
from bide.providers.translate.chat.error import ErrorFields, as_object, failure_of, status_in_stream
from bide.providers.translate.chat.reply import TIERS, WORDS, Piece, WireUsage, stop_of, text_of, tokens_of, usage_of
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
from bide.providers.translate.naming import named
from bide.providers.translate.reading import told
from bide.providers.translate.sent_reader import SentReader
from bide.providers.translate.spoke import Options
from bide.providers.translate.sse import event

DONE = b"[DONE]"


class _Function(msgspec.Struct, gc=False):
    name: str | None = None
    arguments: str | None = None


class _Call(msgspec.Struct, gc=False):
    index: int = 0
    id: str | None = None
    function: _Function | None = None


class _Delta(msgspec.Struct, gc=False):
    content: str | list[Piece] | None = None
    refusal: str | None = None
    tool_calls: list[_Call] | None = None


class _Choice(msgspec.Struct, gc=False):
    index: int = 0
    delta: _Delta | None = None
    finish_reason: str | None = None


class _Chunk(msgspec.Struct, gc=False):
    id: str = ""
    model: str = ""
    created: float | None = None
    choices: list[_Choice] | None = None
    usage: WireUsage | None = None
    service_tier: str | None = None
    error: ErrorFields | str | None = None


_decoder = msgspec.json.Decoder(_Chunk)


class StreamReader(SentReader):
    """Chunks into events."""

    def __init__(self) -> None:
        super().__init__()
        self._is_started = False
        self._calls: dict[int, list[str]] = {}
        """By candidate, the ids of its calls."""
        self._open: dict[tuple[int, int], int] = {}
        """By candidate and the number that the provider has for it, the number of a call."""
        self._refused: set[int] = set()
        self._tier: str | None = None

    def read(self, data: bytes, found: list[Event]) -> None:
        if data == DONE:
            self.is_over = True
            found.append(Finished() if self.is_complete else Failed(CUT_SHORT))
            return
        try:
            chunk = told(_decoder, data)
        except UNREADABLE as error:
            self.fail(Failure(502, f"a chunk of the stream cannot be read ({error})"), found)
            return
        if chunk.error is not None:
            error = ErrorFields(chunk.error) if isinstance(chunk.error, str) else chunk.error
            self.fail(failure_of(status_in_stream(error), error), found)
            return
        if not self._is_started and (chunk.id or chunk.choices):  # Azure's first chunk is about filters, and nameless
            self._is_started = True
            found.append(Started(chunk.id, chunk.model, int(chunk.created) if chunk.created else None))
        self._tier = chunk.service_tier or self._tier
        for choice in chunk.choices or ():
            self._choice(choice, found)
        tokens = tokens_of(chunk.usage)
        if tokens is not None:
            found.append(Used(tokens, self._tier))

    def _choice(self, choice: _Choice, found: list[Event]) -> None:
        delta, candidate = choice.delta, choice.index
        if delta is not None:
            if text := text_of(delta.content):
                found.append(TextDelta(text, candidate))
            if delta.refusal:
                self._refused.add(candidate)
                found.append(RefusalDelta(delta.refusal, candidate))
            for call in delta.tool_calls or ():
                self._call(call, candidate, found)
        stop = stop_of(choice.finish_reason, candidate in self._refused, candidate in self._calls)
        if stop is not None:
            self.is_complete = True
            found.append(Stopped(stop, candidate=candidate))

    def _call(self, call: _Call, candidate: int, found: list[Event]) -> None:
        function = call.function or _Function()
        key, calls = (candidate, call.index), self._calls.setdefault(candidate, [])
        number = self._open.get(key)
        # Some servers number every call 0, and tell them apart by id and name.
        if number is None or (call.id and calls[number] and call.id != calls[number] and function.name):
            number = self._open[key] = len(calls)
            calls.append(call.id or "")
            found.append(CallStarted(number, call.id or "", function.name or "", candidate))
        if function.arguments:
            found.append(CallDelta(number, function.arguments, candidate))


class StreamWriter:
    """Events into chunks."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._started = Started("", "", None)
        self._greeted: set[int] = set()
        self._used: Used | None = None

    def write(self, happened: Event) -> bytes:
        """The chunks that this event is. Thoughts have no place in them; they are counted."""
        match happened:
            case Started():
                self._started = happened
                return b""
            case TextDelta():
                return self._delta(happened.candidate, {"content": happened.text})
            case RefusalDelta():
                return self._delta(happened.candidate, {"refusal": happened.text})
            case CallStarted():
                function = {"name": happened.name, "arguments": ""}
                call = {"index": happened.call, "id": happened.id, "type": "function", "function": function}
                return self._delta(happened.candidate, {"tool_calls": [call]})
            case CallDelta():
                call = {"index": happened.call, "function": {"arguments": happened.arguments}}
                return self._delta(happened.candidate, {"tool_calls": [call]})
            case Stopped():
                return self._delta(happened.candidate, {}, happened.stop)
            case Used():
                self._used = happened
                return b""
            case Failed():
                return event(as_object(happened.failure))
            case Finished():
                return self._usage() + b"data: [DONE]\n\n"
            case ReasoningDelta():
                return b""

    def _delta(self, candidate: int, delta: dict[str, Any], stop: Stop | None = None) -> bytes:
        if candidate not in self._greeted:
            self._greeted.add(candidate)
            delta = {"role": "assistant", **delta}
        reason = WORDS[stop] if stop is not None else None
        return self._chunk([{"index": candidate, "delta": delta, "logprobs": None, "finish_reason": reason}])

    def _chunk(self, choices: list[dict[str, Any]], tokens: Tokens | None = None) -> bytes:
        started = self._started
        chunk: dict[str, Any] = {
            "id": named("chatcmpl-", started.id),
            "object": "chat.completion.chunk",
            "created": self._options.created if started.created is None else started.created,
            "model": started.model,
        }
        tier = self._used.tier if self._used is not None else None
        chunk["service_tier"] = TIERS.get(tier or "", tier)
        chunk["choices"] = choices
        if self._options.include_usage:
            chunk["usage"] = usage_of(tokens) if tokens is not None else None
        return event(chunk)

    def _usage(self) -> bytes:
        if not self._options.include_usage or self._used is None:
            return b""
        return self._chunk([], self._used.tokens)
