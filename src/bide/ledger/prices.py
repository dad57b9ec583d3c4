"""What a token costs: the rate card of a (provider, model, mode) on a day, or None for unknown.

Who goes first:

1. the user's override;
2. a price in dollars from the overlay;
3. the catalogue, where it has a price of this mode in force on that day;
4. a multiplier from the overlay, of the standard price;
5. nobody: the price is unknown. A batch never falls back to the standard price.

Each card says where it is from (``catalogue:genai-prices@0.2.3``, ``overlay:azure-batch × catalogue:…``, ``user``) and
how far that can be trusted.
"""

import dataclasses
from collections.abc import Mapping
from typing import NamedTuple

from bide.core.clock import to_datetime
from bide.core.money import RateCard
from bide.ledger import cards, overrides
from bide.ledger.catalogue import Catalogue, bundled_catalogue
from bide.ledger.overlay import USER, Overlay, bundled_overlay, weakest
from bide.ledger.overrides import Override
from bide.ledger.rates import STANDARD, PerKind, flat, scaled

CARDS_KEPT = 4096
"""Answers that are remembered: model names come from callers, so they have no end."""

NO_OVERRIDE = Override({}, {})


class Key(NamedTuple):
    """What a price depends on; the head of a `RateCard`."""

    provider: str
    model: str
    mode: str
    day: str


class Prices:
    """Rate cards. The first one that needs the catalogue loads it (about 0.3 s, blocking); answers are remembered."""

    def __init__(
        self,
        settings: Mapping[str, object] | None = None,
        *,
        catalogue: Catalogue | None = None,
        overlay: Overlay | None = None,
    ) -> None:
        """`settings` is the config's `prices` table; catalogue and overlay are the ones that come with bide.

        Raises:
            SettingError: an override cannot be used.
        """
        self._overrides = overrides.parse(settings or {})
        self._catalogue = catalogue or bundled_catalogue()
        self._overlay = overlay or bundled_overlay()
        self._cards: dict[Key, RateCard | None] = {}
        self.edition = " ".join(filter(None, (self._catalogue.edition, self._overlay.edition, self._overrides.edition)))
        """Of all the data behind the cards; known without loading the catalogue."""

    def card(self, provider: str, model: str, mode: str, day: str) -> RateCard | None:
        """The card in force on a day (see `day_of`), None when the price is unknown.

        Raises:
            ValueError: the day is no date.
        """
        key = Key(provider, model, mode, day)
        if key not in self._cards:
            self._remember(key, self._resolve(key))
        return self._cards[key]

    def encode(self, card: RateCard) -> str:
        """The card for the store, with the present edition."""
        return cards.encode(cards.Stored(self.edition, card))

    def restore(self, text: str) -> bool:
        """Answer with a stored card from now on; False when it is of another edition and left alone.

        Raises:
            StoreError: the text is not a stored card.
        """
        stored = cards.decode(text)
        if stored.edition != self.edition:
            return False
        card = stored.card
        self._remember(Key(card.provider, card.model, card.mode, card.day), card)
        return True

    def _remember(self, key: Key, card: RateCard | None) -> None:
        if len(self._cards) >= CARDS_KEPT:
            self._cards.clear()
        self._cards[key] = card

    def _resolve(self, key: Key) -> RateCard | None:
        override = self._overrides.find(key.provider, key.model) or NO_OVERRIDE
        if tiers := override.prices.get(key.mode):
            return RateCard(*key, tiers, USER, USER)
        if multiplier := override.multipliers.get(key.mode):
            return self._multiplied(key, multiplier, USER, USER)

        entry = self._catalogue.find(key.provider, key.model)
        name = entry.id if entry else key.model
        card = self._priced(key, name) or self._catalogue.card(*key) or self._ruled(key, name)
        if card and self._overlay.dispute(key.provider, name):
            return dataclasses.replace(card, confidence=weakest(card.confidence, "disputed"))
        return card

    def _priced(self, key: Key, name: str) -> RateCard | None:
        row = self._overlay.price(key.provider, name, key.mode, key.day)
        return RateCard(*key, flat(row.price), f"overlay:{row.id}", row.confidence) if row and row.price else None

    def _ruled(self, key: Key, name: str) -> RateCard | None:
        listed = self._catalogue.has_variant(key.provider, key.model, key.mode)
        row = self._overlay.multiplier(key.provider, name, key.mode, key.day, listed=listed)
        if row is None or row.multiplier is None:
            return None
        return self._multiplied(key, row.multiplier, f"overlay:{row.id}", row.confidence)

    def _multiplied(self, key: Key, multiplier: PerKind, source: str, confidence: str) -> RateCard | None:
        standard = self.card(key.provider, key.model, STANDARD, key.day)
        if standard is None:
            return None
        try:
            tiers = scaled(standard.tiers, multiplier)
        except ValueError:
            # Finer than our arithmetic: no exact cost exists.
            return None
        return RateCard(*key, tiers, f"{source} × {standard.source}", weakest(confidence, standard.confidence))


def day_of(instant: int) -> str:
    """The UTC day of an instant, as the dates of prices are written."""
    return to_datetime(instant).date().isoformat()
