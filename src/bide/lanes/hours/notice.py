"""What whoever hands work in should know about the hours of its account: what it waits for, and what comes late for their sake."""

from bide.core.deadline import OnMiss
from bide.core.duration import format_duration
from bide.lanes.hours.hours import Hours
from bide.lanes.hours.window import Window


def notice(hours: Hours, deadline: int, requests: int, unrescued: int, on_miss: OnMiss, now: int) -> str:
    """In words, for people; empty where the work goes at once and its deadline lies in no blackout.

    Of so many `requests`, `unrescued` are called by nobody at their last safe moment: the job does not want it, or there is no
    real-time capacity for them. So nothing of them is sent in a blackout, whatever their deadline.
    """
    return "; ".join(
        found
        for found in (_waits(hours, deadline, now), _late(hours, deadline, requests, unrescued, on_miss, now))
        if found
    )


def _waits(hours: Hours, deadline: int, now: int) -> str:
    """What it waits for before it is sent."""
    barred = hours.barred_until(now)
    if hours.blackout is not None and now < barred:
        kind = "not even rescues are sent" if hours.strict else "only rescues are sent"
        return f"{kind} in the blackout {hours.blackout.text}, which ends in {format_duration(barred - now)}"
    if hours.window is not None and now < (opens := hours.window.opens_at(now)) < deadline:
        what = "the cheap hours" if hours.cheap else "the window"
        return f"waits for {what} {hours.window.text}, {format_duration(opens - now)} from now, where the deadline allows it"
    return ""


def _late(hours: Hours, deadline: int, requests: int, unrescued: int, on_miss: OnMiss, now: int) -> str:
    """What is not sent in time because its deadline lies in a blackout."""
    blackout = hours.blackout
    if not unrescued or blackout is None or not blackout.is_open(deadline):
        return ""
    begins = _begins(blackout, deadline)
    if begins >= deadline:
        return ""
    single = requests == 1
    whose = "the request has no rescue" if single else f"{unrescued:,} of {requests:,} requests have no rescue"
    after = format_duration(blackout.closes_at(deadline) - deadline)
    expires = on_miss is OnMiss.EXPIRE
    unless = "" if on_miss is not OnMiss.RESCUE or hours.strict else ", unless capacity to rescue them becomes free"
    if begins <= now:
        they, expire, are = ("it", "expires", "is") if single else ("they", "expire", "are")
        end = f"{expire} unsent" if expires else f"{are} sent when it ends, {after} after the deadline"
        return f"the deadline lies in it and {whose}: {they} {end}{unless}"
    end = "expires" if expires else f"is sent when it ends, {after} after the deadline"
    unsent = "if it is not with the provider by then, it" if single else "what of them is not with the provider by then"
    return (
        f"the deadline lies in the blackout {blackout.text}, which begins in {format_duration(begins - now)}, and {whose}:"
        f" {unsent} {end}{unless}"
    )


def _begins(blackout: Window, instant: int) -> int:
    """Since when a blackout is on that is on at an instant."""
    return (~blackout).earlier(instant, 1) + 1
