"""Workloads from a file: TOML with `[[workload]]` tables, or JSON: one object, a list of them, or `{"workload": […]}`."""

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import msgspec

from bide.advise.workload import FIELDS, Workload
from bide.core.errors import InputError

NAMES = tuple(Workload.__struct_fields__)

EXAMPLE = 'write tables as in [[workload]] name = "tickets", within = "8h", tokens_per_day = "12M"'


def read_workloads(path: str) -> Sequence[Workload]:
    """The workloads of a file. Raises `InputError` that names the workload and the field."""
    try:
        text = Path(path).read_text("utf-8-sig")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is not UTF-8; save it as UTF-8") from None
    try:
        found: Any = tomllib.loads(text) if path.endswith(".toml") else msgspec.json.decode(text)
    except (tomllib.TOMLDecodeError, msgspec.DecodeError, RecursionError) as error:
        kind = "TOML" if path.endswith(".toml") else "JSON"
        raise InputError(f"{path} is no {kind}: {error}; TOML files end in .toml") from None
    return [workload(one, f"{path}: {_place(one, number)}") for number, one in enumerate(_several(found, path), 1)]


def workload(fields: object, where: str) -> Workload:
    """One workload. Raises `InputError` that names the field."""
    if not isinstance(fields, dict):
        raise InputError(f"{where} is no table of fields; {EXAMPLE}")
    fields = cast("Mapping[str, object]", fields)
    for name in fields:
        if name not in NAMES:
            raise InputError(f"{where}: there is no field {name}{_meant(name)}")
    try:
        return msgspec.convert(fields, Workload)
    except msgspec.ValidationError as error:
        message, _, at = str(error).partition(" - at `$.")
        name = at.strip("`.")
        told = f"{name}: {_shown(fields[name])} does not fit; write {FIELDS[name]}" if name in FIELDS else message
        raise InputError(f"{where}: {told}") from None


def value_of(text: str) -> bool | int | float | str:
    """The value of a field as somebody typed it: true, false, a number or a text."""
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _several(found: object, path: str) -> Sequence[object]:
    if isinstance(found, dict):
        table = cast("Mapping[str, object]", found)
        found = table.get("workload", [table])
        if set(table) != {"workload"} and "workload" in table:
            raise InputError(f"{path} has fields beside its workloads; put them into a [[workload]]")
    several = cast("list[object]", found if isinstance(found, list) else [found])
    if not several or several == [{}]:
        raise InputError(f"{path} has no workload; {EXAMPLE}")
    return several


def _place(fields: object, number: int) -> str:
    name = cast("Mapping[str, object]", fields).get("name") if isinstance(fields, dict) else None
    return f"workload {number}" + (f" ({name})" if isinstance(name, str) else "")


def _meant(name: str) -> str:
    guess = difflib.get_close_matches(name, NAMES, n=1)
    return f"; did you mean {guess[0]}?" if guess else "; `bide advise --fields` lists them"


def _shown(value: object) -> str:
    """The value as somebody wrote it."""
    return str(value).lower() if isinstance(value, bool) else repr(value)
