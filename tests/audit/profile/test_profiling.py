"""What rows sum up to."""

import pytest
from tests.audit.given import MONDAY, record

from bide.audit.profile import profiling
from bide.audit.profile.group import AGES, Amount
from bide.audit.profile.profile import OTHERS
from bide.audit.profile.profiling import Profiler, profile_of
from bide.audit.profile.timeline import bursts
from bide.audit.readers.record import Prefix
from bide.core.clock import DAY, HOUR, MINUTE, SECOND
from bide.core.money import DOLLAR
from bide.core.usage import Usage


def test_amounts_are_sums_of_what_is_known() -> None:
    profile = profile_of(
        [
            record(input=100, cached=40, output=7, cost=DOLLAR),
            record(MONDAY + DAY, input=50, cache_write=20, cache_write_1h=20, output=3, reasoning=2, cost=2 * DOLLAR),
            record(MONDAY + DAY, input=1),
        ]
    )
    (group,) = profile.groups

    assert group.amount == Amount(3, Usage(151, 40, 20, 10, 2, 20), 3 * DOLLAR, 1)
    assert group.cost is None
    assert {day: amount.requests for day, amount in group.days.items()} == {MONDAY: 1, MONDAY + DAY: 2}
    assert (group.first, group.end, profile.first, profile.end) == (MONDAY, MONDAY + DAY) * 2
    assert group.largest_input == 100
    assert {name: group.missing.get(name, 0) for name in ("output", "cached", "session", "lane", "model")} == {
        "output": 1, "cached": 2, "session": 3, "lane": 0, "model": 0,
    }  # fmt: skip


def test_groups_are_workflow_provider_model_and_lane_the_dearest_first() -> None:
    profile = profile_of(
        [
            record(input=5),
            record(lane="batch", cost=1),
            record(lane=None, input=9),
            record(model="gpt-4.1-mini", cost=3),
            record(provider="azure-openai", cost=2),
        ]
    )

    assert [(group.provider, group.model, group.lane) for group in profile.groups] == [
        ("openai", "gpt-4.1-mini", "standard"),
        ("azure-openai", "gpt-4.1", "standard"),
        ("openai", "gpt-4.1", "batch"),
        ("openai", "gpt-4.1", None),
        ("openai", "gpt-4.1", "standard"),
    ]
    assert profile.rows == 5


def test_requests_stand_in_the_hour_of_their_week() -> None:
    (group,) = profile_of(
        [
            record(MONDAY + 59 * MINUTE),
            record(MONDAY + 6 * DAY + 23 * HOUR, requests=4, period=HOUR),
            record(MONDAY + 2 * HOUR, requests=1_000, period=DAY),
        ]
    ).groups

    assert (group.hours[0], group.hours[167], sum(group.hours)) == (1, 4, 5)
    assert group.missing["hour"] == 1
    assert group.requests == 1_005


def test_a_nightly_run_is_seen_as_bursts_at_the_same_minute() -> None:
    at = [MONDAY + day * DAY + 2 * HOUR + second * SECOND for day in range(40) for second in range(0, 600, 10)]
    (group,) = profile_of(map(record, at)).groups

    found = bursts(group.timeline)
    assert len(found) == 40
    assert {(burst.minute, burst.requests) for burst in found} == {(120, 60)}


def test_a_timeline_grows_coarser_and_loses_nothing() -> None:
    (group,) = profile_of(record(MONDAY + minute * 7 * MINUTE) for minute in range(20_000)).groups

    assert group.timeline.width == HOUR
    assert len(group.timeline.slots) <= 4_096
    assert sum(group.timeline.slots.values()) == 20_000


def test_a_row_of_an_hour_is_no_burst_at_the_full_hour() -> None:
    (group,) = profile_of(record(MONDAY + hour * HOUR, period=HOUR, requests=5) for hour in (2, 8, 9, 10, 26)).groups

    assert group.timeline.width == HOUR
    assert [(burst.start - MONDAY, burst.end - MONDAY, burst.requests) for burst in bursts(group.timeline)] == [
        (2 * HOUR, 3 * HOUR, 5), (8 * HOUR, 11 * HOUR, 15), (26 * HOUR, 27 * HOUR, 5),
    ]  # fmt: skip


def test_repeats_are_counted_by_how_long_ago_the_same_came() -> None:
    at = [0, AGES[0], AGES[0] + AGES[1], 3 * HOUR, 10 * DAY]
    (group,) = profile_of(
        [record(MONDAY + one, prompt=1, input=10, output=1, cost=5) for one in at] + [record(prompt=2)]
    ).groups

    assert group.repeats.seen == 6
    assert [amount.requests for amount in group.repeats.again] == [1, 1, 1, 1]
    assert group.repeats.within(HOUR) == Amount(2, Usage(20, 0, 0, 2), 10)
    assert group.repeats.total == Amount(4, Usage(40, 0, 0, 4), 20)
    assert not group.repeats.is_estimate


