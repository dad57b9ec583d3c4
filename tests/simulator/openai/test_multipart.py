"""Forms, as several clients write them."""

import pytest

from bide.simulator.openai.multipart import parse_form

PART = b'--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n'
FILE = b'--b\r\nContent-Disposition: form-data; name="file"; filename="in.jsonl"\r\nContent-Type: x/y\r\n\r\n'


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        pytest.param("multipart/form-data; boundary=b", PART + FILE + b"data\r\n--b--\r\n", id="plain"),
        pytest.param('Multipart/Form-Data; boundary="b"', PART + FILE + b"data\r\n--b--", id="quoted, no last newline"),
        pytest.param(
            "multipart/form-data; boundary=b", b"preamble\r\n" + PART + FILE + b"data\r\n--b--\r\nmore", id="around"
        ),
        pytest.param("multipart/form-data; boundary=b", FILE + b"data\r\n" + PART + b"--b--\r\n", id="file first"),
        pytest.param(
            "multipart/form-data; boundary=b",
            PART.replace(b'"purpose"', b"purpose") + FILE.replace(b"Content-D", b"content-d") + b"data\r\n--b--\r\n",
            id="bare names",
        ),
    ],
)
@pytest.mark.parametrize("kind", [bytes, bytearray])
def test_a_form(content_type: str, body: bytes, kind: type[bytes] | type[bytearray]) -> None:
    form = parse_form(content_type, kind(body))
    assert form.fields == {"purpose": "batch"}
    assert form.file is not None
    assert (form.file.filename, bytes(form.file.content)) == ("in.jsonl", b"data")


@pytest.mark.parametrize(
    "content",
    [b"", b"\r\n", b"--b", b"\r\n--c\r\n", b"\xff\x00" * 1_000],
    ids=["empty", "newline", "dashes", "other", "binary"],
)
def test_content_comes_back_byte_for_byte(content: bytes) -> None:
    form = parse_form("multipart/form-data; boundary=b", PART + FILE + content + b"\r\n--b--\r\n")
    assert form.file is not None
    assert form.file.content == content


def test_a_large_file_stays_where_it_is() -> None:
    body = bytearray(PART + FILE + b"x" * 1_000_000 + b"\r\n--b--\r\n")
    form = parse_form("multipart/form-data; boundary=b", body)
    assert form.file is not None
    assert form.file.content is body
    assert len(body) == 1_000_000


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        pytest.param("application/json", PART + b"--b--", id="another type"),
        pytest.param("multipart/form-data", PART + b"--b--", id="no boundary"),
        pytest.param("multipart/form-data; boundary=c", PART + b"--b--", id="another boundary"),
        pytest.param("multipart/form-data; boundary=b", PART + FILE + b"data", id="no end"),
        pytest.param("multipart/form-data; boundary=b", b"--b\r\n\r\nx\r\n--b--", id="no name"),
        pytest.param(
            "multipart/form-data; boundary=b",
            b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--",
            id="no name either",
        ),
        pytest.param("multipart/form-data; boundary=b", b"", id="nothing"),
    ],
)
def test_no_form(content_type: str, body: bytes) -> None:
    with pytest.raises(ValueError):
        parse_form(content_type, body)
