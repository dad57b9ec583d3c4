import asyncio
import datetime
import itertools
import subprocess
import sys
import time
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bide.core.clock import (
    DAY,
    EPOCH,
    FAR_FUTURE,
    HOUR,
    LONGEST_NAP,
    MICROSECOND,
    MILLISECOND,
    MINUTE,
    SECOND,
    ManualClock,
    ScaledClock,
    SystemClock,
    clock_from,
    from_datetime,
    to_datetime,
)
from bide.core.errors import SettingError

NOON = from_datetime(datetime.datetime(2026, 11, 21, 12, 0, tzinfo=datetime.UTC))


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The machine's clock, in microseconds, to be set by hand: ``wall[0] = …``."""
    present = [NOON]
    monkeypatch.setattr(time, "time_ns", lambda: present[0] * 1_000)
    return present


def test_noon_of_that_day() -> None:
    assert NOON == 1_795_262_400 * SECOND


def test_the_units_build_on_each_other() -> None:
    units = (MICROSECOND, MILLISECOND, SECOND, MINUTE, HOUR, DAY)

    assert [longer // shorter for shorter, longer in itertools.pairwise(units)] == [1_000, 1_000, 60, 60, 24]


def test_never_is_the_last_second_that_a_datetime_can_name() -> None:
    assert to_datetime(FAR_FUTURE) == datetime.datetime(9999, 12, 31, 23, 59, 59, tzinfo=datetime.UTC)


@given(st.integers(0, FAR_FUTURE))
def test_an_instant_survives_the_way_through_a_datetime(instant: int) -> None:
    assert from_datetime(to_datetime(instant)) == instant


@given(st.datetimes(timezones=st.timezones(), allow_imaginary=False))
def test_a_datetime_keeps_its_instant_in_every_zone(moment: datetime.datetime) -> None:
    instant = from_datetime(moment)

    assert EPOCH + datetime.timedelta(microseconds=instant) == moment.astimezone(datetime.UTC)


def test_a_naive_datetime_has_no_instant() -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        from_datetime(datetime.datetime.fromisoformat("2026-11-21"))


def test_the_systems_clock_reads_the_wall(wall: list[int]) -> None:
    assert SystemClock().now() == NOON


@pytest.mark.parametrize(
    ("ahead", "seconds"),
    [
        pytest.param(-HOUR, 0.0, id="passed"),
        pytest.param(0, 0.0, id="now"),
        pytest.param(250 * MILLISECOND, 0.25, id="soon"),
        pytest.param(LONGEST_NAP, 30.0, id="a nap"),
        pytest.param(DAY, 30.0, id="far: whoever waits looks again, the laptop may have slept"),
    ],
)
def test_how_long_a_loop_must_wait(wall: list[int], ahead: int, seconds: float) -> None:
    assert SystemClock().seconds_until(NOON + ahead) == seconds


async def test_the_systems_clock_sleeps_until_then() -> None:
    clock = SystemClock()
    until = clock.now() + 20 * MILLISECOND

    await clock.sleep_until(until)

    assert until <= clock.now() < until + 5 * SECOND


async def test_nobody_sleeps_until_an_instant_that_has_passed() -> None:
    sleeping = asyncio.ensure_future(SystemClock().sleep_until(0))
    await asyncio.sleep(0)

    assert sleeping.done()


@pytest.mark.parametrize(
    ("passed", "shown"),
    [
        pytest.param(0, 0, id="at the origin both agree"),
        pytest.param(SECOND, MINUTE, id="a second is a minute"),
        pytest.param(MINUTE, HOUR, id="a minute is an hour"),
        pytest.param(-SECOND, -MINUTE, id="before the origin it runs as fast"),
    ],
)
def test_a_scaled_clock_runs_fast_from_its_origin_on(wall: list[int], passed: int, shown: int) -> None:
    wall[0] = NOON + passed

    assert ScaledClock(NOON, 60.0).now() == NOON + shown


@pytest.mark.parametrize(
    ("ahead", "seconds"),
    [
        pytest.param(-MINUTE, 0.0, id="passed"),
        pytest.param(MINUTE, 1.0, id="a minute of its own is a second of the loop's"),
        pytest.param(30 * MINUTE, 30.0, id="a nap"),
        pytest.param(DAY, 30.0, id="far"),
    ],
)
def test_a_loop_waits_less_on_a_scaled_clock(wall: list[int], ahead: int, seconds: float) -> None:
    assert ScaledClock(NOON, 60.0).seconds_until(NOON + ahead) == seconds


async def test_a_scaled_clock_sleeps_in_its_own_time() -> None:
    clock = ScaledClock(SystemClock().now(), 60.0)
    until = clock.now() + 20 * SECOND
    before = time.monotonic()

    await clock.sleep_until(until)

    assert clock.now() >= until
    assert time.monotonic() - before < 20, "twenty scaled seconds are a third of a real one"


def test_two_processes_with_one_scaled_clock_agree() -> None:
    environment = {"BIDE_CLOCK": "2026-11-21T03:00:00Z*60"}
    program = "import os; from bide.core.clock import clock_from; print(clock_from(os.environ).now())"
    mine = clock_from(environment)

    before = mine.now()
    told = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, check=True)

    assert before < int(told.stdout) < mine.now()


