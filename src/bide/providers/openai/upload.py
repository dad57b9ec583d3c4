"""A batch's input file on its way: its lines, and the multipart form of the Files endpoint as OpenAI's own SDK sends it."""

from collections.abc import AsyncIterator

from bide.core.batchline import LINE_TAIL, line_overhead
from bide.core.identifiers import CUSTOM_ID_LENGTH
from bide.providers.failures import RejectedError
from bide.providers.openai.dialect import Dialect
from bide.providers.openai.naming import rename_model
from bide.providers.port import RowError, Submission
from bide.providers.transport import Upload


def file_name(submission: Submission) -> str:
    """What the file is called, at the provider or in a bucket."""
    return f"bide-{submission.tag}.jsonl"


async def lines(submission: Submission, dialect: Dialect, deployment: str) -> AsyncIterator[bytes]:
    """The file, some lines at a time; bodies name `deployment` in the place of their model."""
    renamed = deployment != submission.model
    async for some in submission.lines():
        yield b"".join(
            [
                part
                for name, body in some
                for part in (
                    dialect.line_head(name, submission.endpoint),
                    rename_model(body, deployment) if renamed else body,
                    LINE_TAIL,
                )
            ]
        )


LINE_TOO_LARGE = "line_too_large"


async def refuse_long_lines(submission: Submission, dialect: Dialect) -> None:
    """Raise `RejectedError` for the first line that the provider would not read."""
    longest = dialect.longest_line
    if longest is None or submission.size <= longest:
        return
    number = 0
    async for some in submission.lines():
        for name, body in some:
            number += 1
            length = len(dialect.line_head(name, submission.endpoint)) + len(body) + len(LINE_TAIL)
            if length > longest:
                message = f"the request has {length:,} bytes as a line of a batch; {longest:,} are taken"
                raise RejectedError(message, code=LINE_TOO_LARGE, errors=(RowError(LINE_TOO_LARGE, message, number),))


async def size(submission: Submission, dialect: Dialect, deployment: str) -> int:
    """Bytes of the file, known before it is sent. Where bodies are changed they have to be gone through for it."""
    if deployment != submission.model:
        return sum([len(chunk) async for chunk in lines(submission, dialect, deployment)])
    head = len(dialect.line_head("-" * CUSTOM_ID_LENGTH, submission.endpoint)) + len(LINE_TAIL)
    return submission.size + submission.requests * (head - line_overhead(submission.endpoint))


async def form(submission: Submission, dialect: Dialect, deployment: str) -> Upload:
    """The form that a batch's input file is uploaded with."""
    boundary, name = f"bide-{submission.tag}", file_name(submission)
    fields = {key: value.format(name=name) for key, value in dialect.upload_fields.items()}
    if dialect.file_expiry is not None:
        fields |= {"expires_after[anchor]": "created_at", "expires_after[seconds]": str(dialect.file_expiry)}
    head = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
        for key, value in fields.items()
    )
    head += (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    tail = f"\r\n--{boundary}--\r\n"

    async def chunks() -> AsyncIterator[bytes]:
        yield head.encode()
        async for chunk in lines(submission, dialect, deployment):
            yield chunk
        yield tail.encode()

    length = len(head) + await size(submission, dialect, deployment) + len(tail)
    return Upload(length, f"multipart/form-data; boundary={boundary}", chunks)
