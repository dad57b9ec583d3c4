"""The user's own prices, from the `prices` table of the config.

    [prices."openai/gpt-5"]              # provider/model, the model as the requests write it
    input = "1.10"                       # USD per million tokens, in quotes because a float is not exact
    output = "9"
    cached = "0.11"                      # left out: an input token like any other
    cache_write_1h = "2.20"              # left out: unknown
    batch = "0.5"                        # a multiplier of the standard price ...

    [prices."together/my/llama".batch]   # ... or prices of its own
    input = "0.2"
    output = "0.3"

    [prices."local/my-model".off_peak]   # the standard price in some hours: a multiple of it, or a price of its own
    hours = "22:00-06:00 Europe/Berlin"
    times = "0.4"

They are valid on every day. A price of one mode says nothing about another.
"""

import difflib
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import cast

from bide.core.errors import SettingError
from bide.lanes.hours.window import parse_window
from bide.ledger.hours import OffPeak
from bide.ledger.rates import MODES, STANDARD, PerKind, Tiers, flat

KINDS = ("input", "output", "cached", "cache_write", "cache_write_1h")
OFF_PEAK = "off_peak"
OTHER_MODES = tuple(mode for mode in MODES if mode != STANDARD)


@dataclass(frozen=True, slots=True)
class Override:
    """What the user says about one model: prices of some modes, multipliers of the standard price for others."""

    prices: Mapping[str, Tiers]
    multipliers: Mapping[str, PerKind]
    off_peak: OffPeak | None = None


@dataclass(frozen=True)
class Overrides:
    """Every override, by provider and model."""

    models: Mapping[tuple[str, str], Override] = field(default_factory=dict[tuple[str, str], Override])
    edition: str = ""

    def find(self, provider: str, model: str) -> Override | None:
        """The override of exactly this model."""
        return self.models.get((provider, model))


def parse(settings: Mapping[str, object]) -> Overrides:
    """Overrides from the config's table.

    Raises:
        SettingError: a key is unknown, half a price is missing, or a number is none or too fine.
    """
    models = {_split(key): _override(f'prices."{key}"', value) for key, value in settings.items()}
    edition = f"overrides@{hashlib.sha256(repr(sorted(models.items())).encode()).hexdigest()[:8]}" if models else ""
    return Overrides(models, edition)


def _split(key: str) -> tuple[str, str]:
    provider, slash, model = key.partition("/")
    if not (provider and slash and model):
        raise SettingError(f'prices."{key}" names no model; write prices."PROVIDER/MODEL", as in prices."openai/gpt-5"')
    return provider, model


def _override(where: str, value: object) -> Override:
    table = _table(where, value, (*KINDS, *OTHER_MODES, OFF_PEAK))
    prices: dict[str, Tiers] = {}
    multipliers: dict[str, PerKind] = {}
    if any(kind in table for kind in KINDS):
        prices[STANDARD] = _price(where, table)
    for mode in OTHER_MODES:
        if isinstance(said := table.get(mode), Mapping):
            prices[mode] = _price(f"{where}.{mode}", _table(f"{where}.{mode}", cast(object, said), KINDS))
        elif said is not None:
            factor = _number(f"{where}.{mode}", said)
            multipliers[mode] = PerKind(factor, factor, factor, factor, factor)
    off_peak = _off_peak(f"{where}.{OFF_PEAK}", table[OFF_PEAK]) if OFF_PEAK in table else None
    return Override(prices, multipliers, off_peak)


def _off_peak(where: str, value: object) -> OffPeak:
    table = _table(where, value, ("hours", "times", *KINDS))
    hours = table.get("hours")
    if not isinstance(hours, str):
        raise SettingError(f'{where}.hours is missing; write when it is, as in hours = "22:00-06:00 Europe/Berlin"')
    try:
        window = parse_window(hours)
    except SettingError as error:
        raise SettingError(f"{where}.hours: {error}") from error
    if "times" not in table:
        return OffPeak(window, tiers=_price(where, table))
    if len(table) > 2:
        raise SettingError(f"{where} has both times and prices; leave one of them out")
    factor = _number(f"{where}.times", table["times"])
    return OffPeak(window, multiplier=PerKind(factor, factor, factor, factor, factor))


def _table(where: str, value: object, known: Iterable[str]) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise SettingError(f'{where} is {value!r}; write a table, as in {where} = {{ input = "1.10", output = "9" }}')
    table = cast(Mapping[str, object], value)
    for key in table:
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            hint = f"did you mean {near[0]}?" if near else f"{', '.join(known)} are known"
            raise SettingError(f"{where}.{key} is no setting; {hint}")
    return table


def _price(where: str, table: Mapping[str, object]) -> Tiers:
    numbers = {kind: _number(f"{where}.{kind}", table[kind]) for kind in KINDS if kind in table}
    for kind in ("input", "output"):
        if kind not in numbers:
            raise SettingError(f'{where}.{kind} is missing; a price has both input and output (output = "0" for none)')
    try:
        return flat(PerKind(**numbers))
    except ValueError as error:
        raise SettingError(f"{where}: {error}; nine decimals are the limit") from error


def _number(where: str, value: object) -> Decimal:
    if isinstance(value, str | int | Decimal) and not isinstance(value, bool):
        try:
            number = Decimal(value)
        except InvalidOperation:
            number = Decimal("NaN")
        if number.is_finite() and number >= 0:
            return number
    raise SettingError(f'{where} is {value!r}; write USD per million tokens, or a multiplier, in quotes: "0.25"')
