"""What a cheaper lane would save: batches for what can wait an hour or more, the flex tier for what can wait for minutes."""

from collections.abc import Iterator
from dataclasses import dataclass

from bide.advise.calculator.tariff import BATCH
from bide.audit.evidence.patience import NEXT_HOUR, NOW, Patience, Strength
from bide.audit.evidence.strand import Strand
from bide.audit.levers.change import Change
from bide.audit.levers.finding import Lever, Verdict
from bide.audit.levers.prompt_cache import found_in_batch
from bide.core.duration import exact_duration

CHEAPER: tuple[Lever, ...] = ("batch", "flex")
"""Lanes that cost less because they may take their time."""

IN_TIME = "every batch is back in time; what bide has to call at the last safe moment costs the real-time price"
REFUSED = "the tier has room; what it turns away costs nothing, is called, and costs the real-time price"
BY_HAND = "bide has no batches at this provider: they have to be handed in without it"
COLD = "rows of a batch find the prompt cache warm less often: the range is from as many cached tokens as now to {least} of them"
LANE_ASSUMED = "the log does not say how it was sold: it is taken for real time, and may be in a cheaper lane already"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A change that might be made, and how far one can stand by it. `says` and `do` are for people; `change` None: nothing is known."""

    lever: Lever
    verdict: Verdict
    strength: Strength
    change: Change | None
    says: str
    do: str = ""
    assumes: tuple[str, ...] = ()


def lanes(of: Strand, wait: Patience, batches: bool | None) -> Iterator[Proposal]:
    """Cheaper lanes for what is called now. `batches` says whether bide has them at the provider, None where it does not know it."""
    if of.lane in CHEAPER:
        return
    offered: list[Lever] = [lever for lever in CHEAPER if lever in of.tariff.prices]
    if not offered:
        says = (
            "the provider has no batches, as far as bide knows"
            if batches is False
            else "the price of a batch, and of a flex tier, is unknown for this model"
        )
        yield Proposal(lever="batch", verdict="unknown", strength=Strength.NONE, change=None, says=says, do=PRICE)
        return
    soon = wait.within is not None and NOW < wait.within < NEXT_HOUR
    chosen: Lever = "flex" if soon and "flex" in offered else offered[0]
    for lever in offered:
        verdict = _verdict(of, wait, lever)
        if lever != chosen and verdict != "against":
            verdict = "instead"
        assumes = [IN_TIME if lever == "batch" else REFUSED]
        if lever == BATCH and not batches:
            assumes.append(BY_HAND)
        if of.lane_known == "nobody":
            assumes.append(LANE_ASSUMED)
        if lever == BATCH and of.load is not None and of.load.cached:
            least, _ = found_in_batch(of.group.provider, of.group.model)
            assumes.append(COLD.format(least=f"{round(100 * least)} %"))
        yield Proposal(
            lever=lever,
            verdict=verdict,
            strength=wait.strength,
            change=Change(lane=lever),
            says=_says(wait, verdict),
            do=_do(lever, wait),
            assumes=tuple(assumes),
        )


PRICE = "name it in the config, under [prices]; `bide prices show PROVIDER/MODEL` says what is known"


def _verdict(of: Strand, wait: Patience, lever: Lever) -> Verdict:
    if wait.within is None:
        return "ask"
    if not wait.waits:
        return "ask" if wait.strength is Strength.WEAK else "against"
    too_soon = lever == "batch" and wait.within < NEXT_HOUR
    unsure = wait.strength is Strength.WEAK or of.lane_known == "nobody"
    return "ask" if too_soon or unsure else "do"


def _says(wait: Patience, verdict: Verdict) -> str:
    if wait.within is None:
        return "nothing in the log says whether it may wait"
    reason = wait.clues[0].says
    if wait.waits:
        return f"it could wait {exact_duration(wait.within)}: {reason}"
    return (
        f"somebody seems to wait for it: {reason}"
        if verdict == "ask"
        else f"somebody or something waits for it: {reason}"
    )


def _do(lever: Lever, wait: Patience) -> str:
    within = exact_duration(wait.within) if wait.within else "24h" if lever == "batch" else "15m"
    if not wait.waits:
        return (
            f"find out whether anybody reads the answer at once; if nobody does, send it with `Bide-Within: {within}`"
        )
    return f"send it with `Bide-Within: {within}`, or say so for its workflow in [classes.NAME]"
