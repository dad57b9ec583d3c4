"""What an answer costs, from rate cards that the store keeps: an old job can always be priced again."""

from dataclasses import dataclass
from typing import Protocol

from bide.core.money import RateCard
from bide.core.usage import Usage
from bide.lanes.hours.window import Window
from bide.store.reports import Price
from bide.store.store import Store

TARIFFS = 10_000
"""Tariffs that are remembered: of every model that is used, a day has one or two."""

STANDARD = "standard"
BATCH = "batch"


class CardSource(Protocol):
    """Where rate cards, and the sizes of models, come from: `bide.ledger.prices.Prices`."""

    def card(self, provider: str, model: str, mode: str, day: str) -> RateCard | None: ...

    def when(self, provider: str, model: str, instant: int) -> str: ...

    def cheap_hours(self, provider: str, model: str, mode: str, day: str) -> Window | None: ...

    def window(self, provider: str, model: str) -> int | None: ...

    def encode(self, card: RateCard) -> str: ...

    def restore(self, text: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Tariff:
    """The cards for one model on one day, or in some hours of it: of the lane that is priced, and of the list price that it is
    compared with.

    `card_id` is the lane's card in the store. None is an unknown price.
    """

    card: RateCard | None
    card_id: int | None
    listed: RateCard | None

    def price(self, usage: Usage | None) -> Price:
        """What an answer with this usage costs; unknown where either is."""
        if usage is None:
            return Price(Usage(), self.card_id, None, None)
        amount = self.card.cost(usage) if self.card else None
        if self.listed is self.card:
            return Price(usage, self.card_id, amount, amount)
        return Price(usage, self.card_id, amount, self.listed.cost(usage) if self.listed else None)


class Pricing:
    """Tariffs by (provider, model, lane, day), each resolved and stored once."""

    def __init__(self, store: Store, source: CardSource) -> None:
        self._store = store
        self.source = source
        self._restored: set[str] = set()
        self._tariffs: dict[tuple[str, str, str, str], Tariff] = {}

    async def tariff(self, provider: str, model: str, mode: str, now: int) -> Tariff:
        """The tariff in force at an instant. `provider` is the catalogue's name."""
        day = self.source.when(provider, model, now)
        key = (provider, model, mode, day)
        if key not in self._tariffs:
            if len(self._tariffs) >= TARIFFS:
                self._tariffs.clear()  # most are of days that are over, and all can be resolved again
            await self._restore(day)
            card = self.source.card(provider, model, mode, day)
            listed = card if mode == STANDARD else self.source.card(provider, model, STANDARD, day)
            kept = None
            if card is not None:
                kept = await self._store.ledger.keep_card(provider, model, mode, day, self.source.encode(card))
                if listed is not None and listed is not card:
                    await self._store.ledger.keep_card(provider, model, STANDARD, day, self.source.encode(listed))
            self._tariffs[key] = Tariff(card, kept, listed)
        return self._tariffs[key]

    async def _restore(self, day: str) -> None:
        """Take up the day's cards that an earlier process resolved, so that the catalogue need not be loaded."""
        if day not in self._restored:
            self._restored.add(day)
            for kept in await self._store.ledger.cards(day):
                self.source.restore(kept.card)