def test_a_manual_clock_stands_still() -> None:
    clock = ManualClock(NOON)

    assert [clock.now(), clock.now()] == [NOON, NOON]


def test_a_manual_clock_is_moved() -> None:
    clock = ManualClock(NOON)

    clock.advance(HOUR)
    assert clock.now() == NOON + HOUR

    clock.move_to(NOON)
    assert clock.now() == NOON


@pytest.mark.parametrize(
    ("ahead", "seconds"),
    [pytest.param(-1, 0.0, id="passed"), pytest.param(0, 0.0, id="now"), pytest.param(1, 30.0, id="ahead")],
)
def test_whoever_waits_on_a_manual_clock_waits_for_its_mover(ahead: int, seconds: float) -> None:
    assert ManualClock(NOON).seconds_until(NOON + ahead) == seconds


async def test_sleepers_wake_in_the_order_of_their_instants() -> None:
    clock, woken = ManualClock(NOON), list[str]()

    async def sleep(name: str, until: int) -> None:
        await clock.sleep_until(NOON + until)
        woken.append(name)

    async with asyncio.TaskGroup() as group:
        for name, until in (("third", 3), ("second", 2), ("fourth", 3), ("first", 1), ("at once", 0)):
            group.create_task(sleep(name, until))
        assert clock.sleepers == 0
        await asyncio.sleep(0)
        assert (woken, clock.sleepers) == (["at once"], 4)
        clock.advance(2)
        await asyncio.sleep(0)
        assert (woken, clock.sleepers) == (["at once", "first", "second"], 2)
        clock.advance(1)

    assert woken == ["at once", "first", "second", "third", "fourth"]


async def test_a_sleeper_sleeps_on_when_the_clock_is_moved_back_before_its_turn() -> None:
    clock = ManualClock(NOON)
    sleeping = asyncio.ensure_future(clock.sleep_until(NOON + MINUTE))
    await asyncio.sleep(0)

    clock.advance(HOUR)
    clock.move_to(NOON)
    await asyncio.sleep(0)
    assert not sleeping.done()

    clock.advance(MINUTE)
    await sleeping


async def test_a_cancelled_sleeper_is_forgotten() -> None:
    clock = ManualClock(NOON)
    sleeping = asyncio.ensure_future(clock.sleep_until(NOON + MINUTE))
    await asyncio.sleep(0)
    sleeping.cancel()
    await asyncio.wait([sleeping])
    assert clock.sleepers == 0

    clock.advance(HOUR)

    assert sleeping.cancelled()


@pytest.mark.parametrize("environment", [pytest.param({}, id="unset"), pytest.param({"BIDE_CLOCK": ""}, id="empty")])
def test_unasked_the_clock_is_the_systems(environment: Mapping[str, str]) -> None:
    assert isinstance(clock_from(environment), SystemClock)


@pytest.mark.parametrize(
    ("text", "origin", "speed"),
    [
        pytest.param("2026-11-21T12:00:00Z*60", NOON, 60.0, id="UTC, the fastest"),
        pytest.param("2026-11-21T13:00:00+01:00*1", NOON, 1.0, id="an offset, the slowest"),
        pytest.param("2026-11-21T12:00:00.000001+00:00*2.5", NOON + 1, 2.5, id="to the microsecond, half speeds"),
    ],
)
def test_the_environment_asks_for_a_scaled_clock(text: str, origin: int, speed: float) -> None:
    assert clock_from({"BIDE_CLOCK": text}) == ScaledClock(origin, speed)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("60", "write ORIGIN*SPEED", id="no origin"),
        pytest.param("2026-11-21T12:00:00Z", "write ORIGIN*SPEED", id="no speed"),
        pytest.param("2026-11-21T12:00:00Z*", "write ORIGIN*SPEED", id="an empty speed"),
        pytest.param("2026-11-21T12:00:00Z*fast", "write ORIGIN*SPEED", id="a speed that is no number"),
        pytest.param("2026-11-21T12:00:00*60", "write ORIGIN*SPEED", id="an origin without offset"),
        pytest.param("yesterday*60", "write ORIGIN*SPEED", id="an origin that is no moment"),
        pytest.param("2026-11-21T12:00:00Z*60.5", "1 to 60 work", id="too fast"),
        pytest.param("2026-11-21T12:00:00Z*0.99", "1 to 60 work", id="too slow"),
        pytest.param("2026-11-21T12:00:00Z*-1", "1 to 60 work", id="backwards"),
        pytest.param("2026-11-21T12:00:00Z*nan", "1 to 60 work", id="not a number, says the number"),
        pytest.param("2026-11-21T12:00:00Z*inf", "1 to 60 work", id="infinitely fast"),
    ],
)
def test_what_the_environment_cannot_ask_for(text: str, says: str) -> None:
    with pytest.raises(SettingError) as caught:
        clock_from({"BIDE_CLOCK": text})

    assert says in str(caught.value)
    assert "BIDE_CLOCK" in str(caught.value)
