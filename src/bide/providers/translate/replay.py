"""A whole answer as the stream it could have been: for callers who asked for a stream and got their answer from a batch."""

from collections.abc import Iterator

from bide.providers.translate import NO_OPTIONS, SPOKES
from bide.providers.translate.answer import Candidate, Reply, Stop
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
from bide.providers.translate.parts import Reasoning, Refusal, Text, ToolCall
from bide.providers.translate.spoke import Options
from bide.providers.translate.wire import Wire


def replay(body: bytes, wire: Wire, options: Options = NO_OPTIONS) -> bytes:
    """An answer's body as an event stream of the same format. What a stream has no event for (sources, say) it lacks.

    Raises:
        UntranslatableError: it is no answer of that format.
    """
    spoke = SPOKES[wire]
    writer = spoke.stream_writer(options)
    return b"".join([writer.write(event) for event in _events(spoke.read_reply(body))])


def _events(reply: Reply) -> Iterator[Event]:
    yield Started(reply.id, reply.model, reply.created)
    for number, candidate in enumerate(reply.candidates):
        yield from _candidate(candidate, number)
    if reply.tokens is not None:
        yield Used(reply.tokens, reply.tier)
    yield Finished()


def _candidate(candidate: Candidate, number: int) -> Iterator[Event]:
    calls = 0
    for part in candidate.parts:
        match part:
            case Text():
                yield TextDelta(part.text, number)
            case Refusal():
                yield RefusalDelta(part.text, number)
            case Reasoning():
                yield ReasoningDelta(part.text, part.signature, part.redacted, number)
            case ToolCall():
                yield CallStarted(calls, part.id, part.name, number)
                yield CallDelta(calls, part.arguments, number)
                calls += 1
            case _:
                pass
    yield Stopped(candidate.stop or Stop.END, candidate.stop_sequence, number)
