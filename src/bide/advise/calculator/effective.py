"""From what is asked to what is billed: tokens of each kind, after cache, compression and hidden reasoning."""

from dataclasses import dataclass

from bide.advise.calculator.derivation import Derivation, Figure
from bide.advise.calculator.month import PERIODS
from bide.advise.calculator.quantity import Quantity
from bide.advise.calculator.workload import ONCE, WHOLE, Workload
from bide.core.errors import InputError

INPUT_ONLY = "input only: no output tokens were given, and output usually costs several times as much per token"


@dataclass(frozen=True, slots=True)
class Billed:
    """Tokens of a period by kind; a kind that does not occur is None. `requests` are those that reach the provider."""

    plain: Figure
    cached: Figure | None
    written: Figure | None
    output: Figure
    requests: Figure | None


def saves(share: Quantity) -> Quantity:
    """A share that lowers the cost: in the cheapest case it is the largest."""
    return Quantity(max(share.bounds), min(share.bounds), share.unit)


def billed(workload: Workload, to: Derivation, name: str = "") -> Billed:
    """What the provider bills; each step is written down, under `name` where there are several workloads.

    Raises:
        InputError: the period is none.
    """

    def called(text: str) -> str:
        return f"{name}: {text}" if name else text

    requests = None
    tokens_in = Figure(called("input tokens"), workload.input_tokens)
    tokens_out = Figure(called("output tokens"), workload.output_tokens)
    left = _left(workload.answered, "share answered by the response cache", called("share that is sent"), to)
    if workload.requests is not None:
        requests = _per(Figure(called("requests"), workload.requests), workload.period)
        requests = to.multiply(called("requests sent"), requests, left) if left else requests
        each_in = Figure("input tokens of each", workload.input_tokens)
        each_out = Figure("output tokens of each", workload.output_tokens)
        tokens_in = to.multiply(called("input tokens"), requests, each_in)
        tokens_out = to.multiply(called("output tokens"), requests, each_out)
    else:
        tokens_in, tokens_out = _per(tokens_in, workload.period), _per(tokens_out, workload.period)
        if left:
            tokens_in = to.multiply(called("input tokens sent"), tokens_in, left)
            tokens_out = to.multiply(called("output tokens paid"), tokens_out, left)
    shorter = _left(workload.compression, "share compressed away", called("share that is left"), to)
    if shorter:
        tokens_in = to.multiply(called("input tokens after compression"), tokens_in, shorter)
    if any(workload.reasoning.bounds):
        more = to.add(
            called("output with reasoning, as a multiple"),
            Figure("1", WHOLE),
            Figure("reasoning buffer", workload.reasoning),
        )
        tokens_out = to.multiply(called("output tokens with reasoning"), tokens_out, more)
    if any(tokens_in.value.bounds) and not any(tokens_out.value.bounds):
        to.note(INPUT_ONLY)
    return _by_kind(workload, tokens_in, tokens_out, requests, to, called(""))


def _by_kind(
    workload: Workload, tokens_in: Figure, tokens_out: Figure, requests: Figure | None, to: Derivation, prefix: str
) -> Billed:
    cached = written = None
    plain = tokens_in
    if any(workload.cached.bounds):
        share = Figure("share of the input read from the cache", saves(workload.cached))
        cached = to.multiply(f"{prefix}cached input tokens", tokens_in, share)
    if any(workload.written.bounds):
        share = Figure("share of the input written to the cache", workload.written)
        written = to.multiply(f"{prefix}input tokens written to the cache", tokens_in, share)
    beside = [one for one in (cached, written) if one is not None]
    if beside:
        plain = to.subtract(f"{prefix}plain input tokens", tokens_in, *beside)
    return Billed(plain, cached, written, tokens_out, requests)


def _left(share: Quantity, name: str, left: str, to: Derivation) -> Figure | None:
    """What a saving leaves of one; None where nothing is saved."""
    return to.rest(left, Figure(name, saves(share))) if any(share.bounds) else None


def _per(figure: Figure, period: str) -> Figure:
    """A number in a period, in its unit."""
    if period == ONCE:
        return figure
    if period not in PERIODS:
        raise InputError(f"{period!r} is no period; write once, hour, day, week or month")
    value = figure.value
    return Figure(f"{figure.name} a {period}", Quantity(value.low, value.high, value.unit / PERIODS[period]))
