"""The options by which a file is handed in, declared once for every command that does so: `run`, `submit` and `schedule add`."""

import inspect
from collections.abc import Callable, Mapping
from functools import partial, wraps
from typing import Any

from bide.cli import options
from bide.intake.asked import Asked

OPTIONS: Mapping[str, Any] = {
    "out": options.Destination,
    "within": options.Within,
    "by": options.By,
    "priority": options.Priority,
    "model": options.Model,
    "prompt": options.Prompt,
    "system": options.System,
    "variables": options.Variables,
    "parameters": options.Parameters,
    "endpoint": options.Endpoint,
    "id_column": options.IdColumn,
    "input_format": options.InputFormat,
    "delimiter": options.Delimiter,
    "output_format": options.OutputFormat,
    "on_miss": options.OnMiss,
    "strict": options.Strict,
    "max_cost": options.MaxCost,
    "on_bad_line": options.OnBadLine,
    "workflow": options.Workflow,
    "account": options.Account,
    "cache": options.Cache,
}
"""By the name of the field of `Asked` that each becomes, in the order in which they are shown."""

DEFAULTS: Mapping[str, Any] = {"strict": False}
"""Of the options that are no texts; those are None until they are given."""

LISTS = ("variables", "parameters")


Asking = partial[Asked]
"""What was asked, but for `source` and `new`."""


def asks(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command these options in the place of its parameter ``asked: Asking``, as which it gets what they say."""
    wanted: list[inspect.Parameter] = []
    for one in inspect.signature(command).parameters.values():
        if one.name == "asked":
            wanted += [
                one.replace(name=name, annotation=kind, default=DEFAULTS.get(name)) for name, kind in OPTIONS.items()
            ]
        else:
            wanted.append(one)

    @wraps(command)
    def asking(**given: Any) -> None:
        told = {name: given.pop(name) for name in OPTIONS}
        told |= {name: told[name] or [] for name in LISTS}
        command(asked=partial(Asked, **told), **given)

    asking.__signature__ = inspect.Signature(wanted)  # type: ignore[attr-defined]
    asking.__annotations__ = {one.name: one.annotation for one in wanted}
    return asking
