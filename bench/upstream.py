"""A provider that costs next to nothing to ask: one canned answer, or a stream of paced events. Its URL is the first line."""

import asyncio
from typing import cast

import httptools
import uvloop

ANSWER = (
    b'{"id":"chatcmpl-1","object":"chat.completion","created":1763700000,"model":"gpt-4.1-mini","choices":[{"index":0,'
    b'"message":{"role":"assistant","content":"'
    + b"word "
    * 300
    + b'","refusal":null},"logprobs":null,"finish_reason":'
    b'"stop"}],"usage":{"prompt_tokens":400,"completion_tokens":300,"total_tokens":700},"service_tier":"default"}'
)

REPLY = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-request-id: req_1\r\ncontent-length: %d\r\n\r\n"
    % len(ANSWER)
) + ANSWER

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"

EVENT = (
    b'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1763700000,"model":"gpt-4.1-mini","choices":'
    b'[{"index":0,"delta":{"content":" word"},"logprobs":null,"finish_reason":null}],"usage":null}\n\n'
)
LAST = (
    b'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1763700000,"model":"gpt-4.1-mini","choices":'
    b'[],"usage":{"prompt_tokens":400,"completion_tokens":300,"total_tokens":700}}\n\ndata: [DONE]\n\n'
)

EVENTS, PACE = 200, 0.02
"""Events of a stream, and the seconds between two of them."""


def chunk(data: bytes) -> bytes:
    """A chunk of a chunked body."""
    return b"%x\r\n%b\r\n" % (len(data), data)


class Connection(asyncio.Protocol):
    """One client."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by its class
        self._parser = httptools.HttpRequestParser(self)
        self._streams = False
        self._task: asyncio.Task[None] | None = None

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        self._streams = self._streams or b'"stream":true' in body

    def on_message_complete(self) -> None:
        if not self._streams:
            self._transport.write(REPLY)
            return
        self._streams = False
        self._task = asyncio.create_task(self._stream())

    async def _stream(self) -> None:
        self._transport.write(HEAD)
        for _ in range(EVENTS):
            await asyncio.sleep(PACE)
            self._transport.write(chunk(EVENT))
        self._transport.write(chunk(LAST) + b"0\r\n\r\n")


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", 0, backlog=1_024)
    host, port = server.sockets[0].getsockname()[:2]
    print(f"http://{host}:{port}/v1", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
