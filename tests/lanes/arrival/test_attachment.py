"""What bodies carry in base64."""

import base64
import json

import pytest

from bide.lanes.arrival.attachment import NOTHING, PAGE, PAGE_BYTES, PICTURE, SHORTEST, carried
from bide.lanes.arrival.weighing import by_size, weight_of

ENCODED = base64.b64encode(bytes(range(256)) * 120).decode()


def body(text: str, *parts: object) -> bytes:
    return json.dumps({"messages": [{"role": "user", "content": [{"type": "text", "text": text}, *parts]}]}).encode()


URL = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{ENCODED}"}}
BLOCK = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": ENCODED}}
DOCUMENT = {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": ENCODED}}
FILE = {"type": "file", "file": {"filename": "a.pdf", "file_data": f"data:application/pdf;base64,{ENCODED}"}}
SOUND = {"type": "input_audio", "input_audio": {"format": "wav", "data": ENCODED}}


@pytest.mark.parametrize(
    ("part", "tokens"), [(URL, PICTURE), (BLOCK, PICTURE), (DOCUMENT, PAGE), (FILE, PAGE), (SOUND, PAGE)]
)
def test_each_kind_is_found_and_its_bytes_do_not_count(part: object, tokens: int) -> None:
    found = carried(body("hello", part))

    assert (found.parts, found.size, found.tokens) == (1, len(ENCODED), tokens)
    assert abs(weight_of(body("hello", part)) - by_size(len(body("hello"))) - tokens) < 50


def test_several_are_added_up() -> None:
    assert carried(body("hello", URL, DOCUMENT, URL)) == (3, 3 * len(ENCODED), 2 * PICTURE + PAGE)


def test_a_long_document_has_more_pages() -> None:
    many = base64.b64encode(b"x" * PAGE_BYTES).decode()
    assert carried(body("", {"type": "document", "source": {"data": many}})).tokens == 2 * PAGE


def test_slashes_may_be_escaped() -> None:
    encoded = base64.b64encode(b"\xff\xff\xff" * 6_000).decode()
    assert set(encoded) == {"/"}
    assert carried(b'{"url":"data:image/png;base64,' + encoded.replace("/", "\\/").encode() + b'"}').parts == 1


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("data and base64 " * 2_000, id="prose"),
        pytest.param("data " + "漢字" * 5_000, id="Chinese, as escapes"),
        pytest.param("data " + "word" * 1_000 + " " + "word" * 1_000, id="long words"),
        pytest.param("data\0" + "\0" * 20_000, id="NUL"),
        pytest.param("a" * 100_000, id="a word without a place for base64"),
    ],
)
def test_text_is_none(text: str) -> None:
    assert carried(body(text)) == NOTHING


def test_nobody_looks_into_short_bodies() -> None:
    assert carried(body("", BLOCK)[: SHORTEST - 1]) == NOTHING
