"""What happens in a stream, in no provider's words.

Order: `Started`, then any of the deltas, `Stopped` once a candidate, `Used` at any time (the last one counts), and at the
end `Finished`, or `Failed` at any point and nothing after it. `candidate` numbers the answers of one request.
"""

from msgspec import Struct

from bide.providers.translate.answer import Failure, Stop, Tokens


class Started(Struct, frozen=True, gc=False):
    """The answer begins. `created` is in seconds since 1970."""

    id: str
    model: str
    created: int | None = None


class TextDelta(Struct, frozen=True, gc=False):
    """More words."""

    text: str
    candidate: int = 0


class RefusalDelta(Struct, frozen=True, gc=False):
    """More words by which the model declines."""

    text: str
    candidate: int = 0


class ReasoningDelta(Struct, frozen=True, gc=False):
    """More thoughts, or the signature that seals those before it, or thoughts in sealed form."""

    text: str = ""
    signature: str | None = None
    redacted: str | None = None
    candidate: int = 0


class CallStarted(Struct, frozen=True, gc=False):
    """The model begins a call. `call` numbers the calls of one candidate from 0."""

    call: int
    id: str
    name: str
    candidate: int = 0


class CallDelta(Struct, frozen=True, gc=False):
    """More of a call's arguments, as JSON text."""

    call: int
    arguments: str
    candidate: int = 0


class Stopped(Struct, frozen=True, gc=False):
    """A candidate is complete."""

    stop: Stop
    stop_sequence: str | None = None
    candidate: int = 0


class Used(Struct, frozen=True, gc=False):
    """What was consumed so far; a later one replaces it. `tier` in OpenAI's words, None where it was not told."""

    tokens: Tokens
    tier: str | None = None


class Failed(Struct, frozen=True, gc=False):
    """The stream broke, or the provider said so."""

    failure: Failure


class Finished(Struct, frozen=True, gc=False):
    """Nothing follows."""


Event = (
    Started | TextDelta | RefusalDelta | ReasoningDelta | CallStarted | CallDelta | Stopped | Used | Failed | Finished
)
