"""Names of objects, read and written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bide.buckets.uri import InvalidUriError, Location, is_uri, parse_uri


@pytest.mark.parametrize(
    ("text", "location"),
    [
        pytest.param("s3://bucket/a/b.jsonl", Location("s3", "", "bucket", "a/b.jsonl"), id="S3"),
        pytest.param("S3://bucket/a", Location("s3", "", "bucket", "a"), id="a loud scheme"),
        pytest.param("gs://bucket/a%20b?c#d", Location("gs", "", "bucket", "a%20b?c#d"), id="Google, nothing escaped"),
        pytest.param("az://account/box/a/b", Location("az", "account", "box", "a/b"), id="Azure"),
        pytest.param(
            "https://account.blob.core.windows.net/box/a%20b", Location("az", "account", "box", "a b"), id="Azure's URL"
        ),
        pytest.param(
            "https://account.blob.core.usgovcloudapi.net/box/a",
            Location("az", "account", "box", "a", "blob.core.usgovcloudapi.net"),
            id="another Azure's URL",
        ),
        pytest.param("file:///data/a%20b", Location("file", "", "", "data/a b"), id="a file"),
    ],
)
def test_what_a_uri_says(text: str, location: Location) -> None:
    assert parse_uri(text) == location


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("s3://bucket", "names no object but a folder or a bucket"),
        ("s3://bucket/", "names no object but a folder or a bucket"),
        ("s3://bucket/folder/", "names no object but a folder or a bucket"),
        ("s3:///key", "names no bucket; write s3://"),
        ("az://account", "names no account or container"),
        ("az:///box/key", "names no account or container"),
        ("s3://bucket/a//b", "has an empty part"),
        ("s3://bucket/a/../b", "has an empty part, or one of dots alone"),
        ("file://host/path", "three slashes"),
        ("ftp://host/file", "is of no kind bide knows; write s3://"),
        ("https://example.com/file", "is of no kind bide knows; write s3://"),
        ("https://account.blob.core.windows.net/", "names no container"),
        ("https://account.blob.core.windows.net.evil.example/box/a", None),
    ],
)
def test_what_is_no_name_says_why(text: str, message: str | None) -> None:
    if message is None:  # whoever wants another cloud's host gets it, and Azure's public one is not meant
        assert parse_uri(text).host != ""
        return
    with pytest.raises(InvalidUriError, match=message):
        parse_uri(text)


def test_a_signature_is_neither_kept_nor_shown() -> None:
    with pytest.raises(InvalidUriError, match="set AZURE_STORAGE_SAS_TOKEN") as caught:
        parse_uri("https://account.blob.core.windows.net/box/a?sv=2024&sig=secret")
    assert "secret" not in str(caught.value)

    with pytest.raises(InvalidUriError) as caught:
        parse_uri("https://example.com/file?token=secret")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("text", ["s3://bucket", "s3://bucket/", "s3://bucket/folder", "s3://bucket/folder/"])
def test_a_folder_may_be_a_bucket(text: str) -> None:
    assert parse_uri(text, folder=True).key in ("", "folder")


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("s3://b/k", True), ("ftp://x", True), ("a/b.jsonl", False), ("-", False), ("/s3://b", False), ("s3:/b", False)],
)
def test_what_is_meant_as_a_uri(text: str, is_one: bool) -> None:
    assert is_uri(text) is is_one


PARTS = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1).filter(lambda part: part.strip("."))


@given(st.sampled_from(["s3", "gs", "az", "file"]), st.lists(PARTS, min_size=1, max_size=3), st.booleans())
def test_a_location_is_what_its_uri_says(scheme: str, parts: list[str], foreign: bool) -> None:
    account = "account" if scheme == "az" else ""
    host = "blob.core.chinacloudapi.cn" if scheme == "az" and foreign else ""
    bucket = "" if scheme == "file" else "bucket"
    location = Location(scheme, account, bucket, "/".join(parts), host)  # type: ignore[arg-type]

    assert parse_uri(location.uri) == location
