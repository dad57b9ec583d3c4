"""An audit for programs: everything in it, money as decimal text in USD a month, ranges with both ends, times in seconds."""

from collections.abc import Mapping
from typing import Any

from bide.advise.calculator.derivation import Derivation
from bide.advise.calculator.quantity import Quantity
from bide.advise.calculator.rendering import number, shown, steps
from bide.advise.calculator.tariff import Price
from bide.advise.calculator.unit import NUMBER
from bide.audit.evidence.patience import Patience, horizon
from bide.audit.evidence.rhythm import Rhythm
from bide.audit.levers.finding import Finding
from bide.audit.levers.judging import Judged
from bide.audit.plan.audit import Audit, PriceUsed
from bide.audit.plan.plan import Step
from bide.audit.plan.workflow import Workflow
from bide.audit.profile.group import Group
from bide.audit.profile.profile import Source
from bide.core.clock import SECOND, to_datetime

MILLION = 10**6


def rendered(of: Audit) -> Mapping[str, Any]:
    """All of it."""
    profile, assumptions = of.profile, of.basis.assumptions
    return {
        "object": "bide.audit",
        "currency": "USD",
        "first": _instant(profile.first),
        "end": _instant(profile.end),
        "covered_seconds": of.covered / SECOND,
        "month_is_times": number(of.times),
        "prices_of": of.basis.pricing.day,
        "rows": profile.rows,
        "sources": [_source(one) for one in profile.sources],
        "a_month": {
            "now": shown(of.now),
            "left": shown(of.left),
            "saved_for_certain": shown(of.sure),
            "captured": shown(of.captured),
            "by_wait": {word: shown(money) for word, money in of.waits()},
        },
        "plan": [_step(one) for one in of.plan],
        "workflows": [_workflow(one) for one in of.workflows],
        "bills": [
            {"provider": one.provider, "billed": shown(one.billed), "listed": shown(one.listed)} for one in of.bills
        ],
        "unknown": [
            {
                "field": one.field,
                "rows": one.rows,
                "of": one.of,
                "says": one.says,
                "follows": one.follows,
                "do": one.remedy,
            }
            for one in of.gaps
        ],
        "assumptions": {
            "cheaper_share": shown(assumptions.cheaper),
            "shorter_share": shown(assumptions.shorter),
            "response_cache_seconds": assumptions.keep / SECOND,
            "hours_from_utc": assumptions.offset / SECOND / 3600,
        },
        "prices": [_price(one) for one in of.prices],
        "notes": list(of.notes),
    }


def _source(one: Source) -> Mapping[str, Any]:
    """What was read; of rows that are left out the first ones by their lines."""
    return {
        "name": one.name,
        "reader": one.reader,
        "rows": one.rows,
        "bad": one.bad,
        "bad_rows": [{"line": bad.line, "says": bad.why} for bad in one.examples],
        "skipped": one.skipped,
        "skipped_because": dict(one.reasons),
        "notes": list(one.notes),
    }


def _step(one: Step) -> Mapping[str, Any]:
    return {
        "verdict": one.verdict,
        "workflow": one.workflow,
        "lever": one.lever,
        "models": list(one.models),
        "saves": shown(one.saves),
        "evidence": one.strength.word,
        "ease": one.ease,
        "says": one.says,
        "do": one.do,
        "assumes": list(one.assumes),
    }


def _workflow(one: Workflow) -> Mapping[str, Any]:
    return {
        "workflow": one.name,
        "guessed_by": one.guessed or None,
        "now": shown(one.now),
        "left": shown(one.left),
        "waits": _patience(one.patience),
        "parts": [_part(part) for part in one.parts],
    }


def _patience(one: Patience) -> Mapping[str, Any]:
    return {
        "horizon": horizon(one.within),
        "seconds": None if one.within is None else one.within / SECOND,
        "evidence": one.strength.word,
        "clues": [
            {"says": clue.says, "seconds": clue.within / SECOND, "evidence": clue.strength.word} for clue in one.clues
        ],
    }


def _part(one: Judged) -> Mapping[str, Any]:
    of = one.strand
    return {
        "provider": of.group.provider,
        "model": of.group.model,
        "lane": of.lane,
        "lane_known_by": of.lane_known,
        **_usage(of.group),
        "listed": shown(of.listed),
        "billed": shown(of.billed),
        "left": shown(one.left),
        "waits": _patience(one.patience),
        "rhythm": None if one.rhythm is None else _rhythm(one.rhythm),
        "findings": [_finding(each) for each in one.findings],
    }


def _usage(group: Group) -> Mapping[str, Any]:
    """What was counted in the time that the log covers."""
    return {
        "rows": group.rows,
        "requests": group.requests,
        "tokens": group.tokens._asdict(),
        "days": {_instant(day)[:10]: amount.requests for day, amount in group.days.items()},
        "requests_by_hour_of_week": list(group.hours),
        "streamed": group.streamed,
        "failed": group.failed,
        "repeats": {
            "seen": group.repeats.seen,
            "again": group.repeats.total.requests,
            "is_estimate": group.repeats.is_estimate,
        },
        "shared_beginnings": {
            "seen": group.prefixes.seen,
            "again": group.prefixes.total.requests,
            "is_estimate": group.prefixes.is_estimate,
        },
        "callers": {"count": group.callers.count, "more": group.callers.more},
        "sessions": {"count": group.sessions.count, "more": group.sessions.more},
        "missing": dict(group.missing),
    }


def _rhythm(one: Rhythm) -> Mapping[str, Any]:
    plan = one.schedule
    return {
        "night_share": number(one.night),
        "weekend_share": number(one.weekend),
        "working_hours_share": number(one.working),
        "schedule": None
        if plan is None
        else {"every": plan.every, "minute": plan.minute, "bursts": plan.bursts, "share": number(plan.share)},
    }


def _finding(one: Finding) -> Mapping[str, Any]:
    return {
        "lever": one.lever,
        "verdict": one.verdict,
        "evidence": one.strength.word,
        "saves_alone": shown(one.saves),
        "adds": shown(one.adds),
        "says": one.says,
        "do": one.do,
        "assumes": list(one.assumes),
        "steps": list(steps(Derivation(list(one.steps)))),
    }


def _price(one: PriceUsed) -> Mapping[str, Any]:
    return {
        "model": one.model,
        "lane": one.lane,
        **per_million(one.price),
        "source": one.price.source,
        "confidence": one.price.confidence,
        "checked_on": None if one.checked_on is None else one.checked_on.isoformat(),
        "stale": one.stale,
    }


def per_million(price: Price) -> Mapping[str, Any]:
    """USD per million tokens of each kind."""
    kinds = {"input": price.input, "cached": price.cached, "cache_write": price.cache_write, "output": price.output}
    return {kind: shown(None if value is None else _million(value)) for kind, value in kinds.items()}


def _million(value: Quantity) -> Quantity:
    return Quantity(value.low * MILLION, value.high * MILLION, NUMBER)


def _instant(at: int) -> str:
    return to_datetime(at).isoformat().replace("+00:00", "Z")
