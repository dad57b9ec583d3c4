"""A model invocation job, read as the engine sees it."""

from datetime import datetime

import msgspec
from msgspec import field

from bide.core.clock import HOUR, SECOND
from bide.core.states import BatchOutcome
from bide.providers.bedrock.errors import row_error
from bide.providers.port import Remote
from bide.providers.translated import understood

OUTCOMES = {
    "Completed": BatchOutcome.COMPLETED,
    "PartiallyCompleted": BatchOutcome.EXPIRED,
    "Expired": BatchOutcome.EXPIRED,
    "Stopped": BatchOutcome.CANCELLED,
    "Failed": BatchOutcome.FAILED,
}
"""Statuses of jobs that have ended. Time ran out for two of them: for one while it ran, for the other before it began."""

STOPPING = "Stopping"


class _S3(msgspec.Struct, rename="camel"):
    s3_uri: str = ""


class _Input(msgspec.Struct, rename="camel"):
    s3_input_data_config: _S3 = field(default_factory=_S3)


class _Output(msgspec.Struct, rename="camel"):
    s3_output_data_config: _S3 = field(default_factory=_S3)


class Job(msgspec.Struct, rename="camel"):
    """A job. Only the ARN is sure to be there; counters may be missing, or 0, while it begins."""

    job_arn: str
    job_name: str = ""
    status: str = ""
    message: str | None = None
    client_request_token: str | None = None
    submit_time: datetime | None = None
    last_modified_time: datetime | None = None
    end_time: datetime | None = None
    job_expiration_time: datetime | None = None
    timeout_duration_in_hours: int | None = None
    input_data_config: _Input = field(default_factory=_Input)
    output_data_config: _Output = field(default_factory=_Output)
    total_record_count: int | None = None
    processed_record_count: int | None = None
    success_record_count: int | None = None
    error_record_count: int | None = None

    @property
    def input_file(self) -> str:
        """The object that holds its requests."""
        return self.input_data_config.s3_input_data_config.s3_uri

    @property
    def processed(self) -> int:
        """How many records it has answered or failed, as far as it tells."""
        done = (self.success_record_count or 0) + (self.error_record_count or 0)
        return max(self.processed_record_count or 0, done)


class Page(msgspec.Struct, rename="camel"):
    """A page of the listing."""

    invocation_job_summaries: list[Job] = field(default_factory=list[Job])
    next_token: str | None = None


class Created(msgspec.Struct, rename="camel"):
    """What a create is answered with."""

    job_arn: str


_jobs = msgspec.json.Decoder(Job, strict=False)
_pages = msgspec.json.Decoder(Page, strict=False)
_created = msgspec.json.Decoder(Created)


def read_job(body: bytes) -> Job:
    """A job. Raises `OverloadedError` where a 2xx is none."""
    return understood(_jobs, body)


def read_page(body: bytes) -> Page:
    """A page of jobs. Raises `OverloadedError` where a 2xx is none."""
    return understood(_pages, body)


def read_created(body: bytes) -> str:
    """The ARN of a new job. Raises `OverloadedError` where a 2xx names none."""
    return understood(_created, body).job_arn


def new_remote(arn: str, created_at: int | None) -> Remote:
    """A job that was created just now: nothing but its name is told."""
    return Remote(arn, "Submitted", None, False, 0, 0, 0, created_at=created_at)


def remote(job: Job) -> Remote:
    """The job as the engine sees it."""
    outcome = OUTCOMES.get(job.status)
    failed = outcome is BatchOutcome.FAILED
    if failed and job.processed:  # it broke off while it ran: what it has finished is paid for, and can be read
        outcome = BatchOutcome.CANCELLED
    return Remote(
        provider_id=job.job_arn,
        status=job.status,
        outcome=outcome,
        cancelling=job.status == STOPPING,
        total=job.total_record_count or 0,
        completed=job.success_record_count or 0,
        failed=job.error_record_count or 0,
        output_file=results(job) if outcome is not None else None,
        errors=(row_error(job.message or "no reason was told"),) if outcome is BatchOutcome.FAILED else (),
        created_at=instant(job.submit_time),
        ended_at=instant(job.end_time or job.last_modified_time) if outcome else None,
        expires_at=_expiry(job),
    )


def results(job: Job) -> str:
    """The directory of a job's results. One that ends in a slash may be empty, as that of a job that never began."""
    base = job.output_data_config.s3_output_data_config.s3_uri.rstrip("/")
    surely = job.status == "Completed" or job.processed > 0
    return f"{base}/{identifier(job.job_arn)}{'' if surely else '/'}"


def identifier(arn: str) -> str:
    """The short id of a job."""
    return arn.rpartition("/")[2]


def instant(moment: datetime | None) -> int | None:
    """Microseconds since 1970."""
    return None if moment is None else round(moment.timestamp() * SECOND)


def _expiry(job: Job) -> int | None:
    if job.job_expiration_time is not None:
        return instant(job.job_expiration_time)
    began = instant(job.submit_time)
    if began is None or job.timeout_duration_in_hours is None:
        return None
    return began + job.timeout_duration_in_hours * HOUR
