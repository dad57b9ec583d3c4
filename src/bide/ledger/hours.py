"""Prices that depend on the hour: which card is in force at an instant, and when it is cheap.

The card of an hourly price is dated by the instant from which it holds (``2026-11-21T16:30``, UTC), every other by its day. Whoever
asks for the day of an hourly price has the dearest of its cards: what is reserved or estimated must hold at any hour.
"""

import datetime
import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bide.core.clock import DAY, HOUR, MINUTE, from_datetime, to_datetime
from bide.core.money import RateCard
from bide.lanes.hours.window import Part, Window, daily
from bide.ledger.rates import PerKind, Tiers

DAY_MINUTES = DAY // MINUTE


@dataclass(frozen=True, slots=True)
class OffPeak:
    """What the user says about some hours: a price of their own, or a multiple of the standard price."""

    window: Window
    tiers: Tiers | None = None
    multiplier: PerKind | None = None


def day_of(instant: int) -> str:
    """The UTC day of an instant, as the dates of prices are written."""
    return _day(instant // DAY)


@functools.lru_cache(maxsize=64)
def _day(number: int) -> str:
    return to_datetime(number * DAY).date().isoformat()


def start_of(when: str) -> int:
    """The instant from which a card of this date holds.

    Raises:
        ValueError: it is no date.
    """
    return from_datetime(datetime.datetime.fromisoformat(when).replace(tzinfo=datetime.UTC))


def labels(day: str, changes: Iterable[int]) -> Sequence[str]:
    """The dates of a day's cards: one for each minute of the day (UTC) at which another price begins, and the beginning."""
    starts = sorted({0, *(minute for minute in changes if 0 < minute < DAY_MINUTES)})
    return [day] if len(starts) == 1 else [f"{day}T{start // 60:02}:{start % 60:02}" for start in starts]


def label_at(day: str, changes: Iterable[int], instant: int) -> str:
    """The date of the card that is in force at an instant of the day."""
    return next(label for label in reversed(labels(day, changes)) if start_of(label) <= instant)


def changes_of(window: Window, day: str) -> Sequence[int]:
    """The minutes of a day (UTC) at which a window opens or closes."""
    start = start_of(day)
    return [(edge - start) // MINUTE for span in window.spans(start, start + 24 * HOUR) for edge in span]


def weight(card: RateCard) -> int:
    """What tells which of two cards of a model is dearer."""
    rates = card.tiers[-1][1]
    return rates.input + rates.output


def cheap(cards: Sequence[RateCard | None]) -> Window | None:
    """The hours of the lowest price, from the cards of a day in their order; None where it is the same at all hours, or unknown
    at some."""
    known = [card for card in cards if card is not None]
    if len(known) < len(cards) or len({weight(card) for card in known}) < 2:
        return None
    starts = [_minute(card.day) for card in known]
    least = min(weight(card) for card in known)
    parts: list[Part] = []
    for card, start, end in zip(known, starts, [*starts[1:], DAY_MINUTES], strict=True):
        if weight(card) > least:
            continue
        if parts and parts[-1].end == start:
            parts[-1] = daily(parts[-1].start, end)
        else:
            parts.append(daily(start, end))
    if len(parts) > 1 and parts[0].start == 0 and parts[-1].end == DAY_MINUTES:
        parts = [*parts[1:-1], daily(parts[-1].start, parts[0].end)]  # it lasts over midnight
    return Window(tuple(parts), "; ".join(map(_written, parts)))


def _minute(label: str) -> int:
    moment = datetime.datetime.fromisoformat(label)
    return moment.hour * 60 + moment.minute


def _written(part: Part) -> str:
    end = part.end if part.end <= DAY_MINUTES else part.end - DAY_MINUTES
    return f"{part.start // 60:02}:{part.start % 60:02}-{end // 60:02}:{end % 60:02} UTC"
