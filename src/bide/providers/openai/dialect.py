"""What differs from OpenAI's protocol at a provider that speaks it with an accent, as data.

What every reader can be lenient about without a mistake (capitals, ISO times, ids of "" where null is meant, fields that are
missing) is no field here: it is read everywhere.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bide.core.batchline import line_head
from bide.core.states import BatchOutcome
from bide.providers.port import RowError

PREFIX = "/v1"
"""What a base URL ends with and an endpoint begins with."""


@dataclass(frozen=True, slots=True)
class RateNames:
    """The headers that tell the rate limit: of requests and of tokens, each as limit, remaining, reset.

    `per_minute` is how often the period of the limits fits into a minute.
    """

    requests: tuple[str, str, str] = (
        "x-ratelimit-limit-requests",
        "x-ratelimit-remaining-requests",
        "x-ratelimit-reset-requests",
    )
    tokens: tuple[str, str, str] = (
        "x-ratelimit-limit-tokens",
        "x-ratelimit-remaining-tokens",
        "x-ratelimit-reset-tokens",
    )
    per_minute: int = 1
    known: frozenset[str] = field(init=False)
    """All of them."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "known", frozenset((*self.requests, *self.tokens)))


OPENAI_RATES = RateNames()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a message means that has no code of its own. The group ``line`` of the pattern, if any, is the line's number."""

    pattern: re.Pattern[str]
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How one provider wants to be spoken to. The defaults are OpenAI's."""

    key_header: str = "Authorization"
    key_prefix: str = "Bearer "
    query: str = ""
    """Stands behind every path, as in ``api-version=2024-10-21``."""
    prefixed: bool = True
    """Whether batches and their lines name an endpoint with its ``/v1``."""
    deployed: frozenset[str] = frozenset()
    """Endpoints whose calls go to a path of their deployment."""

    upload_path: str = "/files"
    upload_fields: Mapping[str, str] = field(default_factory=lambda: {"purpose": "batch"})
    """Fields of the upload's form beside the file; ``{name}`` is the file's name."""
    file_expiry: int | None = 14 * 24 * 3600
    """Seconds that our files are kept if bide never gets to delete them, None where the provider takes no wish."""
    waits_for_file: bool = False
    """Whether an uploaded file is read before it can be used; its status says when."""
    validates_uploads: bool = False
    """Whether a file is looked at while it is uploaded, so that a refusal of the upload is about its lines."""
    bare_lines: bool = False
    """Whether lines have no method and no url."""
    longest_line: int | None = None
    """Bytes of the longest line that is taken; a longer one would fail the whole batch."""

    metadata: bool = True
    """Whether a batch keeps metadata. Where it keeps none, it is found by its input, which no other batch has."""
    outcomes: Mapping[str, BatchOutcome] = field(
        default_factory=lambda: {
            "completed": BatchOutcome.COMPLETED,
            "expired": BatchOutcome.EXPIRED,
            "cancelled": BatchOutcome.CANCELLED,
            "failed": BatchOutcome.FAILED,
        }
    )
    """Statuses, in small letters, of batches that have ended."""
    codes: Mapping[str, str] = field(default_factory=dict[str, str])
    """OpenAI's codes of validation errors by the provider's own."""
    readings: Sequence[Reading] = ()
    """Messages that say more than their code."""
    rates: RateNames = OPENAI_RATES

    def path(self, path: str) -> str:
        """A path of the account's protocol."""
        return f"{path}{'&' if '?' in path else '?'}{self.query}" if self.query else path

    def call_path(self, endpoint: str, deployment: str) -> str:
        """Where a call to an endpoint goes."""
        own = endpoint.removeprefix(PREFIX)
        return self.path(f"/deployments/{deployment}{own}" if own in self.deployed else own)

    def batch_endpoint(self, endpoint: str) -> str:
        """An endpoint as batches name it."""
        return endpoint if self.prefixed else endpoint.removeprefix(PREFIX)

    def line_head(self, custom_id: str, endpoint: str) -> bytes:
        """What stands before the body in a line of an input file."""
        if self.bare_lines:
            return f'{{"custom_id":"{custom_id}","body":'.encode()
        return line_head(custom_id, self.batch_endpoint(endpoint))

    def row_error(
        self, code: str | None, message: str | None, line: int | None = None, param: str | None = None
    ) -> RowError:
        """An error about a batch or one of its lines, in OpenAI's words."""
        text = message or ""
        for reading in self.readings:
            if found := reading.pattern.search(text):
                named = found.groupdict().get("line")
                return RowError(reading.code, text, int(named) if named else line, param)
        return RowError(self.codes.get(code or "", code or "unknown"), text, line, param)


OPENAI = Dialect()
