"""What no surface takes, whatever it is asked for: texts that no store holds, words that are longer than they can mean anything,
bodies that would have to be unpacked first."""

from bide.gateway.exchange import Exchange
from bide.gateway.refusal import RefusalError

LONGEST = 255
"""Characters of a word of ours in a header."""

FREE = frozenset({"bide-webhook"})
"""Those that are bounded where they are read."""


def inspect(exchange: Exchange) -> None:
    """See that nothing is wrong with a request before its body is read. Raises `RefusalError`."""
    if "\0" in exchange.path:
        raise RefusalError(400, "invalid_request", "the path contains a NUL")
    if b"%00" in exchange.raw_query:
        name = next((name for name, value in exchange.query.items() if "\0" in value), None)
        raise RefusalError(400, "invalid_request", f"{name or 'the query'} contains a NUL", param=name)
    headers = exchange.headers
    if "content-encoding" in headers:
        _check_unpacked(headers["content-encoding"].strip().lower())
    for name, value in exchange.own_headers.items():
        if len(value) > LONGEST and name not in FREE:
            raise RefusalError(
                400, "invalid_request", f"{name} has {len(value):,} characters; write at most {LONGEST}", param=name
            )


def _check_unpacked(encoding: str) -> None:
    if encoding not in ("", "identity"):
        raise RefusalError(
            415,
            "unsupported_encoding",
            f"the body is packed with {encoding[:40]!r}; send it as it is, without Content-Encoding",
            headers={"accept-encoding": "identity"},
        )
