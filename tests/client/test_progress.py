"""What a person sees while answers come in."""

import pytest

from bide.client.progress import shown


def test_a_function_is_told_how_many_of_how_many() -> None:
    told: list[tuple[int, int]] = []
    with shown(lambda settled, total: told.append((settled, total)), 3) as counted:
        counted(0)
        counted(3)
    assert told == [(0, 3), (3, 3)]


def test_a_bar_is_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    with shown(True, 3, "answers") as counted:
        counted(3)
    out, err = capsys.readouterr()
    assert out == ""
    assert "answers" in err
    assert "3/3" in err


@pytest.mark.parametrize("progress", [None, False])
def test_nobody_is_told_unasked(progress: bool | None, capsys: pytest.CaptureFixture[str]) -> None:
    with shown(progress, 3) as counted:
        counted(3)
    assert capsys.readouterr() == ("", "")
