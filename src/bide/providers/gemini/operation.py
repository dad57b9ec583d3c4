"""A batch of the Gemini API, which is a long-running operation, read as the engine sees it.

Both spellings of states have been seen, counters are strings, and those that are zero are left out.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import Raw, field

from bide.core.clock import SECOND
from bide.core.states import BatchOutcome
from bide.providers.gemini.status import Status, row_error
from bide.providers.port import Remote
from bide.providers.translated import understood

OUTCOMES = {
    "SUCCEEDED": BatchOutcome.COMPLETED,
    "PARTIALLY_SUCCEEDED": BatchOutcome.COMPLETED,
    "FAILED": BatchOutcome.FAILED,
    "CANCELLED": BatchOutcome.CANCELLED,
    "EXPIRED": BatchOutcome.EXPIRED,
}
"""The ends of a batch, by its state without `BATCH_STATE_` or `JOB_STATE_`."""

CANCELLED = 1
"""google.rpc.Code of an operation that was cancelled."""


class _Stats(msgspec.Struct, rename="camel"):
    request_count: int = 0
    successful_request_count: int = 0
    failed_request_count: int = 0


class _Inlined(msgspec.Struct, rename="camel"):
    inlined_responses: list[Raw] = field(default_factory=list[Raw])


class _Output(msgspec.Struct, rename="camel"):
    responses_file: str | None = None
    inlined_responses: _Inlined | None = None
    output: "_Output | None" = None

    @property
    def file(self) -> str | None:
        """Where the rows are."""
        return self.responses_file or (self.output.file if self.output else None)

    @property
    def items(self) -> Sequence[Raw] | None:
        """The rows themselves, where the requests came with the create."""
        if self.inlined_responses is not None:
            return self.inlined_responses.inlined_responses
        return self.output.items if self.output else None


class _Input(msgspec.Struct, rename="camel"):
    file_name: str | None = None


class _Metadata(msgspec.Struct, rename="camel"):
    display_name: str = ""
    state: str = ""
    create_time: datetime | None = None
    end_time: datetime | None = None
    update_time: datetime | None = None
    batch_stats: _Stats = field(default_factory=_Stats)
    input_config: _Input = field(default_factory=_Input)
    output: _Output = field(default_factory=_Output)


class Operation(msgspec.Struct):
    """A batch."""

    name: str
    metadata: _Metadata = field(default_factory=_Metadata)
    done: bool = False
    error: Status | None = None
    response: _Output | None = None

    @property
    def items(self) -> Sequence[Raw] | None:
        """The results of a batch whose requests came with its create; None while, or where, it shows none."""
        shown = self.metadata.output.items
        return shown if shown is not None or self.response is None else self.response.items

    @property
    def results(self) -> str | None:
        """Where they are read: a file, or the batch itself."""
        file = self.metadata.output.file or (self.response.file if self.response else None)
        return file or (self.name if self.items is not None else None)


class Page(msgspec.Struct, rename="camel"):
    """A page of batches."""

    operations: list[Operation] = field(default_factory=list[Operation])
    next_page_token: str = ""


_operations = msgspec.json.Decoder(Operation, strict=False)
_pages = msgspec.json.Decoder(Page, strict=False)


def read_operation(body: bytes) -> Operation:
    """A batch. Raises `OverloadedError` where a 2xx is none."""
    return understood(_operations, body)


def read_page(body: bytes) -> Page:
    """A page of batches. Raises `OverloadedError` where a 2xx is none."""
    return understood(_pages, body)


def remote(operation: Operation) -> Remote:
    """The batch as the engine sees it."""
    known, stats = operation.metadata, operation.metadata.batch_stats
    outcome = _outcome(operation)
    problem = operation.error if outcome is BatchOutcome.FAILED else None
    return Remote(
        provider_id=operation.name,
        status=known.state,
        outcome=outcome,
        cancelling=False,  # there is no such state
        total=stats.request_count,
        completed=stats.successful_request_count,
        failed=stats.failed_request_count,
        output_file=operation.results,
        errors=(row_error(problem),) if problem else (),
        created_at=instant(known.create_time),
        ended_at=instant(known.end_time or known.update_time) if outcome else None,
    )


def state_of(word: str) -> str:
    """A state without what stands before it."""
    return word.removeprefix("BATCH_STATE_").removeprefix("JOB_STATE_")


def instant(moment: datetime | None) -> int | None:
    """Microseconds since 1970."""
    return None if moment is None else round(moment.timestamp() * SECOND)


def _outcome(operation: Operation) -> BatchOutcome | None:
    found = OUTCOMES.get(state_of(operation.metadata.state))
    if found is not None or not operation.done:
        return found
    if operation.error is None:
        return BatchOutcome.COMPLETED
    return BatchOutcome.CANCELLED if operation.error.code == CANCELLED else BatchOutcome.FAILED
