"""A calculation that can be checked: every step with its name, its formula in words, its numbers and its result."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import reduce

from bide.advise.calculator.quantity import Quantity, quantity


@dataclass(frozen=True, slots=True)
class Figure:
    """A quantity that has a name."""

    name: str
    value: Quantity


@dataclass(frozen=True, slots=True)
class Step:
    """One line of arithmetic; `formula` is in the names of `numbers`, as in ``input tokens × input price``."""

    name: str
    formula: str
    numbers: tuple[Figure, ...]
    result: Quantity


@dataclass(slots=True)
class Derivation:
    """The steps so far, and what is to be said about them."""

    steps: list[Step] = field(default_factory=list[Step])
    notes: list[str] = field(default_factory=list[str])

    def multiply(self, name: str, *numbers: Figure) -> Figure:
        """The product of them all."""
        return self._step(name, " × ", numbers, lambda one, other: one * other)

    def divide(self, name: str, *numbers: Figure) -> Figure:
        """The first, divided by the others. Raises `ZeroDivisionError`."""
        return self._step(name, " ÷ ", numbers, lambda one, other: one / other)

    def add(self, name: str, *numbers: Figure) -> Figure:
        """The sum. Raises `UnitError`."""
        return self._step(name, " + ", numbers, lambda one, other: one + other)

    def subtract(self, name: str, *numbers: Figure) -> Figure:
        """The first less the others. Raises `UnitError`."""
        return self._step(name, " − ", numbers, lambda one, other: one - other)

    def rest(self, name: str, share: Figure) -> Figure:
        """What is left of one without a share."""
        return self.subtract(name, Figure("1", quantity(1)), share)

    def note(self, text: str) -> None:
        """Something to be said, once."""
        if text not in self.notes:
            self.notes.append(text)

    def _step(
        self, name: str, sign: str, numbers: Sequence[Figure], combine: Callable[[Quantity, Quantity], Quantity]
    ) -> Figure:
        result = reduce(combine, (number.value for number in numbers))
        formula = sign.join(number.name for number in numbers)
        self.steps.append(Step(name, formula, tuple(numbers), result))
        return Figure(name, result)
