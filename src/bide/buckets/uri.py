"""Names of objects: ``s3://bucket/key``, ``gs://bucket/key``, ``az://account/container/key``, ``file:///path``.

Azure's own ``https://ACCOUNT.blob.core.windows.net/container/key`` is read as well. In the last two forms, which are URLs, a
``%`` escapes; in the others the key stands as it is, as in the clouds' own tools.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast
from urllib.parse import quote, unquote

from bide.core.errors import BideError

Scheme = Literal["s3", "gs", "az", "file"]

FORMS = "s3://bucket/key, gs://bucket/key, az://account/container/key or file:///path"

AZURE_HOST = re.compile(r"https://([a-z0-9]+)\.(blob\.core\.[a-z0-9.-]+)(?:/|$)")
AZURE_PUBLIC = "blob.core.windows.net"

KIND = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")


class InvalidUriError(BideError):
    """The name of an object cannot be understood; write it as in s3://bucket/folder/file.jsonl."""

    code = "invalid_uri"


@dataclass(frozen=True, slots=True)
class Location:
    """Where an object lies. `account` is Azure's storage account, `host` the one that serves it where it is not the usual."""

    scheme: Scheme
    account: str
    bucket: str
    key: str
    host: str = ""

    @property
    def uri(self) -> str:
        """The one name that everybody writes for it."""
        return self.root + (quote(self.key) if self.scheme == "file" or self.host else self.key)

    @property
    def path(self) -> Path | None:
        """Where it lies on this machine, if it does."""
        return Path("/", self.key) if self.scheme == "file" else None

    @property
    def root(self) -> str:
        """What stands before the key."""
        if self.scheme == "file":
            return "file:///"
        if self.host:
            return f"https://{self.account}.{self.host}/{self.bucket}/"
        return f"{self.scheme}://{self.account}{'/' if self.account else ''}{self.bucket}/"


def is_uri(text: str) -> bool:
    """Whether a name is meant as a URI, of whatever kind, and not as a path."""
    return KIND.match(text) is not None


def parse_uri(text: str, *, folder: bool = False) -> Location:
    """Where a URI points; with `folder` it may end in a slash, or be a whole bucket.

    Raises:
        InvalidUriError: it is of no known kind, or names no object.
    """
    location = _location(text)
    key = location.key.rstrip("/") if folder else location.key
    parts = key.split("/")
    if key.endswith("/") or (not key and not folder):
        raise InvalidUriError(f"{text} names no object but a folder or a bucket; name a file in it")
    if key and ({"", ".", ".."} & set(parts)):
        raise InvalidUriError(f"{text} has an empty part, or one of dots alone, in its path; write the path without it")
    return Location(location.scheme, location.account, location.bucket, key, location.host)


def _location(text: str) -> Location:
    kind = KIND.match(text)
    scheme = kind[1].lower() if kind else ""
    rest = text[kind.end() :] if kind else ""
    if scheme == "https" and (azure := AZURE_HOST.match(text)):
        return _azure_url(text, azure)
    if scheme == "file":
        if not rest.startswith("/"):
            raise InvalidUriError(
                f"{text} is no file on this machine; a file URI has three slashes, as in file:///path"
            )
        return Location("file", "", "", unquote(rest).lstrip("/"))
    if scheme not in ("s3", "gs", "az"):
        raise InvalidUriError(f"{_without_query(text)} is of no kind bide knows; write {FORMS}")
    account, rest = rest.partition("/")[::2] if scheme == "az" else ("", rest)
    bucket, _, key = rest.partition("/")
    if not bucket or (scheme == "az" and not account):
        missing = "account or container" if scheme == "az" else "bucket"
        raise InvalidUriError(f"{text} names no {missing}; write {FORMS}")
    return Location(cast(Scheme, scheme), account, bucket, key)


def _azure_url(text: str, azure: re.Match[str]) -> Location:
    if "?" in text:
        # A shared access signature is a secret, and a URI is kept with the job and shown.
        raise InvalidUriError(
            f"{_without_query(text)} has a signature behind it; leave it out and set AZURE_STORAGE_SAS_TOKEN instead"
        )
    bucket, _, key = unquote(text[azure.end() :]).partition("/")
    if not bucket:
        raise InvalidUriError(f"{text} names no container; write https://ACCOUNT.blob.core.windows.net/container/path")
    return Location("az", azure[1], bucket, key, "" if azure[2] == AZURE_PUBLIC else azure[2])


def _without_query(text: str) -> str:
    return text.partition("?")[0]
