"""Places that answers go to."""

from pathlib import Path

import pytest

from bide.buckets.uri import InvalidUriError, Location
from bide.delivery.place import Place, is_same, name_of, parse_place, suffixes_of

OBJECT = Location("s3", "", "bucket", "folder/answers.csv.gz")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("answers.csv", Path("answers.csv")),
        ("s3://bucket/folder/answers.csv.gz", OBJECT),
        ("file:///data/my%20answers.csv", Path("/data/my answers.csv")),
    ],
)
def test_what_was_typed(text: str, place: Place) -> None:
    assert parse_place(text) == place


def test_a_bucket_is_no_place() -> None:
    with pytest.raises(InvalidUriError, match="names no object"):
        parse_place("s3://bucket/")


def test_one_name_for_each_place(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)

    assert name_of(tmp_path / "link" / "answers.csv") == str(tmp_path / "answers.csv")
    assert name_of(Path("/dev/null")) == "/dev/null"
    assert name_of(OBJECT) == "s3://bucket/folder/answers.csv.gz"
    assert name_of(parse_place("https://account.blob.core.windows.net/box/a.csv")) == "az://account/box/a.csv"


def test_suffixes() -> None:
    assert suffixes_of(OBJECT) == suffixes_of(Path("answers.csv.gz")) == [".csv", ".gz"]


def test_the_same_file_under_two_names(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("x")
    (tmp_path / "b").symlink_to(path)

    assert is_same(path, tmp_path / "b")
    assert not is_same(path, tmp_path / "c")
    assert is_same(parse_place("az://account/box/a"), parse_place("https://account.blob.core.windows.net/box/a"))
    assert not is_same(OBJECT, path)
