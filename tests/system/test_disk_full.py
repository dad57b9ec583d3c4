"""No room: the error names the place, no half file is left under a final name, and with room the same command goes on."""

import contextlib
import resource
import shutil
import subprocess
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.patience import PATIENCE
from tests.system.harness import Machine, read_lines, wait_until, write_requests

COUNT = 3_000

RUN = ("run", "questions.jsonl", "--within", "3h", "-o", "out/answers.jsonl", "--output", "json", "--no-guard")


@pytest.fixture(autouse=True)
def questions(here: Machine) -> None:
    write_requests(here.folder / "questions.jsonl", COUNT)
    (here.folder / "out").mkdir()


@contextlib.contextmanager
def largest_file(kilobytes: int) -> Generator[None]:
    """No process started meanwhile may write a longer file: as good as a full disk, and needs no privileges."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes << 10, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@contextlib.contextmanager
def small_disk(folder: Path, kilobytes: int) -> Generator[None]:
    """A file system of this size in the place of a folder, whose content it begins with."""
    if shutil.which("mount") is None:
        pytest.skip("there is no mount here")
    content = [(path.relative_to(folder), path.read_bytes()) for path in folder.rglob("*") if path.is_file()]
    options = ["-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)]
    if subprocess.run(["mount", *options], capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk is not allowed here")
    try:
        for path, data in content:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def goes_well(here: Machine) -> None:
    """With room, the same command answers everything, and every request was paid for once."""
    done = here.run(*RUN)
    assert done.code == 0, done.err
    assert len(read_lines(here.folder / "out" / "answers.jsonl")) == COUNT
    assert here.billed == {"batch": COUNT}
    assert len(here.status()) == 1


def test_no_room_while_reading(here: Machine) -> None:
    here.run("status")  # makes the database
    with largest_file(150):
        done = here.run(*RUN)
    assert done.code == 2
    assert "Traceback" not in done.err
    assert str(here.folder / "home") in done.err
    assert sum(here.books()["arrived"].values()) == 0
    assert here.status() == []
    goes_well(here)


def test_no_room_for_the_answers(here: Machine) -> None:
    with small_disk(here.folder / "out", 64):
        done = here.run(*RUN)
        assert done.code == 3, done.err
        assert "the answers are all there, but" in done.err
        assert str(here.folder / "out" / "answers.jsonl") in done.err
        assert "No space left on device" in done.err
        assert "the same command goes on" in done.err
        assert "Traceback" not in done.err
        assert list((here.folder / "out").iterdir()) == []
        job = here.status()[0]["job"]
        assert here.run("results", job, "-o", "elsewhere.jsonl").code == 0
        assert len(read_lines(here.folder / "elsewhere.jsonl")) == COUNT
        again = here.run(*RUN)
        assert again.code == 3, again.err
    goes_well(here)


def test_no_room_in_the_home_while_it_works(here: Machine) -> None:
    (here.folder / "home").mkdir()
    with small_disk(here.folder / "home", 8_000):
        process = here.start(*RUN)
        assert process.stderr is not None
        wait_until(lambda: here.books()["creates"]["accepted"] == 1)
        ballast = here.folder / "home" / "ballast"
        with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        said = ""
        while "the disk is full" not in said and "No space left" not in said:
            line = process.stderr.readline()
            assert line, said
            said += line
        assert str(here.folder / "home") in said
        assert not (here.folder / "out" / "answers.jsonl").exists()
        ballast.unlink()
        subprocess.run(["mount", "-o", "remount,size=200m", str(here.folder / "home")], check=True)
        out, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, err
        assert out
        goes_well(here)
