"""What `bide estimate` was told, from text to the calculator's values."""

import datetime
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bide.cli.record import reckoning

if TYPE_CHECKING:
    from bide.advise.calculator.hardware import Hardware
    from bide.advise.calculator.listing import Listed
    from bide.advise.calculator.offers import Asked, Offer
    from bide.advise.calculator.quantity import Quantity
    from bide.advise.calculator.reasoning import Reported
    from bide.config import Config


def listed_model(config: "Config", name: str) -> "Listed":
    """A model by its whole name; an account of the config by the price list that it names. Raises `InputError`."""
    from bide.advise.calculator.question import listed
    from bide.core.errors import InputError

    try:
        return listed(name, config.settings.providers)
    except InputError as error:
        raise InputError(f"--model {error}") from None


async def reported_of(config: "Config") -> Mapping[str, "Reported"]:
    """What was reported of models, by account and model. Raises `StoreError`."""
    from bide.advise.calculator.reasoning import SAMPLE, reported

    async with reckoning(config) as bide:
        return reported(await bide.store.history.reasoned(SAMPLE))


def day_named(text: str | None) -> str:
    """The day whose prices hold. Raises `InputError`."""
    from bide.core.clock import SystemClock
    from bide.core.errors import InputError
    from bide.ledger.hours import day_of

    if text is None:
        return day_of(SystemClock().now())
    try:
        return datetime.date.fromisoformat(text).isoformat()
    except ValueError:
        raise InputError(f"--on {text}: write a day as in 2026-11-21") from None


def route(config: "Config", text: str) -> "tuple[Listed, Quantity]":
    """A model and its share of the work. Raises `InputError`."""
    name, share = _named_share("--route", text)
    return listed_model(config, name), share


def own_hardware(
    config: "Config",
    hourly: str | None,
    instances: str,
    hours_a_day: str | None,
    busy: str | None,
    discounts: Sequence[str],
    told: "Sequence[Offer]",
    asked: "Asked",
) -> "Hardware | None":
    """What a machine of one's own costs, if there is one. Raises `InputError`."""
    from bide.advise.calculator.hardware import hardware
    from bide.advise.calculator.machine import Machine
    from bide.advise.calculator.quantity import Quantity, given
    from bide.advise.calculator.unit import DAY, HOUR, USD
    from bide.core.errors import InputError

    if hourly is None:
        if hours_a_day or busy or discounts:
            raise InputError("--hours-a-day, --busy and --discount are about hardware; say its price with --hourly")
        return None
    price, source = _hourly(config, hourly)
    hours = given(hours_a_day) if hours_a_day else None
    machine = Machine(
        name=hourly if source else "own hardware",
        source=source,
        hourly=Quantity(price.low, price.high, USD / HOUR),
        count=given(instances),
        hours=None if hours is None else Quantity(hours.low, hours.high, HOUR / DAY),
        busy=given(busy) if busy else None,
        discounts=dict(_named_share("--discount", text) for text in discounts),
    )
    return hardware(machine, told, asked.month)


def _hourly(config: "Config", text: str) -> "tuple[Quantity, str]":
    """A price by the hour; or that of an instance by its name, and where it is from.

    Raises:
        InputError: it is neither.
        SettingError: a price in the config is none.
    """
    from bide.advise.calculator.quantity import given, quantity
    from bide.core.errors import InputError
    from bide.ledger.infrastructure import Infrastructure

    if text[:1].isdigit() or text[:1] in ".$-":
        return given(text.lstrip("$")), ""
    found = Infrastructure(config.settings.hardware).hourly(text)
    if found is None:
        raise InputError(
            f"--hourly {text}: no instance of this name is listed; write its price in USD, or give it under [hardware] in bide.toml"
        )
    said = f"{found.source}, {found.checked_on} ({found.confidence})" if found.checked_on else "your own price"
    return quantity((found.low, found.high)), said


def _named_share(option: str, text: str) -> "tuple[str, Quantity]":
    """``NAME=SHARE``. Raises `InputError`."""
    from bide.advise.calculator.quantity import given
    from bide.core.errors import InputError

    name, sign, share = text.rpartition("=")
    if not sign or not name:
        raise InputError(f"{option} {text}: write NAME=SHARE, as in {option} {text.strip('=') or 'name'}=60%")
    return name, given(share)
