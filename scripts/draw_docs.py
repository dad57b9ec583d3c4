#!/usr/bin/env python
"""Draw the pages of docs/ that are made from code: states, commands, input errors, the schema of the model catalogue.

.venv/bin/python scripts/draw_docs.py            # write them
.venv/bin/python scripts/draw_docs.py --check    # say which of them are stale, and leave with 1 if one is
"""

import ast
import inspect
import itertools
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import typer

from bide.cli.app import app
from bide.core import states
from bide.intake.problem import codes_as_markdown
from bide.ledger.model_catalog import schema

DOCS = Path(__file__).parent.parent / "docs"

MADE = "<!-- Made by scripts/draw_docs.py from {source}; `make docs` writes it anew. -->\n"


STATES = """\
The states of requests, attempts, jobs and batches, and every move between them. There is one table of moves; the store
takes its `WHERE state IN (…)` from it, so a move from any other state changes no row. An arrow that is not drawn here
cannot happen.
"""

INPUT_ERRORS = """\
Why a line of input is refused, by the code that `bide run`, `bide submit` and `bide files validate` show with its number.
The codes do not change; where OpenAI's batch validation has a word for it, it is that word.

With `--on-bad-line stop`, the default, one refused line refuses the input before anything is spent; with `skip` the good
lines go on and the receipt counts the others.
"""


def states_page() -> str:
    """`docs/states.md`: the states of each noun, and the one table of moves."""
    docstrings = _docstrings(inspect.getsource(states))
    parts = [
        "# States\n",
        MADE.format(source="src/bide/core/states.py"),
        STATES,
    ]
    tables = cast(Mapping[str, tuple[Any, Any]], states.MOVES)
    for noun, (kind, moves) in tables.items():
        parts += [f"## {noun.capitalize()}\n", f"{docstrings[kind.__name__]}\n", _diagram(kind, moves)]
        parts.append("| state | what it means | next |\n| --- | --- | --- |")
        for state in kind:
            following = ", ".join(f"`{target}`" for target in kind if target in moves[state]) or "none: it is final"
            parts.append(f"| `{state}` | {docstrings[f'{kind.__name__}.{state.name}']} | {following} |")
        parts.append("")
        if noun == "batch":
            words = ", ".join(f"`{outcome}`" for outcome in states.BatchOutcome)
            parts.append(f"An ended batch has one of four outcomes: {words}. All four are harvested alike.\n")
    return "\n".join(parts)


def _diagram(kind: Any, moves: Mapping[Any, frozenset[Any]]) -> str:
    """A Mermaid diagram of a table of moves. The first state is where everything begins."""
    arrows = [f"    [*] --> {next(iter(kind))}"]
    for state in kind:
        arrows += [f"    {state} --> {target}" for target in kind if target in moves[state]]
        arrows += [] if moves[state] else [f"    {state} --> [*]"]
    return "\n".join(["```mermaid", "stateDiagram-v2", *arrows, "```\n"])


def _docstrings(source: str) -> dict[str, str]:
    """By dotted name, the docstrings of classes and the strings below their members, each on one line."""
    found: dict[str, str] = {}
    for node in ast.parse(source).body:
        if not isinstance(node, ast.ClassDef):
            continue
        found[node.name] = _one_line(ast.get_docstring(node) or "")
        for member, below in zip(node.body, node.body[1:], strict=False):
            match member, below:
                case ast.Assign(targets=[ast.Name(id=name)]), ast.Expr(value=ast.Constant(value=str(text))):
                    found[f"{node.name}.{name}"] = _one_line(text)
                case _:
                    pass
    return found


def _one_line(text: str) -> str:
    return " ".join(text.split())


