import pytest

from bide.lanes.forecast.cell import size_of


@pytest.mark.parametrize(
    ("requests", "size"), [(1, 0), (2, 1), (100, 1), (101, 2), (5_000, 2), (5_001, 3), (100_000, 3)]
)
def test_size_classes(requests: int, size: int) -> None:
    assert size_of(requests) == size
