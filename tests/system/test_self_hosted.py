"""A model on one's own machine: what is answered is kept, whatever happens. 300 questions of the kind in `make drills`."""

from pathlib import Path

import pytest

from tests.system.self_hosted import killed_and_resumed, questions

COUNT = 12


def test_a_killed_run_goes_on_where_it_was(tmp_path: Path) -> None:
    assert f"{COUNT} answers" in killed_and_resumed(tmp_path, COUNT)


@pytest.mark.parametrize("shared", [True, False])
def test_there_are_questions_wherever_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shared: bool) -> None:
    if not shared:
        monkeypatch.setenv("BIDE_SHARED", str(tmp_path))
    assert len(set(questions(300))) == 300
