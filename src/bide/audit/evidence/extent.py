"""How much time a log stands for.

From the first row to the last is too short where each day has hours in which nothing ever comes: fourteen nightly runs are thirteen
days apart, and stand for fourteen. There the time is filled up to whole days, if the silent hours before the first row and behind the last
are enough for it. Of less than a day nobody can tell which hours are silent. Days between two files that are longer than any pause inside them
are not covered: to spread what was used over them would make a month look cheaper than it is.
"""

from collections.abc import Mapping
from dataclasses import replace

from bide.audit.profile.footprint import whole_days
from bide.audit.profile.profile import Profile
from bide.core.clock import DAY, HOUR


def extent(profile: Profile) -> int:
    """Microseconds; 0 where all rows are of one moment."""
    seen = profile.end - profile.first - missing(profile)
    lacking = DAY - seen % DAY
    return seen + lacking if seen >= DAY and _silent(profile) >= lacking else seen


def missing(profile: Profile) -> int:
    """Whole days between its files that do not count, because nothing inside the files is as long: a file is missing, in microseconds."""
    found = {(one.first, one.end) for one in profile.silences if one.missing}
    return sum(whole_days(end - first) for first, end in found if profile.first <= first and end <= profile.end)


def extents(profile: Profile) -> Mapping[tuple[int, int], int]:
    """The same by what the files of a kind cover: an export of two weeks beside one of a month stands for two weeks."""
    spans = dict.fromkeys(group.covers for group in profile.groups)
    parts = (
        replace(profile, first=first, end=end, groups=[one for one in profile.groups if one.covers == (first, end)])
        for first, end in spans
    )
    return dict(zip(spans, map(extent, parts), strict=True))


def _silent(profile: Profile) -> int:
    """The hours of the day before the first row and behind the last in which no day has a request."""
    by_hour = [sum(group.hours[hour::24][day] for group in profile.groups for day in range(7)) for hour in range(24)]
    if not any(by_hour):
        return 0
    first, last = profile.first // HOUR, profile.end // HOUR
    if not by_hour[last % 24]:
        last -= 1  # the last period ends as this hour begins
    before = next(step for step in range(24) if by_hour[(first - 1 - step) % 24])
    behind = next(step for step in range(24) if by_hour[(last + 1 + step) % 24])
    return (before + behind) * HOUR + profile.first - first * HOUR + max(0, (last + 1) * HOUR - profile.end)


def is_dated(profile: Profile) -> bool:
    """Whether its times are those of the calendar; some logs count from their own beginning."""
    return any(any(group.hours) or not group.timeline.slots for group in profile.groups)
