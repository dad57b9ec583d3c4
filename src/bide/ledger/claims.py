"""Prices that somebody states, each row judged against ours.

A table has the columns `provider` and `model`, any of `realtime_in`, `realtime_out`, `batch_in`, `batch_out` (USD per million tokens;
``0.003 per 1K`` and ``1.41 per hour`` say otherwise) and may have `context` (tokens) and `stated_date` (``2025``, ``2025-12``,
``2025-12-31``). A claim is right if it was so at one moment of the time it speaks of, or is so today.
"""

import contextlib
import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from bide.ledger.catalogue import LISTINGS
from bide.ledger.infrastructure import LISTED
from bide.ledger.lookup import written_as
from bide.ledger.prices import Prices
from bide.ledger.rates import STANDARD
from bide.ledger.sheet import Sheet, sheet

COLUMNS: Mapping[str, tuple[str, str]] = {
    "realtime_in": (STANDARD, "input"),
    "realtime_out": (STANDARD, "output"),
    "batch_in": ("batch", "input"),
    "batch_out": ("batch", "output"),
}
"""What each column states: the mode, and the kind of token."""

SURFACES: Mapping[str, tuple[str, ...]] = {
    "google": ("gemini", "vertex"),
    "google cloud": ("vertex",),
    "vertex ai": ("vertex",),
    "azure": ("azure-openai",),
    "azure ai": ("azure-openai",),
    "azure openai": ("azure-openai",),
    "aws": ("bedrock",),
    "aws bedrock": ("bedrock",),
    "together.ai": ("together",),
    "together ai": ("together",),
}
"""Whom people mean; others are called as bide calls them."""

NUMBER = re.compile(r"\$?(?P<number>\d[\d,]*(?:\.\d+)?)(?P<range>\s*(?:-|–|to)\s*\$?\d)?")
THOUSAND = re.compile(r"per 1\s?k\b", re.IGNORECASE)
HOURLY = re.compile(r"per hour|/h\b", re.IGNORECASE)

ENDS = {4: ("-01-01", "-12-31"), 7: ("-01", "-28"), 10: ("",)}
"""What makes days of a year and of a month, by the length of the text; every month has a 28th."""

CONTEXT_ROUNDED = Decimal("0.05")
"""By how much a context window may be rounded: a million for 1,047,576 tokens."""


class Verdict(StrEnum):
    """What becomes of a claim."""

    AGREES = "agrees"
    DIFFERS = "differs"
    RETIRED = "retired"
    """It agrees with what was, or says nothing else, about a model that is no longer served."""
    UNKNOWN = "unknown"
    """It states no price, or one that nobody lists."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A row with its verdict, why, and what we say to each price that it states (USD per million tokens, None unknown)."""

    row: Mapping[str, str]
    verdict: Verdict
    reasons: Sequence[str]
    model: str | None = None
    """``PROVIDER/MODEL`` of ours that it was held against."""
    ours: Mapping[str, str | None] | None = None


def judge(prices: Prices, row: Mapping[str, str], today: datetime.date) -> Judgement:
    """The verdict on a row."""
    texts = {column: (row.get(column) or "").strip() for column in COLUMNS}
    if any(HOURLY.search(text) for text in texts.values()):
        return _hourly(row, texts)
    stated, remarks = _stated(texts)
    sheets = list(_sheets(prices, row, today))
    if not sheets:
        return Judgement(row, Verdict.UNKNOWN, [*remarks, "no list names this model"])
    retired = next((reason for _, each in sheets[:1] if (reason := _gone(each))), None)
    if not stated:
        reasons = [*remarks, *([retired] if retired else []), "states no price per token"]
        return Judgement(row, Verdict.RETIRED if retired else Verdict.UNKNOWN, reasons, _name(sheets[0][1]))
    day, best = max(sheets, key=lambda each: _likeness(stated, each[1]))
    ours = {column: _price(best, column) for column in stated}
    wrong = [_differs(column, value, best) for column, value in stated.items() if ours[column] not in (None, value)]
    unknown = [f"{column}: unknown" for column in stated if ours[column] is None]
    context = _context(row.get("context") or "", best)
    if wrong or context:
        verdict, reasons = Verdict.DIFFERS, [*wrong, *_diagnosis(stated, best), *context]
    elif unknown:
        verdict, reasons = Verdict.UNKNOWN, unknown
    else:
        verdict, reasons = (Verdict.RETIRED, [retired]) if retired else (Verdict.AGREES, [])
        if day != today.isoformat():
            reasons.append(f"so on {day}")
        if (first := sheets[0][1]).provider != best.provider and _likeness(stated, first) < len(stated):
            reasons.append(f"the price of {best.provider}; {first.provider} has another one")
    shown = {column: None if value is None else f"{value:f}" for column, value in ours.items()}
    return Judgement(row, verdict, [*remarks, *reasons], _name(best), shown)


