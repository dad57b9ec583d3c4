"""Which listed model a name means: as a request writes it, or as people write it."""

import re
from collections.abc import Iterator, Sequence

from bide.ledger.catalogue import LISTINGS, Catalogue
from bide.ledger.prices import Prices

LEFT_OUT = {"claude", "latest"}
"""Words that people leave out of a name, and lists put in."""


def models(prices: Prices, provider: str | None = None) -> Iterator[tuple[str, str]]:
    """Every (provider, model) that has a name in the catalogue or in the user's overrides, each once."""
    seen: set[tuple[str, str]] = set()
    own = [key for key in prices.overrides.models if provider in (None, key[0])]
    for each in LISTINGS if provider is None else (provider,):
        for entry in prices.catalogue.entries(each):
            key = (each, entry.id)
            if key not in seen and prices.catalogue.find(*key) is not None:
                seen.add(key)
                yield key
    yield from (key for key in own if key not in seen)


def meant(prices: Prices, name: str) -> Sequence[tuple[str, str]]:
    """The (provider, model)s of a name: ``PROVIDER/MODEL``, or a bare model at everybody who lists it; none where nobody does."""
    provider, slash, model = name.partition("/")
    own = prices.overrides.models
    if slash and (provider in LISTINGS or any(key[0] == provider for key in own)):
        return [(provider, model)]
    listed = [(each, name) for each in LISTINGS if prices.catalogue.find(each, name) or (each, name) in own]
    mine = [key for key in own if key[1] == name and key not in listed]
    if listed or mine:
        return [*listed, *mine]
    written = ((each, written_as(prices.catalogue, each, name)) for each in LISTINGS)
    return [(each, found) for each, found in written if found is not None]


def written_as(catalogue: Catalogue, provider: str, name: str) -> str | None:
    """The id of the model that people write so, as in ``Claude 3.5 Sonnet``, ``haiku-3.5`` and ``GPT-4o mini``.

    Words may stand in any order. None where no entry has just these words, or several have.
    """
    literal = re.sub(r"\s+", "-", name.strip().lower())
    if catalogue.find(provider, literal):
        return literal
    wanted = _words(name)
    found = {entry.id for entry in catalogue.entries(provider) if _words(entry.id) == wanted}
    return found.pop() if len(found) == 1 else None


def _words(name: str) -> Sequence[str]:
    return sorted(word for word in re.findall(r"[a-z]+|\d+", name.lower()) if word not in LEFT_OUT)
