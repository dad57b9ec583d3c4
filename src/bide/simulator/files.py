"""The provider's files: uploaded ones and the results of batches."""

from dataclasses import dataclass
from typing import Annotated

from bide.core.clock import DAY
from bide.simulator import notation as written
from bide.simulator.exchange import Content
from bide.simulator.refusal import Refusal, scripted, unknown

MAX_BYTES = 512 * 10**6


@dataclass(frozen=True, kw_only=True)
class FileSettings:
    """`[files]` of a script: how long files with purpose `batch`, and the results of batches, are kept.

    `processing` is how long an uploaded file is read before a batch may name it, where the protocol knows that (Azure).
    """

    input_life: Annotated[int, written.duration] = 30 * DAY
    output_life: Annotated[int, written.duration] = 30 * DAY
    processing: Annotated[int, written.duration] = 0


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file. Its content is served from `served_from` on, before that the answer is `early_status`."""

    id: str
    filename: str
    purpose: str
    content: Content
    created_at: int
    expires_at: int | None
    served_from: int = 0
    early_status: int = 503


class Files:
    """All files of an account, by id."""

    def __init__(self) -> None:
        self._files: dict[str, StoredFile] = {}

    def add(self, file: StoredFile) -> None:
        """Keep a file."""
        self._files[file.id] = file

    def find(self, identifier: str, now: int) -> StoredFile | None:
        """The file, unless it is unknown, deleted or expired."""
        file = self._files.get(identifier)
        return file if file and _exists(file, now) else None

    def get(self, identifier: str, now: int) -> StoredFile:
        """The file, or a 404."""
        file = self.find(identifier, now)
        if file is None:
            raise unknown(f"No such File object: {identifier}")
        return file

    def content(self, identifier: str, now: int) -> Content:
        """The file's bytes. Raises a 404, or what the script answers while they are not ready."""
        file = self.get(identifier, now)
        if now < file.served_from:
            raise Refusal(scripted(file.early_status))
        return file.content

    def delete(self, identifier: str, now: int) -> None:
        """Forget a file, or raise a 404."""
        self.get(identifier, now)
        del self._files[identifier]

    def existing(self, now: int) -> list[StoredFile]:
        """The files that exist, the oldest first."""
        files = [file for file in self._files.values() if _exists(file, now)]
        return sorted(files, key=lambda file: (file.created_at, file.id))


def _exists(file: StoredFile, now: int) -> bool:
    return file.expires_at is None or now < file.expires_at
