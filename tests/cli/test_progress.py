from dataclasses import replace

import pytest
from tests.cli.given import DOLLAR, a_job, a_progress
from tests.lanes.given import NOW

from bide.cli.progress import PlainView, clock_time, counts, money, unserved
from bide.core.clock import DAY, HOUR, MINUTE, SECOND
from bide.store.jobs import Progress


@pytest.mark.parametrize(
    ("priority", "progress", "text"),
    [
        pytest.param(None, a_progress(waiting=2_000), "0 of 2,000 done, 2,000 waiting", id="nothing yet"),
        pytest.param(None, a_progress(waiting=3, stubborn=2), "0 of 5 done, 5 waiting", id="batches have lost some of them twice"),
        pytest.param(None, a_progress(batched=1_000), "0 of 1,000 done, 1,000 in batch", id="in batches"),
        pytest.param(None, a_progress(batch=3, realtime=2, batched=1), "5 of 6 done, 1 in batch, 2 rescued", id="some were rescued"),
        pytest.param("urgent", a_progress(realtime=2, calling=1), "2 of 3 done, 1 being called, 2 in real time", id="urgent is no rescue"),
        pytest.param(None, a_progress(batch=1, failed=2, cancelled=3, expired=4), "1 of 10 done, 2 failed, 3 cancelled, 4 expired", id="every end"),
        pytest.param(None, replace(a_progress(flex=2, batched=3), flexing=3), "2 of 5 done, 3 asked for in flex, 2 answered in flex", id="in the flex tier"),
        pytest.param(None, replace(a_progress(batched=3), flexing=1), "0 of 3 done, 2 in batch, 1 asked for in flex", id="in batches and in the flex tier"),
        pytest.param(None, a_progress(), "0 of 0 done", id="an empty job"),
    ],
)  # fmt: skip
def test_where_requests_are(priority: str | None, progress: Progress, text: str) -> None:
    assert counts(a_job(priority=priority), progress) == text


@pytest.mark.parametrize(
    ("progress", "text"),
    [
        pytest.param(a_progress(paid=DOLLAR, listed=2 * DOLLAR), "$1.00 spent, $2.00 at list price", id="half price"),
        pytest.param(a_progress(paid=DOLLAR, listed=2 * DOLLAR, wasted=DOLLAR), "$2.00 spent, $2.00 at list price", id="waste is spent as well"),
        pytest.param(a_progress(paid=DOLLAR, unpriced=1), "price unknown", id="a single unknown price"),
        pytest.param(a_progress(), "$0.00 spent, $0.00 at list price", id="nothing yet"),
    ],
)  # fmt: skip
def test_the_money_so_far(progress: Progress, text: str) -> None:
    assert money(progress) == text


@pytest.mark.parametrize(
    ("ahead", "text"),
    [
        pytest.param(0, "08:00:00", id="now"),
        pytest.param(5 * MINUTE - SECOND, "08:04:59", id="soon: to the second"),
        pytest.param(5 * MINUTE, "08:05", id="later today"),
        pytest.param(-HOUR, "07:00", id="earlier today"),
        pytest.param(16 * HOUR, "Sat 16 Jan 00:00", id="tomorrow, with the day"),
        pytest.param(-DAY, "Thu 14 Jan 08:00", id="yesterday"),
    ],
)
def test_instants_on_the_wall_clock(ahead: int, text: str) -> None:
    assert clock_time(NOW + ahead, NOW) == text


# Where nobody watches


def test_a_line_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    now = NOW
    view = PlainView(a_job(), lambda: now)

    for seconds, done in ((0, 0), (1, 1), (14, 2), (15, 3), (16, 4)):
        now = NOW + seconds * SECOND
        view.show(a_progress(batch=done, batched=9 - done), "deadline 16:00", "")

    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(" of ")[0] for line in lines] == ["bide: 0", "bide: 3"], "at most one in a quarter minute"
    assert lines[0].endswith("; deadline 16:00")


def test_nothing_new_is_no_line(capsys: pytest.CaptureFixture[str]) -> None:
    now = NOW
    view = PlainView(a_job(), lambda: now)

    for minutes in range(3):
        now = NOW + minutes * MINUTE
        view.show(a_progress(batched=9), f"deadline in {minutes}", "")

    assert len(capsys.readouterr().err.splitlines()) == 1


def test_the_end_is_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    view = PlainView(a_job(), lambda: NOW)

    view.show(a_progress(batched=9), "deadline 16:00", "")
    view.show(a_progress(batch=9), "deadline 16:00", "")

    assert "9 of 9 done" in capsys.readouterr().err.splitlines()[1]


def test_trouble_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    PlainView(a_job(), lambda: NOW).show(a_progress(batched=9), "deadline 16:00", "the API key was refused")

    assert "; the API key was refused; deadline 16:00" in capsys.readouterr().err


def test_an_account_that_is_gone_is_told_while_something_waits_for_it() -> None:
    parts = {
        ("anthropic", "claude"): a_progress(waiting=1),
        ("openai", "gpt"): a_progress(batched=1),
        ("together", "llama"): a_progress(batch=1),
    }

    (told,) = unserved(parts, {"openai"})

    assert told.startswith("the account anthropic is not switched on here")
