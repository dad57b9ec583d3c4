"""The input file of a batch on its way: Google's resumable upload, whose two steps are one file here."""

import msgspec

from bide.providers.failures import OverloadedError
from bide.providers.gemini.status import raise_for_status
from bide.providers.line import Line
from bide.providers.translated import Translation, understood
from bide.providers.transport import Upload

JSON_LINES = "application/jsonl"

MOST_BYTES = 2_000_000_000
"""Google's guide to files: 2 GB."""


class _File(msgspec.Struct):
    name: str


class _Uploaded(msgspec.Struct):
    file: _File


_uploads = msgspec.json.Decoder(_Uploaded)


async def upload(line: Line, translation: Translation, version: str, name: str, content: Upload) -> str:
    """Upload a file; its id, as in ``files/abc``. What is not finished is forgotten by Google, so it may be repeated."""
    start = msgspec.json.encode({"file": {"display_name": name, "mime_type": content.content_type}})
    headers = {
        "X-Goog-Upload-Protocol": "resumable",
        "X-Goog-Upload-Command": "start",
        "X-Goog-Upload-Header-Content-Length": str(content.length),
        "X-Goog-Upload-Header-Content-Type": content.content_type,
        "X-Goog-Upload-File-Name": name,
    }
    async with line.exchange("POST", f"/upload/{version}/files", body=start, headers=headers) as reply:
        said = await reply.read()
        raise_for_status(translation, reply, said)
        target = reply.headers.get("x-goog-upload-url")
    if not target:
        raise OverloadedError("the upload was begun, and the reply does not say where it goes on")
    headers = {"X-Goog-Upload-Command": "upload, finalize", "X-Goog-Upload-Offset": "0"}
    async with line.exchange("POST", target, body=content, headers=headers) as reply:
        said = await reply.read()
        raise_for_status(translation, reply, said)
    return understood(_uploads, said).file.name
