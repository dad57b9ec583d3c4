"""From the options of `run`, `submit` and `schedule add` to a request that can be handed in."""

import datetime
import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bide.core.deadline import OnMiss, Priority, parse_deadline
from bide.core.errors import DeadlineError, InputError, SettingError

if TYPE_CHECKING:
    from bide.intake.hand_in import FileRequest
    from bide.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The options as they were typed."""

    source: str
    model: str | None
    prompt: str | None
    system: str | None
    variables: Sequence[str]
    parameters: Sequence[str]
    endpoint: str | None
    id_column: str | None
    input_format: str | None
    delimiter: str | None
    within: str | None
    by: str | None
    priority: str | None
    on_miss: str | None
    strict: bool
    max_cost: str | None
    on_bad_line: str | None
    workflow: str | None
    account: str | None
    out: str | None
    output_format: str | None
    new: bool
    cache: str | None = None


def file_request(
    asked: Asked, settings: "Settings", owner: str, now: int, zone: datetime.tzinfo | None = None
) -> "FileRequest":
    """What was asked for, checked; deadlines are reckoned from `now` by clocks in `zone`, None for the machine's.

    Raises:
        BideError: something cannot be used.
    """
    from bide.delivery.file import check_destination
    from bide.delivery.place import parse_place
    from bide.delivery.shape import Format
    from bide.intake.defaults import Defaults
    from bide.intake.hand_in import FileRequest
    from bide.lanes.arrival.cache import parse_keep

    deadline, priority, source = when(asked, settings, now, zone)
    on_bad_line = one_of("--on-bad-line", asked.on_bad_line or settings.input.on_bad_line, ("stop", "skip"))
    out = None if asked.out in (None, "-") else parse_place(asked.out or "")
    if isinstance(out, Path) and not out.absolute().parent.is_dir():
        raise InputError(f"there is no folder {out.absolute().parent} for the answers; make it, or choose another -o")
    shape = Format(one_of("--output-format", asked.output_format, tuple(Format))) if asked.output_format else None
    check_destination(str(out or ""), shape)
    return FileRequest(
        owner=owner,
        source=asked.source,
        defaults=Defaults(
            model=asked.model or settings.input.model,
            endpoint=asked.endpoint,
            system=asked.system,
            prompt=asked.prompt,
            variables=dict(variable(text) for text in asked.variables),
            parameters=dict(parameter(text) for text in asked.parameters),
            id_column=asked.id_column,
        ),
        deadline=deadline,
        on_miss=OnMiss(one_of("--on-miss", asked.on_miss or settings.deadline.on_miss, tuple(OnMiss))),
        priority=priority,
        priority_source=source,
        workflow=asked.workflow,
        output=out,
        output_format=shape,
        input_format=asked.input_format,
        delimiter=asked.delimiter,
        account=asked.account,
        max_cost=cap_of(asked.max_cost),
        strict=asked.strict,
        skip_bad_lines=on_bad_line == "skip",
        new=asked.new,
        kept_for=None if asked.cache is None else parse_keep(asked.cache, "--cache"),
    )


def when(
    asked: Asked, settings: "Settings", now: int, zone: datetime.tzinfo | None = None
) -> tuple[int, str | None, str]:
    """The deadline, the priority, and which option said so.

    Raises:
        DeadlineError: more than one option says it, or it cannot be met.
    """
    said = [name for name in ("within", "by", "priority") if getattr(asked, name)]
    if len(said) > 1:
        raise DeadlineError(f"--{said[0]} and --{said[1]} both say how long it may take; keep one")
    if asked.priority:
        from bide.lanes.arrival.patience import deadline_of

        priority = Priority(one_of("--priority", asked.priority, tuple(Priority)))
        return deadline_of(priority, settings.deadline.low, now), priority, "priority"
    if said:
        return parse_deadline(getattr(asked, said[0]), now, zone), None, said[0]
    return parse_deadline(settings.deadline.default, now, zone), None, "config"


def one_of(option: str, value: str, known: Sequence[str]) -> str:
    """The value of an option that takes one of a few words. Raises `SettingError`."""
    if value not in known:
        raise SettingError(f"{option} {value!r} is none of {', '.join(known)}")
    return value


def variable(text: str) -> tuple[str, str]:
    """``name=text``, ``name=@file``; a JSON list in a file becomes its items, joined by commas."""
    name, equals, value = text.partition("=")
    if not equals:
        raise InputError(f"--var {text} has no value; write --var name=text or --var name=@file")
    if not value.startswith("@"):
        return name, value
    path = Path(value[1:])
    try:
        content = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"--var {name}: {path} cannot be read: {error}") from error
    if path.suffix == ".json":
        try:
            found: Any = json.loads(content)
        except json.JSONDecodeError as error:
            raise InputError(f"--var {name}: {path} is not JSON: {error}") from error
        return name, ", ".join(map(str, found)) if isinstance(found, list) else content.strip()  # type: ignore[reportUnknownArgumentType]
    return name, content.strip()


def parameter(text: str) -> tuple[str, Any]:
    """``name=value``, the value as JSON where it is JSON, else as text."""
    name, equals, value = text.partition("=")
    if not equals:
        raise InputError(f"--param {text} has no value; write --param name=value, as in --param temperature=0")
    try:
        return name, json.loads(value)
    except json.JSONDecodeError:
        return name, value


def cap_of(text: str | None, name: str = "--max-cost") -> int | None:
    """What a job may cost at most, in 1e-12 USD; None: no cap. Raises `SettingError`, in which `name` is what said it."""
    from bide.core.money import LARGEST_COLUMN, from_decimal

    if text is None:
        return None
    try:
        amount = from_decimal(Decimal(text.removeprefix("$")))
    except (InvalidOperation, ValueError) as error:
        raise SettingError(f"{name} {text!r} is no amount of USD; write it as in 2.50") from error
    if not 0 <= amount <= LARGEST_COLUMN:
        raise SettingError(f"{name} {text!r} is no amount that a job can cost; write it as in 2.50")
    return amount
