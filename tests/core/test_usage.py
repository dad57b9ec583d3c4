from bide.core.usage import Usage


def test_usage_adds_up_kind_by_kind() -> None:
    assert Usage(1, 2, 3, 4, 5, 6).plus(Usage(10, 20, 30, 40, 50, 60)) == Usage(
        input=11, cached=22, cache_write=33, output=44, reasoning=55, cache_write_1h=66
    )


def test_nothing_changes_nothing() -> None:
    usage = Usage(7, 6, 5, 4, 3, 2)

    assert usage.plus(Usage()) == usage
