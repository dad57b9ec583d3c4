"""What else would save, beside the lane: with its money where prices and shares are known.

Each is reckoned alone, at the price of the lane that is advised. They multiply: after the first, the next saves of what is left.
"""

from collections.abc import Iterator
from fractions import Fraction

from bide.advise.advice import Lever
from bide.advise.own import Own, idle, spot_saves
from bide.advise.rulebook import Mode
from bide.advise.saving import Costs, dollars, of_tokens, portion
from bide.advise.workload import Workload
from bide.core.clock import MINUTE
from bide.ledger.infrastructure import LISTED, Infrastructure
from bide.providers.setup import Kind


def levers(
    workload: Workload,
    mode: Mode,
    costs: Costs | None,
    kind: Kind | None,
    owned: Own | None,
    hardware: Infrastructure = LISTED,
) -> tuple[Lever, ...]:
    """All that may be worth a look for a workload in a mode. `kind` is the model's provider and `owned` what own hardware costs,
    None where that is unknown."""
    found = [_repeats(workload, mode, costs), _compression(workload, mode, costs)]
    if mode == "self-hosted":
        return (*_machines(workload, owned, hardware), *found)
    found = [_cheaper_model(workload, mode, costs), _prefix(workload, mode, costs), *found]
    has_flex = kind is None or kind.capabilities.flex is not None
    if mode in ("realtime", "queue", "hybrid") and has_flex and not _is_held_up(workload):
        found.insert(0, _flex(costs))
    if mode == "hybrid":
        found.insert(0, _deferrable_part(workload, costs))
    base = _base(mode, costs)
    if workload.self_hosting and owned is not None and base is not None and base > owned.high:
        says = "at least, if it can do the work: hardware of your own in the place of the provider"
        found.append(Lever(lever="own hardware", says=says, usd_per_month=dollars(base - owned.high)))
    return tuple(found)


def _machines(workload: Workload, owned: Own | None, hardware: Infrastructure) -> Iterator[Lever]:
    """What machines themselves may save."""
    if workload.utilisation is not None:
        says = "at least what the idle time costs; work that can wait fills it, or it need not be paid for"
        yield Lever(lever="idle time", says=says, usd_per_month=dollars(idle(workload, owned)))
    if workload.interruptible and workload.own_purchase in (None, "on-demand"):
        says = "at least, beside machines on demand; without what is lost when they are taken away"
        yield Lever(lever="spot machines", says=says, usd_per_month=dollars(spot_saves(workload, hardware)))


def _is_held_up(workload: Workload) -> bool:
    """Whether somebody or something would wait for a call that takes minutes."""
    within = workload.span("within")
    soon = within is not None and within.below(MINUTE)
    waits = (workload.blocking, workload.agent_step, workload.streaming, workload.iterative, workload.revenue_critical)
    return soon or workload.user_waiting is True or any(waits)


def _batched(mode: Mode) -> bool:
    return mode in ("batch", "queue")


def _base(mode: Mode, costs: Costs | None) -> int | None:
    if costs is None:
        return None
    return costs.batch if _batched(mode) else costs.realtime


def _deferrable_part(workload: Workload, costs: Costs | None) -> Lever:
    urgent, later = workload.span("urgent_requests_per_day"), workload.span("deferrable_requests_per_day")
    now, then = (None if one is None else one.known for one in (urgent, later))
    if now is None or then is None or not now + then:
        says = "say `urgent_requests_per_day` and `deferrable_requests_per_day` for the money of what can wait"
        return Lever(lever="batch for a part", says=says, usd_per_month=None)
    saved = None if costs is None else costs.saving
    part = Fraction(then) / (Fraction(now) + Fraction(then))
    return Lever(
        lever="batch for a part",
        says=f"{float(100 * part):.3g} % of the requests can wait; taken to be as long as the others",
        usd_per_month=None if saved is None else dollars(int(part * saved)),
    )


def _flex(costs: Costs | None) -> Lever:
    saved = None if costs is None or costs.realtime is None or costs.flex is None else costs.realtime - costs.flex
    return Lever(
        lever="flex tier",
        says="calls at about the batch price that may take minutes or be refused, where the provider has the tier",
        usd_per_month=dollars(saved),
    )


def _cheaper_model(workload: Workload, mode: Mode, costs: Costs | None) -> Lever:
    base, share = _base(mode, costs), workload.simple_share
    other = None if costs is None else costs.cheaper_batch if _batched(mode) else costs.cheaper
    if workload.cheaper_model is None or share is None:
        says = "send what is simple to a cheaper model; say `cheaper_model` and `simple_share` for the money"
        return Lever(lever="cheaper model", says=says, usd_per_month=None)
    saved = None if base is None or other is None else portion(base - other, share)
    return Lever(
        lever="cheaper model",
        says=f"send the simple {_percent(share)} to {workload.cheaper_model}",
        usd_per_month=dollars(saved),
    )


def _prefix(workload: Workload, mode: Mode, costs: Costs | None) -> Lever:
    share = workload.static_prefix_share
    if share is None:
        says = "cache what all requests begin with; say `static_prefix_share` for the money"
        return Lever(lever="prompt caching", says=says, usd_per_month=None)
    rates = None if costs is None else costs.batch_rates if _batched(mode) else costs.realtime_rates
    saved = None
    if rates is not None and workload.input_tokens_per_day is not None:
        saved = portion(of_tokens(workload.input_tokens_per_day, rates.input - rates.cached), share)
    return Lever(
        lever="prompt caching",
        says=f"at most: if the first {_percent(share)} of the input is always found in the cache, without the cost of writing it",
        usd_per_month=dollars(saved),
    )


def _repeats(workload: Workload, mode: Mode, costs: Costs | None) -> Lever:
    share, base = workload.repeated_share, _base(mode, costs)
    if share is None:
        says = "keep answers that are asked for again; say `repeated_share` for the money"
        return Lever(lever="response cache", says=says, usd_per_month=None)
    return Lever(
        lever="response cache",
        says=f"answer the {_percent(share)} that were asked before from a cache",
        usd_per_month=None if base is None else dollars(portion(base, share)),
    )


def _compression(workload: Workload, mode: Mode, costs: Costs | None) -> Lever:
    share = workload.compressible_share
    if share is None:
        says = "leave out input that changes no answer; say `compressible_share` for the money"
        return Lever(lever="compression", says=says, usd_per_month=None)
    rates = None if costs is None else costs.batch_rates if _batched(mode) else costs.realtime_rates
    saved = None
    if rates is not None and workload.input_tokens_per_day is not None:
        saved = portion(of_tokens(workload.input_tokens_per_day, rates.input), share)
    return Lever(lever="compression", says=f"leave out {_percent(share)} of the input", usd_per_month=dollars(saved))


def _percent(share: float) -> str:
    return f"{100 * share:g} %"
