"""The catalogue: genai-prices, compiled to rate cards, without its silent fallbacks.

Asked for the batch price of a model that has none, the library answers with the standard price; so does a mode that
is misspelt, and a day before the batch price was known. Here a price that does not exist, or is not in force on that
day, is None, and so is one that tokens cannot express (pages, seconds, images in the answer). One that depends on the hour has a
card for each of its hours, and none for the day (`bide.ledger.hours`).

What its prices mean: `cache_write_mtok` is the five-minute write, `cache_write_1h_mtok` the one-hour write, for which the
library falls back to the shorter one's price; prices of tool calls come on top of tokens and are left out; a dearer
rate for audio or image *input* is left out too, so a card prices text.
"""

import datetime
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING

from bide.core.money import RateCard, Rates
from bide.ledger.matching import names
from bide.ledger.rates import STANDARD, Tiers, rate

if TYPE_CHECKING:
    from genai_prices.types import ConditionalPrice, ModelInfo, ModelPrice, PriceVariant, Provider, TieredPrices

CONTEXTS: Mapping[str, Sequence[Mapping[str, str]]] = {
    STANDARD: ({},),
    "batch": ({"processing": "batch"},),
    "flex": ({"service_tier": "flex"},),
    "priority": ({"service_tier": "priority"},),
    "fast": ({"speed": "fast"}, {"service_tier": "fast"}),
}
"""Our modes in the library's words. No model has two of a mode's."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of the library in which models of a provider stand.

    `borrowed` marks another surface's list: its standard price is a fair assumption, its discounts are not ours.
    """

    library: str
    only: str = ""
    """A regular expression that the entry's id starts with."""
    borrowed: bool = False
    hourly: bool = False
    """Whether some of its prices depend on the hour: then it is loaded to know which."""


LISTINGS: Mapping[str, tuple[Listing, ...]] = {
    "openai": (Listing("openai"),),
    "azure-openai": (Listing("azure"), Listing("openai", borrowed=True)),
    "anthropic": (Listing("anthropic"),),
    # The library has one list for both of Google's surfaces: Claude is sold on Vertex AI only, and the Gemini prices
    # are the developer API's.
    "gemini": (Listing("google", only="gem"),),
    "vertex": (Listing("google", only="claude"), Listing("google", only="gem", borrowed=True)),
    "bedrock": (Listing("aws"),),
    "together": (Listing("together"),),
    "groq": (Listing("groq"),),
    "mistral": (Listing("mistral"),),
    "xai": (Listing("x-ai"),),
    "openrouter": (Listing("openrouter"),),
    "deepseek": (Listing("deepseek", hourly=True),),
}
"""bide's providers. One that is not here (a server of one's own) has no catalogue prices."""

PRICED = ("input_mtok", "output_mtok", "cache_read_mtok", "cache_write_mtok", "cache_write_1h_mtok")
"""Prices that a card has."""

BESIDE_TOKENS = re.compile(
    r"(?:web|social|storage)_searches_kcount|code_executions_kcount"
    r"|input_(?:text|audio|image|video)_mtok|cache_(?:text_|audio_|image_|video_)?(?:read|write)(?:_5m|_1h)?_mtok"
)
"""Prices that a card may leave out: see the module's docstring. Any other one makes the card unknown."""

FAMILY = re.compile(r"^ft:|[.:]ft-|-$")
"""Ids of entries that stand for whatever begins so, as fine-tuned models do."""

ENTRIES_KEPT = 4096
"""Names found or not found that are remembered: model names come from callers, so they have no end."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A model that the catalogue names."""

    id: str
    info: "ModelInfo"
    borrowed: bool
    embeds: bool
    """An embedding model: it has no output, so no price for it is missing."""


class Catalogue:
    """Rate cards and model facts of one edition of the library's data.

    The data is loaded on first use (about 0.3 s) and never updates itself.
    """

    def __init__(
        self, edition: str, load: Callable[[], "Sequence[Provider]"], taken_on: datetime.date | None = None
    ) -> None:
        self.taken_on = taken_on
        """The day on which the user brought it; None for the one that comes with bide."""
        self.edition = edition
        """For instance ``genai-prices@0.2.3``; known without loading."""
        self._load = load
        self._entries: dict[tuple[str, str], Entry | None] = {}

    @cached_property
    def _lists(self) -> "Mapping[str, Provider]":
        return {provider.id: provider for provider in self._load()}

    def find(self, provider: str, model: str) -> Entry | None:
        """The entry that names a provider's model; None when no entry does."""
        key = (provider, model)
        if key not in self._entries:
            if len(self._entries) >= ENTRIES_KEPT:
                self._entries.clear()
            self._entries[key] = self._search(provider, model.lower())
        return self._entries[key]

    def _search(self, provider: str, model: str) -> Entry | None:
        for listing in LISTINGS.get(provider, ()):
            models = self._lists.get(listing.library)
            info = models.find_model(model) if models else None
            if info and re.match(listing.only, info.id.lower()) and names(info.match, model):
                return Entry(info.id, info, listing.borrowed, "embed" in f"{info.id} {model}")
        return None

    def entries(self, provider: str) -> Iterator[Entry]:
        """Every entry of a provider's lists. What names a family, and no model that could be asked for, is left out."""
        for listing in LISTINGS.get(provider, ()):
            models = self._lists.get(listing.library)
            for info in models.models if models else ():
                if re.match(listing.only, info.id.lower()) and not FAMILY.search(info.id):
                    yield Entry(info.id, info, listing.borrowed, "embed" in info.id)

    def has_variant(self, provider: str, model: str, mode: str) -> bool:
        """Whether the catalogue knows a price of this mode for this model, on whatever day."""
        entry = self.find(provider, model)
        return entry is not None and bool(_variants(entry, mode))

    def changes(self, provider: str, model: str) -> Sequence[int]:
        """The minutes of a day (UTC) at which the model's price changes; none where it is the same at all hours.

        It is always so at providers of whose lists none is `hourly`, and they are not loaded for that.
        """
        if not any(listing.hourly for listing in LISTINGS.get(provider, ())):
            return ()
        entry = self.find(provider, model)
        prices = entry.info.prices if entry is not None else []
        return (
            [minute for each in prices if _by_the_hour(each) for minute in _hours(each)]
            if isinstance(prices, list)
            else ()
        )

    def days(self, provider: str, model: str, mode: str) -> Iterator[str]:
        """The days from which another price of this mode may be in force."""
        entry = self.find(provider, model)
        if entry is not None:
            conditions = entry.info.prices if isinstance(entry.info.prices, list) else []
            for each in (*conditions, *_variants(entry, mode)):
                start: datetime.date | None = getattr(each.constraint, "start_date", None)
                if start is not None:
                    yield start.isoformat()

    def card(self, provider: str, model: str, mode: str, day: str) -> RateCard | None:
        """The price in force on a day (``2026-11-21``, UTC), or from an instant of it on (``2026-11-21T16:30``); or None.

        Raises:
            ValueError: the day is no date.
        """
        on = datetime.datetime.fromisoformat(day)
        entry = self.find(provider, model)
        if entry is None or mode not in CONTEXTS:
            return None
        tiers = _compiled(entry, mode, on.date(), on.time() if "T" in day else None)
        if tiers is None:
            return None
        confidence = "assumed" if entry.borrowed else "catalogue"
        return RateCard(provider, model, mode, day, tiers, f"catalogue:{self.edition}", confidence)


