"""Pictures, files and sounds as Google has them: bytes with their kind, or an address with its kind."""

import base64
import mimetypes
from typing import Any
from urllib.parse import urlsplit

from bide.providers.translate.gemini.words import LIMITS
from bide.providers.translate.parts import Audio, Document, Image
from bide.providers.translate.prompt import Prompt, detail_of
from bide.providers.translate.untranslatable import UntranslatableError
from bide.providers.translate.wire import Wire

HERE = Wire.GEMINI.api
RESOLUTIONS = {"low": "MEDIA_RESOLUTION_LOW", "high": "MEDIA_RESOLUTION_HIGH"}

Json = dict[str, Any]


def picture(prompt: Prompt, image: Image) -> Json:
    """A picture."""
    if image.data is not None:
        part: Json = {"inlineData": {"mimeType": image.media_type, "data": image.data}}
    else:
        part = {"fileData": _linked(prompt, image, image.url or "")}
    if image.detail is not None:
        if image.detail not in RESOLUTIONS:
            raise UntranslatableError(detail_of(prompt, image, "detail"), HERE, LIMITS["image.detail"])
        part["mediaResolution"] = {"level": RESOLUTIONS[image.detail]}
    return part


def file(prompt: Prompt, document: Document) -> Json:
    """A file. Plain text is one as well."""
    name = {"displayName": document.name} if document.name is not None else {}
    if document.url is not None:
        return {"fileData": {**_linked(prompt, document, document.url), **name}}
    if document.text is not None:
        data = base64.b64encode(document.text.encode()).decode()
        return {"inlineData": {"mimeType": "text/plain", "data": data, **name}}
    return {"inlineData": {"mimeType": document.media_type, "data": document.data, **name}}


def sound(audio: Audio) -> Json:
    """A sound."""
    return {"inlineData": {"mimeType": f"audio/{audio.format}", "data": audio.data}}


def _linked(prompt: Prompt, part: Image | Document, url: str) -> Json:
    """Vertex AI demands the kind of what stands at an address."""
    kind = part.media_type or mimetypes.guess_type(urlsplit(url).path)[0]
    if kind is None:
        raise UntranslatableError(detail_of(prompt, part, "url"), HERE, LIMITS[f"{part.kind}.url"])
    return {"fileUri": url, "mimeType": kind}
