"""Usage is read from a stream that passes, and only the chunk that bide asked for is left out."""

import msgspec
import pytest
from msgspec import Raw

from bide.gateway.asked import asking_usage, read
from bide.gateway.meter import MOST, Meter
from bide.intake.endpoint import CHAT, RESPONSES

TEXT = b'data: {"id":"a","choices":[{"index":0,"delta":{"content":"x"}}],"usage":null}\n\n'
QUOTED = (
    b'data: {"id":"a","choices":[{"index":0,"delta":{"content":"\\"usage\\": {\\"choices\\":[]}"}}],"usage":null}\n\n'
)
LAST = b'data: {"id":"a","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}\n\n'
USAGE = b'data: {"id":"a","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2}}\n\n'
BOTH = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":7,"completion_tokens":2}}\n\n'
DONE = b"data: [DONE]\n\n"
WHOLE = TEXT + QUOTED + LAST + USAGE + DONE


def passed(sent: bytes, size: int, *, hides_usage: bool = True) -> tuple[bytes, Meter]:
    """What the caller gets of a stream that comes in parts of `size` bytes."""
    meter = Meter(CHAT.url, hides_usage=hides_usage)
    parts = [meter.feed(sent[start : start + size]) for start in range(0, len(sent), size)]
    return b"".join([*parts, meter.end()]), meter


@pytest.mark.parametrize("size", [1, 7, 64, 10_000])
@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
def test_the_chunk_that_was_not_asked_for_is_left_out(size: int, ending: bytes) -> None:
    got, meter = passed(WHOLE.replace(b"\n", ending), size)
    assert got == (TEXT + QUOTED + LAST + DONE).replace(b"\n", ending)
    assert meter.usage is not None
    assert (meter.usage.input, meter.usage.output) == (7, 2)


@pytest.mark.parametrize("size", [1, 64, 10_000])
def test_a_stream_whose_usage_was_asked_for_passes_byte_for_byte(size: int) -> None:
    got, meter = passed(WHOLE, size, hides_usage=False)
    assert got == WHOLE
    assert meter.usage is not None


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(TEXT + BOTH + DONE, id="usage beside a choice"),
        pytest.param(TEXT + b": comment\n\n" + DONE, id="comments"),
        pytest.param(TEXT + b'data: {"error":{"message":"no"}}', id="cut short"),
        pytest.param(b"data: " + b"x" * (MOST + 9) + b"\n\n" + DONE, id="an endless event"),
    ],
)
@pytest.mark.parametrize("size", [4096, 1 << 22])
def test_everything_else_passes(sent: bytes, size: int) -> None:
    assert passed(sent, size)[0] == sent


def test_a_response_that_is_broken_off_is_known_by_its_first_event() -> None:
    meter = Meter(RESPONSES.url)
    meter.feed(
        b'event: response.created\ndata: {"type":"response.created","response":{"id":"resp_1","usage":null}}\n\n'
    )
    assert meter.id == "resp_1"


@pytest.mark.parametrize(
    ("body", "asking"),
    [
        (b' {"model":"m"}', b' {"stream_options":{"include_usage":true},"model":"m"}'),
        (b'{"model":"m","stream_options":null}', b'{"model":"m","stream_options":{"include_usage":true}}'),
        (
            b'{"stream_options":{"include_obfuscation":false,"include_usage":false},"model":"m"}',
            b'{"stream_options":{"include_obfuscation":false,"include_usage":true},"model":"m"}',
        ),
    ],
)
def test_usage_is_asked_for_and_nothing_else_changes(body: bytes, asking: bytes) -> None:
    assert asking_usage(body, read(body)) == asking
    assert msgspec.json.decode(asking, type=dict[str, Raw])
