"""What `bide report` shows: tables of money with what is unknown said, the requests that stand out, and budgets."""

import enum
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bide.cli.terminal import show_table
from bide.core.count import many
from bide.core.money import format_money

if TYPE_CHECKING:
    from bide.ledger.balance import Balance
    from bide.ledger.report import Outlier, Report, Window

GROUPS, OUTLIERS, BUDGETS = PARTS = ("groups", "outliers", "budgets")


class Shape(enum.StrEnum):
    """How a report is shown."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


MONEY = ("requests", "paid", "real time", "saved", "%", "wasted", "in", "cached", "out", "reasoning")

NOTHING: Mapping[str, str] = {"workflow": "(none)", "key": "(no key)", "model": "(purged)", "provider": "(purged)"}
"""What stands where a label is missing."""

SUFFIXES = ((10**9, "G"), (10**6, "M"), (10**3, "k"))


def show(report: "Report", part: str | None) -> None:
    """A report for people, or one part of it."""
    if part in (None, GROUPS) and report.groups:
        _show_groups(report)
    if part in (None, OUTLIERS) and (report.outliers or part):
        _show_outliers(report)
    if part in (None, BUDGETS) and (report.budgets or part):
        _show_budgets(report.budgets)


def _show_groups(report: "Report") -> None:
    by = report.asked.by
    rows = [[*_labels(one.labels, by), *_money(one.balance)] for one in report.groups]
    if len(rows) > 1:
        rows.append(["all of it", *([""] * (len(by) - 1)), *_money(report.whole)])
    show_table((*by, *MONEY), rows, numbers=MONEY)
    whole = report.whole
    if whole.unpriced:
        print(
            f"  {many(whole.unpriced, 'answer')} of unknown price, counted nowhere: what is paid is more than is shown"
        )
    if whole.unlisted:
        print(f"  {many(whole.unlisted, 'answer')} of which nobody knows what it would have cost in real time")
    if whole.suspected_calls:
        most = "an unknown amount" if whole.suspected_unpriced else f"up to {format_money(whole.suspected)}"
        print(f"  suspected beside it: {most} for {many(whole.suspected_calls, 'call')} without a reply")


def _money(balance: "Balance") -> list[str]:
    usage = balance.usage
    share = ""
    if balance.saved is not None and balance.listed:
        share = f"{100 * balance.saved / balance.listed:.1f}"
    tokens = (usage.input, usage.cached, usage.output, usage.reasoning)
    return [
        f"{balance.requests:,}",
        format_money(balance.known) if balance.paid is not None else f"> {format_money(balance.known)}",
        format_money(balance.listed),
        format_money(balance.saved),
        share,
        format_money(balance.wasted),
        *map(short, tokens),
    ]


def _show_outliers(report: "Report") -> None:
    by = [part for part in report.asked.by if part != "day"]
    rows = [[*_outlier(one), *_labels(one.labels, by)] for one in report.outliers]
    if not rows:
        print("no request was dearer than the one in the middle of its group")
        return
    print("the dearest requests, against the one in the middle of their group (`bide explain REQUEST` tells of each)")
    show_table(("request", "cost", "median", "times", *by), rows, numbers=("cost", "median", "times"))


def _outlier(one: "Outlier") -> list[str]:
    dear = one.dear
    times = f"{dear.amount / dear.median:,.1f}" if dear.median else ""
    return [dear.name or "(purged)", format_money(dear.amount), format_money(dear.median), times]


def _show_budgets(windows: "Sequence[Window]") -> None:
    from bide.core.clock import to_datetime

    if not windows:
        print("no key has a budget, or has spent anything; `bide keys create --name NAME --budget-month 400` makes one")
        return
    rows: list[list[str]] = []
    for one in windows:
        standing = one.standing
        limit = "none" if standing.budget is None else format_money(standing.budget)
        warns = "" if one.key.budget_hard or standing.budget is None else " (warns)"
        left = "" if standing.left is None else format_money(standing.left)
        again = f"{to_datetime(standing.renews_at):%Y-%m-%d %H:%M} UTC"
        amounts = (format_money(standing.spent), format_money(standing.reserved))
        rows.append([one.key.name, standing.period, f"{limit}{warns}", *amounts, left, again])
    numbers = ("budget", "spent", "reserved", "left")
    print("budgets")
    show_table(("key", "in", *numbers, "begins anew"), rows, numbers=numbers)


def _labels(labels: Mapping[str, str | None], by: Sequence[str]) -> list[str]:
    """A cell for each part; of a key its name."""
    return [labels["key_name" if part == "key" else part] or NOTHING.get(part, "") for part in by]


def short(number: int) -> str:
    """A count of tokens in at most five characters or so: ``950``, ``12.3k``, ``4.56M``."""
    for size, suffix in SUFFIXES:
        if number >= size:
            return f"{number / size:.3g}{suffix}" if number < 999.5 * size else f"{number / size:,.0f}{suffix}"
    return str(number)
