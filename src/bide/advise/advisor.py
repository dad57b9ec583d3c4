"""The advisor: a workload in, and out what to do with it, by which rule and from which source. A pure function."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bide.advise import saving
from bide.advise.advice import Advice, AdviceSource, Benefit, NamedConflict, OtherAdvice, UsedThreshold
from bide.advise.condition import fits, named
from bide.advise.facts import Fact, facts_of
from bide.advise.feasibility import Case, warnings
from bide.advise.lever import levers
from bide.advise.next_step import next_step
from bide.advise.own import Own, own
from bide.advise.rulebook import OWN, PresetName, Rule, Rulebook, bundled_rulebook
from bide.advise.saving import Costs, Tariff, costs
from bide.advise.span import Span
from bide.advise.workload import Workload
from bide.core.clock import SECOND
from bide.ledger.infrastructure import LISTED, Infrastructure
from bide.providers.setup import Kind

TIMES = frozenset({"realtime_below", "queue_from", "batch_from", "queue_timeout", "fastest_answer"})
"""Thresholds that are times, in microseconds."""

OURS = AdviceSource(title="bide's own rules", publisher="bide")


@dataclass(frozen=True, slots=True)
class Basis:
    """What advice rests on. `own` are thresholds of the config, over those of the preset."""

    preset: PresetName = OWN
    own: Mapping[str, float] = field(default_factory=dict[str, float])
    tariff: Tariff = lambda model, mode: None
    kinds: Mapping[str, Kind] = field(default_factory=dict[str, Kind])
    """Kinds of provider by the account's name."""
    rulebook: Rulebook = field(default_factory=bundled_rulebook)
    hardware: Infrastructure = LISTED


def advise(workload: Workload, basis: Basis) -> Advice:
    """What to do with a workload."""
    book = basis.rulebook
    thresholds = book.thresholds(basis.preset, basis.own)
    money = costs(workload, basis.tariff)
    owned = own(workload, basis.hardware)
    facts = _facts(workload, thresholds, money, owned)
    rule = _rule(book, basis.preset, facts, thresholds)
    kind = basis.kinds.get((workload.model or "").partition("/")[0])
    facts |= {"mode": rule.mode, "action": rule.action, "priced": money is not None and money.saving is not None}
    max_wait = _max_wait(rule, workload, thresholds)
    return Advice(
        workload=workload.name,
        preset=basis.preset,
        mode=rule.mode,
        action=rule.action,
        weak=rule.weak,
        benefit=_benefit(rule, facts, thresholds, money),
        rule=rule.id,
        says=rule.says,
        reason=rule.reason,
        next_step=next_step(rule, workload),
        sources=_sources(book, rule),
        thresholds=tuple(_threshold(name, thresholds) for name in named(rule.when) if name in thresholds),
        max_wait=max_wait,
        schedule=rule.schedule,
        cost=None if money is None else money.told(),
        own_cost=None if owned is None else owned.told(),
        warnings=warnings(Case(workload, rule, thresholds, kind, money, max_wait, owned)),
        others=_others(basis, workload, money, owned, rule),
        conflicts=tuple(
            NamedConflict(
                id=one.id,
                topic=one.topic,
                claims=tuple(_titled(book, claim) for claim in one.claims),
                resolution=one.resolution,
            )
            for one in book.conflict
            if any(fits(condition, facts, thresholds) for condition in one.when)
        ),
        levers=levers(workload, rule.mode, money, kind, owned, basis.hardware),
    )


def _facts(
    workload: Workload, thresholds: Mapping[str, float], money: Costs | None, owned: Own | None
) -> dict[str, Fact]:
    facts = facts_of(workload, thresholds)
    if money is not None and money.saving is not None:
        facts["low_saving"] = money.saving < saving.amount_of(thresholds["least_saving"])
    lowest = None if money is None else money.realtime if money.batch is None else money.batch
    if owned is not None and lowest is not None:
        facts["own_cheaper"] = owned.high < lowest
    return facts


def _rule(book: Rulebook, preset: PresetName, facts: Mapping[str, Fact], thresholds: Mapping[str, float]) -> Rule:
    return next(rule for rule in book.rules(preset) if fits(rule.when, facts, thresholds))


def _sources(book: Rulebook, rule: Rule) -> tuple[AdviceSource, ...]:
    found = [(book.articles[one.article], one.section) for one in rule.sources]
    told = [
        AdviceSource(title=article.title, publisher=article.publisher, section=section) for article, section in found
    ]
    return tuple(told) or (OURS,)


def _titled(book: Rulebook, claim: str) -> str:
    """A claim with the publishers of the articles in the place of their keys."""
    head, colon, rest = claim.partition(":")
    for key, article in book.articles.items():
        head = head.replace(key, article.publisher)
    return f"{head}{colon}{rest}"


def _threshold(name: str, thresholds: Mapping[str, float]) -> UsedThreshold:
    value = thresholds[name]
    return UsedThreshold(name=name, value=value / SECOND if name in TIMES else value)


def _max_wait(rule: Rule, workload: Workload, thresholds: Mapping[str, float]) -> float | None:
    """Seconds in the queue: the deadline where there is one, else the time limit of queues; the quiet hours say it themselves."""
    if rule.mode != "queue" or rule.id == "quiet-hours":
        return None
    within = workload.span("within")
    return (thresholds["queue_timeout"] if within is None or not within.low else within.low) / SECOND


def _benefit(rule: Rule, facts: Mapping[str, Fact], thresholds: Mapping[str, float], money: Costs | None) -> Benefit:
    """How much it is worth to let it wait: by money where it is known, else by volume."""
    if rule.mode in ("realtime", "self-hosted") and not rule.weak:
        return "none" if rule.mode == "realtime" else "unknown"
    if facts.get("low_saving") is True:
        return "low"
    strong = {
        "tokens_per_day": "high_tokens_per_day",
        "reports_per_week": "reports_per_week",
        "images_per_day": "images_per_day",
    }
    if any(_above(facts.get(name), thresholds[limit]) for name, limit in strong.items()):
        return "strong"
    if money is not None and money.saving is not None:
        return "medium"
    tokens, reports = facts.get("tokens_per_day"), facts.get("reports_per_week")
    if isinstance(tokens, Span):
        return "low to medium" if tokens.reaches(thresholds["low_tokens_per_day"]) else "low"
    requests = facts.get("requests_per_day")
    few = isinstance(requests, Span) and requests.below(thresholds["low_requests_per_day"])
    return "low" if few else "low to medium" if isinstance(reports, Span) else "unknown"


def _above(fact: Fact, limit: float) -> bool:
    return isinstance(fact, Span) and fact.above(limit)


def _others(
    basis: Basis, workload: Workload, money: Costs | None, owned: Own | None, rule: Rule
) -> tuple[OtherAdvice, ...]:
    """What the other presets say, with their own thresholds, where it is something else."""
    book = basis.rulebook
    found: list[OtherAdvice] = []
    for name, preset in book.presets.items():
        thresholds = book.thresholds(name)
        other = _rule(book, name, _facts(workload, thresholds, money, owned), thresholds)
        if name != basis.preset and (other.mode, other.action) != (rule.mode, rule.action):
            title = book.articles[preset.article].title if preset.article else OURS.title
            found.append(
                OtherAdvice(
                    preset=name, title=title, mode=other.mode, action=other.action, rule=other.id, says=other.says
                )
            )
    return tuple(found)
