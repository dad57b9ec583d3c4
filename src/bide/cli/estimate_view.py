"""What `bide estimate` shows: lanes beside each other, the cheapest first, and how it was reckoned."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bide.cli.terminal import many, show_pairs, show_table

if TYPE_CHECKING:
    from bide.advise.calculator.comparison import LaneCost
    from bide.advise.calculator.derivation import Figure
    from bide.advise.calculator.offers import Asked, Offer
    from bide.advise.calculator.quantity import Quantity

UNKNOWN = "unknown"

BATCH, REALTIME = "batch", "realtime"

MILLION = 10**6


def as_json(told: "Sequence[Offer]", asked: "Asked", facts: Mapping[str, Any] | None) -> dict[str, Any]:
    """For programs."""
    from bide.advise.calculator.rendering import comparison
    from bide.advise.calculator.tariff import LANES

    return {
        "day": asked.day,
        "tokens_of": asked.counted_by,
        "models": [
            {
                "model": one.of.name,
                "unknown": [lane for lane in LANES if lane not in one.tariff.prices],
                "estimate": None if one.comparison is None else comparison(one.comparison, [one.tariff]),
            }
            for one in told
        ],
        **({} if facts is None else {"file": facts}),
    }


def show(told: "Sequence[Offer]", asked: "Asked", facts: Mapping[str, Any] | None, steps: bool) -> None:
    """For people."""
    monthly = asked.work.period not in ("once", "month")
    columns = ["model", "lane", "cost", *(["a month"] if monthly else []), "saved", "price"]
    rows = [(one, lane) for one in told if one.comparison is not None for lane in one.comparison.lanes]
    rows.sort(key=lambda row: row[1].cost.value.bounds)
    show_table(columns, [_row(one, lane, monthly) for one, lane in rows], numbers=("cost", "a month", "saved"))
    if facts is not None:
        show_pairs(_facts(facts))
    sources = dict.fromkeys(price.source for one in told for price in one.tariff.prices.values())
    print(f"  prices of {asked.day}: {'; '.join(sources) or 'none is known'}")
    for one in told:
        missing = _missing(one)
        if missing:
            print(f"  {one.of.name}: the price in {' and in '.join(missing)} is unknown")
    for note in dict.fromkeys(note for one in told if one.comparison for note in one.comparison.derivation.notes):
        print(f"  {note}")
    if steps:
        for one in told:
            _show_steps(one)


def _row(one: "Offer", lane: "LaneCost", monthly: bool) -> list[str]:
    saved = "" if lane.saved is None else _percent(lane.saved.share.value)
    price = one.tariff.prices.get(lane.lane) or one.tariff.prices[REALTIME]
    month = [_money(lane.month)] if monthly else []
    return [one.of.name, lane.lane, _money(lane.cost), *month, saved, price.confidence]


def _missing(one: "Offer") -> list[str]:
    """Lanes that a reader would look for and not find. That a model has no flex or priority is usual."""
    return [lane for lane in (BATCH, REALTIME) if lane not in one.tariff.prices]


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
    from bide.advise.calculator.rendering import steps

    if one.comparison is None:
        return
    print(f"\n{one.of.name}")
    for step in steps(one.comparison.derivation):
        numbers = ", ".join(f"{each['name']} {_both(each['value'], each['unit'])}" for each in step["numbers"])
        print(f"  {step['name']} = {step['formula']} = {_both(step['result'], step['unit'])}")
        print(f"      {numbers}")


def _both(value: str | Mapping[str, str], unit: str) -> str:
    """A number with its unit; a price by the million tokens, as price lists have it."""
    times, unit = (MILLION, "USD per 1M tokens") if unit == "USD per token" else (1, unit)
    ends = [value] if isinstance(value, str) else [value["low"], value["high"]]
    text = " – ".join(_grouped(Decimal(end) * times) for end in ends)
    return text if unit == "a plain number" else f"{text} {unit}"


def _grouped(value: Decimal) -> str:
    return f"{value.normalize():,f}"


def _facts(facts: Mapping[str, Any]) -> dict[str, str]:
    from bide.core.clock import SECOND
    from bide.core.duration import format_duration

    seconds = {
        name: UNKNOWN if value is None else format_duration(int(value * SECOND))
        for name, value in facts["seconds"].items()
    }
    late = seconds["slow"]
    pairs = {
        "requests": f"{facts['requests']:,}, {facts['input_tokens']:,} input tokens (by their size)",
        "time": f"half of such batches take {seconds['typical']}, 19 in 20 {late}; all of it in real time: {seconds['all_in_realtime']}",
    }
    for one in facts["accounts"]:
        quota = "".join(
            f"; {each['resource'].replace('_', ' ')} {each['limit']:,}: {'fits' if each['fits'] else 'does not fit at once, it waits'}"
            for each in one["quotas"]
        )
        pairs[f"{one['account']}/{one['model']}"] = f"{many(one['files'], 'batch file')}{quota}"
    return pairs
