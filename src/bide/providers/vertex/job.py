"""A batch prediction job of Vertex AI, read as the engine sees it."""

from datetime import datetime

import msgspec
from msgspec import field

from bide.core.states import BatchOutcome
from bide.providers.gemini.operation import OUTCOMES, instant, state_of
from bide.providers.gemini.status import Status, row_error
from bide.providers.port import Remote
from bide.providers.translated import understood

LABEL = "bide_tag"
"""The label that carries our tag. Jobs are found by it."""

CANCELLING = "CANCELLING"


class _Stats(msgspec.Struct, rename="camel"):
    """How many rows came to what; -1 for what is not known."""

    successful_count: int = 0
    failed_count: int = 0
    incomplete_count: int = 0


class _Source(msgspec.Struct):
    uris: list[str] = field(default_factory=list[str])


class _Input(msgspec.Struct, rename="camel"):
    gcs_source: _Source = field(default_factory=_Source)


class _Output(msgspec.Struct, rename="camel"):
    gcs_output_directory: str | None = None


class Job(msgspec.Struct, rename="camel"):
    """A batch."""

    name: str
    display_name: str = ""
    state: str = ""
    input_config: _Input = field(default_factory=_Input)
    output_info: _Output = field(default_factory=_Output)
    completion_stats: _Stats | None = None
    error: Status | None = None
    create_time: datetime | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    update_time: datetime | None = None
    labels: dict[str, str] = field(default_factory=dict[str, str])


class Page(msgspec.Struct, rename="camel"):
    """A page of batches."""

    batch_prediction_jobs: list[Job] = field(default_factory=list[Job])
    next_page_token: str = ""


_jobs = msgspec.json.Decoder(Job, strict=False)
_pages = msgspec.json.Decoder(Page, strict=False)


def read_job(body: bytes) -> Job:
    """A batch. Raises `OverloadedError` where a 2xx is none."""
    return understood(_jobs, body)


def read_page(body: bytes) -> Page:
    """A page of batches. Raises `OverloadedError` where a 2xx is none."""
    return understood(_pages, body)


def remote(job: Job) -> Remote:
    """The batch as the engine sees it. What it has finished is in its directory, whatever its end."""
    state, stats = state_of(job.state), job.completion_stats or _Stats()
    outcome = OUTCOMES.get(state)
    completed, failed = max(0, stats.successful_count), max(0, stats.failed_count)
    # An error may stand beside a cancel as well; there it says nothing new.
    problem = (job.error or Status()) if outcome is BatchOutcome.FAILED else None
    return Remote(
        provider_id=job.name,
        status=job.state,
        outcome=outcome,
        cancelling=state == CANCELLING,
        total=completed + failed + max(0, stats.incomplete_count),
        completed=completed,
        failed=failed,
        output_file=results(job, outcome),
        errors=(row_error(problem),) if problem else (),
        created_at=instant(job.create_time),
        started_at=instant(job.start_time),
        ended_at=instant(job.end_time or job.update_time) if outcome else None,
    )


def results(job: Job, outcome: BatchOutcome | None) -> str | None:
    """The directory of a job's results. One that ends in a slash may be empty, whatever the counters say: they are for
    people."""
    directory, stats = job.output_info.gcs_output_directory, job.completion_stats
    if outcome is None or not directory:
        return None
    if stats is None:
        surely = outcome in (BatchOutcome.COMPLETED, BatchOutcome.CANCELLED)
    else:
        surely = outcome is BatchOutcome.COMPLETED or stats.successful_count > 0 or stats.failed_count > 0
    return directory.rstrip("/") + ("" if surely else "/")
