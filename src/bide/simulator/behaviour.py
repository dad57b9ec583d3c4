"""How the provider treats a batch: settings of a script, and the rules by which single batches are treated otherwise."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from bide.core.clock import MINUTE, SECOND, to_datetime
from bide.core.errors import SettingError
from bide.simulator import notation as written
from bide.simulator.chance import Chance, Spread
from bide.simulator.notation import as_table, keys, read_settings, read_table


@dataclass(frozen=True, kw_only=True)
class Fails:
    """The error with which a batch fails in validation."""

    code: Annotated[str, written.text]
    message: Annotated[str, written.text] = "The batch fails by the script."
    param: Annotated[str | None, written.text] = None
    line: Annotated[int | None, written.whole] = None


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """`[batch]` of a script. Durations are in microseconds, shares from 0 to 1.

    The default is a good day: half of the batches are done within ten minutes, 99 % within 81.
    """

    # Its course
    turnaround: Annotated[Spread, written.times] = field(default=Spread(10 * MINUTE, 0.9))
    """From creation until the last row is finished."""
    begins: Annotated[float | None, written.share] = None
    """The share of the turnaround after which the first row is begun; drawn from Beta(2, 2) when not set."""
    validation: Annotated[Spread, written.times] = field(default=Spread(15 * SECOND, 0.5))
    finalizing: Annotated[Spread, written.times] = field(default=Spread(4 * SECOND, 0.5))
    window: Annotated[int | None, written.duration] = None
    """How long a batch has, by default as long as its protocol says (24 hours at OpenAI); what is not finished then
    expires."""
    expires: Annotated[float | None, written.share] = None
    """Expire with this share of the rows done, whatever the turnaround."""
    stuck: Annotated[str | None, written.one_of("validating", "in_progress", "finalizing")] = None
    """The status that is never left, not even when the window ends."""
    stuck_share: Annotated[float, written.share] = 0.5
    """The share of the rows that a batch stuck in progress has done."""

    # How it fails whole
    fails: Annotated[Fails | None, written.table_of(Fails, "fails")] = None
    refuses: Annotated[int | None, written.whole] = None
    """Refuse the create for the enqueued-token quota, with this status (400 or 429)."""

    # Cancelling
    cancelling: Annotated[Spread | None, written.never_or(written.times)] = field(
        default=Spread(MINUTE, 1.0, most=10 * MINUTE)
    )
    """From the cancel until the batch has ended; None is never."""
    in_flight: Annotated[int, written.duration] = 10 * SECOND
    """What would have been finished so soon after a cancel is finished nevertheless."""
    cancelled_share: Annotated[float | None, written.share] = None
    """The share of the rows that a cancelled batch has done at least."""

    # Its rows
    refused_rows: Annotated[float, written.share] = 0.0
    busy_rows: Annotated[float, written.share] = 0.0
    broken_rows: Annotated[float, written.share] = 0.0
    """Shares of rows that fail with 400, 429 and 500."""
    missing: Annotated[float, written.share] = 0.0
    """The share of finished rows that no file mentions; they are charged."""
    repeated: Annotated[float, written.share] = 0.0
    renamed: Annotated[float, written.share] = 0.0
    """The share of rows that come back under a custom_id nobody sent."""
    shuffled: Annotated[bool, written.flag] = True

    # What is shown of it
    counters: Annotated[str, written.one_of("honest", "observed", "lying")] = "observed"
    """`observed` shows the odd counters seen of cancelled and expired batches, `lying` any."""
    files_late: Annotated[int, written.duration] = 0
    """How long after its end a batch names its files."""
    download_late: Annotated[int, written.duration] = 0
    """How long after that their content is answered with `download_status`."""
    download_status: Annotated[int, written.whole] = 503
    early_gaps: Annotated[float, written.share] = 0.0
    """The share of finished rows that a growing output holds back until the end, though it shows later ones (Doubleword)."""
    early_torn: Annotated[bool, written.flag] = False
    """Whether a growing output ends in the middle of a line."""
    hidden: Annotated[int, written.duration] = 0
    """How long after its creation a batch is unknown (404)."""
    unlisted: Annotated[int, written.duration] = 0
    """How long after its creation the listing does not show it."""
    metadata_listed: Annotated[bool, written.flag] = True


@dataclass(frozen=True, kw_only=True)
class Bouts:
    """Two states that follow each other, of random length; the means are in microseconds. A run begins calm."""

    calm: Annotated[int, written.duration]
    bout: Annotated[int, written.duration]


@dataclass(frozen=True, kw_only=True)
class When:
    """Which batches a `[[when]]` is about: those that everything it names is true of.

    `nth` counts creates from 1, `marker` is text in the input file, `share` a probability, `hours` are hours of the
    day in UTC, `from` and `to` count from the start of the run, `bouts` come and go.
    """

    nth: Annotated[tuple[int, ...] | None, written.places] = None
    model: Annotated[str | None, written.text] = None
    marker: Annotated[str | None, written.text] = None
    share: Annotated[float, written.share] = 1.0
    hours: Annotated[tuple[int, int] | None, written.hours] = None
    from_: Annotated[int, written.duration] = 0
    to: Annotated[int | None, written.duration] = None
    bouts: Annotated[Bouts | None, written.table_of(Bouts, "bouts")] = None


@dataclass(frozen=True)
class Rule:
    """A `[[when]]`: its conditions, and the settings of `[batch]` that differ then."""

    when: When
    then: Mapping[str, Any]


CONDITIONS = keys(When)


def read_rule(table: object, where: str) -> Rule:
    """A `[[when]]` of a script: conditions and settings stand side by side."""
    entries = as_table(table, where)
    when = read_table(When, {key: value for key, value in entries.items() if key in CONDITIONS}, where)
    then = read_settings(Behaviour, {key: value for key, value in entries.items() if key not in CONDITIONS}, where)
    if not then:
        raise SettingError(f"{where} says when, but not what is different then; add a setting of [batch]")
    return Rule(when, then)


class Behaviours:
    """The behaviour of each batch of a run: `[batch]`, and over it every rule that is about the batch, in order."""

    def __init__(self, usual: Behaviour, rules: Sequence[Rule], chance: Chance, started_at: int) -> None:
        self._usual = usual
        self._rules = [
            (rule, Alternation(rule.when.bouts, chance.within("bouts", number)) if rule.when.bouts else None)
            for number, rule in enumerate(rules)
        ]
        self._chance = chance
        self._started_at = started_at

    def of(self, nth: int, model: str, content: bytes | bytearray, now: int) -> Behaviour:
        """The behaviour of the `nth` batch, created now from this file."""
        behaviour = self._usual
        for number, (rule, alternation) in enumerate(self._rules):
            if self._applies(rule.when, number, nth, model, content, now) and (
                alternation is None or alternation.in_bout(now - self._started_at)
            ):
                behaviour = replace(behaviour, **rule.then)
        return behaviour

    def _applies(self, when: When, number: int, nth: int, model: str, content: bytes | bytearray, now: int) -> bool:
        elapsed = now - self._started_at
        return (
            (when.nth is None or nth in when.nth)
            and (when.model is None or when.model == model)
            and elapsed >= when.from_
            and (when.to is None or elapsed < when.to)
            and (when.hours is None or _within(to_datetime(now).hour, *when.hours))
            and (when.share == 1 or self._chance.happens(when.share, "rule", number, nth))
            and (when.marker is None or when.marker.encode() in content)
        )


class Alternation:
    """Calm and bout in turn; where they change is drawn once and kept, as far as anybody has asked."""

    def __init__(self, bouts: Bouts, chance: Chance) -> None:
        self._bouts = bouts
        self._chance = chance
        self._changes = [0]

    def in_bout(self, elapsed: int) -> bool:
        """Whether there is a bout so many microseconds into the run."""
        while self._changes[-1] <= elapsed:
            number = len(self._changes)
            mean = self._bouts.calm if number % 2 else self._bouts.bout
            self._changes.append(self._changes[-1] + max(1, round(self._chance.exponential(mean, number))))
        return bisect_right(self._changes, elapsed) % 2 == 0


def _within(hour: int, first: int, last: int) -> bool:
    return first <= hour < last if first <= last else hour >= first or hour < last
