"""Rate cards as the store keeps them: JSON, with the edition of the data that they were compiled from.

A stored card prices an old answer again at any time. A later run may use it for new answers as long as the edition is
the same, and then never loads the catalogue.
"""

from dataclasses import dataclass

import msgspec

from bide.core.errors import StoreError
from bide.core.money import RateCard


@dataclass(frozen=True, slots=True)
class Stored:
    """A card and the edition of the data behind it (`Prices.edition`)."""

    edition: str
    card: RateCard


def encode(stored: Stored) -> str:
    """The same text for the same card and edition, always."""
    return msgspec.json.encode(stored).decode()


def decode(text: str) -> Stored:
    """The card that `encode` wrote.

    Raises:
        StoreError: the text is not a stored card.
    """
    try:
        return msgspec.json.decode(text, type=Stored)
    except msgspec.DecodeError as error:
        raise StoreError(f"a stored rate card cannot be read: {error}") from error
