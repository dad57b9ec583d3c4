"""Measuring commands and functions: wall time, CPU time, peak memory; and the provider they are measured against."""

import contextlib
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Sample:
    """One run. Seconds and MiB; memory is the peak of the process itself."""

    wall: float
    cpu: float
    peak: float


def command(arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> Sample:
    """Run a command to its end, by the operating system's own account."""
    began = time.perf_counter()
    process = subprocess.Popen(
        arguments,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(arguments)} ended with {process.returncode}: {errors.decode()[-2000:]}")
    return Sample(time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def fresh(module: str, *arguments: str) -> Any:
    """What a module prints as JSON when it runs in a process of its own, with nothing else in memory."""
    return json.loads(subprocess.check_output([sys.executable, "-m", module, *arguments]))


@contextlib.contextmanager
def simulator() -> Generator[str]:
    """The provider simulator in its fast mode, in a process of its own; its base URL."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bide", "sim", "--port", "0", "--fast"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


def call(function: Callable[[], object]) -> Sample:
    """Run a function in this process."""
    began, cpu = time.perf_counter(), time.process_time()
    function()
    return Sample(time.perf_counter() - began, time.process_time() - cpu, 0.0)


def median(samples: Sequence[Sample]) -> Sample:
    """The median of each figure."""
    return Sample(
        statistics.median(sample.wall for sample in samples),
        statistics.median(sample.cpu for sample in samples),
        statistics.median(sample.peak for sample in samples),
    )


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with what it must be. `at_most` False means at least."""

    name: str
    value: float
    bound: float
    unit: str = ""
    at_most: bool = True
    detail: str = ""

    @property
    def good(self) -> bool:
        return self.value <= self.bound if self.at_most else self.value >= self.bound
