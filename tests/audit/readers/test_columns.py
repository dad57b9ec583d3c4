"""Any table: which column says what, and what a row becomes."""

import datetime
from typing import Any

import pytest

from bide.audit.evidence.rhythm import rhythm
from bide.audit.profile.profiling import profile_of
from bide.audit.readers.columns import USUAL, Columns
from bide.audit.readers.known import reader_of
from bide.audit.readers.record import Record
from bide.core.clock import DAY, MILLISECOND, SECOND
from bide.core.errors import InputError
from bide.core.money import DOLLAR
from bide.logs.moment import ORIGIN, instant

PLAIN = {"at": "2026-08-05T10:00:00Z", "input": "100", "output": "20"}


def record(row: dict[str, Any], **asked: str) -> Record:
    found = Columns("it.csv", [row], asked).record(row)
    assert isinstance(found, Record)
    return found


@pytest.mark.parametrize(
    "names",
    [
        ("t_s", "in_tokens", "out_tokens"),
        ("Timestamp", "prompt_tokens", "completion_tokens"),
        ("TIMESTAMP", "ContextTokens", "GeneratedTokens"),
        ("created", "usage.prompt_tokens", "usage.completion_tokens"),
        ("Date", "Prompt Tokens", "Completion Tokens"),
    ],
    ids=",".join,
)
def test_columns_are_known_by_their_usual_names(names: tuple[str, str, str]) -> None:
    found = record(dict(zip(names, PLAIN.values(), strict=True)))

    assert (found.at, found.input, found.output) == (instant(PLAIN["at"]), 100, 20)


def test_what_a_row_says_is_in_its_record() -> None:
    row = PLAIN | {
        "cached_tokens": 64, "cache_creation_input_tokens": 3, "reasoning_tokens": "8", "provider": "Azure", "model": "gpt-4o",
        "feature": "mail", "api_key_name": "k", "session_id": 7, "service_tier": "flex", "cost_usd": "0.0015", "latency_ms": "250",
        "stream": "false", "status": "200", "cache_hit": "no",
    }  # fmt: skip
    assert record(row) == Record(
        at=instant(PLAIN["at"]),
        provider="azure-openai",
        model="gpt-4o",
        workflow="mail",
        named_by="feature",
        lane="flex",
        input=100,
        cached=64,
        cache_write=3,
        output=20,
        reasoning=8,
        cost=15 * DOLLAR // 10_000,
        latency=250 * MILLISECOND,
        streamed=False,
        succeeded=True,
        from_cache=False,
        caller="k",
        session="7",
    )


def test_what_a_row_does_not_say_is_unknown() -> None:
    assert record(PLAIN | {"cost": "", "tier": "auto", "model": ""}) == Record(
        at=instant(PLAIN["at"]), input=100, output=20
    )


@pytest.mark.parametrize(
    ("row", "workflow", "named_by"),
    [
        pytest.param({"client": "3"}, "client 3", "caller: client", id="a caller that is a number"),
        pytest.param({"service": "shop"}, "shop", "caller: service", id="a caller with a name"),
        pytest.param({"service": "shop", "task": "sort"}, "sort", "task", id="a workflow"),
        pytest.param({"user_id": "u"}, "", "", id="a user is no workflow"),
    ],
)
def test_a_workflow_is_named_or_told_from_who_called(row: dict[str, str], workflow: str, named_by: str) -> None:
    found = record(PLAIN | row)

    assert (found.workflow, found.named_by) == (workflow, named_by)


@pytest.mark.parametrize(
    ("row", "provider", "model"),
    [
        pytest.param({"model": "anthropic/claude-sonnet-4-5"}, "anthropic", "claude-sonnet-4-5", id="before a slash"),
        pytest.param({"model": "gpt-4.1-mini"}, "openai", "gpt-4.1-mini", id="a name only its maker gives"),
        pytest.param({"model": "o3"}, "openai", "o3", id="a short one"),
        pytest.param({"model": "llama-3-70b"}, "", "llama-3-70b", id="nobody knows"),
        pytest.param(
            {"model": "openai/gpt-4o", "provider": "openrouter"}, "openrouter", "openai/gpt-4o", id="a router's"
        ),
        pytest.param({"model": "meta/llama-3", "provider": ""}, "", "meta/llama-3", id="a maker that sells nothing"),
        pytest.param({"model": "gpt-4o", "provider": "google"}, "gemini", "gpt-4o", id="as it says"),
    ],
)
def test_the_seller_is_named_or_the_maker(row: dict[str, str], provider: str, model: str) -> None:
    found = record(PLAIN | row)

    assert (found.provider, found.model) == (provider, model)


@pytest.mark.parametrize(
    ("row", "requests", "period", "latency"),
    [
        pytest.param({"end_time": "2026-08-05T10:00:02Z"}, 1, 0, 2 * SECOND, id="a request ends"),
        pytest.param(
            {"end_time": "2026-08-05T11:00:00Z", "requests": "7"}, 7, 3_600 * SECOND, None, id="a sum has a period"
        ),
        pytest.param({"at": "2026-08-05", "requests": "7"}, 7, DAY, None, id="a sum of a day"),
        pytest.param({"at": datetime.date(2026, 8, 5), "requests": 7}, 7, DAY, None, id="a sum of a typed day"),
        pytest.param({"requests": ""}, None, 0, None, id="nobody knows how many"),
        pytest.param({"at": "2026-08-05"}, 1, DAY, None, id="a request of which only the day is known"),
        pytest.param({"at": datetime.date(2026, 8, 5)}, 1, DAY, None, id="a request of a typed day"),
        pytest.param({"duration": "1.5"}, 1, 0, 1_500 * MILLISECOND, id="seconds"),
        pytest.param({"duration_us": "9"}, 1, 0, None, id="a column that nobody asked for"),
    ],
)
def test_a_row_is_a_request_or_a_sum(
    row: dict[str, Any], requests: int | None, period: int, latency: int | None
) -> None:
    found = record(PLAIN | row)

    assert (found.requests, found.period, found.latency) == (requests, period, latency)


