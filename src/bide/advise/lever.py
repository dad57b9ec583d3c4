"""What else would save, beside the lane: with its money where prices and shares are known.

Each is reckoned alone, at the price of the lane that is advised. They multiply: after the first, the next saves of what is left.
"""

from bide.advise.advice import Lever
from bide.advise.rulebook import Mode
from bide.advise.saving import Costs, dollars, of_tokens, portion
from bide.advise.workload import Workload


def levers(workload: Workload, mode: Mode, costs: Costs | None) -> tuple[Lever, ...]:
    """All that may be worth a look for a workload in a mode."""
    found = [_cheaper_model(workload, mode, costs), _prefix(workload, mode, costs)]
    found += [_repeats(workload, mode, costs), _compression(workload, mode, costs)]
    if mode in ("realtime", "queue", "hybrid") and not workload.user_waiting and not workload.streaming:
        found.insert(0, _flex(costs))
    if mode == "self-hosted":
        return tuple(one for one in found if one.lever in ("response cache", "compression"))
    return tuple(found)


def _batched(mode: Mode) -> bool:
    return mode in ("batch", "queue")


def _base(mode: Mode, costs: Costs | None) -> int | None:
    if costs is None:
        return None
    return costs.batch if _batched(mode) else costs.realtime


def _flex(costs: Costs | None) -> Lever:
    known = costs is not None and costs.realtime is not None and costs.flex is not None
    saved = costs.realtime - costs.flex if known and costs and costs.realtime and costs.flex else None
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
