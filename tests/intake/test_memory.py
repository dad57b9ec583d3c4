"""Memory is flat: each input is many times larger than what its reading may take, in a process of its own."""

import importlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.patience import PATIENCE

pa: Any = importlib.import_module("pyarrow")
pq: Any = importlib.import_module("pyarrow.parquet")

PROGRAM = """
import io, itertools, sys, zlib
import zstandard
from bide.intake.defaults import Defaults
from bide.intake.reader import open_input

class Stream(io.RawIOBase):
    def __init__(self, pieces):
        self.pieces, self.rest = pieces, b""
    def readable(self):
        return True
    def readinto(self, target):
        if not self.rest:
            self.rest = next(self.pieces, b"")
        count = min(len(target), len(self.rest))
        target[:count], self.rest = self.rest[:count], self.rest[count:]
        return count

def repeat(piece, megabytes):
    piece *= 1 + 100_000 // len(piece)
    return itertools.repeat(piece, int(megabytes * 1_000_000) // len(piece))

def zstd(pieces):
    packer = zstandard.ZstdCompressor().compressobj()
    yield from filter(None, map(packer.compress, pieces))
    yield packer.flush()

def gzip(pieces):
    packer = zlib.compressobj(9, wbits=31)
    yield from filter(None, map(packer.compress, pieces))
    yield packer.flush()

LINE = b'{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"model":"m","messages":[{"x":"%s"}]}}\\n'
CASES = {
    "batch lines": lambda: (repeat(LINE % (b"x" * 300), 200), "jsonl"),
    "short lines": lambda: (repeat(b'{"prompt":"x","kept":[1]}\\n', 5), "jsonl"),
    "garbage": lambda: (repeat(b"x\\n", 0.4), "jsonl"),
    "blank lines": lambda: (itertools.chain(repeat(b"\\n", 4), [LINE]), "jsonl"),
    "records": lambda: (itertools.chain([b"prompt,b\\n"], repeat(b'"some text, and more",x\\n', 5)), "csv"),
    "an endless line": lambda: (repeat(b"x", 400), "jsonl"),
    "gzip": lambda: ([b"".join(gzip(repeat(LINE % b"x", 100)))], "jsonl"),
    "zstd": lambda: ([b"".join(zstd(repeat(LINE % b"x", 100)))], "jsonl"),
}

def peak():
    # Not getrusage: its maximum is inherited from the parent across exec.
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))

def read(pieces):
    with open_input(Stream(pieces), Defaults(model="m"), file_format=file_format, line_limit=1_000_000) as opened:
        for chunk in opened:
            pass

pieces, file_format = CASES[sys.argv[1]]()
read(iter([b"prompt,b\\nx,y\\n" if file_format == "csv" else LINE % b"x"]))
before = peak()
read(iter(pieces))
print(peak() - before)
"""


def run(program: str, argument: str) -> int:
    """What a program prints: by how many KiB its peak has grown."""
    finished = subprocess.run(
        [sys.executable, "-c", program, argument], capture_output=True, text=True, check=False, timeout=PATIENCE
    )
    assert finished.returncode == 0, finished.stderr
    return int(finished.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process's memory is read from /proc")
@pytest.mark.parametrize(
    "case",
    ["batch lines", "short lines", "garbage", "blank lines", "records", "an endless line", "gzip", "zstd"],
)
def test_memory_is_flat(case: str) -> None:
    grown = run(PROGRAM, case)
    assert grown < 24 * 1024, f"{grown} KiB"


PARQUET = """
import sys
from bide.intake.defaults import Defaults
from bide.intake.reader import open_input

def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))

with open_input(sys.argv[1], Defaults(model="m", prompt="{text}")) as opened:
    before = [peak() for _ in zip(opened, range(3))][-1]
    for chunk in opened:
        pass
print(peak() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process's memory is read from /proc")
def test_memory_is_flat_for_parquet(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    rows: Any = pa.table({"text": [f"{number} " + "some words " * 70 for number in range(50_000)]})
    with pq.ParquetWriter(path, rows.schema, compression="none", use_dictionary=False) as writer:
        for _ in range(2):
            writer.write_table(rows, row_group_size=50_000)
    assert path.stat().st_size > 75_000_000
    grown = run(PARQUET, str(path))
    assert grown < 32 * 1024, f"{grown} KiB"
