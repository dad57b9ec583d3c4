import msgspec
import pytest
from tests.cli.given import a_job, a_promise
from tests.lanes.given import NOW

from bide.cli.reading import SHOWN, say_accepted, say_known, show_problems
from bide.core.clock import HOUR
from bide.core.deadline import OnMiss
from bide.core.job import Job
from bide.intake.problem import Code, Problem
from bide.ledger.promise import Promise


def problem(line: int) -> Problem:
    return Problem(line, Code.INVALID_JSON_LINE, "a comma is missing", "write one JSON object")


def test_a_bad_line_is_named_with_its_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    show_problems([problem(7)], 1)

    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "  line 7: invalid_json_line: a comma is missing; write one JSON object\n"


@pytest.mark.parametrize(("count", "rest"), [(SHOWN, None), (SHOWN + 1, "1 more"), (12_345, "12,325 more")])
def test_many_bad_lines_are_counted(capsys: pytest.CaptureFixture[str], count: int, rest: str | None) -> None:
    show_problems([problem(line) for line in range(1, min(count, 100) + 1)], count)

    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == SHOWN + (rest is not None)
    if rest:
        assert f"… and {rest}; `bide files validate` lists them all" in lines[-1]


@pytest.mark.parametrize(
    ("job", "promise", "lines"),
    [
        pytest.param(a_job(), a_promise(), ["job_kq3 accepted: 100 requests by 16:00 (in 8h)", "about $1.00 in batches, $2.00 at list price"], id="guaranteed"),
        pytest.param(a_job(requests=1), a_promise(), ["job_kq3 accepted: 1 request by 16:00 (in 8h)", "about $1.00 in batches, $2.00 at list price"], id="one request"),
        pytest.param(a_job(), a_promise(60), ["job_kq3 accepted: 100 requests by 16:00 (in 8h)", "partly guaranteed, 60 of 100:", "small: enough for 60 of 100", "about $1.00 in batches, $2.00 at list price"], id="partly guaranteed, with the arithmetic"),
        pytest.param(a_job(on_miss=OnMiss.LATE), a_promise(0), ["job_kq3 accepted: 100 requests by 16:00 (in 8h)", "nothing is guaranteed: --on-miss late waits for batches; only what no batch can take is called, at the list price", "about $1.00 in batches, $2.00 at list price"], id="may be late"),
        pytest.param(a_job(priority="urgent", deadline=NOW), a_promise(0), ["job_kq3 accepted: 100 requests as soon as the rate limit allows", "about $2.00, the list price: what is urgent is called in real time"], id="urgent"),
        pytest.param(a_job(), a_promise(priced=False), ["job_kq3 accepted: 100 requests by 16:00 (in 8h)", "the cost cannot be estimated: a price is unknown"], id="no price"),
    ],
)  # fmt: skip
def test_what_is_promised(capsys: pytest.CaptureFixture[str], job: Job, promise: Promise, lines: list[str]) -> None:
    say_accepted(job, promise, NOW)

    assert [line.removeprefix("bide:").strip() for line in capsys.readouterr().err.splitlines()] == lines


@pytest.mark.parametrize(("hours", "says"), [(8, False), (9, False), (3, True)])
def test_a_file_that_was_handed_in_before_keeps_its_deadline_and_says_so_where_another_is_asked_for(
    capsys: pytest.CaptureFixture[str], hours: int, says: bool
) -> None:
    say_known(a_job(), NOW + hours * HOUR, NOW + HOUR)

    first, *rest = capsys.readouterr().err.splitlines()
    assert first == "bide: going on with job_kq3, which keeps its deadline 16:00"
    another = (
        "bide: the deadline alone is another one this time, 11:00; for that, stop job_kq3 (`bide cancel job_kq3`) and hand it in"
        " again, or start beside it with --new"
    )
    assert rest == ([another] if says else [])


@pytest.mark.parametrize(("priority", "says"), [(None, True), ("urgent", False)])
def test_what_its_hours_make_of_a_job_is_said_but_for_what_is_urgent(
    capsys: pytest.CaptureFixture[str], priority: str | None, says: bool
) -> None:
    promise = a_promise()
    [admitted] = promise.admitted
    waits = msgspec.structs.replace(admitted, notice="only rescues are sent in the blackout")
    say_accepted(a_job(priority=priority), msgspec.structs.replace(promise, admitted=[waits]), NOW)

    assert ("bide: small: only rescues are sent in the blackout\n" in capsys.readouterr().err) is says
