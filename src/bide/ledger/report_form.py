"""A report in the forms that programs read: JSON, and CSV for finance. Names and their order are stable.

USD as decimal text, exact and never as ``1E-7``; ISO 8601 days and instants; what is not known is null, in CSV an empty cell.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from bide.core.clock import to_datetime
from bide.core.money import to_decimal
from bide.ledger.balance import Balance, percent
from bide.ledger.report import Outlier, Report, Window

CURRENCY = "USD"

MONEY = (
    "requests",
    "paid",
    "list_price",
    "saved",
    "saved_percent",
    "wasted",
    "wasted_answers",
    "suspected",
    "suspected_calls",
    "known_paid",
    "unpriced",
    "unlisted",
    "input_tokens",
    "cached_tokens",
    "cache_write_tokens",
    "cache_write_1h_tokens",
    "output_tokens",
    "reasoning_tokens",
)
"""What is told of each group, in the order of the CSV's columns."""

OUTLIER = ("request", "owner", "at", "cost", "median", "times", "group_requests")
BUDGET = (
    "key",
    "key_name",
    "owner",
    "window",
    "period",
    "on_budget",
    "limit",
    "spent",
    "reserved",
    "left",
    "resets_at",
)


def as_table(report: Report) -> dict[str, Any]:
    """All of a report, for JSON."""
    asked = report.asked
    return {
        "since": _instant(asked.since),
        "until": _instant(asked.until),
        "time_zone": asked.zone.key,
        "by": list(asked.by),
        "owner": asked.owner,
        "currency": CURRENCY,
        "made_at": _instant(report.made_at),
        "total": money(report.whole),
        "groups": groups(report),
        "outliers": outliers(report),
        "budgets": budgets(report),
    }


def groups(report: Report) -> list[dict[str, Any]]:
    """What each group comes to, behind what it is about."""
    return [{**one.labels, **money(one.balance)} for one in report.groups]


def outliers(report: Report) -> list[dict[str, Any]]:
    """The requests that stand out, each with its group."""
    return [{**_outlier(one), **one.labels} for one in report.outliers]


def budgets(report: Report) -> list[dict[str, Any]]:
    """Where the keys stand, a row for each of their windows."""
    return [_window(one) for one in report.budgets]


def columns(report: Report, part: str) -> Sequence[str]:
    """The columns of a CSV of one part: `groups`, `outliers` or `budgets`."""
    by = [name for one in report.asked.by for name in (("key", "key_name") if one == "key" else (one,))]
    if part == "groups":
        return [*by, *MONEY]
    return [*OUTLIER, *(name for name in by if name != "day")] if part == "outliers" else BUDGET


def as_csv(report: Report, part: str) -> str:
    """One part as CSV: a header, and a line for each row."""
    rows = {"groups": groups, "outliers": outliers, "budgets": budgets}[part](report)
    text = io.StringIO()
    writer = csv.DictWriter(text, columns(report, part), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)  # None is an empty cell
    return text.getvalue()


def money(balance: Balance) -> dict[str, Any]:
    """What entries come to, under the names of `MONEY`."""
    usage = balance.usage
    return {
        "requests": balance.requests,
        "paid": _dollars(balance.paid),
        "list_price": _dollars(balance.listed),
        "saved": _dollars(balance.saved),
        "saved_percent": percent(balance.saved, balance.listed),
        "wasted": _dollars(balance.wasted),
        "wasted_answers": balance.wasted_answers,
        "suspected": None if balance.suspected_unpriced else _dollars(balance.suspected),
        "suspected_calls": balance.suspected_calls,
        "known_paid": _dollars(balance.known),
        "unpriced": balance.unpriced,
        "unlisted": balance.unlisted,
        "input_tokens": usage.input,
        "cached_tokens": usage.cached,
        "cache_write_tokens": usage.cache_write,
        "cache_write_1h_tokens": usage.cache_write_1h,
        "output_tokens": usage.output,
        "reasoning_tokens": usage.reasoning,
    }


def _outlier(one: Outlier) -> Mapping[str, Any]:
    dear = one.dear
    return {
        "request": dear.name,
        "owner": dear.owner,
        "at": _instant(dear.at),
        "cost": _dollars(dear.amount),
        "median": _dollars(dear.median),
        "times": round(dear.amount / dear.median, 1) if dear.median else None,
        "group_requests": dear.requests,
    }


def _window(one: Window) -> dict[str, Any]:
    standing = one.standing
    return {
        "key": one.key.external_id,
        "key_name": one.key.name,
        "owner": one.key.owner,
        "window": str(standing.span),
        "period": standing.period,
        "on_budget": "refuse" if one.key.budget_hard else "warn",
        "limit": _dollars(standing.budget),
        "spent": _dollars(standing.spent),
        "reserved": _dollars(standing.reserved),
        "left": _dollars(standing.left),
        "resets_at": _instant(standing.renews_at),
    }


def _dollars(amount: int | None) -> str | None:
    """Without the zeros at the end; `normalize` would round what is longer than 28 digits."""
    return None if amount is None else format(to_decimal(amount), "f").rstrip("0").removesuffix(".")


def _instant(at: int | None) -> str | None:
    return None if at is None else to_datetime(at).isoformat().replace("+00:00", "Z")
