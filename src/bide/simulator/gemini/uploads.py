"""Resumable uploads: begun with one request, and brought to their end with one or several."""

from dataclasses import replace

import msgspec
from msgspec import field

from bide.core.clock import DAY
from bide.simulator.account import Account
from bide.simulator.exchange import Content, Reply, Request, encode
from bide.simulator.files import StoredFile
from bide.simulator.gemini.error import UNKNOWN_FILE
from bide.simulator.instants import rfc3339, rfc3339_or_none
from bide.simulator.refusal import Failure, Refusal, invalid

LIFE = 2 * DAY
"""How long uploaded files are kept."""

MOST_BYTES = 2 * 10**9
"""What a file may have."""

UPLOADING = "uploading"
"""The purpose of a file that has not come to its end."""

PURPOSE = "batch"


class _File(msgspec.Struct):
    display_name: str = field(default="", name="display_name")
    camel_name: str = field(default="", name="displayName")


class _Start(msgspec.Struct):
    file: _File = field(default_factory=_File)


def upload(account: Account, request: Request, now: int) -> Reply:
    """One request of an upload."""
    command = [word.strip() for word in request.headers.get("x-goog-upload-command", "").split(",")]
    if command == ["start"]:
        return _start(account, request, now)
    return _go_on(account, request, command, now)


def _start(account: Account, request: Request, now: int) -> Reply:
    if request.headers.get("x-goog-upload-protocol") != "resumable":
        raise invalid("The upload protocol has to be resumable.")
    told = request.headers.get("x-goog-upload-header-content-length", "")
    if told.isdecimal() and int(told) > MOST_BYTES:
        raise _too_large()
    try:
        file = msgspec.json.decode(request.body or b"{}", type=_Start).file
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise invalid(f"Invalid JSON payload received. {error}") from error
    begun = account.upload(file.display_name or file.camel_name, UPLOADING, bytearray(), LIFE, now, prefix="")
    headers = {
        "x-goog-upload-status": "active",
        "x-goog-upload-url": f"{request.base}{request.path}?upload_id={begun.id}&upload_protocol=resumable",
        "x-goog-upload-chunk-granularity": "262144",
    }
    return Reply(200, b"", headers=headers)


def _go_on(account: Account, request: Request, command: list[str], now: int) -> Reply:
    begun = account.files.find(request.query.get("upload_id", ""), now)
    if begun is None or begun.purpose != UPLOADING or not isinstance(begun.content, bytearray):
        raise Refusal(Failure(404, "There is no such upload."))
    if request.headers.get("x-goog-upload-offset") != str(len(begun.content)):
        raise invalid("The offset is not where the upload stands.")
    if len(begun.content) + len(request.body) > MOST_BYTES:
        raise _too_large()
    begun.content.extend(request.body)
    if "finalize" not in command:
        return Reply(200, b"", headers={"x-goog-upload-status": "active"})
    file = replace(begun, purpose=PURPOSE)
    account.files.add(file)
    return Reply(200, encode({"file": file_object(file, request.base)}), headers={"x-goog-upload-status": "final"})


def _too_large() -> Refusal:
    return Refusal(Failure(400, f"File size exceeds the limit: {MOST_BYTES} bytes."))


def file_object(file: StoredFile, base: str) -> dict[str, object]:
    """A file as it is shown."""
    name = f"files/{file.id}"
    return {
        "name": name,
        "displayName": file.filename,
        "mimeType": "application/jsonl",
        "sizeBytes": str(len(file.content)),
        "createTime": rfc3339(file.created_at),
        "updateTime": rfc3339(file.created_at),
        "expirationTime": rfc3339_or_none(file.expires_at),
        "sha256Hash": "",
        "uri": f"{base}/v1beta/{name}",
        "downloadUri": f"{base}/v1beta/{name}:download?alt=media",
        "state": "ACTIVE",
        "source": "UPLOADED" if file.purpose == PURPOSE else "GENERATED",
    }


def find_file(account: Account, identifier: str, now: int) -> StoredFile:
    """A file, or a 403: what is not there is not told from what is somebody else's."""
    file = account.files.find(identifier, now)
    if file is None or file.purpose == UPLOADING:
        raise Refusal(Failure(403, UNKNOWN_FILE.format(name=identifier)))
    return file


def content(account: Account, identifier: str, now: int) -> Content:
    """The bytes of a file."""
    return account.files.content(find_file(account, identifier, now).id, now)
