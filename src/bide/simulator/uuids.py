"""Ids as those protocols write them that have no prefix."""

from bide.simulator.chance import Chance


def uuid_of(chance: Chance) -> str:
    """An id that looks like a random UUID."""
    digits = chance.identifier("", "head") + chance.identifier("", "tail")
    return "-".join((digits[:8], digits[8:12], f"4{digits[13:16]}", f"8{digits[17:20]}", digits[20:32]))
