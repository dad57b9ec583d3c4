"""What advice rests on, from the config: its preset and thresholds, its accounts, and today's prices."""

from collections.abc import Callable

from bide.advise.advisor import Basis
from bide.advise.rulebook import PresetName
from bide.core.money import RateCard
from bide.ledger.infrastructure import Infrastructure
from bide.providers.kinds import KINDS
from bide.providers.setup import Kind
from bide.settings import Settings

Cards = Callable[[str, str, str, str], RateCard | None]
"""The card of a catalogue's provider, a model, a mode and a day; `bide.ledger.prices.Prices.card` is one."""


def basis(settings: Settings, cards: Cards, day: str, preset: PresetName | None = None) -> Basis:
    """The basis of a config on a day. `preset` goes before the config's, and then its thresholds count and not the config's.

    Raises:
        SettingError: a price of hardware cannot be used.
    """
    kinds = _kinds(settings)

    def tariff(model: str, mode: str) -> RateCard | None:
        account, slash, name = model.partition("/")
        return cards(_catalogue(settings, kinds, account), name, mode, day) if slash else None

    own = settings.advise.thresholds if preset in (None, settings.advise.preset) else {}
    return Basis(
        preset=preset or settings.advise.preset,
        own=own,
        tariff=tariff,
        kinds=kinds,
        hardware=Infrastructure(settings.hardware),
    )


def _kinds(settings: Settings) -> dict[str, Kind]:
    """The kinds of provider by their own names, and by those of the accounts."""
    found = dict(KINDS)
    for name, account in settings.providers.items():
        if (kind := KINDS.get(account.kind or name)) is not None:
            found[name] = kind
    return found


def _catalogue(settings: Settings, kinds: dict[str, Kind], account: str) -> str:
    known = settings.providers.get(account)
    if known is not None and known.catalogue:
        return known.catalogue
    kind = kinds.get(account)
    return (kind.catalogue if kind is not None else None) or account
