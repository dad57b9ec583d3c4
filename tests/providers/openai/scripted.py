"""A transport whose replies are given beforehand, and which keeps what was sent."""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.providers.replies import MadeUp

from bide.core.batchline import LINE_TAIL, line_head
from bide.providers.port import Lines, Submission
from bide.providers.transport import IDLE_TIMEOUT, Reply, ReplyLostError, Upload

ENDPOINT = "/v1/chat/completions"


@dataclass(frozen=True)
class Sent:
    """A request as it arrived. `body` is whole."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, object]:
        return json.loads(self.body)


class Scripted:
    """Implements `bide.providers.transport.Transport`; None among the replies is a lost one."""

    def __init__(self, *replies: MadeUp | None) -> None:
        self.replies = list(replies)
        self.sent: list[Sent] = []

    @asynccontextmanager
    async def exchange(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | Upload | None = None,
        idle_timeout: float = IDLE_TIMEOUT,
    ) -> AsyncGenerator[Reply]:
        sent = dict(headers)
        if isinstance(body, Upload):
            sent["Content-Type"] = body.content_type
            length, body = body.length, b"".join([chunk async for chunk in body.chunks()])
            assert len(body) == length
        self.sent.append(Sent(method, url, sent, body or b""))
        reply = self.replies.pop(0)
        if reply is None:
            raise ReplyLostError
        yield reply

    async def close(self) -> None:
        assert not self.replies


def reply(body: object, status: int = 200, **headers: str) -> MadeUp:
    """A reply with this JSON, or these bytes."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return MadeUp(status, {name.replace("_", "-"): value for name, value in headers.items()}, [raw])


def submission(*bodies: bytes, tag: str = "tag1", model: str = "gpt-x") -> Submission:
    """A batch of these bodies, ``tag1-00000000000`` on."""
    requests = [(f"{tag}-{number:011d}", body) for number, body in enumerate(bodies)]
    size = sum(len(line_head(name, ENDPOINT)) + len(body) + len(LINE_TAIL) for name, body in requests)

    async def lines() -> AsyncIterator[Lines]:
        for request in requests:
            yield [request]

    return Submission(tag, model, ENDPOINT, len(bodies), size, lines)


def form_of(sent: Sent) -> tuple[dict[str, str], bytes]:
    """The fields of a multipart form, and its file."""
    boundary = sent.headers["Content-Type"].partition("boundary=")[2].encode()
    fields: dict[str, str] = {}
    file = b""
    for part in sent.body.split(b"--" + boundary + b"\r\n")[1:]:
        head, _, content = part.partition(b"\r\n\r\n")
        name = head.partition(b'name="')[2].partition(b'"')[0].decode()
        if b"filename=" in head:
            file = content.removesuffix(b"\r\n--" + boundary + b"--\r\n")
        else:
            fields[name] = content.removesuffix(b"\r\n").decode()
    return fields, file
