"""Quantities and steps for people: numbers in groups of three, and a price by the million tokens, as price lists have it."""

from collections.abc import Iterator
from fractions import Fraction

from bide.advise.calculator.derivation import Derivation
from bide.advise.calculator.quantity import Quantity, rounded
from bide.advise.calculator.tariff import PER_TOKEN
from bide.advise.calculator.unit import NUMBER

MILLION = 10**6

PLACES = 9
"""More than anybody reads, and fewer than would hide that a third has no end."""


def in_words(value: Quantity) -> str:
    """``2 USD per 1M tokens``, ``10,000 request per day``, ``8.8 – 9.6 USD``."""
    times, unit = (MILLION, "USD per 1M tokens") if value.unit == PER_TOKEN else (1, str(value.unit))
    low, high = (grouped(end * times) for end in value.bounds)
    text = low if low == high else f"{low} – {high}"
    return text if value.unit == NUMBER else f"{text} {unit}"


def grouped(value: Fraction) -> str:
    """A number, without zeros at its end."""
    return f"{rounded(value, PLACES):,f}".rstrip("0").rstrip(".")


def lines(derivation: Derivation) -> Iterator[str]:
    """Every step on a line: ``name = formula = numbers = result``."""
    for step in derivation.steps:
        sign = next((sign for sign in (" × ", " ÷ ", " + ", " − ") if sign in step.formula), " ")
        numbers = sign.join(in_words(one.value) for one in step.numbers)
        yield f"{step.name} = {step.formula} = {numbers} = {in_words(step.result)}"
