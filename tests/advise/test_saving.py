from fractions import Fraction

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from bide.advise.calculator.derivation import Derivation, Figure
from bide.advise.calculator.quantity import given, quantity
from bide.advise.calculator.saving import FREE, blended, combined, of_utilisation, routed_for, saved
from bide.advise.calculator.timing import fit, outside_window, pace, whole_latency
from bide.advise.calculator.unit import HOUR, REQUEST, SECOND, UnitError
from bide.core.errors import InputError


def test_of_nothing_nothing_is_saved_and_it_is_said() -> None:
    to = Derivation()
    found = saved(Figure("before", quantity(0)), Figure("after", quantity(0)), to)

    assert found.share.value == quantity(0)
    assert to.notes == [FREE]
    assert saved(Figure("before", quantity(4)), Figure("after", quantity(5)), Derivation()).share.value == quantity(
        "-25%"
    )


@drawn(st.lists(st.integers(0, 100), max_size=5))
def test_savings_multiply_in_any_order_and_never_exceed_all(percents: list[int]) -> None:
    named = {f"{number}": quantity(f"{percent}%") for number, percent in enumerate(percents)}
    together = combined(named, Derivation()).value

    left = Fraction(1)
    for percent in percents:
        left *= Fraction(100 - percent, 100)
    assert together == quantity(1 - left)
    assert combined(dict(reversed(named.items())), Derivation()).value == together
    assert 0 <= together.low <= 1


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(InputError, match="spot is a share"):
        combined({"spot": given("110%")}, Derivation())
    with pytest.raises(InputError, match="not cheaper"):
        routed_for(given("40%"), quantity(1), Derivation())
    with pytest.raises(InputError, match="come to 100%"):
        blended([("one", given("90%"), quantity(1))], Derivation())
    with pytest.raises(InputError, match="never busy"):
        of_utilisation(given("80%"), given("0%"), Derivation())
    with pytest.raises(InputError, match="no time"):
        pace(quantity(1, REQUEST), quantity(0, HOUR), Derivation())
    with pytest.raises(UnitError):
        whole_latency({"queue": quantity(5, SECOND), "run": quantity(1, HOUR)}, Derivation())


@pytest.mark.parametrize(
    ("requests", "tokens", "files", "times", "fits"),
    [
        pytest.param(100_000, 50_000_000, 2, 4, True, id="fits"),
        pytest.param(100_001, 50_000_000, 3, 4, True, id="one more file"),
        pytest.param(1, 300_000_000, 1, 0, False, id="too much at once"),
        pytest.param(0, 0, 0, None, True, id="nothing"),
    ],
)
def test_files_and_quota(requests: int, tokens: int, files: int, times: int | None, fits: bool) -> None:
    found = fit(requests, tokens, per_file=50_000, quota=200_000_000)

    assert (found.files, found.times, found.fits) == (files, times, fits)
    assert fit(requests, tokens).fits
    assert fit(requests, tokens).files is None


def test_a_job_that_fits_its_window_has_nothing_outside() -> None:
    assert outside_window(quantity(3, HOUR), quantity(4, HOUR), Derivation()).value == quantity(0, HOUR)
    assert outside_window(quantity(6, HOUR), quantity(4, HOUR), Derivation()).value == quantity(2, HOUR)
