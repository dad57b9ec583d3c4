"""The shares of the classes, as somebody writes them: ``urgent=10,standard=35,explicit=15,low=40``."""

from bide.core.errors import InputError
from bide.whatif.arrival import EXPLICIT, LOW, STANDARD, URGENT, Mix

CLASSES = (URGENT, STANDARD, EXPLICIT, LOW)

NEARLY_ALL = 0.01
"""How far from 100 the percentages may be, for rounding."""


def parse(text: str) -> Mix:
    """Percentages by class; what is not named has none, but low has the rest where it is not named.

    Raises:
        InputError: a class is unknown, a share is no number, or they are not a hundred together.
    """
    shares = dict[str, float]()
    for part in text.split(","):
        name, _, share = (word.strip() for word in part.partition("="))
        if name not in CLASSES:
            raise InputError(f"--mix {text}: there is no class {name}; write as in {example()}")
        try:
            shares[name] = float(share)
        except ValueError:
            raise InputError(f"--mix {text}: {share!r} is no percentage; write as in {example()}") from None
        if not 0 <= shares[name] <= 100:
            raise InputError(f"--mix {text}: {share} is not between 0 and 100")
    named = sum(shares.values())
    if named > 100 + NEARLY_ALL or (LOW in shares and named < 100 - NEARLY_ALL):
        raise InputError(f"--mix {text}: together that is {named:g} %, not 100; leave out low and it gets the rest")
    urgent, standard, explicit = (shares.get(name, 0.0) / 100 for name in (URGENT, STANDARD, EXPLICIT))
    return Mix(urgent, standard, explicit)


def example() -> str:
    """The mix that is taken where nothing is said, as one writes it."""
    mix = Mix()
    known = {URGENT: mix.urgent, STANDARD: mix.standard, EXPLICIT: mix.explicit}
    known[LOW] = 1 - sum(known.values())
    return ",".join(f"{name}={100 * share:.0f}" for name, share in known.items())
