"""An answer, or an error, in no provider's words."""

from enum import StrEnum

from msgspec import Struct

from bide.core.usage import Usage
from bide.providers.translate.parts import Part


class Stop(StrEnum):
    """Why an answer ended."""

    END = "end"
    SEQUENCE = "sequence"
    LENGTH = "length"
    CONTEXT = "context"
    TOOLS = "tools"
    FILTERED = "filtered"
    REFUSED = "refused"
    PAUSED = "paused"
    FAILED = "failed"


class Tokens(Struct, frozen=True, gc=False):
    """What an answer consumed. `input` is all of the prompt: cached and written tokens are parts of it."""

    input: int = 0
    cached: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    output: int = 0
    reasoning: int = 0

    @property
    def cache_write(self) -> int:
        """Tokens written into the cache, for however long."""
        return self.cache_write_5m + self.cache_write_1h

    def usage(self) -> Usage:
        """The same in the kinds that have a price."""
        return Usage(
            input=self.input,
            cached=self.cached,
            cache_write=self.cache_write,
            output=self.output,
            reasoning=self.reasoning,
            cache_write_1h=self.cache_write_1h,
        )


class Candidate(Struct, frozen=True):
    """One of the answers. `stop` is None where the provider did not say."""

    parts: tuple[Part, ...]
    stop: Stop | None = None
    stop_sequence: str | None = None


class Reply(Struct, frozen=True):
    """An answer. `created` is in seconds since 1970, None where the wire has none; `tier` in OpenAI's words or `batch`."""

    id: str
    model: str
    candidates: tuple[Candidate, ...]
    created: int | None = None
    tokens: Tokens | None = None
    tier: str | None = None


class Failure(Struct, frozen=True):
    """An error. `status` is HTTP's; `code` and `type` are the provider's words."""

    status: int
    message: str
    code: str | None = None
    type: str | None = None
    param: str | None = None
    request_id: str | None = None
