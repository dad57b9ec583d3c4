"""The public names: imported when they are used, and typed as they are."""

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import bide

STUB = Path(bide.__file__).with_suffix(".pyi")


def test_every_public_name_is_there_and_documented() -> None:
    for name, place in bide.PLACES.items():
        found = getattr(bide, name)
        assert found is getattr(import_module(f"bide.{place}"), name)
        assert found.__doc__
    assert set(bide.PLACES) <= set(dir(bide))


def test_type_checkers_are_told_the_same() -> None:
    imports = [node for node in ast.parse(STUB.read_text("utf-8")).body if isinstance(node, ast.ImportFrom)]
    told = {(alias.asname, f"{node.module}") for node in imports for alias in node.names}
    assert told == {(name, f"bide.{place}") for name, place in bide.PLACES.items()}


def test_another_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'opne'"):
        _ = bide.opne  # type: ignore[reportAttributeAccessIssue]


def test_importing_bide_imports_nothing_of_it() -> None:
    told = "import sys, bide; print(sorted(name for name in sys.modules if name.startswith('bide')))"
    found = subprocess.run([sys.executable, "-c", told], check=True, capture_output=True, text=True)
    assert found.stdout == "['bide']\n"


def test_errors_say_what_to_do_and_have_a_code() -> None:
    for name in bide.PLACES:
        if name.endswith("Error"):
            error = getattr(bide, name)
            assert issubclass(error, bide.BideError)
            assert ";" in str(error.__doc__).split("\n")[0] or name in ("BideError", "NotFoundError")
            assert error.code
