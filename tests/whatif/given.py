"""Small made-up logs, and weather in which a batch takes as long as the test says."""

from random import Random  # noqa: TID251 - seeded

from bide.core.clock import DAY, HOUR
from bide.whatif.arrival import Arrival, Mix, with_deadlines
from bide.whatif.scenario import SIZE_EXPONENT, TYPICAL_SIZE, Scenario, Spell
from bide.whatif.weather import Weather

START = 20_000 * DAY


def asked(at: int, within: int, output: int = 70, *, urgent: bool = False, input_tokens: int = 1_000) -> Arrival:
    """A request that comes `at` microseconds after midnight."""
    return Arrival(START + at, START + at + within, input_tokens, output, "urgent" if urgent else "own", 256, urgent)


def alone(takes: int, **changes: object) -> Scenario:
    """Every batch of one takes exactly so long, and larger ones a little longer."""
    median = int(takes * TYPICAL_SIZE**SIZE_EXPONENT)
    return Scenario(**{"name": "still", "spells": (Spell(median, 0.0),), **changes})  # type: ignore[reportArgumentType]


def weather(scenario: Scenario, seed: int = 1, days: int = 1) -> Weather:
    """From midnight on."""
    return Weather(scenario, seed, START, days)


def a_log(requests: int = 120, seed: int = 1, hours: int = 6) -> list[Arrival]:
    """Requests at random, of the usual mix."""
    chance = Random(seed)
    instants = sorted(chance.randrange(hours * HOUR) for _ in range(requests))
    plain = [
        Arrival(START + at, START + at, chance.randrange(50, 4_000), chance.randrange(10, 1_500), "", 2_048)
        for at in instants
    ]
    return with_deadlines(plain, Mix(), seed)
