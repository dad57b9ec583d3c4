import pytest
from tests.lanes.hours.test_window import at

from bide.core.clock import DAY, HOUR, MINUTE
from bide.core.deadline import Priority
from bide.core.errors import SettingError
from bide.lanes.arrival.patience import deadline_of

NIGHT = "night Europe/Berlin"


@pytest.mark.parametrize(
    ("low", "now", "deadline"),
    [
        pytest.param(NIGHT, "2026-11-21T12:00", "2026-11-22T06:00", id="tonight"),
        pytest.param(NIGHT, "2026-11-21T01:59", "2026-11-21T06:00", id="just before it opens"),
        pytest.param(NIGHT, "2026-11-21T02:00", "2026-11-22T06:00", id="while it is open it is the next"),
        pytest.param(NIGHT, "2026-11-21T06:00", "2026-11-22T06:00", id="it has just closed"),
        pytest.param(NIGHT, "2027-03-27T12:00", "2027-03-28T06:00", id="clocks go forward"),
        pytest.param("weekend UTC", "2026-11-19T12:00Z", "2026-11-23T00:00Z", id="the weekend"),
        pytest.param("8h", "2026-11-21T12:00Z", "2026-11-21T20:00Z", id="a duration"),
    ],
)
def test_low_means_what_is_set(low: str, now: str, deadline: str) -> None:
    assert deadline_of(Priority.LOW, low, at(now)) == at(deadline)


def test_the_others_mean_what_they_do() -> None:
    assert deadline_of(Priority.URGENT, NIGHT, 5) == 5
    assert deadline_of(Priority.STANDARD, NIGHT, 5) == 5 + 15 * MINUTE
    assert deadline_of(Priority.LOW, "24h", HOUR) == DAY + HOUR


@pytest.mark.parametrize("low", ["always", "0s", "tonight", ""])
def test_what_is_no_deadline_is_said(low: str) -> None:
    with pytest.raises(SettingError):
        deadline_of(Priority.LOW, low, 0)
