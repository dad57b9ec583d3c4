"""Where the files of batches lie: at the provider, by its Files endpoints, or in a bucket that it reads and writes itself."""

from collections.abc import AsyncIterator, Mapping
from typing import Protocol

from bide.buckets.port import Buckets
from bide.buckets.uri import parse_uri
from bide.providers.failures import BusyError, MissingError, OverloadedError, RejectedError
from bide.providers.line import Line
from bide.providers.objects import objects_told
from bide.providers.openai import errors, wire
from bide.providers.openai.dialect import Dialect
from bide.providers.openai.upload import file_name, form, lines, refuse_long_lines
from bide.providers.port import Submission
from bide.providers.transport import ReplyLostError

READ_SOON = 5_000_000
"""Microseconds until a file that is still being read is looked at again."""


class Shelf(Protocol):
    """A place for files. Errors are those of `bide.providers.port`."""

    async def put(self, submission: Submission, deployment: str) -> str:
        """Write a batch's input file; its id."""
        ...

    async def ready(self, file: str) -> None:
        """Whether a create may name the file. Raises `BusyError` where it may not yet."""
        ...

    def named(self, file: str | None) -> Mapping[str, object]:
        """The fields of a create that name the file."""
        ...

    async def present(self, file: str | None) -> str | None:
        """The file, None where it does not exist."""
        ...

    def read(self, file: str, query: str = "") -> AsyncIterator[bytes]:
        """The content of a file; `query` says which part of it, where the provider lets one choose. Raises `MissingError`."""
        ...

    async def delete(self, file: str) -> None:
        """Remove a file; one that is gone already is fine."""
        ...


class Files:
    """The provider's own Files endpoints."""

    def __init__(self, line: Line, dialect: Dialect) -> None:
        self._line = line
        self._dialect = dialect

    async def put(self, submission: Submission, deployment: str) -> str:
        await refuse_long_lines(submission, self._dialect)
        upload = await form(submission, self._dialect, deployment)
        async with self._line.exchange("POST", self._dialect.path(self._dialect.upload_path), body=upload) as reply:
            body = await reply.read()
            errors.raise_for_upload(reply, body, self._dialect)
            return wire.decode(body, wire.FileObject).id

    async def ready(self, file: str) -> None:
        if not self._dialect.waits_for_file:
            return
        try:
            async with self._line.exchange("GET", self._dialect.path(f"/files/{file}")) as reply:
                found = await wire.read(reply, wire.FileObject)
        except (ReplyLostError, OverloadedError) as error:
            # Nothing has been created: these two would say that something may have been.
            raise BusyError(str(error), code=error.code) from error
        status = (found.status or "processed").lower()
        if status == "error":
            raise RejectedError(f"the input file cannot be used: {found.status_details}", code="file_error")
        if status != "processed":
            raise BusyError(f"the provider still reads the file: {status}", code="file_pending", retry_after=READ_SOON)

    def named(self, file: str | None) -> Mapping[str, object]:
        return {"input_file_id": file}

    async def present(self, file: str | None) -> str | None:
        return file

    async def read(self, file: str, query: str = "") -> AsyncIterator[bytes]:
        async with self._line.exchange("GET", self._dialect.path(f"/files/{file}/content{query}")) as reply:
            if reply.status >= 300:
                errors.raise_for_status(reply, await reply.read())
            async for chunk in reply.chunks():
                yield chunk

    async def delete(self, file: str) -> None:
        async with self._line.exchange("DELETE", self._dialect.path(f"/files/{file}")) as reply:
            try:
                errors.raise_for_status(reply, await reply.read())
            except MissingError:
                return


class Blobs:
    """A container at Azure that both sides reach; files are named by the URLs of their blobs."""

    def __init__(self, buckets: Buckets, folder: str, dialect: Dialect) -> None:
        self._buckets = buckets
        self._folder = folder_url(folder)
        self._dialect = dialect

    async def put(self, submission: Submission, deployment: str) -> str:
        url = f"{self._folder}/{file_name(submission)}"
        with objects_told():
            await self._buckets.put(url, lines(submission, self._dialect, deployment))
        return url

    async def ready(self, file: str) -> None:
        """A blob is there whole once it is written."""

    def named(self, file: str | None) -> Mapping[str, object]:
        return {"input_file_id": None, "input_blob": file, "output_folder": {"url": f"{self._folder}/"}}

    async def present(self, file: str | None) -> str | None:
        if file is None:
            return None
        try:
            with objects_told():
                await self._buckets.size(file)
        except MissingError:  # paths are shown even where nothing was ever written
            return None
        return file

    async def read(self, file: str, query: str = "") -> AsyncIterator[bytes]:
        del query  # a blob is there whole or not at all
        with objects_told():
            async for chunk in self._buckets.read(file):
                yield chunk

    async def delete(self, file: str) -> None:
        with objects_told():
            await self._buckets.delete(file)


def folder_url(folder: str) -> str:
    """A folder at Azure as the URL that its API wants, without a slash at the end.

    Raises:
        InvalidUriError: it is none.
    """
    place = parse_uri(folder, folder=True)
    host = place.host or "blob.core.windows.net"
    return f"https://{place.account}.{host}/{place.bucket}/{place.key}".rstrip("/")
