"""A streamed response, written. Items come one after another, and the last event has all of them again."""

from typing import Any

from bide.providers.translate.answer import Failure, Stop, Tokens
from bide.providers.translate.chat.error import as_object
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
from bide.providers.translate.parts import Refusal, Text
from bide.providers.translate.responses.reply import REDACTED, SEALED, call, content, message, response, thought
from bide.providers.translate.spoke import Options
from bide.providers.translate.sse import event

Json = dict[str, Any]

IDS = {"text": "msg", "refusal": "msg", "reasoning": SEALED, REDACTED: REDACTED}
"""How the ids of items begin, by their kind."""


class StreamWriter:
    """Our events into OpenAI's."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._started = Started("", "")
        self._number = 0
        self._items: list[Json] = []
        self._kind: str | int | None = None
        """Of the open item: `text`, `refusal`, `reasoning`, `redacted`, or the number of its call."""
        self._told = ""
        """What the open item says so far."""
        self._sealed: str | None = None
        self._open_call: CallStarted | None = None
        self._stop = Stop.END
        self._used: Used | None = None
        self._is_over = False

    def write(self, happened: Event) -> bytes:
        """The events that this one is. A second candidate has no place here, and cannot have been asked for."""
        if self._is_over or getattr(happened, "candidate", 0):
            return b""
        match happened:
            case Started():
                self._started = happened
                begun = self._response(None)
                return self._event("response.created", response=begun) + self._event(
                    "response.in_progress", response=begun
                )
            case TextDelta():
                return self._say("text", happened.text)
            case RefusalDelta():
                return self._say("refusal", happened.text)
            case ReasoningDelta():
                return self._think(happened)
            case CallStarted():
                closed = self._close()
                self._kind, self._open_call = happened.call, happened
                return closed + self._added(self._call("in_progress", ""))
            case CallDelta():
                if self._kind != happened.call:
                    failure = Failure(502, "the provider's stream goes on with a call that another one has ended")
                    return self.write(Failed(failure))
                self._told += happened.arguments
                return self._of_item("response.function_call_arguments.delta", delta=happened.arguments)
            case Stopped():
                self._stop = happened.stop
                return b""
            case Used():
                self._used = happened
                return b""
            case Failed():
                self._is_over = True
                return self._failure(happened.failure)
            case Finished():
                return self._end()

    def _say(self, kind: str, text: str) -> bytes:
        """A text and a refusal are pieces of messages; each has its own message here."""
        written = b""
        if self._kind != kind:
            written = self._close()
            self._kind = kind
            written += self._added(message(self._id("msg"), "in_progress"))
            written += self._of_item("response.content_part.added", content_index=0, part=self._piece(""))
        self._told += text
        name = "response.output_text.delta" if kind == "text" else "response.refusal.delta"
        logprobs: Json = {"logprobs": []} if kind == "text" else {}
        return written + self._of_item(name, content_index=0, delta=text, **logprobs)

    def _piece(self, text: str) -> Json:
        return content(Text(text) if self._kind == "text" else Refusal(text))

    def _think(self, delta: ReasoningDelta) -> bytes:
        written, kind = b"", "reasoning" if delta.redacted is None else REDACTED
        if self._kind != kind:
            written = self._close()
            self._kind = kind
            written += self._added(thought(self._id(IDS[kind]), "", None))
        if delta.text:
            if not self._told:
                empty = {"type": "summary_text", "text": ""}
                written += self._of_item("response.reasoning_summary_part.added", summary_index=0, part=empty)
            self._told += delta.text
            written += self._of_item("response.reasoning_summary_text.delta", summary_index=0, delta=delta.text)
        self._sealed = delta.signature or delta.redacted
        return written + self._close() if self._sealed is not None else written

    def _close(self) -> bytes:
        """The open item is complete."""
        if self._kind is None:
            return b""
        told, written = self._told, b""
        match self._kind:
            case "text" | "refusal":
                piece = self._piece(told)
                name, field = ("refusal", "refusal") if self._kind == "refusal" else ("output_text", "text")
                logprobs: Json = {"logprobs": []} if field == "text" else {}
                written = self._of_item(f"response.{name}.done", content_index=0, **{field: told}, **logprobs)
                written += self._of_item("response.content_part.done", content_index=0, part=piece)
                item = {**message(self._id("msg")), "content": [piece]}
            case "reasoning" | "redacted":
                if told:
                    part = {"type": "summary_text", "text": told}
                    written = self._of_item("response.reasoning_summary_text.done", summary_index=0, text=told)
                    written += self._of_item("response.reasoning_summary_part.done", summary_index=0, part=part)
                item = thought(self._id(IDS[self._kind]), told, self._sealed)
            case _:
                item = self._call("completed", told)
                written = self._of_item("response.function_call_arguments.done", arguments=told)
        written += self._event("response.output_item.done", output_index=len(self._items), item=item)
        self._items.append(item)
        self._kind, self._told, self._sealed = None, "", None
        return written

    def _call(self, status: str, arguments: str) -> Json:
        begun = self._open_call or CallStarted(0, "", "")
        return call(self._id("fc"), begun.id, begun.name, arguments, status)

    def _end(self) -> bytes:
        closed = self._close()
        self._is_over = True
        whole = self._response(self._stop)
        return closed + self._event(f"response.{whole['status']}", response=whole)

    def _failure(self, failure: Failure) -> bytes:
        """As OpenAI's types have an error, and under `error` again: that is where its SDK looks before it raises."""
        code = failure.code or failure.type or "server_error"
        return self._event("error", code=code, message=failure.message, param=failure.param, **as_object(failure))

    def _response(self, stop: Stop | None) -> Json:
        started, used = self._started, self._used
        created = self._options.created if started.created is None else started.created
        tokens = (used.tokens if used is not None else Tokens()) if stop is not None else None
        tier = used.tier if used is not None else None
        return response(started.id, started.model, created, self._items, stop, tokens, tier, self._options.asked)

    def _id(self, kind: str) -> str:
        return f"{kind}_{self._started.id}_{len(self._items)}"

    def _added(self, item: Json) -> bytes:
        return self._event("response.output_item.added", output_index=len(self._items), item=item)

    def _of_item(self, type_: str, **more: Any) -> bytes:
        kind = IDS.get(str(self._kind), "fc")
        return self._event(type_, item_id=self._id(kind), output_index=len(self._items), **more)

    def _event(self, type_: str, **more: Any) -> bytes:
        self._number += 1
        return event({"type": type_, "sequence_number": self._number - 1, **more}, type_)
