"""What is asked of a model: tokens and requests in a period, and how much of that need not be paid."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bide.advise.calculator.quantity import Quantity, quantity
from bide.advise.calculator.tariff import Tariff
from bide.advise.calculator.unit import REQUEST, TOKEN
from bide.core.errors import InputError

NOTHING = quantity(0)
WHOLE = quantity(1)

ONCE = "once"
"""The period of a job that does not come again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """Tokens in a period; where `requests` are given, tokens of each of them.

    `cached` and `written` are shares of the input (read from the provider's prompt cache, written to it), `answered` a share of
    requests that our own response cache answers, `compression` a share of the input that is left out. `reasoning` is what comes on
    top of the visible output, as a share of it: it is billed as output. All from 0 to 1, or a range.
    """

    input_tokens: Quantity
    output_tokens: Quantity
    requests: Quantity | None = None
    period: str = ONCE
    cached: Quantity = NOTHING
    written: Quantity = NOTHING
    answered: Quantity = NOTHING
    compression: Quantity = NOTHING
    reasoning: Quantity = NOTHING

    def __post_init__(self) -> None:
        """Raises `InputError` naming the field, and `UnitError` where one is in a wrong unit."""
        of_each = TOKEN if self.requests is None else TOKEN / REQUEST
        for name in ("input_tokens", "output_tokens"):
            value: Quantity = getattr(self, name).of(of_each, name)
            if min(value.bounds) < 0:
                raise InputError(f"{name} is less than nothing; give the number of tokens")
        if self.requests is not None and min(self.requests.of(REQUEST, "requests").bounds) < 0:
            raise InputError("requests are less than none; give their number")
        for name in ("cached", "written", "answered", "compression", "reasoning"):
            share_of(getattr(self, name), name, most=None if name == "reasoning" else 1)
        if max(self.cached.bounds) + max(self.written.bounds) > 1:
            raise InputError("cached and written are shares of the same input, and come to more than all of it")


@dataclass(frozen=True, slots=True)
class Part:
    """Work of one kind: what is asked, of which model, and whether somebody waits for it."""

    name: str
    workload: Workload
    tariff: Tariff
    waits: bool = True
    """It can wait for a batch."""


def share_of(value: Quantity, name: str, most: int | None = 1) -> Quantity:
    """The share, if it is one. Raises `InputError`."""
    low, high = value.of(WHOLE.unit, name).bounds
    if low < 0 or (most is not None and high > most):
        raise InputError(f"{name} is a share: write it from 0% to 100%")
    return value


def scaled(workload: Workload, share: Quantity) -> Workload:
    """So much of the work: fewer requests, or fewer tokens where nobody says how many requests there are."""
    if workload.requests is not None:
        return replace(workload, requests=workload.requests * share)
    return replace(workload, input_tokens=workload.input_tokens * share, output_tokens=workload.output_tokens * share)


def split(part: Part, batch_share: Quantity) -> Sequence[Part]:
    """A hybrid: so much of the work waits, and the rest is called. Raises `InputError`."""
    share = share_of(batch_share, "batch_share")
    rest = WHOLE - share
    return (
        replace(part, name=f"{part.name}, waits", workload=scaled(part.workload, share)),
        replace(part, name=f"{part.name}, at once", workload=scaled(part.workload, rest), waits=False),
    )


def routed(mix: Sequence[tuple[Part, Quantity]]) -> Sequence[Part]:
    """One work divided between models by shares of its tokens: each part is all of it, at one of them.

    Raises:
        InputError: the shares are not the whole.
    """
    shares = [share_of(share, f"the share of {part.name}") for part, share in mix]
    if sum(one.low for one in shares) != 1 or sum(one.high for one in shares) != 1:
        raise InputError("the shares of the models have to come to 100%")
    return [replace(part, workload=scaled(part.workload, share)) for part, share in mix]
