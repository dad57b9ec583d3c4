"""Files appear whole or not at all, whatever happens while they are written."""

import gzip
import os
import signal
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import zstandard
from tests.delivery.answered import answered, hand_in

from bide.core.errors import SettingError, StoreError
from bide.core.job import Job
from bide.delivery import file as module
from bide.delivery.file import Destination, check_extra, decode_destination, deliver, pages, write_out
from bide.delivery.results import Result
from bide.delivery.shape import Format
from bide.store.store import Store
from bide.testing.scene import Scene


def to(path: Path, shape: Format = Format.CSV, names: list[str] | None = None) -> str:
    return Destination(str(path), shape, names or ["text"]).encode()


async def two(scene: Scene) -> Job:
    """A job of two requests with one column each."""
    return await answered(scene, ["yes", "no"], [{"text": "a"}, {"text": "b"}])


TABLE = b"text,answer,error,lane,cost\na,yes,,batch,0.01\nb,no,,batch,0.01\n"


def test_a_destination_is_kept_as_text() -> None:
    destination = Destination("/data/answers.csv", Format.CSV, ["a", "b"])

    assert decode_destination(destination.encode()) == destination
    assert destination.encode() == Destination("/data/answers.csv", Format.CSV, ["a", "b"]).encode()


@pytest.mark.parametrize("path", ["/data/a.csv", '/data/"quoted", \\ and ü 😀.csv'])
def test_a_place_is_the_same_in_every_format(path: str) -> None:
    one, other = Destination(path, Format.CSV, ["a"]), Destination(path, Format.BATCH)

    assert one.encode().startswith(other.place)
    assert other.encode().startswith(one.place)
    assert not Destination(f"{path}2", Format.CSV, ["a"]).encode().startswith(one.place)


