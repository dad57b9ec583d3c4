"""The receipt, as a person reads it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bide.cli.progress import clock_time
from bide.cli.terminal import say, show_pairs
from bide.core.bucket import ANSWERED_PHASES, Phase
from bide.core.count import many
from bide.core.duration import format_duration
from bide.core.money import format_money

if TYPE_CHECKING:
    from bide.ledger.receipt import Receipt, Share, Times
    from bide.ledger.times import Spread, Stage


def show_receipt(receipt: "Receipt", *, to_stderr: bool = False) -> None:
    """Promised, delivered, paid, saved, wasted."""
    from bide.delivery.file import decode_destination

    pairs: dict[str, object] = {"job": f"{receipt.job.external_id} ({receipt.job.name}), {receipt.job.state}"}
    pairs["promised"] = _promised(receipt)
    pairs["delivered"] = _delivered(receipt)
    pairs["requests"] = _requests(receipt)
    pairs["paid"] = format_money(receipt.paid)
    pairs["list price"] = format_money(receipt.listed)
    pairs["saved"] = _saved(receipt)
    if receipt.job.max_cost is not None:
        held = receipt.progress.held
        holds = f", which holds {many(held, 'request')} back" if held else ""
        pairs["cap"] = f"{format_money(receipt.job.max_cost)}{holds}"
    if len(receipt.shares) > 1:
        pairs["models"] = _shares(receipt.shares)
    if receipt.waste or receipt.suspected:
        pairs["waste"] = _waste(receipt)
    if receipt.retries > 0:
        pairs["retries"] = f"{many(receipt.retries, 'attempt')} beyond the first of each request"
    if receipt.job.destination:
        pairs["answers"] = decode_destination(receipt.job.destination).path
    pairs["batches"] = ", ".join(f"{count} {word}" for word, count in receipt.batches.items()) or "none"
    if receipt.files_kept:
        pairs["files"] = f"{receipt.files_kept} kept at the provider, where they expire"
    pairs["took"] = _took(receipt.actual, "real time" if receipt.job.priority == "urgent" else "rescue")
    if receipt.predicted and receipt.job.priority != "urgent":
        pairs["predicted"] = _took(receipt.predicted)
    if stages := stage_lines(receipt.stages):
        pairs["by request"] = "\n".join(stages)
    if receipt.prices:
        pairs["prices"] = "\n".join(receipt.prices)
    if not receipt.final:
        pairs["provisional"] = (
            f"batches are still ending; `bide status {receipt.job.external_id} --receipt` has the final one"
        )
    show_pairs(pairs, to_stderr=to_stderr)


def stage_lines(stages: "Mapping[str, Stage]") -> list[str]:
    """A line for each stage: how long answered requests were in it, and what was predicted."""
    words = {"queue": "in bide", "provider": "at the provider", "rescue": "in rescue"}
    lines: list[str] = []
    for name, stage in stages.items():
        told = [
            *([f"{_spread(stage.actual)}, of {many(stage.actual.requests or 0, 'request')}"] if stage.actual else []),
            *([f"predicted {_spread(stage.predicted)}"] if stage.predicted else []),
        ]
        if told:
            lines.append(f"{words[name]} {'; '.join(told)}")
    return lines


def _spread(spread: "Spread") -> str:
    rest = "" if spread.p95 is None else f" (95 % within {format_duration(spread.p95)})"
    return f"{format_duration(spread.p50)}{rest}"


def say_failures(receipt: "Receipt") -> None:
    """What to do about requests that have failed."""
    if failed := receipt.progress.phases.get(Phase.FAILED, 0):
        job = receipt.job.external_id
        say(f"bide: {many(failed, 'request')} failed, each with its error in the answers; `bide retry {job} --failed`")


def _promised(receipt: "Receipt") -> str:
    job, promise = receipt.job, receipt.promise
    now = job.accepted_at or job.created_at
    said_by = "by default" if job.priority_source == "config" else f"--{job.priority_source}"
    text = f"by {clock_time(job.deadline, now)} ({said_by})"
    if job.priority == "urgent":
        return f"as soon as possible ({said_by} urgent)"
    if promise is not None:
        text += f", guaranteed {promise.guaranteed:,} of {promise.requests:,}"
    return text


def _delivered(receipt: "Receipt") -> str:
    job, margin = receipt.job, receipt.margin
    if job.answered_at is None or margin is None:
        return f"not yet: {many(receipt.progress.open, 'request')} open"
    when = clock_time(job.answered_at, job.answered_at + 3_600_000_000)
    if job.deadline == job.accepted_at or job.priority == "urgent":
        return f"at {when}, {format_duration(job.answered_at - (job.accepted_at or job.created_at))} after acceptance"
    if margin >= 0:
        return f"at {when}, {format_duration(margin)} before the deadline"
    return f"at {when}, {format_duration(-margin)} late ({many(receipt.late, 'answer')})"


def _requests(receipt: "Receipt") -> str:
    phases = receipt.progress.phases
    words = {
        Phase.BATCH: "in batch",
        Phase.FLEX: "in flex",
        Phase.REALTIME: "in real time",
        Phase.CACHE: "kept from before",
        Phase.FAILED: "failed",
        Phase.CANCELLED: "cancelled",
        Phase.EXPIRED: "expired",
    }
    parts = [f"{phases[phase]:,} {word}" for phase, word in words.items() if phases.get(phase)]
    if receipt.progress.open:
        parts.append(f"{receipt.progress.open:,} open")
    if receipt.job.refused:
        parts.append(f"{many(receipt.job.refused, 'bad line')} left out")
    return f"{receipt.job.requests:,}: " + ", ".join(parts)


def _saved(receipt: "Receipt") -> str:
    if receipt.saved is None or receipt.listed is None:
        if not receipt.unpriced:
            return "unknown: what an answer would have cost in real time is not known"
        return f"unknown: {many(receipt.unpriced, 'answer has', 'answers have')} no known price"
    share = f" ({100 * receipt.saved / receipt.listed:.1f} %)" if receipt.listed else ""
    return f"{format_money(receipt.saved)}{share}"


WORDS = {Phase.BATCH: "batch", Phase.FLEX: "flex", Phase.REALTIME: "real time", Phase.CACHE: "kept"}

SOMETIMES = (Phase.FLEX, Phase.CACHE)
"""Lanes that are told where something came from them."""


def _shares(shares: "Sequence[Share]") -> str:
    """A line for each model, with what it had and cost."""
    answered = [phase for phase in ANSWERED_PHASES if phase not in SOMETIMES or _has(phase, shares)]
    rows = [["", *(WORDS[phase] for phase in answered), "paid", "list price", "saved"]]
    for share in shares:
        phases = share.progress.phases
        counts = (f"{phases.get(phase, 0):,}" for phase in answered)
        money = (format_money(amount) for amount in (share.paid, share.listed, share.saved))
        rows.append([f"{share.account}/{share.model}", *counts, *money])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [[name.ljust(widths[0]), *map(str.rjust, cells, widths[1:])] for name, *cells in rows]
    return "\n".join("  ".join(line) for line in lines)


def _has(phase: Phase, shares: "Sequence[Share]") -> bool:
    return any(share.progress.phases.get(phase) for share in shares)


def _waste(receipt: "Receipt") -> str:
    lines = [f"{format_money(one.amount)} for {many(one.answers, 'answer')}: {one.reason}" for one in receipt.waste]
    lines += [
        f"up to {format_money(one.amount)} suspected for {many(one.answers, 'call')}: {one.reason}"
        for one in receipt.suspected
    ]
    return "\n".join(lines)


def _took(times: "Times", called: str = "rescue") -> str:
    parts = {"queue": times.queue, "provider": times.provider, called: times.rescue}
    return ", ".join(f"{name} {format_duration(time)}" for name, time in parts.items() if time is not None) or "nothing"
