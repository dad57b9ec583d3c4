"""The provider seam: the verbs an adapter supplies, and the values that cross it. Its errors are `failures`.

An adapter holds no state, retries nothing and decides nothing: time, retries, persistence and rules are the engine's.
It translates. A provider is done when `bide.testing.provider_conformance` passes.
"""

import enum
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import msgspec

from bide.core.quota import Documented, Told
from bide.core.states import BatchOutcome
from bide.core.usage import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a provider accepts in one batch, as data. `source` says where it is written, `checked_on` when we looked."""

    max_requests: int
    max_bytes: int
    batches_per_hour: int
    window: int
    """Microseconds from creation to expiry of a batch."""
    cancel_bound: int
    """Microseconds a cancel may take before the batch ends."""
    listing_delay: int
    """Microseconds after which a batch that the listing does not show was never created."""
    min_requests: int = 1
    """Fewer than these are no batch: they go another way."""
    keeps_expired: bool = True
    """Whether what was finished can still be had when the window is over. Where not, bide cancels before its end."""
    inline_requests: int = 0
    """A batch of up to so many requests comes whole with its create, where the provider takes it so: no file lies there."""
    inline_bytes: int = 0
    """The most bytes of such a create, as it goes out."""
    quotas: tuple[Documented, ...] = ()
    """What the account's queue may hold, and its folder of files; each with its own source."""
    source: str
    checked_on: str


class EarlyResults(enum.StrEnum):
    """How the output file of a running batch is read on, where it has every row as soon as it is finished."""

    SKIP = "skip"
    OFFSET = "offset"
    """By the query parameter of that name: how many lines from the file's beginning are left out."""
    WHOLE = "whole"
    """From its beginning each time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flex:
    """A provider's flex tier: calls at about the batch price, answered late or turned away free of charge.

    `endpoints` may be called so; which models have it, the price list says. `documented` is False for previews, which are off
    unless an account's settings turn them on.
    """

    endpoints: frozenset[str]
    documented: bool = True
    source: str
    checked_on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a provider can do.

    `endpoints` are the request URLs that may be called in real time, `batch_endpoints` those that may stand in a batch,
    None where they are the same. `tagged` says whether a batch carries our tag at the provider, so that it can be found
    by it. Without one, at most one create at a time is under way or in doubt in an account.
    """

    batch: bool
    realtime: bool
    streaming: bool
    endpoints: frozenset[str]
    batch_endpoints: frozenset[str] | None = None
    native: frozenset[str] | None = None
    """Those whose bodies it takes as they are, None for all; the bodies of the others are translated."""
    tagged: bool = True
    early_results: EarlyResults | None = None
    """How rows are had while their batch runs, None where they are not; the adapter is an `EarlyProvider` then."""
    flex: Flex | None = None
    """Its flex tier, where it has one and the account uses it."""
    source: str
    checked_on: str

    def batches(self, endpoint: str) -> bool:
        """Whether requests of an endpoint may stand in a batch."""
        return self.batch and endpoint in (self.batch_endpoints or self.endpoints)


class Call(msgspec.Struct, frozen=True, gc=False):
    """One request in real time. `attempt` is our id for it, sent along for the provider's support desk; `model` is what the
    body names. `headers` are the caller's, in lower case: an adapter passes on those that its protocol knows."""

    endpoint: str
    body: bytes
    attempt: str
    model: str = ""
    headers: Mapping[str, str] = msgspec.field(default_factory=dict[str, str])
    tier: str | None = None
    """The service tier to ask for, in OpenAI's words (`default`, `flex`), whatever the body says of it; None: as the body says."""


class RateHeaders(msgspec.Struct, frozen=True, gc=False):
    """What a reply told about the account's rate limit; None where it was silent.

    `reset_*` are microseconds until the budget is whole again.
    """

    limit_requests: int | None = None
    limit_tokens: int | None = None
    remaining_requests: int | None = None
    remaining_tokens: int | None = None
    reset_requests: int | None = None
    reset_tokens: int | None = None


class Verdict(enum.StrEnum):
    """What a provider did with one row or call."""

    ANSWERED = "answered"
    ERRORED = "errored"
    NOT_RUN = "refused"
    """It was never run: expired, cancelled, over quota. Costs nothing, does not count as a try."""


class Row(msgspec.Struct, frozen=True, gc=False):
    """The outcome of one call, or of one line of a result file.

    `custom_id` is ours, None when the line could not be read. `response` is the raw JSON object
    ``{"status_code": …, "request_id": …, "body": …}`` exactly as the provider sent it (built by us for a real-time
    call), or empty. `permanent` means that the same request would fail again.
    """

    custom_id: str | None
    verdict: Verdict
    response: bytes = b""
    status: int | None = None
    code: str | None = None
    message: str | None = None
    permanent: bool = False
    usage: Usage | None = None
    created: int | None = None
    """When the provider says it made the answer, in microseconds."""
    tier: str | None = None
    """The service tier that it says it answered in."""


class Answer(msgspec.Struct, frozen=True, gc=False):
    """The outcome of a call together with what its headers said."""

    row: Row
    rates: RateHeaders


Lines = Sequence[tuple[str, bytes]]
"""Requests of a batch in their order: our id, and the body as the caller's protocol has it."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A batch on its way to a provider. `tag` is in its metadata, its file's name and every `custom_id` of its rows.

    `lines` makes a new iterator over the requests each time, some at a time. As OpenAI's batch lines they have `size`
    bytes (`bide.core.batchline`).
    """

    tag: str
    model: str
    endpoint: str
    requests: int
    size: int
    lines: Callable[[], AsyncIterator[Lines]]


