"""A newer edition of the catalogue, which the user brings: a data file of genai-prices, checked and kept under the data folder.

Nothing is ever fetched by itself. What does not validate is refused and changes nothing; what does is used from then on in place of the
edition that comes with bide, until it is removed.
"""

import datetime
import hashlib
import json
import os
import tempfile
import urllib.parse
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import msgspec

from bide.core.errors import InputError, SettingError
from bide.core.money import RateCard
from bide.ledger.catalogue import LISTINGS, Catalogue, bundled_catalogue
from bide.ledger.download import UNTOUCHED
from bide.ledger.rates import STANDARD

if TYPE_CHECKING:
    from genai_prices.types import Provider

FOLDER = "prices"
ABOUT = "catalogue.about.json"

KEPT_SHARE = Decimal("0.9")
"""The part of the models with a price that a newer edition must still have."""

SLIP = 10
"""A price that is so many times higher or lower than before looks like one of another unit."""

SLIPS_SHARE = Decimal("0.1")
"""The part of the models that may look so."""


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What is known about the edition that is kept."""

    name: str
    """As in ``genai-prices@file-1a2b3c4d``."""
    source: str
    taken_on: datetime.date
    sha256: str

    @property
    def file(self) -> str:
        """The name of the data file, in the same folder."""
        return f"catalogue-{self.sha256[:16]}.json"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What another edition says otherwise about today's standard prices: numbers of models."""

    models: int
    added: int
    removed: int
    changed: int


def compared(data: bytes, day: datetime.date, *, base: Catalogue | None = None) -> Change:
    """Check a data file and say what it changes on a day, beside `base`: the edition that comes with bide.

    Raises:
        InputError: it is no data file of genai-prices, a price of it is none, or it looks like that of something else.
    """
    base = base or bundled_catalogue()
    newer = Catalogue("", lambda: _parsed(data))
    before, after = _cards(base, day), _cards(newer, day)
    kept = before.keys() & after.keys()
    if len(kept) < len(before) * KEPT_SHARE:
        raise InputError(
            f"it has prices for {len(kept):,} of the {len(before):,} models that are known now: it is incomplete, or older; {UNTOUCHED}"
        )
    slipped = [key for key in kept if not _like(before[key], after[key])]
    if len(slipped) > len(kept) * SLIPS_SHARE:
        provider, model = min(slipped)
        raise InputError(
            f"{len(slipped):,} models, as {provider}/{model}, cost {SLIP} times more or less than before: its prices seem to be of "
            f"another unit; {UNTOUCHED}"
        )
    changed = sum(before[key].tiers != after[key].tiers for key in kept)
    return Change(models=len(after), added=len(after) - len(kept), removed=len(before) - len(kept), changed=changed)


def keep(home: Path, data: bytes, source: str, day: datetime.date) -> About:
    """Put a file that `compared` has checked under the data folder, whole or not at all."""
    digest = hashlib.sha256(data).hexdigest()
    about = About(name=f"genai-prices@file-{digest[:8]}", source=_public(source), taken_on=day, sha256=digest)
    folder = home / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / about.file, data)
    _write(folder / ABOUT, msgspec.json.encode(about))  # from here on it is in use
    _sweep(folder, about.file)
    return about


def remove(home: Path) -> bool:
    """Go back to the edition that comes with bide; whether there was another one."""
    found = (home / FOLDER / ABOUT).exists()
    (home / FOLDER / ABOUT).unlink(missing_ok=True)
    _sweep(home / FOLDER)
    return found


def _sweep(folder: Path, besides: str = "") -> None:
    """Delete data files that are no longer in use."""
    for path in folder.glob("catalogue-*.json"):
        if path.name != besides:
            path.unlink(missing_ok=True)


def _public(source: str) -> str:
    """A source as it is written down: an address without the secrets that it may carry."""
    if "://" not in source:
        return source
    parts = urllib.parse.urlsplit(source)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def kept(home: Path) -> About | None:
    """What is known about the edition that is kept; None where there is none.

    Raises:
        SettingError: it cannot be read.
    """
    try:
        return msgspec.json.decode((home / FOLDER / ABOUT).read_bytes(), type=About)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise SettingError(f"{home / FOLDER / ABOUT} cannot be read: {error}; {REMEDY}") from error


def catalogue_of(home: Path) -> Catalogue:
    """The catalogue that is in use: the one that is kept, else the one that comes with bide.

    Raises:
        SettingError: the kept one cannot be read. A damaged file of prices says so when the first price is asked for.
    """
    about = kept(home)
    if about is None:
        return bundled_catalogue()

    def load() -> "Sequence[Provider]":
        try:
            data = (home / FOLDER / about.file).read_bytes()
        except OSError as error:
            raise SettingError(f"{home / FOLDER / about.file} cannot be read: {error}; {REMEDY}") from error
        if hashlib.sha256(data).hexdigest() != about.sha256:
            raise SettingError(f"{home / FOLDER / about.file} is not what was put there; {REMEDY}")
        return _parsed(data)

    return Catalogue(about.name, load, about.taken_on)


REMEDY = "`bide prices update --remove` goes back to the prices that come with bide"


def _parsed(data: bytes) -> "Sequence[Provider]":
    """The library's objects. Raises `InputError`."""
    from genai_prices.types import _providers_from_raw  # pyright: ignore[reportPrivateUsage]

    try:
        raw: Any = json.loads(data, parse_float=Decimal)
        if not isinstance(raw, list):
            raise InputError(f"it is no data file of genai-prices, which is an array of providers; {UNTOUCHED}")
        providers = cast(list[Any], raw)
        for where, number in _amounts(providers):
            if not number.is_finite() or number < 0:
                raise InputError(f"{where} costs {number}, which is no price; {UNTOUCHED}")
        return _providers_from_raw(providers)
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        first, _, _ = str(error).partition("\n")
        raise InputError(f"it is no data file of genai-prices: {first}; {UNTOUCHED}") from error


def _amounts(providers: Sequence[Any]) -> Iterator[tuple[str, Decimal]]:
    """Every number in the price tables, with the model that it belongs to."""
    for provider in providers:
        for model in _listed(_member(provider, "models")):
            for table in ("prices", "price_variants"):
                yield from ((str(_member(model, "id")), number) for number in _numbers(_member(model, table)))


def _member(value: Any, name: str) -> Any:
    return cast(Mapping[str, Any], value).get(name) if isinstance(value, Mapping) else None


def _listed(value: Any) -> Sequence[Any]:
    return cast(Sequence[Any], value) if isinstance(value, list) else ()


def _numbers(value: Any) -> Iterator[Decimal]:
    if isinstance(value, Mapping):
        value = list(cast(Mapping[str, Any], value).values())
    if isinstance(value, list):
        for each in cast(list[Any], value):
            yield from _numbers(each)
    elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        yield Decimal(value)


def _cards(catalogue: Catalogue, day: datetime.date) -> Mapping[tuple[str, str], RateCard]:
    """The standard cards of every list, by (provider, model)."""
    return {
        (provider, entry.id): card
        for provider in LISTINGS
        for entry in catalogue.entries(provider)
        if not entry.borrowed and (card := catalogue.card(provider, entry.id, STANDARD, day.isoformat()))
    }


def _like(one: RateCard, other: RateCard) -> bool:
    """Whether two prices of a model are of one unit, as far as one can tell."""
    low, high = sorted(card.tiers[0][1].input for card in (one, other))
    return low == 0 or high < SLIP * low


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
