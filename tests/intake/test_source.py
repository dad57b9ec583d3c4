"""Where bytes come from: files, pipes and folders, counted and bounded."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.intake.reading import batch_line, read_bytes
from tests.patience import PATIENCE

from bide.core.errors import InputError
from bide.intake.problem import Code
from bide.intake.reader import open_input
from bide.intake.source import Source

GOOD = batch_line().encode()


class Trickle(io.RawIOBase):
    """A pipe whose writer is slow: a few bytes at a time, and its size unknown."""

    def __init__(self, data: bytes, step: int) -> None:
        self._data = io.BytesIO(data)
        self._step = step

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        return self._data.readinto(buffer[: self._step])


@pytest.mark.parametrize("step", [1, 3, 7, 1_000])
def test_slow_pipes_are_waited_for(step: int) -> None:
    pipe = io.BufferedReader(Trickle((GOOD + b"\n") * 20, step), 16)
    with open_input(pipe) as opened:
        assert sum(len(chunk.entries) for chunk in opened) == 20
        assert opened.progress.size is None
        assert opened.progress.bytes_read == 20 * (len(GOOD) + 1)


def test_progress_ends_at_the_size_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "requests.jsonl"
    path.write_bytes((GOOD + b"\n") * 5_000 + b"\n")
    with open_input(path, block_size=64 * 1024) as opened:
        seen = [opened.progress.bytes_read for _ in opened]
        assert opened.progress.size == path.stat().st_size == seen[-1]
        assert seen == sorted(seen)
        assert len(set(seen)) > 2
        assert opened.progress.lines_read == 5_001


def test_a_callers_file_stays_open(tmp_path: Path) -> None:
    path = tmp_path / "requests.jsonl"
    path.write_bytes(GOOD)
    with path.open("rb") as file:
        with open_input(file) as opened:
            assert opened.name == str(path)
            assert opened.progress.size == len(GOOD)
            list(opened)
        assert not file.closed


@pytest.mark.parametrize(
    ("mark", "name"), [(b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"), (b"\xff\xfe\0\0", "UTF-32")]
)
def test_other_encodings_are_named(mark: bytes, name: str) -> None:
    with pytest.raises(InputError, match=f"line 1: .* is {name} text; .*iconv -f {name} -t UTF-8"):
        read_bytes(mark + b"{\0")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there is no file .*nothing\.jsonl"):
        open_input(tmp_path / "nothing.jsonl")


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder"):
        open_input(tmp_path)


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(io, "FileIO", refuse)  # permissions do not bind root
    with pytest.raises(InputError, match="cannot be read: Permission denied; check its permissions"):
        open_input(tmp_path / "requests.jsonl")


class Broken(io.BytesIO):
    """A disk that fails after the first kilobyte."""

    def readinto(self, buffer: memoryview, /) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        if self.tell() >= 1024:
            raise OSError(5, "Input/output error")
        return super().readinto(buffer[:1024])


def test_a_failing_disk_is_an_error_not_an_end() -> None:
    with (
        open_input(Broken((GOOD + b"\n") * 100)) as opened,
        pytest.raises(InputError, match="cannot be read on: Input/output error"),
    ):
        list(opened)


def test_a_pipe_that_does_not_wait_is_an_error_not_an_end() -> None:
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    with (
        os.fdopen(reading, "rb", buffering=0) as pipe,
        os.fdopen(writing, "wb"),
        pytest.raises(InputError, match="blocking mode"),
    ):
        open_input(pipe)


def test_standard_input() -> None:
    program = (
        "from bide.intake.reader import open_input\n"
        "with open_input('-') as opened:\n"
        "    print(opened.name, opened.progress.size, sum(len(chunk.entries) for chunk in opened))"
    )
    finished = subprocess.run(
        [sys.executable, "-c", program], input=(GOOD + b"\n") * 3, capture_output=True, check=True, timeout=PATIENCE
    )
    assert finished.stdout == b"standard input None 3\n"


def test_of_an_endless_line_only_a_beginning_is_held() -> None:
    data = GOOD + b"\n" + b"x" * 1_000_000 + b"\n" + GOOD
    source = Source(io.BytesIO(data), "it", block_size=1_000, line_limit=5_000)
    lines = [line for block in source.blocks() for line in block]
    assert lines[0] == GOOD + b"\n"
    assert 5_000 < len(lines[1]) < 10_000
    assert lines[2] == GOOD

    found = read_bytes(data, block_size=1_000, line_limit=5_000)
    assert [(problem.line, problem.code) for problem in found.problems] == [(2, Code.LINE_TOO_LARGE)]
    assert [entry.line for entry in found.entries] == [1, 3]


def test_an_endless_line_may_be_the_last() -> None:
    found = read_bytes(GOOD + b"\n" + b"x" * 100_000, block_size=1_000, line_limit=5_000)
    assert [problem.code for problem in found.problems] == [Code.LINE_TOO_LARGE]