def test_shared_prefixes_are_counted_by_age_and_length() -> None:
    short, long = Prefix(1, 1_023, "You are"), Prefix(2, 4_096)
    (group,) = profile_of(
        [
            record(prefix=short, input=5_000),
            record(MONDAY + MINUTE, prefix=short, input=5_000),
            record(prefix=long),
            record(MONDAY + HOUR, prefix=long),
        ]
    ).groups

    assert group.prefixes.prefixes == ((1_023, 0, 0, 0), (0, 0, 0, 4_096), (0,) * 4, (0,) * 4)
    assert group.prefixes.prefix_requests == ((1, 0, 0, 0), (0, 0, 0, 1), (0,) * 4, (0,) * 4)
    assert group.prefix_text == "You are"


@pytest.mark.parametrize("backwards", [False, True], ids=["as it happened", "newest first"])
def test_what_follows_a_call_in_its_session_is_counted_from_its_end(backwards: bool) -> None:
    calls = [
        record(MONDAY, session="a", latency=5 * SECOND),
        record(MONDAY + 4 * SECOND, session="a", latency=SECOND),  # before the first ended
        record(MONDAY + 6 * SECOND, session="a", latency=SECOND),  # a second after the second ended
        record(MONDAY + 20 * SECOND, session="b", workflow="other"),
        record(MONDAY + 37 * SECOND, session="a"),  # half a minute after the third ended
        record(MONDAY + DAY, session="b"),
    ]
    profile = profile_of(reversed(calls) if backwards else calls)

    follows = {group.workflow: group.follows for group in profile.groups}
    assert follows == {"reports": (1, 1, 0, 1, 0, 0, 0), "other": (0, 0, 0, 0, 0, 0, 1)}
    assert profile.order == ("descending" if backwards else "ascending")


def test_a_log_without_order_is_said_to_have_none() -> None:
    assert profile_of(record(MONDAY + (number * 7_919) % 1_000) for number in range(1_000)).order == "mixed"


def test_streams_failures_and_answers_of_a_cache_are_counted() -> None:
    (group,) = profile_of(
        [
            record(streamed=True, succeeded=True, latency=8 * SECOND, caller="a", session="1"),
            record(streamed=False, succeeded=False, latency=SECOND, caller="a", session="2"),
            record(from_cache=True, latency=SECOND, seen_before=512),
        ]
    ).groups

    assert (group.streamed, group.unstreamed, group.failed, group.from_cache) == (1, 1, 1, 1)
    assert group.missing["streamed"] == 1
    assert group.seen_before == 512
    assert (group.callers.count, group.sessions.count, group.sessions.more) == (1, 2, False)
    assert group.latency is not None
    assert group.latency.rows == 3
    assert SECOND * 7 // 8 < group.latency.p50 <= SECOND
    assert SECOND * 7 < group.latency.p95 <= 8 * SECOND


def test_what_a_response_cache_answered_was_sold_by_nobody() -> None:
    (group,) = profile_of(
        [record(input=10, output=2, cost=7), record(MONDAY + HOUR, input=10, output=2, cost=0, from_cache=True)]
    ).groups

    assert (group.rows, group.requests, group.tokens, group.cost) == (2, 1, Usage(10, 0, 0, 2), 7)
    assert (group.from_cache, group.spared) == (1, Amount(1, Usage(10, 0, 0, 2)))
    assert sum(group.hours) == 2
    assert sum(amount.requests for amount in group.days.values()) == 1


def test_lines_of_a_bill_are_money_and_nothing_else() -> None:
    (group,) = profile_of(
        [
            record(requests=7, period=DAY, input=100, output=5),
            record(requests=0, period=DAY, cost=3 * DOLLAR, bill=True),
        ]
    ).groups

    assert (group.rows, group.bills, group.billed, group.requests) == (2, 1, 3 * DOLLAR, 7)
    assert (group.amount.cost, group.amount.unpriced) == (3 * DOLLAR, 1)
    assert group.missing["cost"] == 1
    assert "prompt" in group.missing


def test_more_groups_than_there_is_room_for_are_put_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profiling, "GROUPS", 3)
    profiler = Profiler()
    for number in range(10):
        profiler.add(record(workflow=f"w{number}", model=f"m{number % 5}", input=1))
    profile = profiler.profile()

    assert profile.rows == 10
    assert profile.lumped == 7
    others = [(group.model, group.rows) for group in profile.groups if group.workflow == OTHERS]
    assert sorted(others) == [("", 2), ("m0", 1), ("m3", 2), ("m4", 2)]


def test_many_groups_have_less_room_each() -> None:
    few = [record(MONDAY + minute * MINUTE, workflow="first") for minute in range(0, 8_000, 2)]
    many = [record(MONDAY, workflow=f"w{number}", caller=f"c{number}") for number in range(255)]
    first = next(group for group in profile_of(few + many).groups if group.workflow == "first")

    assert profile_of(few).groups[0].timeline.width == MINUTE
    assert first.timeline.width > MINUTE
    assert len(first.timeline.slots) <= 1_024
    assert sum(first.timeline.slots.values()) == 4_000


def test_sessions_that_are_over_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profiling, "SESSIONS", 8)
    profile = profile_of(record(MONDAY + number, session=str(number)) for number in range(20))

    assert profile.forgotten == 12
    assert profile.groups[0].follows == (0,) * 7
