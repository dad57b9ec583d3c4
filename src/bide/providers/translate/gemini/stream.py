"""A streamed answer of generateContent (`alt=sse`), read and written. Each chunk is an answer in itself."""

from typing import Any

import msgspec

from bide.providers.decoding import UNREADABLE
from bide.providers.translate.answer import Failure, Stop
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
from bide.providers.translate.gemini.calls import answer_id, id_of
from bide.providers.translate.gemini.error import ErrorFields, as_object, failure_of, status_in_stream
from bide.providers.translate.gemini.reply import (
    WORDS,
    Answer,
    WireCandidate,
    WirePart,
    arguments_of,
    parts_of,
    refusal_of,
    stop_of,
    tier_of,
    tokens_of,
    usage_of,
)
from bide.providers.translate.parts import Part, Reasoning, Text, ToolCall
from bide.providers.translate.reading import told
from bide.providers.translate.sent_reader import SentReader
from bide.providers.translate.spoke import Options
from bide.providers.translate.sse import event


class _Chunk(Answer, gc=False, rename="camel"):
    error: ErrorFields | None = None


_decoder = msgspec.json.Decoder(_Chunk)
_broken = msgspec.json.Decoder(list[_Chunk])


class StreamReader(SentReader):
    """Chunks into events. No word ends the stream, so it is complete when it ends after an answer has stopped."""

    def __init__(self) -> None:
        super().__init__()
        self._made: str | None = None
        """What ids of calls are made from; None before the first chunk."""
        self._calls: dict[int, int] = {}
        """By candidate, how many calls it has made."""

    def read(self, data: bytes, found: list[Event]) -> None:
        try:
            chunk = told(_broken, data)[0] if data.startswith(b"[") else told(_decoder, data)
        except (*UNREADABLE, IndexError) as error:
            self.fail(Failure(502, f"a chunk of the stream cannot be read ({error})"), found)
            return
        if chunk.error is not None:
            self.fail(failure_of(status_in_stream(chunk.error), chunk.error), found)
            return
        if self._made is None:
            self._made = answer_id(chunk.response_id, data)
            created = int(chunk.create_time.timestamp()) if chunk.create_time is not None else None
            found.append(Started(chunk.response_id or "", chunk.model_version or "", created))
        for candidate in chunk.candidates or ():
            if not self.is_over:
                self._candidate(candidate, self._made, found)
        if self.is_over:
            return
        blocked = refusal_of(chunk.prompt_feedback)
        if blocked is not None and not chunk.candidates:
            self.is_complete = True
            found += [RefusalDelta(blocked), Stopped(Stop.FILTERED)]
        tokens = tokens_of(chunk.usage_metadata)
        if tokens is not None:
            found.append(Used(tokens, tier_of(chunk.usage_metadata)))

    def _candidate(self, candidate: WireCandidate, made: str, found: list[Event]) -> None:
        index = candidate.index or 0
        for part in (candidate.content.parts or ()) if candidate.content is not None else ():
            if part.function_call is not None:
                self._call(part, index, made, found)
            elif part.inline_data is not None:
                self.fail(Failure(502, "the answer has a picture, which no other API has a place for"), found)
                return
            elif part.text:
                found.append(
                    ReasoningDelta(part.text, candidate=index) if part.thought else TextDelta(part.text, index)
                )
        stop = stop_of(candidate.finish_reason, index in self._calls)
        if stop is not None:
            self.is_complete = True
            found.append(Stopped(stop, candidate=index))

    def _call(self, part: WirePart, index: int, made: str, found: list[Event]) -> None:
        call = part.function_call
        if call is None:
            return
        number = self._calls.get(index, 0)
        self._calls[index] = number + 1
        answer = f"{made}_{index}" if index else made
        id_ = id_of(call.id, number, answer, part.thought_signature)
        found += [CallStarted(number, id_, call.name or "", index), CallDelta(number, arguments_of(part), index)]


class StreamWriter:
    """Events into chunks. A call has to be whole, so it waits for what ends it."""

    def __init__(self, options: Options) -> None:
        self._started = Started("", "")
        self._used: Used | None = None
        self._calls: dict[int, tuple[int, ToolCall]] = {}
        """By candidate, the number of the call that is not yet whole, and the call."""
        self._is_over = False
        self._stops: list[Stopped] = []

    def write(self, happened: Event) -> bytes:
        """The chunks that this event is."""
        if self._is_over:
            return b""
        match happened:
            case Started():
                self._started = happened
                return b""
            case TextDelta() | RefusalDelta():
                return self._flush(happened.candidate) + self._part(happened.candidate, Text(happened.text))
            case ReasoningDelta():
                written = self._flush(happened.candidate)
                return written + self._part(happened.candidate, Reasoning(happened.text)) if happened.text else written
            case CallStarted():
                written = self._flush(happened.candidate)
                self._calls[happened.candidate] = happened.call, ToolCall(happened.id, happened.name, "")
                return written
            case CallDelta():
                number, call = self._calls.get(happened.candidate, (None, ToolCall("", "", "")))
                if number != happened.call:
                    failure = Failure(502, "the provider's stream goes on with a call that another one has ended")
                    return self.write(Failed(failure))
                whole = ToolCall(call.id, call.name, call.arguments + happened.arguments)
                self._calls[happened.candidate] = happened.call, whole
                return b""
            case Stopped():
                self._stops.append(happened)
                return self._flush(happened.candidate)
            case Used():
                self._used = happened
                return b""
            case Failed():
                self._is_over = True
                return event(as_object(happened.failure))
            case Finished():
                return self._end()

    def _flush(self, candidate: int) -> bytes:
        found = self._calls.pop(candidate, None)
        return b"" if found is None else self._part(candidate, found[1])

    def _part(self, candidate: int, part: Part) -> bytes:
        return self._chunk([{"content": {"role": "model", "parts": parts_of([part])}, "index": candidate}])

    def _end(self) -> bytes:
        """Reasons and usage come last, together: by then the usage is known."""
        content = {"role": "model", "parts": [{"text": ""}]}
        return self._chunk(
            [
                {"content": content, "finishReason": WORDS[stopped.stop], "index": stopped.candidate}
                for stopped in self._stops
            ]
        )

    def _chunk(self, candidates: list[dict[str, Any]]) -> bytes:
        chunk: dict[str, Any] = {"candidates": candidates}
        if self._used is not None:
            chunk["usageMetadata"] = usage_of(self._used.tokens, self._used.tier)
        return event({**chunk, "modelVersion": self._started.model, "responseId": self._started.id})
