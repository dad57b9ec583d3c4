"""Objects in S3, Google Cloud Storage, Azure Blob Storage and on the local disk, through obstore (docs/decisions/obstore.md)."""

import re
from collections.abc import AsyncIterator, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import obstore
from obstore import exceptions
from obstore.store import ObjectStore

from bide.buckets.access import open_bucket
from bide.buckets.connection import CREDENTIALS
from bide.buckets.port import (
    BucketError,
    MissingObjectError,
    NoCredentialsError,
    ObjectChangedError,
    ObjectExistsError,
    UnauthorisedError,
)
from bide.buckets.upload import PART, Upload, beginning
from bide.buckets.uri import Location, parse_uri

if TYPE_CHECKING:
    from obstore import GetOptions, ObjectMeta

METADATA = ("169.254.169.254", "metadata.google.internal", "169.254.170.2")
"""Where obstore asks last: an error that names one of them means that there are no credentials."""

ELSEWHERE = ("301 Moved", "PermanentRedirect", "AuthorizationHeaderMalformed")


class CloudBuckets:
    """Objects in the clouds and on the disk. `environment` says where they are and who asks, as docs/objects.md tells."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._stores: dict[str, ObjectStore] = {}

    async def put(self, uri: str, chunks: AsyncIterator[bytes], *, exclusive: bool = False) -> int:
        location = parse_uri(uri)
        store = self._store(location)
        start, is_all = await beginning(chunks)
        with named(location):
            if is_all:
                mode = "create" if exclusive else "overwrite"
                await obstore.put_async(store, location.key, start, mode=mode, use_multipart=False)
                return len(start)
            if exclusive and await self._exists(store, location):
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
        with named(location):
            meta = await obstore.head_async(store, location.key)
        for start in range(offset, meta["size"], PART):
            end = min(start + PART, meta["size"])
            with named(location):
                options: GetOptions = {"range": (start, end), "if_match": meta["e_tag"]}
                result = await obstore.get_async(store, location.key, options=options)
                data = bytes(await result.bytes_async())
            if len(data) != end - start:
                raise BucketError(f"{uri} came short: {len(data)} of {end - start} bytes at {start}; read it again")
            yield data

    async def size(self, uri: str) -> int:
        location = parse_uri(uri)
        with named(location):
            return (await obstore.head_async(self._store(location), location.key))["size"]

    async def list(self, prefix: str) -> AsyncIterator[str]:
        location = parse_uri(prefix, folder=True)
        with named(location):
            async for page in self._pages(location):
                for meta in page:
                    yield Location(location.scheme, location.account, location.bucket, meta["path"], location.host).uri

    def _pages(self, location: Location) -> "AsyncIterator[Sequence[ObjectMeta]]":
        store, prefix = self._store(location), location.key or None
        return obstore.list(store, prefix, chunk_size=1000)  # type: ignore[reportUnknownMemberType] # Arrow is not installed

    async def delete(self, uri: str) -> None:
        location = parse_uri(uri)
        with suppress(MissingObjectError), named(location):
            await obstore.delete_async(self._store(location), location.key)

    async def _exists(self, store: ObjectStore, location: Location) -> bool:
        try:
            await obstore.head_async(store, location.key)
        except FileNotFoundError:
            return False
        return True

    def _store(self, location: Location) -> ObjectStore:
        with named(location):
            if location.root not in self._stores:
                self._stores[location.root] = open_bucket(location, self._environment)
            return self._stores[location.root]


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
    first = re.sub(r"\?[^\s\"]+", "", text.partition("\n")[0])
    return first[:300].rstrip(" :;.")
