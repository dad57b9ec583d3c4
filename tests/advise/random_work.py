"""Work drawn from a seed: what people ask of a calculator, and what nobody would."""

from collections.abc import Sequence
from random import Random  # noqa: TID251 - seeded
from typing import Any

LANES = ("realtime", "batch", "flex", "priority")
UNITS = ("USD per 1M tokens", "USD per 1M tokens", "USD per 1K tokens", "USD per token", "$/million tokens")
PERIODS = ("once", "hour", "day", "week", "month")

Told = dict[str, Any]


def drawn(seed: int, count: int, models: Sequence[str]) -> Sequence[Told]:
    """So many cases: most at prices of their own, the others at those of listed models."""
    chance = Random(seed)
    return [
        {
            "id": f"{seed}-{at}",
            "kind": kind,
            "given": _compared(chance) if kind == "compare" else _offered(chance, models),
        }
        for at in range(count)
        for kind in ["compare" if chance.random() < 0.8 else "offers"]
    ]


def _compared(chance: Random) -> Told:
    """Work at prices that are given."""
    count = chance.choice((1, 1, 1, 2, 3))
    period = chance.choice(PERIODS)
    told: Told = {"parts": [_part(chance, at, period if chance.random() < 0.98 else "day") for at in range(count)]}
    if count > 1 and chance.random() < 0.5:
        told["shares"] = _shares(chance, count)
    if chance.random() < 0.3:
        told["batch_share"] = _share(chance)
    return told | _month(chance)


def _offered(chance: Random, models: Sequence[str]) -> Told:
    """Work at models that are listed."""
    chosen = chance.sample(models, chance.choice((1, 2, 2, 3)))
    told: Told = {"models": chosen, "work": _work(chance, chance.choice(PERIODS))}
    if chance.random() < 0.4:
        told["counted_by"] = chance.choice(chosen).rpartition("/")[2]
    if chance.random() < 0.3:
        told["batch_share"] = _share(chance)
    if chance.random() < 0.3:
        told["reported"] = {name: _reported(chance) for name in chosen if chance.random() < 0.8}
    if chance.random() < 0.3:
        told["shares"] = _shares(chance, len(chosen))
    if chance.random() < 0.3:
        told["machine"] = _machine(chance)
    return told | _month(chance)


def _part(chance: Random, at: int, period: str) -> Told:
    lanes = [lane for lane in LANES if chance.random() < (0.9 if lane in ("realtime", "batch") else 0.3)]
    prices: Told = {"unit": chance.choice(UNITS)} | {lane: _price(chance) for lane in lanes}
    part: Told = {"name": f"part {at}", "prices": prices, "work": _work(chance, period)}
    return part | ({"waits": False} if chance.random() < 0.25 else {})


def _price(chance: Random) -> Told:
    price: Told = {"input": _money(chance)}
    if chance.random() < 0.96:
        price["output"] = _money(chance)
    if chance.random() < 0.6:
        price["cached"] = _money(chance)
    if chance.random() < 0.4:
        price["cache_write"] = _money(chance)
    return price


def _work(chance: Random, period: str) -> Told:
    work: Told = {"input_tokens": _count(chance), "output_tokens": _count(chance), "period": period}
    if chance.random() < 0.6:
        work["requests"] = _count(chance)
    for share in ("cached", "answered", "compression", "reasoning"):
        if chance.random() < 0.35:
            work[share] = _share(chance)
    if chance.random() < 0.2:
        work["written"] = chance.choice(("5%", "0.2", ["10%", "1/7"]))
    return work


def _month(chance: Random) -> Told:
    kind = chance.choice(("", "", "days", "weeks", "hours"))
    numbers = {"days": ("30", "31", "28", "365/12"), "weeks": ("4", "4.345"), "hours": ("730", "720", "1/3")}
    return {"month": {kind: chance.choice(numbers[kind])}} if kind else {}


def _machine(chance: Random) -> Told:
    told: Told = {"hourly": _money(chance), "count": str(chance.randint(0, 5))}
    if chance.random() < 0.6:
        told["hours_a_day"] = _range(chance, lambda: str(chance.randint(0, 24)))
    elif chance.random() < 0.5:
        told["hours_a_month"] = str(chance.randint(1, 744))
    if chance.random() < 0.5:
        told["busy"] = _share(chance)
    told["discounts"] = {name: _share(chance) for name in ("spot", "commitment") if chance.random() < 0.4}
    return told


def _reported(chance: Random) -> Sequence[int]:
    """Answers, their output tokens and how many of those were reasoning."""
    output = chance.randint(0, 10**6)
    return [chance.choice((0, 19, 20, 12_345)), output, chance.choice((0, output // 3, output // 9, output))]


def _money(chance: Random) -> Any:
    """A price: sometimes nothing, sometimes a range."""
    return _range(
        chance,
        lambda: chance.choice(("0", f"{chance.randint(1, 30)}", f"{chance.uniform(0, 20):.{chance.randint(1, 6)}f}")),
    )


def _count(chance: Random) -> Any:
    """A number of tokens or requests, as people write it; the range may go down, as what is input in one case is output in the other."""
    letters = ("", "", "K", "M", "k", "B")
    return _range(
        chance,
        lambda: chance.choice(
            (
                "0",
                "1",
                f"{chance.randint(1, 10**6):,}",
                f"{chance.randint(1, 999)}{chance.choice(letters)}",
                f"{chance.uniform(0, 99):.2f}M",
                "1/3",
            )
        ),
    )


def _share(chance: Random) -> Any:
    """Mostly one; now and then more than the whole, which is refused."""
    whole = "120%" if chance.random() < 0.01 else "100%"
    return _range(
        chance,
        lambda: chance.choice(
            ("0%", whole, "1/3", "0.5", f"{chance.randint(1, 89)}%", f"{chance.uniform(0, 90):.2f}%")
        ),
    )


def _shares(chance: Random, count: int) -> Sequence[str]:
    """Of a whole; now and then they are not."""
    first = [f"{chance.randint(0, 100 // count)}%" for _ in range(count - 1)]
    rest = 100 - sum(int(share[:-1]) for share in first) - (1 if chance.random() < 0.05 else 0)
    return [*first, f"{rest}%"]


def _range(chance: Random, one: Any) -> Any:
    return [one(), one()] if chance.random() < 0.2 else one()
