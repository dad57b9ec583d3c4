"""An object as a file."""

import io
import random  # noqa: TID251 - a seed of its own: places to read from

import pytest

from bide.buckets.cloud import CloudBuckets
from bide.buckets.file import ObjectFile
from bide.buckets.port import MissingObjectError, ObjectChangedError
from bide.buckets.upload import PART
from bide.buckets.uri import Location, parse_uri
from bide.testing.buckets.case import distinct, pieces
from tests.buckets.servers import Server, moto_environment

SIZE = 2 * PART + 12_345


@pytest.fixture
async def stored(moto: Server, folder_name: str) -> Location:
    location = parse_uri(f"s3://bide/{folder_name}")
    await CloudBuckets(moto_environment(moto)).put(location.uri, pieces(distinct(SIZE)))
    return location


@pytest.fixture
def environment(moto: Server) -> dict[str, str]:
    return moto_environment(moto)


def test_read_from_beginning_to_end(stored: Location, environment: dict[str, str]) -> None:
    with ObjectFile(stored, environment) as file:
        assert file.size == SIZE
        assert b"".join(iter(lambda: file.read(100_000), b"")) == distinct(SIZE)
        assert file.read(1) == b""


def test_read_here_and_there(stored: Location, environment: dict[str, str]) -> None:
    places = random.Random(7)
    with ObjectFile(stored, environment) as file:
        assert file.seek(-16, io.SEEK_END) == SIZE - 16
        assert file.read() == distinct(SIZE)[-16:]
        for _ in range(40):
            start, length = places.randrange(SIZE + 10), places.choice([1, 1000, 1 << 20])
            file.seek(start)
            assert file.read(length) == distinct(SIZE)[start : start + length]
            assert file.tell() == max(start, min(start + length, SIZE)) if start <= SIZE else start


def test_as_lines_through_a_buffer(stored: Location, environment: dict[str, str]) -> None:
    with io.BufferedReader(ObjectFile(stored, environment), 1 << 16) as file:
        assert list(file) == distinct(SIZE).splitlines(keepends=True)


async def test_one_version_or_none(stored: Location, environment: dict[str, str]) -> None:
    with ObjectFile(stored, environment) as file:
        file.read(10)
        await CloudBuckets(environment).put(stored.uri, pieces(bytes(SIZE)))
        with pytest.raises(ObjectChangedError, match="was replaced while it was read"):
            file.read()


def test_what_is_missing_is_told_at_once(moto: Server, environment: dict[str, str]) -> None:
    with pytest.raises(MissingObjectError, match="there is no s3://bide/never"):
        ObjectFile(parse_uri("s3://bide/never"), environment)


async def test_nothing_is_read_of_an_empty_object(environment: dict[str, str], folder_name: str) -> None:
    await CloudBuckets(environment).put(f"s3://bide/{folder_name}", pieces(b""))

    with ObjectFile(parse_uri(f"s3://bide/{folder_name}"), environment) as file:
        assert file.read() == b""
