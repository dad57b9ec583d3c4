from bide.core.clock import HOUR, MINUTE
from bide.whatif.creates import Creates


def test_they_count_for_an_hour_and_of_those_the_last_quarter() -> None:
    creates = Creates()
    assert creates.counted(0) == (0, 0)
    for at in (0, 30 * MINUTE, 45 * MINUTE):
        creates.append(at)

    assert creates.counted(45 * MINUTE) == (3, 1), "30:00 is 15 minutes old"
    assert creates.counted(HOUR - 1) == (3, 1)
    assert creates.counted(HOUR) == (2, 0)
    assert creates.counted(2 * HOUR) == (0, 0)
