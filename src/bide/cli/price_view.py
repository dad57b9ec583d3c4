"""What `bide prices` shows: lists, sheets and histories for people, and histories for programs."""

import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bide.cli.terminal import say, show_pairs, show_table
from bide.core.count import many

if TYPE_CHECKING:
    from bide.ledger.history import Span
    from bide.ledger.sheet import ModePrice, Sheet

UNKNOWN = "unknown"


def is_past(each: "Sheet") -> bool:
    """Whether a model is no longer served."""
    return each.retired is not None and each.retired.past


def show_list(found: "Sequence[tuple[Sheet, str, ModePrice]]") -> None:
    """A line for each price."""
    columns = ["provider", "model", "mode", "input", "cached", "output", "confidence", ""]
    show_table(columns, [_line(*one) for one in found], columns[3:6])
    say(f"bide: {many(len(found), 'price')}; + has others for long inputs, `bide prices show MODEL` tells which")


def _line(each: "Sheet", mode: str, price: "ModePrice") -> list[object]:
    first, more = price.tiers[0], "+" if len(price.tiers) > 1 else ""
    marks = [word for word, applies in (("stale", price.stale), ("retired", is_past(each))) if applies]
    numbers = [f"{number}{more}" for number in (first.input, first.cached, first.output)]
    return [each.provider, each.model, mode, *numbers, price.confidence, ", ".join(marks)]


def show_sheet(each: "Sheet", day: str) -> None:
    """All about a model: prices by mode and length of the input, then where they are from."""
    print(f"{each.provider}/{each.model}, USD per million tokens on {day}")
    columns = ["mode", "inputs", "input", "cached", "write", "1h write", "output", "× standard"]
    show_table(columns, [row for mode, price in each.modes().items() for row in _rows(mode, price)], columns[2:7])
    facts = {
        f"{mode} from": f"{price.source}: {price.confidence}{_checked(price)}"
        for mode, price in each.modes().items()
        if price is not None
    }
    gone = each.retired
    more = {
        "cheap hours": each.cheap_hours,
        "context window": each.context_window and f"{each.context_window:,} tokens",
        "longest answer": each.maximum_output and f"{each.maximum_output:,} tokens",
        "deprecated": "yes" if each.deprecated else None,
        "last day": gone and (f"{gone.on}" if gone.on else "past, nobody says which it was"),
        "disputed": each.dispute,
    }
    show_pairs(facts | {name: value for name, value in more.items() if value})
    print()


def _rows(mode: str, price: "ModePrice | None") -> Sequence[Sequence[object]]:
    if price is None:
        return [[mode, "", UNKNOWN, "", "", "", "", ""]]
    starts = [tier.above_input_tokens for tier in price.tiers]
    return [
        [
            mode if not index else "",
            f"> {starts[index]:,}" if index else f"≤ {starts[1]:,}" if len(starts) > 1 else "all",
            tier.input,
            tier.cached,
            tier.cache_write,
            tier.cache_write_1h or UNKNOWN,
            tier.output,
            "" if index else _discount(price),
        ]
        for index, tier in enumerate(price.tiers)
    ]


def _discount(price: "ModePrice") -> str:
    """What the mode's tokens cost beside the standard ones, kind by kind where they differ."""
    part = price.of_standard
    if part is None:
        return ""
    kinds = {"in": part.input, "cached": part.cached, "out": part.output}
    known = {name: value for name, value in kinds.items() if value is not None}
    values = set(known.values())
    return values.pop() if len(values) == 1 else ", ".join(f"{name} {value}" for name, value in known.items())


def _checked(price: "ModePrice") -> str:
    checked = f", checked on {price.checked_on}" if price.checked_on else ""
    return f"{checked}{', stale' if price.stale else ''}"


def as_json(provider: str, model: str, mode: str, span: "Span") -> Mapping[str, Any]:
    """A span of a price for programs."""
    from bide.ledger.sheet import tiers_of

    card = span.card
    return {
        "provider": provider,
        "model": model,
        "mode": mode,
        "from": span.valid_from,
        "to": span.valid_to,
        "tiers": None if card is None else tiers_of(card),
        "source": card and card.source,
        "confidence": card and card.confidence,
    }


def show_history(found: "Sequence[tuple[str, str, str, Span]]") -> None:
    """A table for each mode of each model, oldest price first."""
    from bide.ledger.sheet import per_million

    columns = ["from", "to", "input", "output", "source"]
    for (provider, model, mode), spans in itertools.groupby(found, lambda one: one[:3]):
        print(f"{provider}/{model}, {mode}, USD per million tokens")
        rows: list[list[object]] = []
        for *_, span in spans:
            card = span.card
            numbers = (UNKNOWN, UNKNOWN)
            if card is not None:
                more = "+" if len(card.tiers) > 1 else ""
                lowest = card.rates(0)
                numbers = (f"{per_million(lowest.input)}{more}", f"{per_million(lowest.output)}{more}")
            rows.append([span.valid_from or "ever", span.valid_to or "", *numbers, card.source if card else ""])
        show_table(columns, rows, columns[2:4])
