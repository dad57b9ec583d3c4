import pytest
from hypothesis import given
from hypothesis import strategies as st

from bide.lanes.outcome.validation import (
    MOST_EJECTIONS,
    Bar,
    Divide,
    Wait,
    after_failure,
    as_note,
    from_note,
)
from bide.providers.port import BATCH_REFUSED, PROVIDER_FAILED, TOO_FEW, RowError


def on(line: int | None, code: str = "invalid_request") -> RowError:
    return RowError(code, "it says why", line, "body")


@pytest.mark.parametrize(
    ("errors", "requests", "failures", "step"),
    [
        pytest.param([RowError("token_limit_exceeded", "full", limit=90_000)], 100, 0, Wait(90_000), id="the quota is full"),
        pytest.param([RowError("token_limit_exceeded", "full")], 100, 0, Wait(None), id="full, and no limit named"),
        pytest.param([RowError("enqueued_token_limit_exceeded", "full")], 100, 0, Wait(None), id="another name for it"),
        pytest.param([on(1, "model_not_found")], 100, 0, Bar(on(1, "model_not_found")), id="no batches for this model"),
        pytest.param([on(7)], 100, 0, Divide((on(7),), 1), id="a named line is thrown out"),
        pytest.param([on(7), on(9)], 100, 0, Divide((on(7), on(9)), 1), id="two named lines are"),
        pytest.param([on(100)], 100, 0, Divide((on(100),), 1), id="the last line"),
        pytest.param([on(7), on(None)], 100, 0, Divide((on(7),), 1), id="what names no line throws none out"),
        pytest.param([on(1)], 1, 0, Divide((on(1),), 0), id="the only line is thrown out: nothing is left"),
        pytest.param([on(1), on(1), on(2)], 2, 0, Divide((on(1), on(1), on(2)), 0), id="every line, one of them twice"),
        pytest.param([on(7)], 100, 3, Divide((on(7),), 2), id="the fourth time the rest is halved as well"),
        pytest.param([on(2)], 2, 3, Divide((on(2),), 1), id="one is left: nothing to halve"),
        pytest.param([on(None)], 100, 0, Divide((), 2), id="no line is named: halve"),
        pytest.param([], 100, 0, Divide((), 2), id="no reason is named: halve"),
        pytest.param([on(0)], 100, 0, Divide((), 2), id="lines count from 1"),
        pytest.param([on(101)], 100, 0, Divide((), 2), id="a line that is not there"),
        pytest.param([on(None)], 2, 0, Divide((), 2), id="two batches of one"),
        pytest.param([on(None)], 1, 0, Divide((on(1),), 0), id="alone it is the culprit"),
        pytest.param([on(1)], 1, 9, Divide((on(1),), 0), id="alone it is the culprit, however often"),
        pytest.param(
            [], 1, 0, Divide((RowError("unknown", "the provider named no reason", 1),), 0), id="alone, without a reason"
        ),
    ],
)  # fmt: skip
def test_the_next_step(errors: list[RowError], requests: int, failures: int, step: Wait | Bar | Divide) -> None:
    assert after_failure(errors, requests, failures) == step


@pytest.mark.parametrize(
    ("errors", "requests", "failures", "step"),
    [
        pytest.param([on(None)], 200, 0, Divide((), 2), id="both halves are enough"),
        pytest.param([on(None)], 199, 0, Bar(on(None)), id="one half is not: all are called, and the culprit fails alone"),
        pytest.param([on(None)], 1, 0, Divide((on(1),), 0), id="alone it is the culprit"),
        pytest.param([on(7)], 101, 0, Divide((on(7),), 1), id="thrown out, and enough are left"),
        pytest.param([on(7)], 100, 0, Divide((on(7),), 0), id="thrown out, and too few are left: planned anew"),
        pytest.param([on(7)], 150, 3, Divide((on(7),), 1), id="too few to halve: thrown out again"),
        pytest.param([on(7)], 202, 3, Divide((on(7),), 2), id="the fourth time the rest is halved, where it can be"),
        pytest.param([on(None, TOO_FEW)], 99, 0, Bar(on(None, TOO_FEW)), id="too few"),
        pytest.param([on(None, BATCH_REFUSED)], 50_000, 0, Bar(on(None, BATCH_REFUSED)), id="refused, whatever its lines"),
    ],
)  # fmt: skip
def test_no_part_is_smaller_than_the_smallest_batch(
    errors: list[RowError], requests: int, failures: int, step: Bar | Divide
) -> None:
    assert after_failure(errors, requests, failures, 100) == step


def validate(lines: list[int], poison: set[int], named: bool) -> list[RowError]:
    """What a provider says about a file: its first bad line, or only that there is one."""
    bad = [place for place, line in enumerate(lines, 1) if line in poison]
    return [on(bad[0] if named else None)] if bad else []


def divided(lines: list[int], parts: int) -> list[list[int]]:
    """The lines in so many equal parts."""
    size = -(-len(lines) // max(1, parts))
    return [lines[start : start + size] for start in range(0, len(lines), size)] if parts and lines else []


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(RowError("a", "no"), id="of the whole"),
        pytest.param(RowError("a", "no:\nline 3: no", 17), id="of a line"),
    ],
)
def test_a_refusal_is_kept_in_words(error: RowError) -> None:
    assert from_note(error.code, as_note(error)) == error


def test_a_refusal_without_words_has_some() -> None:
    assert from_note(None, None) == RowError("unknown", "the provider named no reason")


def test_a_file_that_was_lost_is_uploaded_again() -> None:
    lost = [RowError("input_file_unavailable", "404")]
    assert after_failure(lost, 5, 0) == Divide((), 1)
    assert after_failure(lost, 5, MOST_EJECTIONS) == Divide((), 2)


@pytest.mark.parametrize("requests", [1, 5_000])
def test_for_what_broke_off_at_the_provider_no_line_is_to_blame(requests: int) -> None:
    broken = [RowError(PROVIDER_FAILED, "Internal error encountered.")]
    assert after_failure(broken, requests, 0) == Divide((), 1)
    assert after_failure(broken, requests, MOST_EJECTIONS) == Bar(broken[0])


@given(
    size=st.integers(1, 200),
    poison=st.sets(st.integers(0, 199), max_size=6),
    named=st.booleans(),
)
def test_every_good_line_runs_and_only_poison_is_thrown_out(size: int, poison: set[int], named: bool) -> None:
    """The rule is followed until every batch has passed, as the engine does."""
    poison = {line for line in poison if line < size}
    ran, ejected, created = list[int](), list[int](), 0
    queue = [(list(range(size)), 0)]
    while queue:
        lines, failures = queue.pop()
        created += 1
        if not (errors := validate(lines, poison, named)):
            ran += lines
            continue
        step = after_failure(errors, len(lines), failures)
        assert isinstance(step, Divide)
        out = {error.line for error in step.ejected}
        ejected += [line for place, line in enumerate(lines, 1) if place in out]
        left = [line for place, line in enumerate(lines, 1) if place not in out]
        queue += [(part, failures + 1) for part in divided(left, step.parts)]

    assert sorted(ejected) == sorted(poison)
    assert sorted(ran) == sorted(set(range(size)) - poison)
    if named and len(poison) <= MOST_EJECTIONS:
        assert created <= 1 + len(poison), "one batch for every line that is thrown out"
    assert created <= 1 + 2 * (len(poison) or 1) * size.bit_length()
