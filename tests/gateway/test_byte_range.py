"""Which bytes of a file ``Range`` and ``If-Range`` ask for."""

import pytest

from bide.gateway.files.byte_range import ByteRange, tag_of, wanted
from bide.gateway.refusal import RefusalError

FILE, SIZE = "file-1", 100
WHOLE = ByteRange(0, SIZE, 200)


@pytest.mark.parametrize(
    ("headers", "part", "told"),
    [
        pytest.param({}, WHOLE, None, id="nothing asked"),
        pytest.param({"range": "bytes=0-9"}, ByteRange(0, 10), "bytes 0-9/100", id="the beginning"),
        pytest.param({"range": "bytes=90-"}, ByteRange(90, 100), "bytes 90-99/100", id="from a byte on"),
        pytest.param({"range": "bytes=90-900"}, ByteRange(90, 100), "bytes 90-99/100", id="beyond the end"),
        pytest.param({"range": "bytes=-7"}, ByteRange(93, 100), "bytes 93-99/100", id="the end"),
        pytest.param({"range": "bytes=-700"}, ByteRange(0, 100), "bytes 0-99/100", id="more than there is"),
        pytest.param({"range": "Bytes= 0-"}, ByteRange(0, 100), "bytes 0-99/100", id="all of it, as a part"),
        pytest.param({"range": "bytes=0-1,5-6"}, WHOLE, None, id="several"),
        pytest.param({"range": "bytes=9-1"}, WHOLE, None, id="backwards"),
        pytest.param({"range": "bytes=-"}, WHOLE, None, id="nothing"),
        pytest.param({"range": "lines=0-1"}, WHOLE, None, id="another unit"),
        pytest.param({"range": "bytes=+1-2"}, WHOLE, None, id="no digits"),
        pytest.param(
            {"range": "bytes=1-2", "if-range": tag_of(FILE, SIZE)}, ByteRange(1, 3), "bytes 1-2/100", id="same"
        ),
        pytest.param({"range": "bytes=1-2", "if-range": f"W/{tag_of(FILE, SIZE)}"}, WHOLE, None, id="a weak tag"),
        pytest.param({"range": "bytes=1-2", "if-range": "Sat, 21 Nov 2026 10:00:00 GMT"}, WHOLE, None, id="a date"),
        pytest.param({"range": "bytes=900-", "if-range": '"other"'}, WHOLE, None, id="of another file"),
    ],
)
def test_the_part_that_is_wanted(headers: dict[str, str], part: ByteRange, told: str | None) -> None:
    found, answered = wanted(headers, FILE, SIZE)
    assert found == part
    assert answered.get("content-range") == told
    assert answered["content-length"] == str(part.end - part.start)
    assert (answered["etag"], answered["accept-ranges"]) == (tag_of(FILE, SIZE), "bytes")


@pytest.mark.parametrize(("asked", "size"), [("bytes=100-", 100), ("bytes=-0", 100), ("bytes=0-", 0), ("bytes=-1", 0)])
def test_a_part_that_there_is_not(asked: str, size: int) -> None:
    with pytest.raises(RefusalError) as refused:
        wanted({"range": asked}, FILE, size)
    assert refused.value.status == 416
    assert refused.value.headers["content-range"] == f"bytes */{size}"


def test_pieces_are_cut() -> None:
    part = ByteRange(3, 8)
    content, found = b"0123456789", b""
    for at in range(0, 10, 4):
        found += part.cut(content[at : at + 4], at)
    assert found == b"34567"
