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
import datetime
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bide.core.clock import FAR_FUTURE
from bide.core.money import RateCard
from bide.lanes.hours.window import Window
from bide.ledger import cards, overrides
from bide.ledger.catalogue import Catalogue, bundled_catalogue
from bide.ledger.facts import model_facts
from bide.ledger.hours import changes_of, cheap, day_of, label_at, labels, start_of, weight
from bide.ledger.overlay import USER, Overlay, bundled_overlay, weakest
from bide.ledger.overrides import Override
from bide.ledger.rates import STANDARD, PerKind, Tiers, flat, scaled

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
        self.overrides = overrides.parse(settings or {})
        self.catalogue = catalogue or bundled_catalogue()
        self.overlay = overlay or bundled_overlay()
        self._cards: dict[Key, RateCard | None] = {}
        self._cheap: dict[Key, Window | None] = {}
        self.edition = " ".join(filter(None, (self.catalogue.edition, self.overlay.edition, self.overrides.edition)))
        """Of all the data behind the cards; known without loading the catalogue."""

    def card(self, provider: str, model: str, mode: str, day: str) -> RateCard | None:
        """The card in force on a day (see `day_of`) or at an instant of it (see `when`), None when the price is unknown. Where it
        depends on the hour, that of the day is the dearest.

        Raises:
            ValueError: the day is no date.
        """
        key = Key(provider, model, mode, day)
        if key not in self._cards:
            self._remember(key, self._resolve(key))
        return self._cards[key]

    def when(self, provider: str, model: str, instant: int) -> str:
        """The date of the card in force at an instant: its day or, where the price depends on the hour, since when it holds."""
        day = day_of(instant)
        return label_at(day, self._changes(provider, model, day), instant)

    def cheap_hours(self, provider: str, model: str, mode: str, day: str) -> Window | None:
        """When the price is lowest, by what holds on a day; None where it is the same at all hours."""
        key = Key(provider, model, mode, day)
        if key not in self._cheap:
            if len(self._cheap) >= CARDS_KEPT:
                self._cheap.clear()
            override = self.overrides.find(provider, model)
            if override is not None and override.off_peak is not None:
                self._cheap[key] = self._off_peak_if_cheaper(key, override.off_peak.window)
            else:
                self._cheap[key] = cheap([self.card(provider, model, mode, one) for one in self._labels(key)])
        return self._cheap[key]

    def _off_peak_if_cheaper(self, key: Key, window: Window) -> Window | None:
        """The user's own hours, with their days and their zone, if they are cheaper than the others; those if they are dearer."""
        inside, outside = (one.opens_at(start_of(key.day)) for one in (window, ~window))
        if FAR_FUTURE in (inside, outside):
            return None
        provider, model, mode, _ = key
        own, other = (self.card(provider, model, mode, self.when(provider, model, at)) for at in (inside, outside))
        if own is None or other is None or weight(own) == weight(other):
            return None
        return window if weight(own) < weight(other) else ~window

    def _changes(self, provider: str, model: str, day: str) -> Sequence[int]:
        override = self.overrides.find(provider, model)
        if override is not None and override.off_peak is not None:
            return changes_of(override.off_peak.window, day)
        return self.catalogue.changes(provider, model)

    def _labels(self, key: Key) -> Sequence[str]:
        return labels(key.day, self._changes(key.provider, key.model, key.day))

    def window(self, provider: str, model: str) -> int | None:
        """How many tokens a request may have, None when unknown; by the catalogue that is in use. Loads it."""
        return model_facts(provider, model, catalogue=self.catalogue, overlay=self.overlay).context_window

    def days(self, provider: str, model: str, mode: str) -> Sequence[str]:
        """The days from which another card may be in force, ascending; what holds before the first holds since ever."""
        entry = self.catalogue.find(provider, model)
        name = entry.id if entry else model
        modes = {mode, STANDARD}  # a multiple follows the standard price
        return sorted(
            {day for one in modes for day in self.overlay.days(provider, name, one)}
            | {day for one in modes for day in self.catalogue.days(provider, model, one)}
        )

    def checked_on(self, card: RateCard) -> datetime.date | None:
        """When the oldest part of a card was last checked; None where nobody has said, or the price is the user's own."""
        days = [
            self.catalogue.taken_on
            if self.catalogue.taken_on and part == f"catalogue:{self.catalogue.edition}"
            else self.overlay.checked_on(part)
            for part in card.source.split(" × ")
            if part != USER
        ]
        known = [day for day in days if day is not None]
        return min(known) if known and len(known) == len(days) else None

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
        dates = self._labels(key) if "T" not in key.day else ()
        if len(dates) > 1:
            found = [self.card(*key[:3], date) for date in dates]
            dearest = max((card for card in found if card is not None), key=weight, default=None)
            return None if dearest is None or None in found else dataclasses.replace(dearest, day=key.day)
        override = self.overrides.find(key.provider, key.model) or NO_OVERRIDE
        if key.mode == STANDARD and (off := override.off_peak) is not None and off.window.is_open(start_of(key.day)):
            if off.tiers is not None:
                return RateCard(*key, off.tiers, USER, USER)
            if off.multiplier is not None:
                return self._off_peak(key, off.multiplier, override)
        return self._usual(key, override)

    def _off_peak(self, key: Key, multiplier: PerKind, override: Override) -> RateCard | None:
        usual = self._usual(key, override)
        tiers = _scaled(usual, multiplier)
        return None if usual is None or tiers is None else RateCard(*key, tiers, f"user × {usual.source}", USER)

    def _usual(self, key: Key, override: Override) -> RateCard | None:
        """The card without what the user says about some hours."""
        if tiers := override.prices.get(key.mode):
            return RateCard(*key, tiers, USER, USER)
        if multiplier := override.multipliers.get(key.mode):
            return self._multiplied(key, multiplier, USER, USER)

        entry = self.catalogue.find(key.provider, key.model)
        name = entry.id if entry else key.model
        card = self._priced(key, name) or self.catalogue.card(*key) or self._ruled(key, name)
        if card and self.overlay.dispute(key.provider, name):
            return dataclasses.replace(card, confidence=weakest(card.confidence, "disputed"))
        return card

    def _priced(self, key: Key, name: str) -> RateCard | None:
        row = self.overlay.price(key.provider, name, key.mode, key.day)
        return RateCard(*key, flat(row.price), f"overlay:{row.id}", row.confidence) if row and row.price else None

    def _ruled(self, key: Key, name: str) -> RateCard | None:
        listed = self.catalogue.has_variant(key.provider, key.model, key.mode)
        row = self.overlay.multiplier(key.provider, name, key.mode, key.day, listed=listed)
        if row is None or row.multiplier is None:
            return None
        return self._multiplied(key, row.multiplier, f"overlay:{row.id}", row.confidence)

    def _multiplied(self, key: Key, multiplier: PerKind, source: str, confidence: str) -> RateCard | None:
        standard = self.card(key.provider, key.model, STANDARD, key.day)
        tiers = _scaled(standard, multiplier)
        if standard is None or tiers is None:
            return None
        return RateCard(*key, tiers, f"{source} × {standard.source}", weakest(confidence, standard.confidence))


def _scaled(standard: RateCard | None, multiplier: PerKind) -> Tiers | None:
    """Another card's rates at a multiple; None where they are finer than our arithmetic: then no exact cost exists."""
    if standard is None:
        return None
    try:
        return scaled(standard.tiers, multiplier)
    except ValueError:
        return None