@dataclass(frozen=True, slots=True)
class Sought:
    """A batch whose create nobody answered: what it can be known by.

    It was created from `since` to `until`, in microseconds. `claimed` are the provider's ids of the account's other
    batches that are known to be ours.
    """

    tag: str
    input_file: str | None
    requests: int
    since: int
    claimed: frozenset[str] = frozenset()
    until: int | None = None


TOO_FEW = "too_few_requests"
"""The batch is smaller than its provider, or the model there, takes. Its parts would be as well."""

BATCH_REFUSED = "batch_refused"
"""The provider does not take the batch, whatever is on its lines: a role that it cannot take on, a folder that it cannot
read; or there is no batch that could hold these requests."""

PROVIDER_FAILED = "provider_failed"
"""A batch broke off at its provider, for a reason that is not on its lines: the same one may do better."""


@dataclass(frozen=True, slots=True)
class RowError:
    """One entry of a batch's validation errors. `line` counts from 1; None where the batch as a whole is meant."""

    code: str
    message: str
    line: int | None = None
    param: str | None = None
    limit: int | None = None
    """The quota in tokens that a refusal for its sake names."""


@dataclass(frozen=True, slots=True)
class Remote:
    """A batch as the provider shows it. `outcome` is None while it runs. Counters are for people, never for decisions."""

    provider_id: str
    status: str
    outcome: BatchOutcome | None
    cancelling: bool
    total: int
    completed: int
    failed: int
    output_file: str | None = None
    error_file: str | None = None
    errors: tuple[RowError, ...] = field(default=())
    created_at: int | None = None
    started_at: int | None = None
    ended_at: int | None = None
    expires_at: int | None = None
    told: tuple[Told, ...] = ()
    """What the reply to a create said about quotas."""


class Provider(Protocol):
    """One account at one provider."""

    account: str
    """What the user calls it: `openai`, or a name from the config."""
    catalogue: str
    """Whose prices apply, as the price catalogue names the provider."""
    serves: tuple[str, ...]
    """Patterns (`fnmatch`) of the bare model names that are this account's."""
    limits: Limits
    capabilities: Capabilities

    def check(self, endpoint: str, body: bytes) -> None:
        """Whether the provider can be asked this at all.

        Raises:
            UntranslatableError: the body says something that cannot be said to this provider.
        """
        ...

    async def send(self, call: Call) -> Answer:
        """Run one request in real time.

        An error *in* the reply is an `Answer` whose row is `errored` or `refused`; only what prevents a reply raises.

        Raises:
            NotSentError, ReplyLostError: see `bide.providers.transport`.
            UnauthorisedError, BusyError, OverloadedError, OutOfCreditError
            ScarceError: the flex tier has no capacity for it.
        """
        ...

    def stream(self, call: Call) -> AsyncIterator[bytes]:
        """The provider's event stream for a request whose body asks for one, byte for byte.

        Raises, before the first byte:
            StreamRefusedError: an error came in its place.
            whatever `send` raises.
        """
        ...

    async def stage(self, submission: Submission) -> str | None:
        """Upload what a batch needs beforehand and give its id; None where the provider needs nothing.

        Costs nothing and may be repeated.
        """
        ...

    async def submit(self, submission: Submission, input_file: str | None) -> Remote:
        """Create the batch: one request, never repeated here.

        Raises:
            ReplyLostError, OverloadedError: it may exist; look it up with `find`.
            NotSentError, RejectedError, QuotaError, SlotsError, BusyError, UnauthorisedError: it does not exist.
        """
        ...

    async def find(self, sought: Sought) -> Remote | None:
        """The batch that is sought, proven to be it; None where nothing that the provider shows can be it.

        Raises:
            UndecidedError: something may be it, which shows only when it has ended.
        """
        ...

    async def poll(self, provider_id: str) -> Remote:
        """The batch's present state. Raises `MissingError` where the provider does not know it (yet, or any more)."""
        ...

    def harvest(self, file: str, endpoint: str) -> AsyncIterator[list[Row]]:
        """The rows of a result file, in the file's order, a chunk at a time; responses as `endpoint` has them.

        A line that is not understood is a row without `custom_id`.
        """
        ...

    async def cancel(self, provider_id: str) -> Remote:
        """Ask for the end of a batch; what it has finished still comes. A batch that has ended is returned as it is."""
        ...

    async def discard(self, file: str) -> None:
        """Delete a file at the provider; a file that is gone already is fine."""
        ...


@runtime_checkable
class KeepingProvider(Protocol):
    """An account that keeps the responses that it gave."""

    async def recall(self, method: str, path: str) -> Answer:
        """Ask about a response, cancel it or delete it: `path` is what follows the endpoint, as in ``/resp_1/cancel``.

        Raises what `Provider.send` raises.
        """
        ...


@runtime_checkable
class EarlyProvider(Protocol):
    """An account whose running batches show what they have finished."""

    def finished(self, file: str, endpoint: str, skip: int) -> AsyncIterator[list[Row]]:
        """The rows of a file that still grows, but for its first `skip`; otherwise as `Provider.harvest`.

        A last line without an end is left out: it is still being written. Rows may yet appear before those that were
        shown, so whoever reads this reads the whole file at the batch's end. Raises `MissingError` while there is none.
        """
        ...


@runtime_checkable
class CountingProvider(Protocol):
    """An account whose provider tells how many tokens a message would be."""

    async def count_tokens(self, call: Call) -> Answer:
        """``{"input_tokens": …}`` for a body of Messages, of which `max_tokens` may be missing. It is free of charge.

        Raises what `Provider.send` raises; an error in the reply is an `Answer`, too.
        """
        ...
