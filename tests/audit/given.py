"""Rows of usage for tests."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from bide.advise.calculator.quantity import Quantity
from bide.advise.calculator.rendering import number
from bide.audit.evidence.month import Pricing
from bide.audit.levers.finding import Finding
from bide.audit.levers.judging import Basis
from bide.audit.plan.audit import Audit, audit
from bide.audit.profile.profiling import profile_of
from bide.audit.readers.record import Record
from bide.core.clock import DAY
from bide.ledger.prices import Prices

MONDAY = 20_409 * DAY
"""2025-11-17, a Monday."""


def record(at: int = MONDAY, **fields: Any) -> Record:
    """A row of a known workflow at a known model; what is not named is unknown."""
    known: dict[str, Any] = {
        "provider": "openai",
        "model": "gpt-4.1",
        "workflow": "reports",
        "named_by": "tag",
        "lane": "standard",
    }
    return Record(at=at, **(known | fields))


DAYS = 30
"""Of a log that is as long as a month: what it has is what a month has."""


def days(**fields: Any) -> list[Record]:
    """Thirty rows, each of which sums up a day of a thousand requests: of a whole million tokens in, and a tenth of that out."""
    known: dict[str, Any] = {"requests": 1_000, "input": 1_000_000, "cached": 0, "output": 100_000, "period": DAY}
    return [record(MONDAY + day * DAY, **(known | fields)) for day in range(DAYS)]


def audited(records: Iterable[Record], **basis: Any) -> Audit:
    """The audit of rows, at the prices of the catalogue on 2026-11-21."""
    prices = known_prices()
    return audit(profile_of(records), Basis(pricing=Pricing(prices, "2026-11-21", prices.checked_on), **basis))


@cache
def known_prices() -> Prices:
    """Loaded once."""
    return Prices()


def found(of: Audit, lever: str, *verdicts: str) -> Finding:
    """The one finding with this lever, and one of these verdicts if any is named."""
    parts = [part for workflow in of.workflows for part in workflow.parts]
    (one,) = [
        each
        for part in parts
        for each in part.findings
        if each.lever == lever and (not verdicts or each.verdict in verdicts)
    ]
    return one


def bounds(value: Quantity | None) -> tuple[str, ...]:
    """A quantity's number, or both ends of its range, as they are shown."""
    assert value is not None
    return tuple(dict.fromkeys(number(end) for end in value.bounds))