def test_days_without_hours_are_no_schedule_at_midnight() -> None:
    rows = [record(PLAIN | {"at": f"2026-08-{day:02}"}) for day in range(1, 29) for _ in range(30)]
    [group] = profile_of(rows).groups

    assert rhythm(group) is None
    assert group.missing["hour"] == len(rows)


@pytest.mark.parametrize(
    ("times", "periods"),
    [
        pytest.param(["2026-08-05 00:00:00", "2026-08-06T00:00:00Z"], [DAY, DAY], id="days written as times"),
        pytest.param([1_785_888_000, 1_785_974_400_000], [DAY, DAY], id="days written as numbers"),
        pytest.param(["2026-08-05 00:00:00", "2026-08-05 00:00:01"], [0, 0], id="times, one of midnight"),
        pytest.param(["2026-08-05 00:00:00", "soon"], [0], id="one cannot be read"),
        pytest.param([0, 0], [0, 0], id="times since the log began"),
    ],
)
def test_times_that_are_all_of_midnight_are_days(times: list[Any], periods: list[int]) -> None:
    rows = [PLAIN | {"at": at} for at in times]
    columns = Columns("it.csv", rows, {})
    found = [columns.record(row) for row in rows if row["at"] != "soon"]

    assert [one.period for one in found if isinstance(one, Record)] == periods
    assert any("midnight" in note for note in columns.notes()) == (DAY in periods)
    late = columns.record(PLAIN | {"at": "2026-08-07T10:00:00Z"})
    assert isinstance(late, Record)
    assert late.period == 0


def test_the_user_may_say_what_a_column_is() -> None:
    row = {"when": "2026-08-05", "n": 5, "paid": 1.25, "what": "x"}
    found = record(row, at="when", output="n", cost="paid", workflow="what")

    assert (found.output, found.cost, found.workflow, found.named_by) == (5, 5 * DOLLAR // 4, "x", "what")
    assert (
        reader_of("it", [{"call_type": "", "startTime": "", "spend": 0}], {"at": "startTime"}).name
        == "a log of requests"
    )


def test_times_that_count_from_the_beginning_are_no_hours_of_a_day() -> None:
    columns = Columns("it", [PLAIN | {"at": "0.5"}], {})
    found = columns.record(PLAIN | {"at": "7.25"})

    assert isinstance(found, Record)
    assert (found.at, found.dated) == (ORIGIN + 7_250 * MILLISECOND, False)
    assert "its times count from its beginning, so nobody knows which hours are nights" in columns.notes()
    assert record(PLAIN).dated


def test_prompts_have_fingerprints_whatever_they_are_kept_as() -> None:
    text = record(PLAIN | {"prompt": "Sort this", "system": "You sort mail."})
    messages = record(
        PLAIN | {"messages": [{"role": "system", "content": "You sort mail."}, {"role": "user", "content": "Hi"}]}
    )
    body = record(PLAIN | {"body": '{"input": "Hi", "instructions": "You sort mail."}'})

    for found in (text, messages, body):
        assert found.prompt is not None
        assert found.prefix is not None
        assert found.prefix.text == "You sort mail."
        assert 0 < found.prefix.tokens < 100


@pytest.mark.parametrize(
    ("row", "asked", "says"),
    [
        pytest.param({"x": 1, "input": 1}, {}, "no column for when a request came .* --column at=NAME", id="no time"),
        pytest.param({"at": 1, "x": 1}, {}, "no column for its tokens or its cost .*There are at, x", id="no tokens"),
        pytest.param(PLAIN, {"at": "att"}, "has no column att; did you mean at", id="misspelt"),
        pytest.param(PLAIN, {"moment": "at"}, "there is no moment; name one of at", id="nothing of ours"),
    ],
)
def test_a_table_that_lacks_a_column_is_refused(row: dict[str, Any], asked: dict[str, str], says: str) -> None:
    with pytest.raises(InputError, match=says):
        Columns("it.csv", [row], asked)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"at": ""}, "at: there is no value"),
        ({"at": "soon"}, "at: 'soon' is no instant"),
        ({"input": "1.5"}, "input: '1.5' is no whole number"),
        ({"input": "-1"}, "input: '-1' is no whole number"),
        ({"input": "1e99"}, "input: '1e99' is no whole number"),
        ({"input": True}, "input: True is no whole number"),
        ({"cost": "cheap"}, "cost: 'cheap' is no amount"),
        ({"cost": "nan"}, "cost: 'nan' is no amount"),
        ({"cost": "1e400"}, "cost: '1e400' is no amount"),
        ({"cost": "-1e9999999"}, "cost: '-1e9999999' is no amount"),
        ({"latency": "long"}, "latency: 'long' is no duration"),
        ({"latency": "nan"}, "latency: 'nan' is no duration"),
        ({"stream": "perhaps"}, "stream: 'perhaps' is neither true nor false"),
    ],
)
def test_a_row_that_cannot_be_used_names_its_column(row: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Columns("it.csv", [PLAIN | dict.fromkeys(row, "1")], {}).record(PLAIN | row)


def test_no_name_stands_for_two_things() -> None:
    names = [name for usual in USUAL.values() for name in usual]

    assert len(names) == len(set(names))
    assert all(name == name.lower() for name in names)
