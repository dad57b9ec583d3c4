"""The bytes of a data file of prices: from the disk, or by an https URL that the user names, which is read once."""

import http.client
import ssl
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import IO

from bide.core.errors import InputError

LARGEST = 64 << 20
"""Bytes that a data file may have."""

PATIENCE = 60.0
"""Seconds that a server may be silent."""

UNTOUCHED = "nothing was changed"

HERE = ("127.0.0.1", "localhost", "::1")


def read(source: str, trust: ssl.SSLContext | None = None) -> bytes:
    """The bytes of a data file, by its path or by an https URL (http on this machine only). Servers are believed by the certificates
    that the machine trusts, or those in `trust`.

    Raises:
        InputError: there is no such file, it is too large, or the server does not give it.
    """
    try:
        if "://" not in source:
            with Path(source).open("rb") as file:
                data = file.read(LARGEST + 1)
        else:
            data = _fetched(source, trust)
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise InputError(f"{source} cannot be read: {error}; {UNTOUCHED}") from error
    if len(data) > LARGEST:
        raise InputError(f"{source} has more than {LARGEST >> 20} MiB, which no price list has; {UNTOUCHED}")
    return data


def _fetched(url: str, trust: ssl.SSLContext | None) -> bytes:
    _check(url)
    opener = urllib.request.build_opener(
        urllib.request.HTTPSHandler(context=trust or ssl.create_default_context()), _Redirects
    )
    try:
        with opener.open(url, timeout=PATIENCE) as answer:
            data, length = answer.read(LARGEST + 1), answer.headers["Content-Length"]
    except urllib.error.HTTPError as error:
        with error:
            raise ValueError(f"the server answers {error.code} {error.reason}") from None
    if length is not None and len(data) < min(int(length), LARGEST):
        raise ValueError(f"it was cut off after {len(data):,} of {int(length):,} bytes")
    return data


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows a server only to where the user could have sent us."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        try:
            _check(newurl)
        except ValueError:
            fp.close()
            raise
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _check(url: str) -> None:
    parts = urllib.parse.urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in HERE):
        raise ValueError("prices are taken from https:// or from a file")
