"""What a stream is, in the tables of streams."""

from dataclasses import dataclass

from bide.core.usage import Usage
from bide.providers.translate import Wire
from bide.providers.translate.answer import Stop

ODD = "a\u2028b\u0085c — d\r\n\u00e9"
"""What splits lines in Python, and characters of several bytes."""


@dataclass(frozen=True)
class Streamed:
    """What a provider sends, and what a caller has put together at the end."""

    id: str
    source: Wire
    sent: bytes
    text: str = ""
    calls: tuple[tuple[str, str, str], ...] = ()
    finish: Stop | None = Stop.END
    usage: Usage | None = None
    failed: str | None = None
    is_odd: bool = False
    """Its own SDK does not read it so."""
