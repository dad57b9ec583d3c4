"""Results into a file: beside its place first, then renamed into it, so that nobody ever sees half of one.

An object store takes them in as they are written, and shows them when they are all there (`bide.delivery.upload`).
"""

import asyncio
import gzip
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import nullcontext, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

import msgspec
import zstandard

from bide.buckets.process import check_objects
from bide.buckets.uri import is_uri
from bide.core.errors import SettingError, StoreError
from bide.core.job import Job
from bide.delivery.columns import ColumnReader, column_pages
from bide.delivery.place import is_special
from bide.delivery.results import results
from bide.delivery.shape import BatchShape, CsvShape, Format, JsonlShape, Shape
from bide.store.objects import sync_folder
from bide.store.store import Store

NO_COLUMNS: Mapping[str, Any] = {}

NO_PARQUET = (
    "the answers cannot be written to {path}: Parquet needs an extra; install it with: pip install 'bide[parquet]'"
)


class Destination(msgspec.Struct, frozen=True):
    """Where a job's answers go and in which shape. `path` is absolute, or a URI; empty for standard output."""

    path: str
    format: Format
    names: list[str] = []

    def encode(self) -> str:
        """As the store keeps it; equal destinations are equal texts."""
        return msgspec.json.encode(self).decode()

    @property
    def place(self) -> str:
        """What `encode` begins with for this path, and for no other."""
        return f'{{"path":{msgspec.json.encode(self.path).decode()},'

    @property
    def is_object(self) -> bool:
        """Whether it lies in an object store, where every machine can reach it."""
        return is_uri(self.path)


def decode_destination(text: str) -> Destination:
    """What `Destination.encode` wrote."""
    return msgspec.json.decode(text, type=Destination)


def check_destination(path: str, shape: Format | None) -> None:
    """Refuse standard output, which is no path, for what is written from its end. Raises `SettingError`."""
    if shape is Format.PARQUET and not path:
        raise SettingError("Parquet is for files, not for standard output; name one with -o, as in -o answers.parquet")


def check_extra(destination: Destination) -> None:
    """See, before anything is spent, that the answers can be written at all. Raises `SettingError`."""
    if destination.is_object:
        check_objects(destination.path)
    if destination.format is Format.PARQUET and find_spec("pyarrow") is None:
        raise SettingError(NO_PARQUET.format(path=destination.path))


def _is_there(path: str) -> bool:
    return Path(path).exists()


async def exists(destination: Destination) -> bool:
    """Whether its file is there. Raises `BucketError` where an object store does not tell."""
    if not destination.is_object:
        return _is_there(destination.path)
    from bide.delivery.upload import is_there

    return await is_there(destination.path)


def _resolved(path: str) -> Path:
    """The path behind its links."""
    return Path(path).resolve()


async def check_reachable(destination: Destination) -> None:
    """See, before anything is spent, that an object store answers. Raises `BucketError`."""
    if destination.is_object:
        from bide.delivery.upload import check_reachable

        await check_reachable(destination.path)


async def deliver(store: Store, job: Job, kept: str) -> None:
    """Write a job's results to the file that its destination names, whole or not at all.

    A link keeps pointing: the file that it names is replaced. A pipe or a device is not, it takes the whole in.

    Raises:
        SettingError: the answers are wanted as Parquet, and its extra is not installed.
        StoreError: the place cannot be written.
        BucketError: it lies in an object store, which cannot be used.
    """
    destination = decode_destination(kept)
    if destination.is_object:
        from bide.delivery.upload import upload

        return await upload(destination.path, lambda raw: _steps(store, job, destination, raw))
    try:
        if is_special(Path(destination.path)):
            await _pour(store, job, destination)
        else:
            await _replace(store, job, destination, _resolved(destination.path))
    except OSError as error:
        raise StoreError(f"the answers cannot be written to {destination.path}: {error.strerror}") from error