def commands_page() -> str:
    """`docs/commands.md`: every command with its arguments and options."""
    parts = [
        "# Commands\n",
        MADE.format(source="the commands in src/bide/cli"),
        "`bide COMMAND --help` says the same. Results go to standard output, messages to standard error.\n",
    ]
    for path, command in _commands("bide", typer.main.get_command(app)):
        parts += [f"## {path}\n", *_prose(command.help or "")]
        arguments = [one for one in command.params if one.param_type_name == "argument"]
        options = [one for one in command.params if one.param_type_name == "option" and "--help" not in one.opts]
        if arguments:
            parts.append("| argument | meaning |\n| --- | --- |")
            parts += [f"| `{_name_of(one)}` | {_cell(one.help or '')} |" for one in arguments]
            parts.append("")
        if options:
            parts.append("| option | meaning |\n| --- | --- |")
            parts += [f"| `{_flags(one)}` | {_cell(one.help or '')}{_default(one)} |" for one in options]
            parts.append("")
    return "\n".join(parts).rstrip("\n") + "\n"


def _commands(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    """Every command that does something, by its full name, groups resolved."""
    if not hasattr(command, "commands"):
        yield path, command
        return
    for name, one in command.commands.items():
        yield from _commands(f"{path} {name}", one)


def _prose(text: str) -> Iterator[str]:
    """A docstring as Markdown. Paragraphs that are indented, or begin with a backspace, are lines to be typed."""
    for typed, paragraphs in itertools.groupby(inspect.cleandoc(text).split("\n\n"), _is_typed):
        lines = [line.strip() for paragraph in paragraphs for line in paragraph.strip("\b\n").split("\n")]
        if typed:
            yield "\n".join(["```sh", *(re.sub(r"( {2,})", r"\1# ", line, count=1) for line in lines), "```\n"])
        else:
            yield f"{' '.join(lines)}\n"


def _is_typed(paragraph: str) -> bool:
    return paragraph.lstrip("\n").startswith(("\b", "    "))


def _name_of(argument: Any) -> str:
    name = (argument.metavar or argument.name.upper()).strip("[]{}")
    return f"{name}…" if argument.nargs == -1 else name


def _flags(option: Any) -> str:
    flags = ", ".join([*option.opts, *option.secondary_opts])
    if option.is_flag:
        return flags
    return f"{flags} {option.metavar or ('NUMBER' if isinstance(option.default, int | float) else 'WORD')}"


def _default(option: Any) -> str:
    """What an option is when it is not given, unless its help says so or it is nothing."""
    value = option.default
    if value is None or isinstance(value, bool) or value in ((), []) or "default" in (option.help or ""):
        return ""
    return f" Default: `{value}`."


def _cell(text: str) -> str:
    return re.sub(r"(?<!\\)\|", r"\\|", _one_line(text))


def input_errors_page() -> str:
    """`docs/input-errors.md`: why a line of input is refused."""
    return "\n".join(
        [
            "# Input errors\n",
            MADE.format(source="src/bide/intake/problem.py"),
            INPUT_ERRORS,
            codes_as_markdown(),
        ]
    )


def model_catalog_schema() -> str:
    """`docs/model-catalog.schema.json`: what `bide prices export` writes."""
    return json.dumps(schema(), indent=2) + "\n"


PAGES: Mapping[str, Callable[[], str]] = {
    "states.md": states_page,
    "commands.md": commands_page,
    "input-errors.md": input_errors_page,
    "model-catalog.schema.json": model_catalog_schema,
}


def stale() -> list[str]:
    """The pages that are not as they would be drawn now."""
    return [
        name
        for name, draw in PAGES.items()
        if not (DOCS / name).is_file() or (DOCS / name).read_text("utf-8") != draw()
    ]


def main(arguments: list[str]) -> int:
    """Write what is stale, or with `--check` only tell."""
    found = stale()
    for name in found:
        if "--check" in arguments:
            print(f"docs/{name} is stale; run `make docs`", file=sys.stderr)
        else:
            (DOCS / name).write_text(PAGES[name](), "utf-8")
            print(f"docs/{name}")
    return 1 if found and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
