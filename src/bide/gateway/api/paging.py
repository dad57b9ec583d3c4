"""What lists have in common: a page size, a place to go on from, and query fields that are what they must be."""

from collections.abc import Collection, Mapping

from bide.gateway.exchange import Exchange
from bide.gateway.refusal import RefusalError

USUAL, MOST = 20, 100


def fields(exchange: Exchange, known: Collection[str]) -> Mapping[str, str]:
    """The query's fields. Raises `RefusalError` for one that is not known: a filter that is misspelt filters nothing."""
    found = exchange.query
    for name, value in found.items():
        if name not in known:
            raise invalid(name, f"there is no such query field; there are: {', '.join(sorted(known))}")
        if "\0" in value:
            raise invalid(name, "it contains a NUL")
    return found


def limit(found: Mapping[str, str]) -> int:
    """How many to list. Raises `RefusalError`."""
    return whole(found, "limit", USUAL, 1, MOST)


def whole(found: Mapping[str, str], name: str, usual: int, least: int, most: int) -> int:
    """A whole number. Raises `RefusalError`."""
    text = found.get(name)
    if text is None:
        return usual
    if not text.isascii() or not text.isdigit() or len(text) > 19 or not least <= int(text) <= most:
        raise invalid(name, f"it is {text[:40]!r}; write a whole number from {least} to {most}")
    return int(text)


def one_of(found: Mapping[str, str], name: str, choices: Collection[str]) -> str | None:
    """One of some words, or None. Raises `RefusalError`."""
    text = found.get(name)
    if text is not None and text not in choices:
        raise invalid(name, f"it is {text[:40]!r}; write one of {', '.join(choices)}")
    return text


def invalid(name: str, why: str) -> RefusalError:
    """The refusal of a query field."""
    return RefusalError(400, "invalid_request", f"{name}: {why}", param=name)


def no_place(name: str) -> RefusalError:
    """The refusal to go on after something that is not there."""
    return RefusalError(404, "not_found", f"after: there is no {name[:80]!r} to go on from", param="after")