async def test_a_file_and_nothing_beside_it(scene: Scene, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()

    await deliver(scene.store, await two(scene), to(out / "answers.csv"))

    assert (out / "answers.csv").read_bytes() == TABLE
    assert os.listdir(out) == ["answers.csv"]


@pytest.mark.parametrize("shape", list(Format))
async def test_every_shape_into_a_file(scene: Scene, tmp_path: Path, shape: Format) -> None:
    path = tmp_path / "answers"

    await deliver(scene.store, await two(scene), to(path, shape))

    data = path.read_bytes()
    if shape is Format.PARQUET:
        assert (data[:4], data[-4:]) == (b"PAR1", b"PAR1")
    else:
        assert data.count(b"\n") == (3 if shape is Format.CSV else 2)


async def test_compression_by_the_name(scene: Scene, tmp_path: Path) -> None:
    job = await two(scene)
    await deliver(scene.store, job, to(tmp_path / "a.csv.gz"))
    await deliver(scene.store, job, to(tmp_path / "a.csv.zst"))
    await deliver(scene.store, job, to(tmp_path / "b.csv.gz"))

    packed = (tmp_path / "a.csv.gz").read_bytes()
    assert gzip.decompress(packed) == TABLE
    with (tmp_path / "a.csv.zst").open("rb") as raw:
        assert zstandard.ZstdDecompressor().stream_reader(raw).read() == TABLE
    assert packed == (tmp_path / "b.csv.gz").read_bytes(), "neither the time nor the name is in it"


async def test_a_delivery_again_replaces_the_file(scene: Scene, tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("something older, and longer than what comes now" * 10)

    job = await two(scene)

    for _ in range(2):
        await deliver(scene.store, job, to(path))

        assert path.read_bytes() == TABLE


async def test_standard_output_gets_the_same(scene: Scene, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    job = await two(scene)

    await write_out(scene.store, job, Destination("", Format.CSV, ["text"]))

    assert capfdbinary.readouterr().out == TABLE


async def test_pages_come_one_by_one(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    from bide.delivery import results

    monkeypatch.setattr(results, "PAGE", 1)
    job = await two(scene)

    found = [data async for data in pages(scene.store, job, Destination("", Format.CSV, ["text"]))]

    assert found == [line + b"\n" for line in TABLE.split(b"\n")[:-1]]


async def test_a_job_without_columns(scene: Scene, tmp_path: Path) -> None:
    handed = await hand_in(scene, 1)

    await deliver(scene.store, handed.job, to(tmp_path / "answers.jsonl", Format.JSONL))

    assert b'"error":"not_finished:' in (tmp_path / "answers.jsonl").read_bytes()


async def test_parquet_is_not_for_standard_output(scene: Scene, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    job = await two(scene)

    with pytest.raises(SettingError, match="name one with -o"):
        await write_out(scene.store, job, Destination("", Format.PARQUET, ["text"]))

    assert capfdbinary.readouterr().out == b""


async def test_parquet_without_its_extra(scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "bide.delivery.parquet", raising=False)
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    with pytest.raises(SettingError, match=r"answers\.parquet: .* pip install 'bide\[parquet\]'"):
        await deliver(scene.store, await two(scene), to(tmp_path / "answers.parquet", Format.PARQUET))

    assert [name for name in os.listdir(tmp_path) if name.endswith(".part")] == []


def test_a_missing_extra_is_told_before_anything_is_spent(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = Destination("answers.parquet", Format.PARQUET, ["text"])
    check_extra(wanted)

    def nothing(name: str) -> None:
        assert name == "pyarrow"

    monkeypatch.setattr(module, "find_spec", nothing)

    check_extra(Destination("answers.csv", Format.CSV, ["text"]))
    with pytest.raises(SettingError, match=r"answers\.parquet: .* pip install 'bide\[parquet\]'"):
        check_extra(wanted)


# What goes wrong


def broken(error: BaseException) -> Any:
    """Results that end in an error after their first page."""

    async def results(store: Store, job: Job) -> AsyncIterator[list[Result]]:
        from tests.delivery.answered import a_result

        yield [a_result()]
        raise error

    return results


@pytest.mark.parametrize("name", ["answers.csv", "answers.csv.gz", "answers.csv.zst", "answers.parquet"])
@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), StoreError("damaged"), RuntimeError("a bug"), KeyboardInterrupt()]
)
async def test_a_delivery_that_fails_leaves_what_was_there(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, error: BaseException
) -> None:
    job, out = await two(scene), tmp_path / "out"
    out.mkdir()
    (out / name).write_bytes(b"older")
    monkeypatch.setattr(module, "results", broken(error))
    shape = Format.PARQUET if name.endswith("parquet") else Format.CSV

    with pytest.raises(StoreError if isinstance(error, OSError) else type(error)):
        await deliver(scene.store, job, to(out / name, shape))

    assert (out / name).read_bytes() == b"older"
    assert os.listdir(out) == [name]


async def test_a_place_that_cannot_be_written_is_named(scene: Scene, tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "answers.csv"

    with pytest.raises(StoreError, match=r"the answers cannot be written to .*nowhere/answers\.csv: No such file"):
        await deliver(scene.store, await two(scene), to(path))


async def test_a_folder_in_its_place(scene: Scene, tmp_path: Path) -> None:
    place = tmp_path / "answers"
    place.mkdir()

    with pytest.raises(StoreError, match="Is a directory"):
        await deliver(scene.store, await two(scene), to(place))

    assert [name for name in os.listdir(tmp_path) if name.endswith(".part")] == []


async def test_a_link_keeps_pointing_and_its_target_keeps_its_mode(scene: Scene, tmp_path: Path) -> None:
    target, link = tmp_path / "here" / "real.csv", tmp_path / "link.csv"
    target.parent.mkdir()
    target.write_text("older")
    target.chmod(0o600)
    link.symlink_to(target)

    await deliver(scene.store, await two(scene), to(link))

    assert link.is_symlink()
    assert (target.read_bytes(), target.stat().st_mode & 0o777) == (TABLE, 0o600)
    assert os.listdir(target.parent) == ["real.csv"]


@pytest.mark.parametrize("shape", [Format.CSV, Format.PARQUET])
async def test_a_pipe_is_written_to(scene: Scene, tmp_path: Path, shape: Format) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with os.fdopen(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK), "rb") as reader:
        await deliver(scene.store, await two(scene), to(pipe, shape))
        data = reader.read()

    assert data == TABLE if shape is Format.CSV else data.startswith(b"PAR1")
    assert pipe.is_fifo()


async def test_a_pipe_that_nobody_reads_is_tried_again(scene: Scene, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(StoreError, match="pipe: No such device or address"):
        await deliver(scene.store, await two(scene), to(tmp_path / "pipe"))

    assert (tmp_path / "pipe").is_fifo()


async def test_a_device_takes_them_in(scene: Scene) -> None:
    await deliver(scene.store, await two(scene), to(Path(os.devnull)))

    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


KILLED = """
import asyncio, pathlib, sys
from tests.delivery.answered import a_result, open_store
from bide.delivery import file

folder, path = map(pathlib.Path, sys.argv[1:])

async def stuck(store, job):
    yield [a_result(line) for line in range(1, 20_000)]
    print("writing", flush=True)
    await asyncio.sleep(60)

async def main():
    store = open_store(folder)
    [job] = await store.jobs.recent("local", 1)
    file.results = stuck
    await file.deliver(store, job, file.Destination(str(path), file.Format.BATCH).encode())

asyncio.run(main())
"""


def killed_while_writing(folder: Path, path: Path) -> int:
    """Let another process deliver to `path` and kill it halfway; the bytes it had written."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", KILLED, str(folder), str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, cwd=folder) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"writing\n"
        [part] = path.parent.glob(".*.part")
        size = part.stat().st_size
        process.send_signal(signal.SIGKILL)
    return size


@pytest.mark.parametrize("before", [None, b"older"])
async def test_a_kill_leaves_no_half_file(scene: Scene, tmp_path: Path, before: bytes | None) -> None:
    job, out = await two(scene), tmp_path / "out"
    out.mkdir()
    path = out / "answers.jsonl"
    if before is not None:
        path.write_bytes(before)

    assert killed_while_writing(tmp_path, path) > 0, "half of it was on the disk"
    assert (path.read_bytes() if path.exists() else None) == before

    await deliver(scene.store, job, to(path, Format.BATCH))

    assert path.read_bytes().count(b"\n") == 2
    assert os.listdir(out) == ["answers.jsonl"], "what the kill left is used up"
