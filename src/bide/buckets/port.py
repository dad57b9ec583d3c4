"""The Buckets seam: objects by URI in whatever store holds them, streamed both ways.

A driver retries what is safe to repeat, for some seconds, and holds no state beside its connections. It is done when
`bide.testing.buckets_conformance` passes.
"""

from collections.abc import AsyncIterator
from typing import Protocol

from bide.core.errors import BideError


class BucketError(BideError):
    """The object store cannot be used; check the URI, the credentials and the network, then try again."""

    code = "bucket_error"


class MissingObjectError(BucketError):
    """There is no such object; check the bucket and the path."""

    code = "object_missing"


class MissingBucketError(MissingObjectError):
    """There is no such bucket; make it, or check its name."""

    code = "bucket_missing"


class ObjectExistsError(BucketError):
    """The object is there already; choose another name, or delete it first."""

    code = "object_exists"


class ObjectChangedError(BucketError):
    """The object was replaced while it was read; read it again when nobody writes to it."""

    code = "object_changed"


class UnauthorisedError(BucketError):
    """The object store does not let these credentials do this; check them and their permissions."""

    code = "object_unauthorised"


class NoCredentialsError(UnauthorisedError):
    """There are no credentials for the object store; set those of its cloud in the environment."""

    code = "object_credentials_missing"


class Buckets(Protocol):
    """Objects by URI (`bide.buckets.uri`). Every verb raises `BucketError`, and `InvalidUriError` for what is no name.

    Any verb may be tried again: `put` replaces, `delete` of what is gone is fine.
    """

    async def put(self, uri: str, chunks: AsyncIterator[bytes], *, exclusive: bool = False) -> int:
        """Write an object, in memory that does not grow with it; its size in bytes.

        It appears whole when this returns; if `chunks` raises or the caller is cancelled before they end, what was there
        stays.
        `exclusive` refuses to replace an object (`ObjectExistsError`): for what fits into one part (8 MiB) as one step
        where the store can, beyond that by looking first. Where a
        reply was lost, the object that is there may be one's own.
        """
        ...

    def read(self, uri: str, offset: int = 0) -> AsyncIterator[bytes]:
        """An object's bytes from `offset` on; nothing from its end on.

        Iterating raises `MissingObjectError`, and `ObjectChangedError` when the object is replaced meanwhile.
        """
        ...

    async def size(self, uri: str) -> int:
        """An object's size in bytes. Raises `MissingObjectError`."""
        ...

    def list(self, prefix: str) -> AsyncIterator[str]:
        """The URIs of all objects below a folder or in a bucket, in no promised order; nothing where there is no folder.

        Iterating raises `MissingBucketError`.
        """
        ...

    async def delete(self, uri: str) -> None:
        """Remove an object; one that is gone already is fine."""
        ...
