"""Why an advice may not work as it stands: what lanes and providers cannot do."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, inf

from bide.advise.advice import Caution
from bide.advise.facts import Thresholds
from bide.advise.own import Own
from bide.advise.rulebook import Rule
from bide.advise.saving import Costs
from bide.advise.workload import Workload
from bide.core.clock import DAY
from bide.core.duration import format_duration
from bide.core.quota import Resource
from bide.lanes.plan import plan
from bide.providers.setup import Kind


@dataclass(frozen=True, slots=True)
class Case:
    """An advice that is to be looked at. `kind` is the model's provider, None where it is unknown."""

    workload: Workload
    rule: Rule
    thresholds: Thresholds
    kind: Kind | None = None
    costs: Costs | None = None
    max_wait: float | None = None
    """Seconds in the queue at most, where that is what is advised."""
    owned: Own | None = None
    """What own hardware costs, where it is known."""

    @property
    def batched(self) -> bool:
        """Whether some of it goes into batches of a provider."""
        return self.rule.mode in ("batch", "queue", "hybrid")


def warnings(case: Case) -> tuple[Caution, ...]:
    """All that is to be known before the advice is taken."""
    found = [*_time(case), *_provider(case), *_hardware(case), *_words(case)]
    return tuple(Caution(code=code, says=says) for code, says in found)


Found = Iterator[tuple[str, str]]


def _time(case: Case) -> Found:
    workload, within = case.workload, case.workload.span("within")
    window = DAY if case.kind is None else case.kind.limits.window
    if within is not None and within.within(case.thresholds["fastest_answer"]):
        yield (
            "no_lane_is_so_fast",
            (
                f"no hosted model answers within {format_duration(int(within.high))} from end to end; decide without one and look at "
                "its answer later"
            ),
        )
    if within is not None and workload.deferrable and within.below(plan.Thresholds().batch_minimum):
        least = format_duration(plan.Thresholds().batch_minimum)
        yield "below_batches", f"with less than {least} no batch comes back in time; bide calls it at once"
    gathers = case.rule.mode == "queue" and case.rule.action is None and case.max_wait is not None
    if gathers if within is None else case.rule.mode in ("batch", "queue") and not within.reaches(window):
        yield (
            "below_the_window",
            (
                f"a batch may take {format_duration(window)}, which is more than there is: it must not be the only way; bide calls "
                "what is not back at the last safe moment (`--on-miss rescue`)"
            ),
        )
    if workload.hard_deadline and within is not None and within.within(window):
        yield (
            "window_is_a_target",
            (
                f"{format_duration(window)} is what batches aim at and not a promise: what has to be there needs a call in real time "
                "as a way out"
            ),
        )


def _provider(case: Case) -> Found:
    kind, costs = case.kind, case.costs
    if costs is not None and costs.realtime is None:
        yield "unknown_price", f"the price of {case.workload.model} is not known; put it under [prices] in the config"
    if kind is None or not case.batched:
        return
    if not kind.capabilities.batch:
        yield "no_batches", f"{kind.title} has no batches: what waits is called at its deadline, and nothing is saved"
        return
    if costs is not None and costs.realtime is not None and costs.batch is None:
        yield "no_batch_price", f"no batch price of {case.workload.model} is known; the saving is unknown"
    yield from _limits(case, kind)


def _limits(case: Case, kind: Kind) -> Found:
    together = case.workload.span("requests_per_batch") or case.workload.span("requests_per_day")
    limits = kind.limits
    if together is not None and together.low > limits.max_requests:
        files = ceil(together.low / limits.max_requests)
        yield (
            "several_files",
            f"{kind.title} takes {limits.max_requests:,} requests a batch: these are at least {files:,} batches; bide divides them",
        )
    if together is not None and together.high < limits.min_requests:
        yield (
            "too_small",
            f"{kind.title} takes no batch of less than {limits.min_requests:,} requests; bide calls what finds no company",
        )
    tokens = case.workload.span("tokens_per_day")
    queued = tokens.low if tokens is not None else float(case.workload.input_tokens_per_day or 0)
    for quota in kind.limits.quotas:
        if quota.resource is Resource.ENQUEUED_TOKENS and quota.limit is not None and quota.limit < queued < inf:
            which = "in its lowest tier " if quota.varies else ""
            yield (
                "quota",
                (
                    f"{kind.title} {which}lets {quota.limit:,} tokens wait at a time, and these are {queued:,.0f} a day; "
                    f"`bide providers show {kind.name}` shows yours. What finds no room waits"
                ),
            )


def _hardware(case: Case) -> Found:
    if case.rule.action == "serverless":
        yield (
            "cold_starts",
            (
                "serverless begins cold: one to three seconds for small models, minutes for large ones; you choose less of the "
                "hardware, each request costs more, and steady traffic may cost more than an endpoint"
            ),
        )
    if case.rule.action == "batch_spot":
        yield (
            "preemption",
            "spot machines are taken away at two minutes' notice: save what is done, and be able to go on",
        )
    if case.rule.id == "own-cheaper":
        yield (
            "own_capacity",
            (
                "whether the hardware can do so much by the deadline, and whether a model that runs on it is good enough, is not known "
                "here: try both with a day of the work"
            ),
        )
    if case.workload.own_instance is not None and case.owned is None:
        yield (
            "unknown_hardware",
            f"no price of {case.workload.own_instance} bought so is listed; say `own_usd_per_month`",
        )
    if case.rule.mode == "self-hosted" and case.workload.self_hosting is False:
        yield "no_hardware", "it has to run on your own hardware, and `self_hosting` says that there is none"


def _words(case: Case) -> Found:
    if case.workload.user_waiting is True and case.workload.deferrable:
        yield "both_said", "`user_waiting` and `deferrable` are both said; the one who waits goes first"
    if case.workload.seen_p95 is not None and case.workload.within is None:
        yield "seen_not_wanted", "what is seen today is taken for what is tolerated; say `within` if it is not"
