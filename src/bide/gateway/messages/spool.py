"""A large body on the disk while it is looked at: in memory there is never more than what arrived last."""

import hashlib
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import BinaryIO

from bide.core.errors import StoreError
from bide.gateway.exchange import Exchange, too_large


@dataclass(frozen=True, slots=True)
class Spool:
    """A body at its beginning, and a digest of it."""

    file: BinaryIO
    digest: bytes


@asynccontextmanager
async def spooled(exchange: Exchange, most: int, whose: bytes) -> AsyncGenerator[Spool]:
    """The body of an exchange as a file that has no name, and is gone with the context or with the process.

    `whose` goes into the digest before the body.

    Raises:
        RefusalError: it has more than `most` bytes.
        StoreError: the disk does not take it.
    """
    declared = exchange.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > most:
        raise too_large(most)
    digest = hashlib.blake2b(whose, digest_size=16)
    with tempfile.TemporaryFile(prefix="bide-") as file:
        size = 0
        async for chunk in exchange.chunks():
            size += len(chunk)
            if size > most:
                raise too_large(most)
            digest.update(chunk)
            try:
                file.write(chunk)
            except OSError as error:
                folder = tempfile.gettempdir()
                raise StoreError(f"{folder} does not take the body: {error.strerror}; free some space there") from error
        file.seek(0)
        yield Spool(file, digest.digest())
