"""The layout: imports go one way, core needs nothing, modules stay small, tests mirror the source.

`ORDER` is the picture of `docs/architecture.md`: a folder may use those before it, never one after it. `ROOMS` are the same inside a folder.
"""

import ast
import graphlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "bide"

ORDER = (
    "__init__",
    "core",
    "buckets",
    "providers",
    "simulator",
    "lanes",
    "settings",
    "accounts",
    "store",
    "testing",
    "ledger",
    "delivery",
    "engine",
    "intake",
    "logs",
    "advise",
    "audit",
    "whatif",
    "config",
    "embedded",
    "gateway",
    "client",
    "cli",
    "__main__",
)

ROOMS = {
    "lanes": ("__init__", "hours", "arrival", "capacity", "forecast", "rescue", "plan", "decision", "outcome"),
    "audit": ("__init__", "readers", "profile", "evidence", "levers", "plan", "views", "account", "grounds", "errand"),
}
"""By folder, its rooms in the order in which its work is done."""

LONGEST = 400

VAGUE = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "misc", "models"}

TESTED_ELSEWHERE = {
    "settings": "tests/test_config.py reads them all",
    "testing": "tests/store and tests/buckets run it against each driver",
}

MODULES = sorted(SOURCE.rglob("*.py"))


def place(path: Path, inside: Path = SOURCE) -> str:
    """A module's place in the order: its folder, or its own name at the top."""
    relative = path.relative_to(inside)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


def imported(path: Path) -> Iterator[str]:
    """The dotted names of what a module imports, wherever in the module: what only types need as well."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def module_of(dotted: str) -> Path | None:
    """The file of ours in which an imported name is, or None where it is not ours."""
    first, *rest = dotted.split(".")
    if first != "bide":
        return None
    path = SOURCE.joinpath(*rest)
    for candidate in (path.with_suffix(".py"), path / "__init__.py", path.parent.with_suffix(".py")):
        if candidate.is_file():
            return candidate
    return path.parent / "__init__.py"


def named(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def test_every_module_has_a_place_in_the_order() -> None:
    assert {place(path) for path in MODULES} == set(ORDER)


def upward(folder: Path, order: Sequence[str]) -> set[tuple[str, str]]:
    """The modules below a folder that use what comes after them in its order, and the place of what they use."""
    return {
        (named(path), place(target, folder))
        for path in MODULES
        if path.is_relative_to(folder)
        for target in map(module_of, imported(path))
        if target is not None and target.is_relative_to(folder)
        if order.index(place(target, folder)) > order.index(place(path, folder))
    }


def test_imports_go_one_way() -> None:
    assert upward(SOURCE, ORDER) == set()


@pytest.mark.parametrize("folder", ROOMS)
def test_every_module_of_a_folder_with_rooms_has_a_place_in_their_order(folder: str) -> None:
    inside = SOURCE / folder

    assert {place(path, inside) for path in MODULES if path.is_relative_to(inside)} == set(ROOMS[folder])


@pytest.mark.parametrize("folder", ROOMS)
def test_rooms_import_one_way(folder: str) -> None:
    assert upward(SOURCE / folder, ROOMS[folder]) == set()


def test_no_module_imports_itself_by_a_detour() -> None:
    graph = {
        path: {target for target in map(module_of, imported(path)) if target not in (None, path)} for path in MODULES
    }

    assert len(list(graphlib.TopologicalSorter(graph).static_order())) == len(MODULES)


def test_core_needs_the_standard_library_only() -> None:
    foreign = {
        (named(path), name)
        for path in (SOURCE / "core").rglob("*.py")
        for name in (dotted.partition(".")[0] for dotted in imported(path))
        if name != "bide" and name not in sys.stdlib_module_names
    }

    assert foreign == set()


def test_rules_do_neither_input_nor_output() -> None:
    """`lanes` decides on values: what talks to a disk, a network, a clock or chance has no business there."""
    outside = {
        "asyncio",
        "os",
        "pathlib",
        "random",
        "secrets",
        "socket",
        "sqlite3",
        "subprocess",
        "time",
        "uuid",
        "aiohttp",
    }
    found = {
        (named(path), name)
        for path in (SOURCE / "lanes").rglob("*.py")
        for name in (dotted.partition(".")[0] for dotted in imported(path))
        if name in outside
    }  # fmt: skip

    assert found == set()


def test_no_module_is_long() -> None:
    long = {named(path) for path in MODULES if len(path.read_text("utf-8").splitlines()) > LONGEST}

    assert long == set()


def test_every_module_is_named_for_what_it_is() -> None:
    assert [named(path) for path in MODULES if path.stem in VAGUE or path.parent.name in VAGUE] == []


def test_every_module_says_what_it_is() -> None:
    silent = [named(path) for path in MODULES if path.read_text("utf-8").strip() and not _docstring(path)]

    assert silent == []


def _docstring(path: Path) -> str | None:
    return ast.get_docstring(ast.parse(path.read_text("utf-8")))


FOLDERS = {place(path) for path in MODULES if path.parent != SOURCE}

WITH_ROOMS = {f"{folder}/{room}" for folder in ROOMS for room in ROOMS[folder] if (SOURCE / folder / room).is_dir()}


@pytest.mark.parametrize("folder", sorted(FOLDERS | WITH_ROOMS))
def test_every_folder_has_its_tests(folder: str) -> None:
    if folder not in TESTED_ELSEWHERE:
        assert list((ROOT / "tests" / folder).glob("test_*.py"))
