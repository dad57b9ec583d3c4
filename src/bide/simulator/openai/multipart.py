"""Forms as uploads send them (RFC 7578), taken apart without a second copy of the file."""

import re
from dataclasses import dataclass

from bide.simulator.exchange import Content

_BOUNDARY = re.compile(r'boundary="?([^";]+)"?', re.IGNORECASE)
_PARAMETER = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"|(\w+)=([^;\s]+)')


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """The file part of a form."""

    filename: str
    content: Content


@dataclass(frozen=True, slots=True)
class Form:
    """A form's fields by name, and its file."""

    fields: dict[str, str]
    file: UploadedFile | None


def parse_form(content_type: str, body: Content) -> Form:
    """Take a form apart. A large file keeps the memory of a `bytearray` body, which is cut down to it in place.

    Raises:
        ValueError: the content type names no boundary, or the body is not as it says.
    """
    found = _BOUNDARY.search(content_type)
    if not content_type.lower().startswith("multipart/form-data") or not found:
        raise ValueError("the content type has to be multipart/form-data with a boundary")
    mark = b"--" + found[1].encode("latin-1")
    fields: dict[str, str] = {}
    file: tuple[str, int, int] | None = None
    at = body.find(mark)
    if at < 0:
        raise ValueError("the form does not begin with its boundary")
    at += len(mark)
    while body[at : at + 2] != b"--":
        head_end = body.find(b"\r\n\r\n", at)
        start = head_end + len(b"\r\n\r\n")
        end = body.find(b"\r\n" + mark, start)
        if head_end < 0 or end < 0:
            raise ValueError("the form ends within a part")
        name, filename = _disposition(bytes(body[at:head_end]).decode("utf-8", "replace"))
        if filename is None:
            fields[name] = bytes(body[start:end]).decode("utf-8", "replace")
        else:
            file = (filename, start, end)
        at = end + len(b"\r\n") + len(mark)
    if file is None:
        return Form(fields, None)
    filename, start, end = file
    if isinstance(body, bytearray):
        del body[end:]
        del body[:start]
        return Form(fields, UploadedFile(filename, body))
    return Form(fields, UploadedFile(filename, body[start:end]))


def _disposition(head: str) -> tuple[str, str | None]:
    """The name of a part and, for a file, its filename."""
    for line in head.split("\r\n"):
        key, _, value = line.partition(":")
        if key.strip().lower() == "content-disposition":
            parameters = {quoted or plain: text or word for quoted, text, plain, word in _PARAMETER.findall(value)}
            if "name" in parameters:
                return parameters["name"], parameters.get("filename")
    raise ValueError("a part of the form has no name")
