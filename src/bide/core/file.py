"""A file as clients of the gateway know it: uploaded, or made from the answers of a batch."""

import enum
from dataclasses import dataclass


class FileKind(enum.StrEnum):
    """Where a file's bytes come from."""

    UPLOADED = "uploaded"
    OUTPUT = "output"
    """The answers of a served batch."""
    ERROR = "error"
    """What a served batch has instead of answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One row of `files`; instants in microseconds since 1970 UTC."""

    id: int
    owner: str
    external_id: str
    name: str
    purpose: str
    kind: FileKind
    size: int | None
    """Bytes; None where nobody has counted them yet."""
    object_id: int | None
    batch_id: int | None
    created_at: int
    expires_at: int | None = None
    deleted_at: int | None = None

    def is_there(self, now: int) -> bool:
        """Whether it can be had then: not yet deleted, and not expired."""
        return all(end is None or now < end for end in (self.deleted_at, self.expires_at))
