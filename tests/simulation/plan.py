"""What happens in a seed: the jobs, the provider's script, and where faults and crashes strike. All of it is drawn from the seed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from bide.core.clock import DAY, HOUR, MINUTE, SECOND
from bide.core.deadline import OnMiss
from bide.lanes.plan.copies import NO_BOUND
from bide.simulator.answers import AnswerSettings
from bide.simulator.behaviour import Behaviour, Fails, Rule, When
from bide.simulator.calls import CallSettings, Scarce
from bide.simulator.chance import Chance, Spread
from bide.simulator.faults import FaultRule, Site
from bide.simulator.faults import Kind as ProviderFault
from bide.simulator.limits import Limit
from bide.simulator.outages import Outage
from bide.simulator.script import Script
from tests.simulation.gates import CRASH_POINTS, STORE_SITES, Kind, Moment, Strike

Choice = TypeVar("Choice")

NO_BATCH_LANE = Fails(code="model_not_found", message="The model does not exist or has no batch lane.", line=1)


@dataclass(frozen=True, slots=True)
class JobPlan:
    """A job that a caller hands in, `at` after the start of the day."""

    number: int
    at: int
    requests: int
    deadline: int
    """From `at`, in microseconds."""
    on_miss: OnMiss
    cancel_after: int | None
    poisoned: int
    """How many of its requests fail validation."""
    cap: float | None = None
    """Its cap, as a share of what all of it may cost; None: it has none."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A seed, drawn out. `strikes` and the provider's faults may be replaced by explicit lists."""

    seed: int
    jobs: Sequence[JobPlan]
    script: Script
    strikes: Sequence[Strike]
    workers: int
    batch_size: int
    requests_per_minute: int | None
    """As configured; None where the engine has to learn it."""
    provider: str = "openai"
    hours: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Settings of the account that say when it may be sent something."""
    flex: bool = False
    """Whether the account uses its flex tier, where the provider has one."""
    copies: bool = False
    """Whether batches of one get second copies."""
    copy_budget: float = NO_BOUND
    """Which part of what everything would cost in real time may be paid twice while copies are made."""
    kept: bool = False
    """Whether answers stand for exact repeats; then every job asks what the first one asks."""
    downtimes: Sequence[int] = field(default=(5 * SECOND, 40 * SECOND, 5 * MINUTE))

    @property
    def calm(self) -> bool:
        """Whether nothing goes wrong: then the bounds on money are tight."""
        return not self.strikes and not self.script.fault and not self.script.outage and not self.script.when


CAPS = 0.15
"""The share of jobs with a cap on what they may cost."""

COPIES = 0.1
"""The share of seeds with second copies; batches are of one there, for no others have any."""


def draw(seed: int, requests: int | None = None, provider: str = "openai", copies: bool | None = None) -> Plan:
    """The plan of a seed at a provider. `requests` bounds the requests of all jobs together; `copies` turns second copies on or
    off, whatever the seed says."""
    chance = Chance(seed).within("plan")
    large = chance.happens(0.05, "large")
    most = requests or (200 if large else 60)
    jobs: list[JobPlan] = []
    for number in range(1 + chance.number("jobs") % 3):
        mine = chance.within("job", number)
        deadline = mine.spread(Spread(3 * HOUR, 1.2), "deadline")
        jobs.append(
            JobPlan(
                number,
                mine.number("at") % (2 * HOUR) if number else 0,
                1 + mine.number("size") % (most // 3),
                min(max(deadline, 3 * MINUTE), 40 * HOUR),
                _one_of(mine, "on_miss", (OnMiss.RESCUE, OnMiss.RESCUE, OnMiss.RESCUE, OnMiss.LATE, OnMiss.EXPIRE)),
                mine.number("cancel at") % deadline if mine.happens(0.12, "cancel") else None,
                1 + mine.number("poisoned") % 2 if mine.happens(0.08, "poison") else 0,
                mine.number("share of the cap") % 80 / 100 if mine.happens(CAPS, "cap") else None,
            )
        )
    workers = 2 if chance.happens(0.2, "workers") else 1
    plan = Plan(
        seed,
        jobs,
        _script(chance.within("script")),
        _strikes(seed, chance.within("strikes"), workers),
        workers,
        5 + chance.number("batch size") % 60,
        _one_of(chance, "rpm", (None, None, 2, 60, 600)),
        provider,
        flex=chance.happens(0.5, "flex"),
    )
    if chance.happens(COPIES, "copies") if copies is None else copies:
        few = [replace(job, requests=min(job.requests, 4), deadline=min(job.deadline, 4 * HOUR)) for job in jobs]
        plan = replace(plan, jobs=few, copies=True, batch_size=1, flex=False)
    return _lead_to(CRASH_POINTS[seed % len(CRASH_POINTS)][0], plan) if plan.strikes else plan


def _lead_to(site: str, plan: Plan) -> Plan:
    """The plan, with what it takes to get to a place that few days come by; elsewhere a crash there would never strike."""
    script, first = plan.script, plan.jobs[0]
    match site:
        case "Batches.ambiguous":
            lost = FaultRule(site=Site.CREATE, kind=ProviderFault.REPLY_LOST, rate=0.7)
            return replace(plan, script=replace(script, fault=[lost, *script.fault]))
        case "Batches.withdrawn":
            unsent = FaultRule(site=Site.CREATE, kind=ProviderFault.NOT_SENT, rate=0.7)
            return replace(plan, script=replace(script, fault=[unsent, *script.fault]))
        case "Batches.bar":
            return replace(plan, script=replace(script, when=[Rule(When(), {"fails": NO_BATCH_LANE}), *script.when]))
        case "Batches.copy":  # the later batches of a job come late, and each is one request
            late = Rule(When(share=0.7), {"turnaround": Spread(DAY)})
            quick = Script(batch=Behaviour(turnaround=Spread(MINUTE)), when=[late])
            job = replace(first, requests=6, deadline=90 * MINUTE, on_miss=OnMiss.RESCUE, cancel_after=None)
            return replace(plan, jobs=[job], script=quick, copies=True, batch_size=1, flex=False)
        case "Batches.divide":
            return replace(plan, jobs=[replace(first, poisoned=1, cancel_after=None), *plan.jobs[1:]])
        case "Buckets.protect":  # a few more requests than two a minute leave time for, and one batch that comes late
            large = replace(first, requests=48, deadline=25 * MINUTE, on_miss=OnMiss.RESCUE, cancel_after=None)
            late = Rule(When(nth=(1 + plan.seed % 2,)), {"turnaround": Spread(DAY)})
            quick = Script(batch=Behaviour(turnaround=Spread(3 * MINUTE)), when=[late], limit=[Limit(requests=2)])
            return replace(plan, jobs=[large], script=quick, requests_per_minute=2, batch_size=60)
        case "Limits.learn":
            tight = replace(script.limit[0], enqueued_tokens=300)
            large = replace(first, requests=20, deadline=3 * HOUR, cancel_after=None)
            return replace(plan, jobs=[large], script=replace(script, limit=[tight]), batch_size=60)
        case "Store.release_holder":  # only the next process of a dead one comes by
            return replace(plan, strikes=[*plan.strikes, Strike("Batches.intend", 1, Moment.AFTER, Kind.CRASH)])
        case _:
            return plan


def _script(chance: Chance) -> Script:
    """A provider: each kind of trouble is switched off in half of the seeds."""
    rough = chance.happens(0.75, "rough")
    batch = Behaviour(
        turnaround=Spread(_one_of(chance, "turnaround", (4 * MINUTE, 20 * MINUTE, 2 * HOUR)), 1.2),
        cancelling=Spread(MINUTE, 1.0, most=10 * MINUTE),
        counters=_one_of(chance, "counters", ("honest", "observed", "lying")) if rough else "honest",
    )
    if rough:
        batch = replace(
            batch,
            window=_one_of(chance, "window", (DAY, DAY, 4 * HOUR)),
            refused_rows=_rate(chance, "refused rows", 0.1),
            busy_rows=_rate(chance, "busy rows", 0.1),
            broken_rows=_rate(chance, "broken rows", 0.1),
            missing=_rate(chance, "missing", 0.1),
            repeated=_rate(chance, "repeated", 0.1),
            renamed=_rate(chance, "renamed", 0.05),
            files_late=_one_of(chance, "files late", (0, 0, 90 * SECOND)),
            download_late=_one_of(chance, "download late", (0, 0, 3 * MINUTE)),
            early_gaps=_rate(chance, "early gaps", 0.3),
            early_torn=chance.happens(0.3, "early torn"),
            hidden=_one_of(chance, "hidden", (0, 0, 20 * SECOND)),
            unlisted=_one_of(chance, "unlisted", (0, 0, 100 * SECOND)),
        )
    when: list[Rule] = []
    if rough and chance.happens(0.5, "stuck"):
        when.append(Rule(When(share=0.2), {"stuck": "in_progress", "stuck_share": 0.3}))
    if rough and chance.happens(0.4, "expires"):
        when.append(Rule(When(share=0.3), {"expires": 0.5, "window": 2 * HOUR}))
    if rough and chance.happens(0.1, "no batch lane"):
        when.append(Rule(When(share=0.5), {"fails": NO_BATCH_LANE}))
    if rough and chance.happens(0.3, "refuses"):
        when.append(Rule(When(share=0.2), {"refuses": 429 if chance.happens(0.5, "429") else 400}))
    faults: list[FaultRule] = []
    if rough:
        for site in Site:
            for kind in (
                ProviderFault.NOT_SENT,
                ProviderFault.REQUEST_LOST,
                ProviderFault.REPLY_LOST,
                ProviderFault.HANG,
                ProviderFault.BUSY,
                ProviderFault.ERROR,
                ProviderFault.CUT,
                ProviderFault.SLOW,
            ):
                if chance.happens(0.12, "fault", site, kind):
                    status = _one_of(chance, f"status {site}", (500, 503, 400 if site is Site.RETRIEVE else 500))
                    faults.append(
                        FaultRule(
                            site=site,
                            kind=kind,
                            rate=0.02 + 0.2 * chance.uniform("rate", site, kind),
                            status=status,
                            # A 503 to a call means that it was turned away; to a create it may mean anything.
                            processed=chance.happens(0.5, "processed", site, kind)
                            and not (site is Site.CALL and status == 503),
                        )
                    )
    outages: list[Outage] = []
    if rough and chance.happens(0.15, "outage"):
        begin = chance.number("outage at") % (4 * HOUR)
        outages.append(Outage(from_=begin, to=begin + chance.number("outage for") % HOUR + MINUTE))
    return Script(
        batch=batch,
        when=when,
        fault=faults,
        outage=outages,
        limit=[
            Limit(
                requests=_one_of(chance, "limit", (2, 30, 600)) if chance.happens(0.5, "limited") else None,
                enqueued_tokens=400 + chance.number("quota") % 3_000 if chance.happens(0.2, "quota") else None,
            )
        ],
        realtime=CallSettings(
            flex_refused=_one_of(chance, "flex refused", (0.03, 0.6, 1.0)),
            flex_scarce=Scarce() if chance.happens(0.3, "flex scarce") else None,
            flex_served=not chance.happens(0.1, "flex not served"),
        ),
        answers=AnswerSettings(),
    )


def _strikes(seed: int, chance: Chance, workers: int) -> list[Strike]:
    """Crashes, by site first and then by occurrence; pauses; failures of the disk.

    One of the crashes goes through all places in turn, so that the rare ones are tried too.
    """
    strikes: list[Strike] = []
    if chance.happens(0.9, "in turn"):
        site, moment = CRASH_POINTS[seed % len(CRASH_POINTS)]
        strikes.append(Strike(site, 1, moment, Kind.CRASH))
    for number in range(chance.number("crashes") % 3):
        site, moment = CRASH_POINTS[chance.number("crash point", number) % len(CRASH_POINTS)]
        strikes.append(Strike(site, 1 + chance.number("occurrence", number) % 4, moment, Kind.CRASH))
    if chance.happens(0.25, "disk"):
        for number in range(1 + chance.number("failures") % 3):
            site = STORE_SITES[chance.number("failure", number) % len(STORE_SITES)]
            moment = Moment.INSIDE if chance.happens(0.5, "moment", number) else Moment.BEFORE
            strikes.append(Strike(site, 1 + chance.number("failed", number) % 5, moment, Kind.FAIL))
    if workers > 1 and chance.happens(0.5, "pause"):
        site = ("Batches.intend", "create", "Batches.submitted", "call", "Batches.land")[chance.number("pause at") % 5]
        strikes.append(Strike(site, 1 + chance.number("paused") % 2, Moment.AFTER, Kind.PAUSE))
    return list({(strike.site, strike.nth, strike.moment): strike for strike in strikes}.values())


def _rate(chance: Chance, what: str, most: float) -> float:
    """A probability up to `most`, and none at all in half of the seeds."""
    return most * chance.uniform("how", what) if chance.happens(0.5, "some", what) else 0.0


def _one_of(chance: Chance, what: str, choices: Sequence[Choice]) -> Choice:
    return choices[chance.number("choice", what) % len(choices)]
