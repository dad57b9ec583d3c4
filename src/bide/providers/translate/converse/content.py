"""What turns are made of, as blocks of Converse."""

import mimetypes
import re
from typing import Any

from bide.providers.translate.arguments import id_within, object_of
from bide.providers.translate.converse.words import LIMITS
from bide.providers.translate.parts import (
    Audio,
    Document,
    Image,
    Lifetime,
    Part,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
)
from bide.providers.translate.prompt import Prompt, Role, detail_of
from bide.providers.translate.untranslatable import UntranslatableError
from bide.providers.translate.wire import Wire

HERE = Wire.CONVERSE.api
PICTURES = {"image/png": "png", "image/jpeg": "jpeg", "image/jpg": "jpeg", "image/gif": "gif", "image/webp": "webp"}
FILES = {
    "application/pdf": "pdf",
    "text/csv": "csv",
    "application/msword": "doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.ms-excel": "xls",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "text/html": "html",
    "text/plain": "txt",
    "text/markdown": "md",
}
SOUNDS = frozenset(
    ["mp3", "opus", "wav", "aac", "flac", "mp4", "ogg", "mkv", "mka", "x-aac", "m4a", "mpeg", "mpga", "pcm", "webm"],
)

_ID = re.compile(r"[a-zA-Z0-9_.:-]{1,64}", re.ASCII)
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}", re.ASCII)
_NOT_IN_A_TITLE = re.compile(r"[^a-zA-Z0-9\s()\[\]-]|(?<=\s)\s+", re.ASCII)

Json = dict[str, Any]


class Content:
    """Parts of one request into blocks. Documents need names, and each another one."""

    def __init__(self, prompt: Prompt) -> None:
        self._prompt = prompt
        self._documents = 0
        self._names: set[str] = set()

    def blocks(self, role: Role, parts: list[Part]) -> list[Json]:
        """The blocks of one side's say; what tools answered comes first, as it has to follow their calls."""
        ordered = sorted(parts, key=lambda part: not isinstance(part, ToolResult)) if role == "user" else parts
        written: list[Json] = []
        for part in ordered:
            written.append(self._user(part) if role == "user" else _assistant(part))
            cache = getattr(part, "cache", None)
            if cache is not None:
                written.append(cache_point(cache))
        return written

    def _user(self, part: Part) -> Json:
        match part:
            case Text():
                return text_of(part)
            case Image():
                return self._picture(part)
            case Document():
                return self._file(part)
            case Audio():
                if part.format not in SOUNDS:
                    raise UntranslatableError(part.path, HERE, LIMITS["audio"])
                return {"audio": {"format": part.format, "source": {"bytes": part.data}}}
            case ToolResult():
                return self._result(part)
            case ToolCall() | Reasoning() | Refusal():
                raise UntranslatableError(part.path, HERE, "it has no place in the user's turn")

    def _picture(self, image: Image) -> Json:
        kind = PICTURES.get(image.media_type or "")
        if kind is None:
            raise UntranslatableError(detail_of(self._prompt, image, "data"), HERE, LIMITS["image.data"])
        return {"image": {"format": kind, "source": {"bytes": image.data}}}

    def _file(self, document: Document) -> Json:
        """A name is a label: what Converse does not allow in it, such as a dot, becomes a hyphen."""
        self._documents += 1
        label = _NOT_IN_A_TITLE.sub("-", document.name or "").strip()[:180]
        name = f"{label or 'document'} {self._documents}" if self._documents > 1 or not label else label
        while name in self._names:
            name = f"{name} {self._documents}"
        self._names.add(name)
        block: Json = {"name": name}
        if document.context is not None:
            block["context"] = document.context
        if document.text is not None:
            return {"document": {**block, "format": "txt", "source": {"text": document.text}}}
        kind = document.media_type or mimetypes.guess_type(document.name or "")[0]
        if kind not in FILES:
            raise UntranslatableError(detail_of(self._prompt, document, "data"), HERE, LIMITS["document.data"])
        return {"document": {**block, "format": FILES[kind], "source": {"bytes": document.data}}}

    def _result(self, result: ToolResult) -> Json:
        for part in result.parts:
            if getattr(part, "cache", None) is not None:
                raise UntranslatableError(detail_of(self._prompt, part, "cache"), HERE, LIMITS["tool_result"])
            if not isinstance(part, Text | Image | Document):
                raise UntranslatableError(part.path, HERE, "a tool's answer holds text, pictures and files only")
        content = [self._user(part) for part in result.parts if not isinstance(part, Text) or part.text]
        block: Json = {"toolUseId": id_of(result.id), "content": content or [{"text": " "}]}
        if result.is_error is not None:
            block["status"] = "error" if result.is_error else "success"
        return {"toolResult": block}


def _assistant(part: Part) -> Json:
    match part:
        case Text() | Refusal():
            return text_of(part)
        case ToolCall():
            if not _NAME.fullmatch(part.name):
                raise UntranslatableError(part.path, HERE, LIMITS["tool_call"])
            return {"toolUse": {"toolUseId": id_of(part.id), "name": part.name, "input": object_of(part, HERE)}}
        case Reasoning(redacted=str(sealed)):
            return {"reasoningContent": {"redactedContent": sealed}}
        case Reasoning():
            text = {"text": part.text, **({"signature": part.signature} if part.signature else {})}
            return {"reasoningContent": {"reasoningText": text}}
        case Image() | Document() | Audio() | ToolResult():
            raise UntranslatableError(part.path, HERE, "an answer of the model holds text and calls only")


def text_of(part: Text | Refusal) -> Json:
    """Words."""
    if not part.text.strip():
        raise UntranslatableError(part.path, HERE, LIMITS["text"])
    return {"text": part.text}


def cache_point(cache: Lifetime) -> Json:
    """The mark behind what is to stay in the cache. Five minutes need no word; some models know no other."""
    return {"cachePoint": {"type": "default", **({"ttl": cache} if cache != "5m" else {})}}


def id_of(id_: str) -> str:
    """A call's id. It says nothing, so one that AWS does not allow is replaced, everywhere by the same."""
    return id_within(_ID, id_)
