"""A batch's input file on its way: the multipart form of the Files endpoint, its parts as OpenAI's own SDK sends them."""

from collections.abc import AsyncIterator

from bide.core.batchline import LINE_TAIL, line_head
from bide.providers.port import Submission
from bide.providers.transport import Upload


def form(submission: Submission, file_expiry: int) -> Upload:
    """The form that a batch's input file is uploaded with. Its length is known before it is made."""
    boundary = f"bide-{submission.tag}"
    head = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in (
            ("purpose", "batch"),
            ("expires_after[anchor]", "created_at"),
            ("expires_after[seconds]", str(file_expiry)),
        )
    )
    head += (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="bide-{submission.tag}.jsonl"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    tail = f"\r\n--{boundary}--\r\n"

    async def chunks() -> AsyncIterator[bytes]:
        yield head.encode()
        async for some in submission.lines():
            yield b"".join(
                [part for name, body in some for part in (line_head(name, submission.endpoint), body, LINE_TAIL)]
            )
        yield tail.encode()

    length = len(head) + submission.size + len(tail)
    return Upload(length, f"multipart/form-data; boundary={boundary}", chunks)
