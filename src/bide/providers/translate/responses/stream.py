"""A streamed response, read."""

import msgspec

from bide.providers.decoding import UNREADABLE
from bide.providers.translate.answer import Failure, Stop
from bide.providers.translate.chat.error import STATUSES, ErrorFields, failure_of, status_in_stream
from bide.providers.translate.events import (
    CallDelta,
    CallStarted,
    Event,
    Finished,
    ReasoningDelta,
    RefusalDelta,
    Started,
    Stopped,
    TextDelta,
    Used,
)
from bide.providers.translate.reading import told
from bide.providers.translate.responses.reply import Answer, Item, stop_of, tokens_of
from bide.providers.translate.sent_reader import SentReader
from bide.providers.translate.sse import kind_of

FAILURES = {"rate_limit_exceeded": 429, "invalid_prompt": 400, "server_is_overloaded": 503, "slow_down": 429}
"""The status that an error inside a stream would have had, by its code."""


class _Event(msgspec.Struct, gc=False):
    type: str = ""
    response: Answer | None = None
    item: Item | None = None
    output_index: int = 0
    summary_index: int = 0
    delta: str = ""
    arguments: str = ""
    code: str | int | None = None
    message: str | None = None
    param: str | None = None
    error: ErrorFields | None = None


_decoder = msgspec.json.Decoder(_Event)

READ = frozenset(
    {
        "error",
        "response.cancelled",
        "response.completed",
        "response.created",
        "response.failed",
        "response.function_call_arguments.delta",
        "response.function_call_arguments.done",
        "response.in_progress",
        "response.incomplete",
        "response.output_item.added",
        "response.output_text.delta",
        "response.queued",
        "response.reasoning_summary_part.added",
        "response.reasoning_summary_text.delta",
        "response.reasoning_text.delta",
        "response.refusal.delta",
    }
)
"""Events that mean something."""


class StreamReader(SentReader):
    """OpenAI's events into ours. Events of unknown names mean nothing."""

    def __init__(self) -> None:
        super().__init__()
        self._is_started = False
        self._calls: dict[int, int] = {}
        """By the index of its item, the number of a call."""
        self._told: set[int] = set()
        """Items whose arguments came in pieces."""

    def read(self, data: bytes, found: list[Event]) -> None:
        try:
            happened = told(_decoder, data)
        except UNREADABLE as error:
            if (kind := kind_of(data)) is None or kind in READ:
                self.fail(Failure(502, f"an event of the stream cannot be read ({error})"), found)
            return
        index = happened.output_index
        match happened.type:
            case "response.created" | "response.in_progress" | "response.queued" if happened.response is not None:
                self._start(happened.response, found)
            case "response.output_item.added" if happened.item is not None and happened.item.type == "function_call":
                number = self._calls[index] = len(self._calls)
                found.append(CallStarted(number, happened.item.call_id or "", happened.item.name or ""))
            case "response.output_text.delta":
                found.append(TextDelta(happened.delta))
            case "response.refusal.delta":
                found.append(RefusalDelta(happened.delta))
            case "response.reasoning_summary_text.delta" | "response.reasoning_text.delta":
                found.append(ReasoningDelta(happened.delta))
            case "response.reasoning_summary_part.added" if happened.summary_index:
                found.append(ReasoningDelta("\n\n"))
            case "response.function_call_arguments.delta" if index in self._calls:
                self._told.add(index)
                found.append(CallDelta(self._calls[index], happened.delta))
            case "response.function_call_arguments.done" if index in self._calls and index not in self._told:
                found.append(CallDelta(self._calls[index], happened.arguments))
            case "response.completed" | "response.incomplete" if happened.response is not None:
                self._end(happened.response, found)
            case "response.failed" | "response.cancelled" | "error":
                self.fail(_failure(happened), found)
            case _:
                pass

    def _start(self, answer: Answer, found: list[Event]) -> None:
        if not self._is_started:
            self._is_started = True
            found.append(Started(answer.id, answer.model, int(answer.created_at) if answer.created_at else None))

    def _end(self, answer: Answer, found: list[Event]) -> None:
        self._start(answer, found)
        self.is_over = True
        tokens = tokens_of(answer.usage)
        if tokens is not None:
            found.append(Used(tokens, answer.service_tier))
        found += [Stopped(stop_of(answer) or Stop.END), Finished()]


def _failure(happened: _Event) -> Failure:
    """The error of an event, which has it in itself, in `error`, or in its response."""
    error = happened.error or ErrorFields(happened.message, None, happened.param, happened.code)
    if happened.response is not None and happened.response.error is not None:
        error = ErrorFields(happened.response.error.message, None, None, happened.response.error.code)
    code = str(error.code)
    status = FAILURES.get(code) or STATUSES.get(code) or status_in_stream(error)
    return failure_of(status, error)
