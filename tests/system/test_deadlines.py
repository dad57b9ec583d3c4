"""By when: what is understood, what is refused, and what happens to requests that their batch does not answer in time."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.system.harness import QUICK, Machine, read_lines, write_requests

SCRIPT = """
[batch]
turnaround = "15s"
[[when]]
marker = "[slow]"
turnaround = "6m"
[[when]]
marker = "[stuck]"
stuck = "in_progress"
stuck_share = 0.4
[answers]
output_tokens = 40
"""


def ask(here: Machine, prompt: str, count: int = 5) -> None:
    write_requests(here.folder / "questions.jsonl", count, prompt)


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--by", "2020-01-01T00:00", "passed"),
        ("--within", "0s", "leaves no time; the priority urgent"),
        ("--within", "soon", "is not understood; write 15m, 8h, 06:00"),
        ("--by", "25:00", "hours go from 00 to 23"),
        ("--priority", "whenever", "is none of urgent, standard, low"),
        ("--on-miss", "shrug", "is none of rescue, late, expire"),
    ],
)
def test_refused(here: Machine, option: str, value: str, words: str) -> None:
    ask(here, "{0}?")
    done = here.run("run", "questions.jsonl", option, value)
    assert done.code == 2
    assert words in done.err
    assert sum(here.books()["arrived"].values()) == 0


def test_two_deadlines_contradict_each_other(here: Machine) -> None:
    ask(here, "{0}?")
    done = here.run("run", "questions.jsonl", "--within", "2h", "--by", "06:00")
    assert (done.code, "--within and --by both say how long it may take" in done.err) == (2, True)


def test_iso_deadline_with_an_offset(here: Machine) -> None:
    ask(here, "{0}?")
    wanted = (datetime.now(UTC) + timedelta(days=9)).replace(microsecond=0)  # noqa: TID251
    text = wanted.astimezone().isoformat()
    done = here.run("submit", "questions.jsonl", "--by", text, "--no-guard", "--output", "json")
    assert done.code == 0, done.err
    assert datetime.fromisoformat(done.last["promised"]["deadline"]) == wanted


def test_urgent_is_called_in_real_time(here: Machine) -> None:
    ask(here, "{0}?")
    done = here.run("run", "questions.jsonl", "--priority", "urgent", "-o", "out.jsonl")
    assert done.code == 0, done.err
    assert here.billed == {"realtime": 5}
    assert here.books()["creates"]["received"] == 0
    assert done.last["requests"]["realtime"] == 5
    for words in ("in batches", "rescued", "guaranteed"):
        assert words not in done.err


def test_low_goes_into_a_batch(here: Machine) -> None:
    ask(here, "{0}?")
    done = here.run("run", "questions.jsonl", "--priority", "low", "-o", "out.jsonl")
    assert done.code == 0, done.err
    assert here.billed == {"batch": 5}
    assert done.last["promised"]["said_by"] == "priority"


def test_a_slow_batch_is_rescued(here: Machine) -> None:
    ask(here, "[stuck] {0}?")
    settings = [*QUICK, "deadline.safety=20m"]  # of which a busy machine may take 20 seconds of ours
    done = here.run("run", "questions.jsonl", "--within", "27m", "-o", "out.jsonl", settings=settings)
    assert done.code == 0, done.err
    assert done.last["requests"]["succeeded"] == 5
    assert done.last["requests"]["realtime"] >= 3
    assert done.last["delivered"]["margin_seconds"] > 0
    assert len(read_lines(here.folder / "out.jsonl")) == 5


def test_on_miss_late_waits_at_the_batch_price(here: Machine) -> None:
    ask(here, "[slow] {0}?")
    done = here.run("run", "questions.jsonl", "--within", "3m", "--on-miss", "late", "-o", "out.jsonl")
    assert done.code == 0, done.err
    assert "--on-miss late waits for batches" in done.err
    assert here.billed == {"batch": 5}
    assert done.last["delivered"]["margin_seconds"] < 0
    assert done.last["delivered"]["late"] == 5


def test_on_miss_expire_gives_up_at_the_deadline(here: Machine) -> None:
    ask(here, "[stuck] {0}?")
    done = here.run("run", "questions.jsonl", "--within", "4m", "--on-miss", "expire", "-o", "out.jsonl")
    assert done.code == 1, done.err
    assert done.last["requests"]["expired"] == 5
    errors = [line["error"] for line in read_lines(here.folder / "out.jsonl")]
    assert {error["code"] for error in errors} == {"batch_expired"}
    assert "realtime" not in here.billed
