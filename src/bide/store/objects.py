"""The Objects seam: immutable files of bodies and answers. Rows hold (object, offset, length); bytes never change.

An object is written once, under a name of its own, and appears whole: it is on the disk before any row speaks of it.
"""

import asyncio
import errno
import os
from pathlib import Path
from typing import BinaryIO, Protocol

from bide.core.errors import StoreError
from bide.store import private


class ObjectWriter(Protocol):
    """An object that is being written. It does not exist before `commit`."""

    async def write(self, data: bytes | bytearray) -> None: ...

    async def commit(self) -> int:
        """Make it durable under its name; its size in bytes."""
        ...

    async def abort(self) -> None:
        """Forget it."""
        ...


class Objects(Protocol):
    """Where objects lie."""

    async def create(self, name: str) -> ObjectWriter:
        """Begin an object."""
        ...

    async def put(self, name: str, data: bytes | bytearray) -> None:
        """Write a whole object, durably."""
        ...

    async def read(self, name: str, offset: int, length: int) -> bytes:
        """A range of an object. Raises `StoreError` where it is not all there."""
        ...

    def open(self, name: str) -> BinaryIO:
        """An object as a file, for readers that know nothing but files; whoever opens it closes it. Raises `StoreError`."""
        ...

    async def delete(self, name: str) -> None:
        """Remove an object, and what a writer that died left of it; one that is gone already is fine."""
        ...

    async def close(self) -> None: ...


OPEN_FILES = 128
"""Files kept open for reading: the answers of a batch lie in an object a MiB, and are read in any order."""


NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class LocalObjects:
    """Objects in a folder. Written beside their place and renamed into it, file and folder synced."""

    def __init__(self, folder: Path) -> None:
        """Use a folder, or make it. Raises `StoreError`."""
        self.folder = folder
        try:
            private.make_folder(folder)
        except OSError as error:
            raise StoreError(f"the folder of objects {folder} cannot be used: {error.strerror}") from error
        self._open: dict[str, int] = {}

    async def create(self, name: str) -> "LocalWriter":
        return LocalWriter(self._path(name))

    async def put(self, name: str, data: bytes | bytearray) -> None:
        writer = await self.create(name)
        try:
            await writer.write(data)
            await writer.commit()
        except BaseException:
            await writer.abort()
            raise

    async def read(self, name: str, offset: int, length: int) -> bytes:
        try:
            data = os.pread(self._descriptor(name), length, offset)
        except OSError as error:
            raise StoreError(f"the object {name} cannot be read: {error.strerror}") from error
        if len(data) != length:
            raise StoreError(f"the object {name} is torn: {length} bytes wanted at {offset}, {len(data)} there")
        return data

    def open(self, name: str) -> BinaryIO:
        try:
            return self._path(name).open("rb", buffering=0)
        except OSError as error:
            raise StoreError(f"the object {name} cannot be read: {error.strerror}") from error

    async def delete(self, name: str) -> None:
        if (descriptor := self._open.pop(name, None)) is not None:
            os.close(descriptor)
        path = self._path(name)
        try:
            path.unlink(missing_ok=True)
            _part(path).unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(f"the object {name} cannot be removed: {error.strerror}") from error

    async def close(self) -> None:
        for descriptor in self._open.values():
            os.close(descriptor)
        self._open.clear()

    def _path(self, name: str) -> Path:
        if "/" in name or name.startswith("."):
            raise StoreError(f"{name!r} is no name for an object")
        return self.folder / name

    def _descriptor(self, name: str) -> int:
        descriptor = self._open.pop(name, None)
        if descriptor is None:
            descriptor = os.open(self._path(name), os.O_RDONLY | os.O_CLOEXEC)
            while len(self._open) >= OPEN_FILES:
                os.close(self._open.pop(next(iter(self._open))))
        self._open[name] = descriptor  # last in: least recently used first out
        return descriptor


class LocalWriter:
    """A file beside its place."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.part = _part(path)
        try:
            self._file: BinaryIO = private.create(self.part)
        except OSError as error:
            raise self._unwritable(error) from error
        self._size = 0

    async def write(self, data: bytes | bytearray) -> None:
        view = memoryview(data)
        while view:
            try:
                written = self._file.write(view)
            except OSError as error:
                raise self._unwritable(error) from error
            view = view[written:]
        self._size += len(data)

    async def commit(self) -> int:
        try:
            await asyncio.to_thread(self._publish)
        except OSError as error:
            raise self._unwritable(error) from error
        return self._size

    async def abort(self) -> None:
        self._file.close()
        self.part.unlink(missing_ok=True)

    def _unwritable(self, error: OSError) -> StoreError:
        remedy = "free some space" if error.errno in NO_SPACE else "see to that"
        return StoreError(f"{self.part} cannot be written: {error.strerror}; {remedy}, then run the same command again")

    def _publish(self) -> None:
        os.fsync(self._file.fileno())
        self._file.close()
        self.part.rename(self.path)
        sync_folder(self.path.parent)


def _part(path: Path) -> Path:
    """Where an object lies while it is written."""
    return path.with_name(f"{path.name}.part")


def sync_folder(folder: Path) -> None:
    """Make a rename in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
