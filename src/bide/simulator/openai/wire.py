"""Files, batches and models as OpenAI's protocol shows them: every field of its description, nulls included.

Instants on the wire are whole seconds since 1970.
"""

from collections.abc import Sequence

import msgspec

from bide.core.clock import SECOND
from bide.core.usage import Usage


def seconds(instant: int | None) -> int | None:
    """An instant in microseconds as the wire writes it."""
    return None if instant is None else instant // SECOND


class FileObject(msgspec.Struct, kw_only=True):
    id: str
    object: str = "file"
    bytes: int
    created_at: int
    expires_at: int | None
    filename: str
    purpose: str
    status: str = "processed"
    status_details: str | None = None


class Deleted(msgspec.Struct):
    id: str
    object: str = "file"
    deleted: bool = True


class RequestCounts(msgspec.Struct):
    total: int = 0
    completed: int = 0
    failed: int = 0


class InputDetails(msgspec.Struct):
    cached_tokens: int


class OutputDetails(msgspec.Struct):
    reasoning_tokens: int


class BatchUsage(msgspec.Struct):
    input_tokens: int
    input_tokens_details: InputDetails
    output_tokens: int
    output_tokens_details: OutputDetails
    total_tokens: int


def batch_usage(usage: Usage) -> BatchUsage:
    """The sum over a batch's successful rows."""
    return BatchUsage(
        usage.input,
        InputDetails(usage.cached),
        usage.output,
        OutputDetails(usage.reasoning),
        usage.input + usage.output,
    )


class ValidationError(msgspec.Struct):
    code: str
    message: str
    param: str | None = None
    line: int | None = None


class ValidationErrors(msgspec.Struct):
    data: list[ValidationError]
    object: str = "list"


class BatchObject(msgspec.Struct, kw_only=True):
    id: str
    object: str = "batch"
    endpoint: str
    model: str | None
    errors: ValidationErrors | None
    input_file_id: str
    completion_window: str
    status: str
    output_file_id: str | None
    error_file_id: str | None
    created_at: int
    in_progress_at: int | None
    expires_at: int | None
    finalizing_at: int | None
    completed_at: int | None
    failed_at: int | None
    expired_at: int | None
    cancelling_at: int | None
    cancelled_at: int | None
    request_counts: RequestCounts
    usage: BatchUsage | None
    metadata: dict[str, str] | None


class Page(msgspec.Struct):
    """One page of a list; `first_id` and `last_id` are null when it is empty."""

    object: str
    data: Sequence[FileObject | BatchObject]
    first_id: str | None
    last_id: str | None
    has_more: bool


def page(objects: Sequence[FileObject | BatchObject], *, more: bool) -> Page:
    """A page of these objects."""
    return Page("list", objects, objects[0].id if objects else None, objects[-1].id if objects else None, more)


class RowResponse(msgspec.Struct):
    status_code: int
    request_id: str
    body: object


class RowError(msgspec.Struct):
    code: str
    message: str


class RowLine(msgspec.Struct):
    """A line of an output or error file."""

    id: str
    custom_id: str
    response: RowResponse | None
    error: RowError | None = None


class ModelObject(msgspec.Struct):
    id: str
    object: str
    created: int
    owned_by: str


class ModelList(msgspec.Struct):
    object: str
    data: list[ModelObject]
