"""Objects in S3, Google Cloud Storage, Azure Blob Storage and on the local disk, through obstore (docs/decisions/obstore.md)."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Literal, TypeVar

import obstore
from obstore import exceptions
from obstore.store import ObjectStore

from bide.buckets.access import open_bucket
from bide.buckets.connection import CREDENTIALS
from bide.buckets.port import (
    BucketError,
    MissingBucketError,
    MissingObjectError,
    NoCredentialsError,
    ObjectChangedError,
    ObjectExistsError,
    UnauthorisedError,
)
from bide.buckets.upload import PART, Upload, beginning
from bide.buckets.uri import Location, parse_uri

if TYPE_CHECKING:
    from obstore import ObjectMeta

T = TypeVar("T")

THREADS = 8
"""Exchanges at a time, beside uploads in parts."""

METADATA = ("169.254.169.254", "metadata.google.internal", "169.254.170.2")
"""Where obstore asks last: an error that names one of them means that there are no credentials."""

NO_BUCKET = ("NoSuchBucket", "ContainerNotFound")
ELSEWHERE = ("301 Moved", "PermanentRedirect", "AuthorizationHeaderMalformed")
SAID = re.compile(r"<Code>(.*?)</Code>\s*<Message>(.*?)</Message>", re.DOTALL)
"""What the store itself says in its reply."""


class CloudBuckets:
    """Objects in the clouds and on the disk. `environment` says where they are and who asks, as docs/objects.md tells."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._stores: dict[str, ObjectStore] = {}
        # Threads of ours, which Python waits for when it ends. obstore's own asynchronous functions call into Python from
        # threads that nobody waits for, and a process that ends just then is aborted.
        self._threads = ThreadPoolExecutor(THREADS, "bide-objects")

    async def put(self, uri: str, chunks: AsyncIterator[bytes], *, exclusive: bool = False) -> int:
        location = parse_uri(uri)
        store = self._store(location)
        start, is_all = await beginning(chunks)
        if is_all:
            mode: Literal["create", "overwrite"] = "create" if exclusive else "overwrite"
            await self._run(location, lambda: obstore.put(store, location.key, start, mode=mode, use_multipart=False))
            return len(start)
        if exclusive and await self._exists(location):
            raise ObjectExistsError(f"{uri} is there already; choose another name, or delete it first")
        upload = Upload(store, location.key)
        try:
            await upload.add(start)
            async for chunk in chunks:
                await upload.add(chunk)
            return await upload.finish()
        except BaseException as error:
            await upload.abandon()
            # What the chunks raise is the caller's own, and not translated.
            if isinstance(error, Exception) and (trouble := upload.trouble()):
                raise translated(trouble, location) from error
            raise

    async def read(self, uri: str, offset: int = 0) -> AsyncIterator[bytes]:
        # A range at a time: a reader may take hours, and no server keeps a reply open so long.
        location = parse_uri(uri)
        store = self._store(location)
        meta = await self._head(location)
        for start in range(offset, meta["size"], PART):
            end = min(start + PART, meta["size"])
            yield await self._run(location, partial(fetch, store, location, start, end, meta["e_tag"]))

    async def size(self, uri: str) -> int:
        return (await self._head(parse_uri(uri)))["size"]

    async def list(self, prefix: str) -> AsyncIterator[str]:
        location = parse_uri(prefix, folder=True)
        store, folder = self._store(location), location.key or None
        pages: Iterator[Sequence[ObjectMeta]] = obstore.list(store, folder, chunk_size=1000)  # type: ignore[reportUnknownMemberType] # Arrow is not installed
        while page := await self._run(location, lambda: next(pages, ())):
            for meta in page:
                yield replace(location, key=meta["path"]).uri

    async def delete(self, uri: str) -> None:
        location = parse_uri(uri)
        store = self._store(location)
        with suppress(MissingObjectError):
            await self._run(location, lambda: obstore.delete(store, location.key))

    async def _head(self, location: Location) -> "ObjectMeta":
        store = self._store(location)
        return await self._run(location, lambda: obstore.head(store, location.key))

    async def _exists(self, location: Location) -> bool:
        try:
            await self._head(location)
        except MissingObjectError:
            return False
        return True

    async def _run(self, location: Location, call: Callable[[], T]) -> T:
        with named(location):
            return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    def _store(self, location: Location) -> ObjectStore:
        with named(location):
            if location.root not in self._stores:
                self._stores[location.root] = open_bucket(location, self._environment)
            return self._stores[location.root]


def fetch(store: ObjectStore, location: Location, start: int, end: int, version: str | None) -> bytes:
    """A range of one version of an object. Raises obstore's errors, and `BucketError` where it is not all there."""
    result = obstore.get(store, location.key, options={"range": (start, end), "if_match": version})
    data = bytes(result.bytes())
    if len(data) != end - start:
        raise BucketError(f"{location.uri} came short: {len(data)} of {end - start} bytes at {start}; read it again")
    return data


@contextmanager
def named(location: Location) -> Generator[None]:
    """obstore's errors in bide's words, with the object's name and what to do."""
    try:
        yield
    except (exceptions.BaseError, OSError, ValueError) as error:
        raise translated(error, location) from error


def translated(error: Exception, location: Location) -> BucketError:
    """What went wrong with an object."""
    uri, text = location.uri, str(error)
    if any(word in text for word in NO_BUCKET):
        return MissingBucketError(f"there is no bucket {location.root.rstrip('/')}; make it, or check its name")
    if isinstance(error, FileNotFoundError):
        return MissingObjectError(f"there is no {uri}; check the bucket and the path")
    if isinstance(error, exceptions.AlreadyExistsError):
        return ObjectExistsError(f"{uri} is there already; choose another name, or delete it first")
    if isinstance(error, exceptions.PreconditionError):
        return ObjectChangedError(f"{uri} was replaced while it was read; read it again when nobody writes to it")
    remedy = CREDENTIALS[location.scheme]
    if any(host in text for host in METADATA):
        return NoCredentialsError(f"there are no credentials for {uri}; {remedy}")
    if "token request" in text:
        return UnauthorisedError(f"there is no signing in for {uri} ({_short(text)}); {remedy}")
    if isinstance(error, exceptions.PermissionDeniedError | exceptions.UnauthenticatedError | PermissionError):
        return UnauthorisedError(f"{uri} is refused to these credentials ({_short(text)}); {remedy}")
    if any(word in text for word in ELSEWHERE):
        return BucketError(f"{uri} lies in another region; set AWS_REGION to that of the bucket {location.bucket}")
    return BucketError(f"{uri} cannot be used: {_short(text)}; check the network and the address, then try again")


def _short(text: str) -> str:
    """obstore's message without its appendix, and without what stands behind a `?`: it may be a signature."""
    said = SAID.search(text)
    first = f"{said[1]}: {said[2]}" if said else text.partition("\n")[0].partition("<?xml")[0]
    return re.sub(r"(https?://[^\s?]+)\?\S+", r"\1", first)[:300].rstrip(" :;.")
