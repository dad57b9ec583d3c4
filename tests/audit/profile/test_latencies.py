"""Latencies in classes."""

import pytest

from bide.audit.profile.group import Latency
from bide.audit.profile.latencies import quantiles, step_of


@pytest.mark.parametrize("latency", [8, 9, 15, 159, 287, 1_000, 123_456, 999_999, 1 << 40])
def test_a_class_is_an_eighth_too_small_at_most(latency: int) -> None:
    found = quantiles({step_of(latency): 3})

    assert found is not None
    assert latency * 7 // 8 <= found.p50 <= latency
    assert found.rows == 3


def test_quantiles_are_of_rows() -> None:
    assert quantiles({step_of(1 << 10): 95, step_of(1 << 20): 5}) == Latency(100, 1 << 10, 1 << 10)
    assert quantiles({step_of(1 << 10): 94, step_of(1 << 20): 6}) == Latency(100, 1 << 10, 1 << 20)
    assert quantiles({step_of(1 << 10): 50, step_of(1 << 20): 51}) == Latency(101, 1 << 20, 1 << 20)
    assert quantiles({}) is None
