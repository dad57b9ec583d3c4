"""The calculator's page as one HTML file, which needs nothing else: no network, no other file, no server.

``bide/static/calculator.html`` is what ``web/`` builds. It has its script and its styles in it, and a policy that lets no others run, by
their hashes; only the place of the contents is left open, as a block of JSON, which browsers never run.
"""

import re
from functools import cache
from importlib import resources

import msgspec

from bide.advise.page.contents import Contents

PLACE = "%contents%"

_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]+)">')


def document(of: Contents) -> bytes:
    """The whole file, UTF-8."""
    before, _, after = _template().partition(PLACE)
    return b"".join((before.encode(), _harmless(msgspec.json.encode(of)), after.encode()))


@cache
def policy() -> str:
    """The page's Content-Security-Policy, which it also carries itself: what frames it is left to the server."""
    found = _POLICY.search(_template())
    assert found is not None
    return found[1]


@cache
def _template() -> str:
    return resources.files("bide").joinpath("static", "calculator.html").read_text("utf-8")


def _harmless(json: bytes) -> bytes:
    """JSON that means the same and can end no script block: a ``<`` occurs in texts alone, and may be escaped there."""
    return json.replace(b"<", b"\\u003c")