async def _replace(store: Store, job: Job, destination: Destination, path: Path) -> None:
    """Write beside the place, then rename into it."""
    part = path.with_name(f".{path.name}.{job.external_id}.part")
    try:
        with part.open("wb") as raw:
            with suppress(FileNotFoundError):
                shutil.copymode(path, part)
            await _write(store, job, destination, raw)
            raw.flush()
            os.fsync(raw.fileno())
        part.rename(path)
        sync_folder(path.parent)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


async def _pour(store: Store, job: Job, destination: Destination) -> None:
    """Write aside, then copy into what is there; in a thread, since whoever reads a pipe may take their time."""
    with tempfile.TemporaryFile() as raw:
        await _write(store, job, destination, raw)
        raw.seek(0)
        await asyncio.to_thread(_copy, raw, destination.path)


def _copy(raw: IO[bytes], place: str) -> None:
    # A pipe that nobody reads is an error to be tried again, and not a wait for ever.
    descriptor = os.open(place, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    os.set_blocking(descriptor, True)
    with os.fdopen(descriptor, "wb") as special:
        shutil.copyfileobj(raw, special, 1 << 20)


async def _write(store: Store, job: Job, destination: Destination, raw: IO[bytes]) -> None:
    async for _ in _steps(store, job, destination, raw):
        pass


def _steps(store: Store, job: Job, destination: Destination, raw: IO[bytes]) -> AsyncGenerator[None]:
    """Write everything, a page at a step."""
    write = _write_parquet if destination.format is Format.PARQUET else _write_text
    return write(store, job, destination, raw)


async def write_out(store: Store, job: Job, destination: Destination) -> None:
    """Write a job's results to standard output, a page at a time.

    Raises:
        SettingError: they are wanted as Parquet.
    """
    check_destination(destination.path, destination.format)
    async for data in pages(store, job, destination):
        sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


async def _write_text(store: Store, job: Job, destination: Destination, raw: IO[bytes]) -> AsyncGenerator[None]:
    with _compressed(raw, Path(destination.path).suffix) as file:
        async for data in pages(store, job, destination):
            file.write(data)
            yield


def _compressed(raw: IO[bytes], suffix: str) -> Any:
    if suffix == ".gz":
        return gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0)  # the part's name is nobody's business
    if suffix == ".zst":
        return zstandard.ZstdCompressor().stream_writer(raw, closefd=False)
    return nullcontext(raw)


async def pages(store: Store, job: Job, destination: Destination) -> AsyncIterator[bytes]:
    """A job's results in their shape, a page at a time."""
    shape = _shape(job, destination)
    columns = await _columns(store, job)
    yield shape.head()
    async for page in results(store, job):
        own = await columns.of([result.line for result in page]) if columns else [NO_COLUMNS] * len(page)
        yield shape.page(page, own)


def _shape(job: Job, destination: Destination) -> Shape:
    match destination.format:
        case Format.CSV:
            return CsvShape(destination.names)
        case Format.JSONL:
            return JsonlShape()
        case _:
            return BatchShape(job)


async def _columns(store: Store, job: Job) -> ColumnReader | None:
    if job.input_id is None:
        return None
    return ColumnReader(store.bodies, job.input_id, await store.bodies.size(job.input_id))


async def _write_parquet(store: Store, job: Job, destination: Destination, raw: IO[bytes]) -> AsyncGenerator[None]:
    try:
        from bide.delivery.parquet import ColumnTypes, ParquetPages
    except ImportError as error:
        raise SettingError(NO_PARQUET.format(path=destination.path)) from error

    types = ColumnTypes(destination.names)
    if job.input_id is not None:
        async for some in column_pages(store.bodies, job.input_id, await store.bodies.size(job.input_id)):
            types.look(some)
    columns = await _columns(store, job)
    with ParquetPages(raw, types) as file:
        async for page in results(store, job):
            own = await columns.of([result.line for result in page]) if columns else [NO_COLUMNS] * len(page)
            file.write(page, own)
            yield
