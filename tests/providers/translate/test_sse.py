"""Server-sent events, cut anywhere."""

import pytest

from bide.providers.translate.sse import Sent, SentEvents, event


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        pytest.param(b"data: a\n\n", [Sent("", b"a")], id="plain"),
        pytest.param(b"data:a\n\n", [Sent("", b"a")], id="no-space"),
        pytest.param(b"event: e\ndata: a\n\n", [Sent("e", b"a")], id="named"),
        pytest.param(b"data: a\ndata: b\n\n", [Sent("", b"a\nb")], id="two-lines"),
        pytest.param(b": ping\n\nid: 1\nretry: 2\ndata: a\n\n", [Sent("", b"a")], id="comments"),
        pytest.param(b"event: e\n\ndata: a\n\n", [Sent("", b"a")], id="a-name-alone-is-nothing"),
        pytest.param(b"data: a\r\n\r\ndata: b\r\r", [Sent("", b"a"), Sent("", b"b")], id="line-ends"),
        pytest.param("data: \u2028\u0085\n\n".encode(), [Sent("", "\u2028\u0085".encode())], id="odd-characters"),
        pytest.param(b"data: a", [Sent("", b"a")], id="no-end"),
        pytest.param(b"", [], id="nothing"),
    ],
)
def test_bytes_are_events_wherever_they_are_cut(sent: bytes, expected: list[Sent]) -> None:
    for size in (1, 2, 3, len(sent) or 1):
        events = SentEvents()
        found = [one for at in range(0, len(sent), size) for one in events.feed(sent[at : at + size])]
        assert found + events.end() == expected


def test_an_event_is_written() -> None:
    assert event({"a": "é"}, "e") == 'event: e\ndata: {"a":"é"}\n\n'.encode()
    assert event([1]) == b"data: [1]\n\n"
