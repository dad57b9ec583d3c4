"""What `bide estimate` shows: lanes beside each other, the cheapest first, and how it was reckoned."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bide.cli.terminal import show_pairs, show_table
from bide.core.count import many

if TYPE_CHECKING:
    from bide.advise.calculator.comparison import LaneCost
    from bide.advise.calculator.derivation import Figure
    from bide.advise.calculator.hardware import Hardware
    from bide.advise.calculator.offers import Asked, Offer
    from bide.advise.calculator.quantity import Quantity

UNKNOWN = "unknown"

LONGER = "more than a day"

LOWEST = " in the lowest tier"

LOOKED_FOR = ("batch", "realtime")
"""Lanes whose price a reader misses. That a model has no flex or priority is usual."""


def as_json(
    told: "Sequence[Offer]", asked: "Asked", facts: Mapping[str, Any] | None, beside: "Hardware | None"
) -> dict[str, Any]:
    """For programs."""
    from bide.advise.calculator.rendering import of_hardware, offered

    return {
        "day": asked.day,
        "tokens_of": asked.counted_by,
        "models": [offered(one) for one in told],
        **({} if facts is None else {"file": facts}),
        **({} if beside is None else {"hardware": of_hardware(beside)}),
    }


def show(
    told: "Sequence[Offer]",
    asked: "Asked",
    facts: Mapping[str, Any] | None,
    beside: "Hardware | None",
    steps: bool,
) -> None:
    """For people."""
    monthly = asked.work.period not in ("once", "month")
    columns = ["model", "lane", "cost", *(["a month"] if monthly else []), "saved", "price"]
    rows = [(one, lane) for one in told if one.comparison is not None for lane in one.comparison.lanes]
    rows.sort(key=lambda row: row[1].cost.value.bounds)
    show_table(columns, [_row(one, lane, monthly) for one, lane in rows], numbers=("cost", "a month", "saved"))
    if facts is not None:
        show_pairs(_facts(facts))
    if beside is not None:
        show_pairs(_hardware(beside))
    sources = dict.fromkeys(price.source for one in told for each in one.tariffs for price in each.prices.values())
    print(f"  prices of {asked.day}: {'; '.join(sources) or 'none is known'}")
    for one in told:
        missing = [lane for lane in one.unknown if lane in LOOKED_FOR]
        if missing:
            print(f"  {one.name}: the price in {' and in '.join(missing)} is unknown")
    said = [] if facts is None else [f"input tokens of {one.why}" for one in asked.weighed.values()]
    for note in dict.fromkeys(note for one in told if one.comparison for note in one.comparison.derivation.notes):
        if note not in said:
            print(f"  {note}")
    if steps:
        for one in told:
            _show_steps(one)


def _row(one: "Offer", lane: "LaneCost", monthly: bool) -> list[str]:
    saved = "" if lane.saved is None else _percent(lane.saved.share.value)
    trust = dict.fromkeys(tariff.prices[each].confidence for tariff in one.tariffs for each in lane.prices)
    month = [_money(lane.month)] if monthly else []
    return [one.name, lane.lane, _money(lane.cost), *month, saved, ", ".join(trust)]


def _money(figure: "Figure | None") -> str:
    if figure is None:
        return UNKNOWN
    low, high = (_dollars(value) for value in figure.value.bounds)
    return low if low == high else f"{low} – {high}"


def _dollars(value: Any) -> str:
    from bide.core.money import DOLLAR, format_money

    return format_money(round(value * DOLLAR))


def _percent(share: "Quantity") -> str:
    from bide.advise.calculator.quantity import rounded

    low, high = (format(rounded(value * 100, 1).normalize(), "f") for value in share.bounds)
    return f"{low} %" if low == high else f"{low} – {high} %"


def _show_steps(one: "Offer") -> None:
    from bide.advise.calculator.wording import lines

    if one.comparison is not None:
        print(f"\n{one.name}")
        for line in lines(one.comparison.derivation):
            print(f"  {line}")


def _hardware(beside: "Hardware") -> dict[str, str]:
    from bide.advise.calculator.machine import APART

    cost = beside.cost
    idle = "" if cost.idle is None else f", idle {_money(cost.idle)}"
    pays = [
        f"{many(round(max(one.requests.value.bounds)), 'request')} an hour: {one.model}, {one.lane}"
        for one in beside.pays
    ]
    return {
        "own hardware": "\n".join([f"{_money(cost.cost)} a month{idle}; {APART}", *beside.derivation.notes[1:]]),
        **({"it pays from": "\n".join(pays)} if pays else {}),
    }


def _facts(facts: Mapping[str, Any]) -> dict[str, str]:
    guessed = facts["parts_guessed"]
    beside = (
        f"; the tokens of {many(guessed, 'part that is', 'parts that are')} no text (pictures, documents, sound) are a guess"
        if guessed
        else ""
    )
    pairs = {"requests": f"{facts['requests']:,}{beside}"}
    return pairs | {one["model"]: "\n".join(_fits(one)) for one in facts["models"]}


def _fits(one: Mapping[str, Any]) -> Sequence[str]:
    """How a file stands to a model's account, a line for each thing."""
    tokens = one["input_tokens"]
    shown = f"{tokens:,}" if isinstance(tokens, int) else f"{tokens['low']:,} – {tokens['high']:,}"
    lines = [f"{shown} input tokens, {one['counted']}"]
    if one["on"] is None:
        return [*lines, f"there is no account {one['model'].partition('/')[0]}: files, quotas and time are not known"]
    seconds = one["seconds"]
    called = f"in real time {_time(seconds['all_in_realtime'])} at {many(seconds['requests_per_minute'], 'request')} a minute"
    called += "" if seconds["is_known"] else ", which is assumed"
    if not one["files"]:
        return [*lines, f"no batches for so many requests; {called}"]
    quotas = "".join(
        f"; {each['resource'].replace('_', ' ')} {each['limit']:,}{LOWEST if each['varies'] else ''}: {'fits' if each['fits'] else 'does not fit at once, it waits'}"
        for each in one["quotas"]
    )
    waits = f"waits {_time(seconds['waits_for_hours'])} for its hours; " if seconds["waits_for_hours"] else ""
    off = "" if one["on"] else "; the account is off"
    return [
        *lines,
        f"{many(one['files'], 'batch file')}{quotas}{off}",
        f"{waits}half of such batches take {_time(seconds['typical'])}, 19 in 20 {_time(seconds['slow'])}; {called}",
    ]


def _time(seconds: float | None) -> str:
    from bide.core.clock import SECOND
    from bide.core.duration import format_duration

    return LONGER if seconds is None else format_duration(int(seconds * SECOND))