@cache
def bundled_catalogue() -> Catalogue:
    """The catalogue that is installed with bide.

    The library's own snapshot is passed by: other code in the process may replace it, and the edition would lie.
    """

    def load() -> "Sequence[Provider]":
        from genai_prices.data import providers

        return providers

    return Catalogue(f"genai-prices@{version('genai-prices')}", load)


def _variants(entry: Entry, mode: str) -> "list[PriceVariant]":
    if entry.borrowed or mode == STANDARD:
        return []
    return [variant for variant in entry.info.price_variants or () if variant.when in CONTEXTS.get(mode, ())]


def _compiled(entry: Entry, mode: str, on: datetime.date, at: datetime.time | None) -> Tiers | None:
    variants = _variants(entry, mode)
    if mode != STANDARD and not any(_in_force(variant, on) for variant in variants):
        return None
    conditions = [] if not isinstance(entry.info.prices, list) else entry.info.prices
    if conditions and not any(_in_force(condition, on) for condition in conditions):
        return None
    if any(_by_the_hour(each) for each in variants) or (at is None and any(_by_the_hour(each) for each in conditions)):
        return None
    moment = datetime.datetime.combine(on, at or datetime.time(12), datetime.UTC)
    prices = entry.info.get_prices(moment, variants[0].when if variants else {})
    return _tiers(prices, free_output=entry.embeds)


def _in_force(price: "ConditionalPrice | PriceVariant", on: datetime.date) -> bool:
    start: datetime.date | None = getattr(price.constraint, "start_date", None)
    return start is None or start <= on


def _by_the_hour(price: "ConditionalPrice | PriceVariant") -> bool:
    return price.constraint is not None and not hasattr(price.constraint, "start_date")


def _hours(price: "ConditionalPrice | PriceVariant") -> Iterator[int]:
    """The minutes of a day (UTC) at which it begins and ends to be in force."""
    for name in ("start_time", "end_time"):
        time: datetime.time = getattr(price.constraint, name)
        moment = datetime.datetime.combine(datetime.date(1970, 1, 2), time, time.tzinfo or datetime.UTC)
        utc = moment.astimezone(datetime.UTC)
        yield utc.hour * 60 + utc.minute


def _tiers(prices: "ModelPrice", free_output: bool) -> Tiers | None:
    """The library's prices as tiers; None where tokens cannot express them."""
    if any(value is not None and not _expressible(key) for key, value in vars(prices).items()):
        return None
    plain, output = prices.input_mtok, prices.output_mtok
    if plain is None or (output is None and not free_output):
        # An empty list is not the same as free of charge, and half a price is none.
        return None
    cached = plain if prices.cache_read_mtok is None else prices.cache_read_mtok
    cache_write = plain if prices.cache_write_mtok is None else prices.cache_write_mtok
    longer = prices.cache_write_1h_mtok
    kinds = (plain, cached, cache_write, Decimal(0) if output is None else output)
    boundaries = sorted({0, *(tier.start for kind in (*kinds, longer) for tier in getattr(kind, "tiers", ()))})
    try:
        return tuple(
            (
                above,
                Rates(
                    *(rate(_at(kind, above)) for kind in kinds),
                    # Left out it is unknown: nobody who tells the two writes apart sells both at one price.
                    cache_write_1h=None if longer is None else rate(_at(longer, above)),
                ),
            )
            for above in boundaries
        )
    except ValueError:
        # Finer than our arithmetic: no exact cost exists.
        return None


def _expressible(key: str) -> bool:
    return key in PRICED or bool(BESIDE_TOKENS.fullmatch(key))


def _at(price: "Decimal | TieredPrices", above: int) -> Decimal:
    """The price of one kind for requests of more than `above` input tokens."""
    if isinstance(price, Decimal):
        return price
    return next((tier.price for tier in reversed(price.tiers) if tier.start <= above), price.base)
