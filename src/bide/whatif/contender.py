"""Whoever is compared: bide with its settings, a rule that people write, or somebody who knows the future."""

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bide.core.errors import InputError
from bide.settings import Settings
from bide.whatif import clairvoyant
from bide.whatif.arrival import Arrival
from bide.whatif.baseline import baseline
from bide.whatif.fixed import Course, Rule
from bide.whatif.ours import Play, Policy
from bide.whatif.outcome import Book, Prices
from bide.whatif.weather import Weather


class Bound(enum.StrEnum):
    """Those who know how long each batch will take."""

    SINGLE = "clairvoyant"
    ANY = "any minute"


@dataclass(frozen=True, slots=True)
class Contender:
    """A name, and what is played under it."""

    name: str
    way: Policy | Rule | Bound

    @property
    def flex(self) -> bool:
        """Whether it has a flex tier."""
        return isinstance(self.way, Policy) and self.way.flex


@dataclass(frozen=True, slots=True)
class Played:
    """What came of it. `kept`, where there is a forecast: of the batches that were given so many per cent by some time, how
    many made it, in per cent."""

    book: Book
    kept: Mapping[int, float] = field(default_factory=dict[int, float])


CLAIRVOYANT = tuple(Contender(bound.value, bound) for bound in Bound)

BIDE, COPIES, FLEX, CLASSIC = "bide", "bide+copies", "bide+flex", "classic"

DEFAULT = (BIDE, "realtime", "seed", "static", "resubmit", "fixed:10m", "fixed:5m+hedge")

Configured = Callable[[Sequence[str]], Settings]
"""The settings with some assignments, as in ``gather.preset=classic``, on top."""


def contender(text: str, configured: Configured) -> Contender:
    """What somebody means by ``bide``, ``bide,gather.single_below=1h``, ``classic`` or ``fixed:5m+hedge``.

    Raises:
        InputError: there is no such policy.
        SettingError: a setting cannot be used.
    """
    name, *assignments = (part.strip() for part in text.split(","))
    if name not in (BIDE, COPIES, FLEX, CLASSIC):
        if assignments:
            raise InputError(f"{text}: settings are bide's, {name} has none; write as in bide,{assignments[0]}")
        return Contender(name, baseline(name))
    if name == CLASSIC:
        assignments = ["gather.preset=classic", *assignments]
    chosen = policy(configured(assignments))
    if name == COPIES:
        chosen = replace(chosen, rules=replace(chosen.rules, copies=True))
    if name == FLEX:
        chosen = replace(chosen, flex=True)
    return Contender(text, chosen)


def policy(settings: Settings) -> Policy:
    """bide's policy as it is set. Where nothing else is set, urgent calls keep half of the rate, as `bide serve` has it."""
    return Policy(
        rules=settings.rules,
        kept=settings.realtime.kept_for_urgent,
        gather_longest=settings.gather.longest,
        gather_share=settings.gather.time_share,
        poll_interval=settings.engine.poll_interval,
        poll_longest=settings.engine.poll_longest,
    )


def played(one: Contender, arrivals: Sequence[Arrival], prices: Prices, weather: Weather) -> Played:
    """Play a log to its end."""
    match one.way:
        case Policy():
            play = Play(arrivals, prices, weather, one.way)
            return Played(play.run(), play.learner.kept)
        case Rule():
            return Played(Course(arrivals, prices, weather, one.way).run())
        case Bound.SINGLE:
            return Played(clairvoyant.single(arrivals, prices, weather))
        case Bound.ANY:
            return Played(clairvoyant.any_minute(arrivals, prices, weather))
