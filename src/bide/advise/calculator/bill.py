"""What tokens cost in one lane, in their period and in a month."""

from dataclasses import dataclass

from bide.advise.calculator.derivation import Derivation, Figure
from bide.advise.calculator.effective import Billed
from bide.advise.calculator.quantity import Quantity, quantity
from bide.advise.calculator.tariff import Price
from bide.core.errors import InputError


@dataclass(frozen=True, slots=True)
class Bill:
    """What a lane costs in the workload's period, and its parts."""

    input: Figure
    output: Figure
    cost: Figure


def bill(tokens: Billed, price: Price, lane: str, to: Derivation, name: str = "") -> Bill:
    """The cost in a lane; each step is written down, under `name` where there are several workloads.

    Raises:
        InputError: there are output tokens, and no price for them.
    """
    prefix = f"{name}: " if name else ""

    def cost_of(kind: str, count: Figure, rate: Quantity) -> Figure:
        return to.multiply(f"{prefix}{kind} cost, {lane}", count, Figure(f"{kind} price, {lane}", rate))

    inputs = [cost_of("input", tokens.plain, price.input)]
    for kind, count, rate in (
        ("cached input", tokens.cached, price.cached),
        ("cache write", tokens.written, price.cache_write),
    ):
        if count is not None:
            if rate is None:
                to.note(f"no {kind} price was given for {lane}: these tokens are reckoned at the input price")
            inputs.append(cost_of(kind, count, price.input if rate is None else rate))
    whole = inputs[0] if len(inputs) == 1 else to.add(f"{prefix}all input cost, {lane}", *inputs)
    if price.output is None and any(tokens.output.value.bounds):
        raise InputError(f"there are output tokens, and no output price for {lane}; give one, or leave the output out")
    output = cost_of("output", tokens.output, price.output or quantity(0, price.input.unit))
    return Bill(whole, output, to.add(f"{prefix}cost, {lane}", whole, output))
