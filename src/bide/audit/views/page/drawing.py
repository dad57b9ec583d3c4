"""Pictures of an audit as inline SVG. Colours are classes, so that they follow light and dark; each has its content in words."""

from collections.abc import Sequence
from fractions import Fraction
from math import sqrt

from bide.advise.calculator.quantity import Quantity
from bide.audit.views.page.document import Element, element

WIDTH = 100
"""Of a bar, in its own unit: pictures are as wide as there is room."""

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

CELL = 10
"""Side of an hour in the picture of a week."""


def bar(pieces: Sequence[tuple[str, Fraction]], label: str) -> Element:
    """A bar of pieces given as (class, share of the width), from the left."""
    drawn, at = list[Element](), Fraction(0)
    for kind, share in pieces:
        if share > 0:
            drawn.append(element("rect", x=_number(at), y=0, width=_number(share * WIDTH), height=10, class_=kind))
            at += share * WIDTH
    return element(
        "svg", *drawn, viewBox=f"0 0 {WIDTH} 10", preserveAspectRatio="none", class_="bar", role="img", aria_label=label
    )


def spent(now: Quantity | None, left: Quantity | None, most: Fraction, label: str) -> Element:
    """What is paid: the part that stays, the part of which nobody is sure, and the part that goes. `most` is as long as the picture."""
    if now is None or left is None or not most:
        return element("span", "unknown", class_="quiet")
    _, high = now.bounds
    least, last = (max(Fraction(0), end) for end in left.bounds)
    last = min(last, high)
    least = min(least, last)
    pieces = [("stays", least / most), ("perhaps", (last - least) / most), ("goes", (high - last) / most)]
    return bar(pieces, label)


def week(hours: Sequence[int], offset: int, label: str) -> Element:
    """Requests by the hour of the week: the darker the more. `offset` turns UTC's hours into those of the zone."""
    local = [hours[(hour - offset) % 168] for hour in range(168)]
    most = max(local) or 1
    left, top = 28, 14
    cells = [
        element(
            "rect",
            x=left + hour % 24 * CELL,
            y=top + hour // 24 * CELL,
            width=CELL - 1,
            height=CELL - 1,
            class_="hour",
            fill_opacity=_number(Fraction(sqrt(local[hour] / most)).limit_denominator(100)) if local[hour] else "0.06",
        )
        for hour in range(168)
    ]
    days = [
        element("text", name, x=left - 5, y=top + day * CELL + 7, text_anchor="end") for day, name in enumerate(DAYS)
    ]
    times = [element("text", f"{hour:02d}", x=left + hour * CELL, y=top - 4) for hour in range(0, 24, 6)]
    return element(
        "svg",
        *days,
        *times,
        *cells,
        viewBox=f"0 0 {left + 24 * CELL} {top + 7 * CELL}",
        class_="week",
        role="img",
        aria_label=label,
    )


def days(amounts: Sequence[tuple[str, int]], label: str) -> Element:
    """Requests by day, as columns from the first day to the last."""
    most = max((count for _, count in amounts), default=0) or 1
    step = Fraction(240, max(len(amounts), 1))
    columns = [
        element(
            "rect",
            element("title", f"{day}: {count:,}"),
            x=_number(index * step),
            y=_number(40 - Fraction(count * 40, most)),
            width=_number(step * Fraction(4, 5)),
            height=_number(Fraction(count * 40, most)),
            class_="hour",
        )
        for index, (day, count) in enumerate(amounts)
    ]
    return element(
        "svg", *columns, viewBox="0 0 240 40", preserveAspectRatio="none", class_="days", role="img", aria_label=label
    )


def _number(value: Fraction) -> str:
    return f"{float(value):.3f}".rstrip("0").rstrip(".")