def _stated(texts: Mapping[str, str]) -> tuple[Mapping[str, Decimal], Sequence[str]]:
    """The prices of a row in USD per million tokens, and what is to be said about the others."""
    stated: dict[str, Decimal] = {}
    remarks: list[str] = []
    for column, text in texts.items():
        found = NUMBER.match(text)
        if found is None or "%" in text:
            continue
        if found["range"]:
            remarks.append(f"{column}: a range, and no list has one")
        elif "total" in text:
            remarks.append(f"{column}: a sum, which is no price")
        else:
            number = Decimal(found["number"].replace(",", ""))
            stated[column] = number * 1_000 if THOUSAND.search(text) else number
    if any(THOUSAND.search(text) for text in texts.values()):
        remarks.append("stated per 1,000 tokens")
    return stated, remarks


def _sheets(prices: Prices, row: Mapping[str, str], today: datetime.date) -> Iterator[tuple[str, Sheet]]:
    """What a row may speak of: each surface, today and on the days it names, the likeliest first."""
    said = (row.get("provider") or "").strip().lower()
    days = dict.fromkeys((today.isoformat(), *_period((row.get("stated_date") or "").strip(), today)))
    for provider in SURFACES.get(said, (said,)):
        written = (row.get("model") or "").strip()
        own = (provider, written) in prices.overrides.models
        model = written if own else written_as(prices.catalogue, provider, written) if provider in LISTINGS else None
        for day in days if model else ():
            yield day, sheet(prices, provider, model or "", day, today=today)


def _period(text: str, today: datetime.date) -> Iterator[str]:
    """The first and the last day of what a date speaks of, as far as they are past."""
    for end in ENDS.get(len(text), ()):
        with contextlib.suppress(ValueError):
            if datetime.date.fromisoformat(text + end) <= today:
                yield text + end


def _likeness(stated: Mapping[str, Decimal], each: Sheet) -> int:
    """How many of the stated prices a sheet has."""
    return sum(_price(each, column) == value for column, value in stated.items())


def _price(each: Sheet, column: str) -> Decimal | None:
    """What we say to a column, in the lowest tier."""
    mode, kind = COLUMNS[column]
    price = each.standard if mode == STANDARD else each.batch
    return None if price is None else Decimal(price.tiers[0].input if kind == "input" else price.tiers[0].output)


def _differs(column: str, value: Decimal, best: Sheet) -> str:
    price = best.standard if COLUMNS[column][0] == STANDARD else best.batch
    assert price is not None
    return f"{column}: {value:f} stated, {_price(best, column):f} by {price.source}"


def _diagnosis(stated: Mapping[str, Decimal], best: Sheet) -> Iterator[str]:
    """What the mistake looks like."""
    realtime = [column for column in ("realtime_in", "realtime_out") if column in stated]
    if realtime and all(stated[column] == _price(best, column.replace("realtime", "batch")) for column in realtime):
        yield "what is stated as the real-time price is the batch price"
    if all((ours := _price(best, column)) is not None and value * 1_000 == ours for column, value in stated.items()):
        yield "these are prices per 1,000 tokens"


def _context(text: str, best: Sheet) -> Sequence[str]:
    """What is wrong with a context window."""
    if not text.isdigit() or best.context_window is None:
        return []
    stated, ours = int(text), best.context_window
    if abs(stated - ours) <= ours * CONTEXT_ROUNDED:
        return []
    reason = f"context: {stated:,} stated, {ours:,} listed"
    tiers = best.standard.tiers[1:] if best.standard else ()
    dearer = any(tier.above_input_tokens == stated for tier in tiers)
    return [f"{reason}; {stated:,} is where the dearer prices begin" if dearer else reason]


def _gone(each: Sheet) -> str | None:
    if each.retired is None or not each.retired.past:
        return None
    return f"retired on {each.retired.on}" if each.retired.on else "retired"


def _hourly(row: Mapping[str, str], texts: Mapping[str, str]) -> Judgement:
    """The verdict on the price of an instance: right if it is ours, rounded as it is."""
    price = next((found for word in (row.get("model") or "").split() if (found := LISTED.hourly(word))), None)
    if price is None:
        return Judgement(row, Verdict.UNKNOWN, ["no instance of this name is listed"])
    wrong: list[str] = []
    for column, text in texts.items():
        if found := NUMBER.match(text):
            stated = Decimal(found["number"])
            low, high = (each.quantize(stated, ROUND_HALF_UP) for each in (price.low, price.high))
            if not low <= stated <= high:
                wrong.append(f"{column}: {stated:f} an hour stated, {price.low:f} to {price.high:f} listed")
    ours = {column: f"{price.low:f}" for column, text in texts.items() if NUMBER.match(text)}
    verdict = Verdict.DIFFERS if wrong else Verdict.AGREES
    return Judgement(row, verdict, wrong or ["by the hour, which is no price per token"], price.name, ours)


def _name(each: Sheet) -> str:
    return f"{each.provider}/{each.model}"
