"""`bide files`: look at an input before anything is done with it."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bide.cli import options
from bide.cli.exits import ALL_ANSWERED, SOME_FAILED
from bide.cli.options import Output
from bide.cli.session import configured, run_async
from bide.cli.terminal import chosen, say, show_json, show_table
from bide.core.count import many

if TYPE_CHECKING:
    from bide.config import Config
    from bide.intake.defaults import Defaults
    from bide.intake.findings import Findings

app = typer.Typer(help="Look at an input before anything is done with it.", no_args_is_help=True)

Source = Annotated[
    str,
    typer.Argument(
        metavar="FILE",
        help="JSON Lines, CSV or Parquet: a path, a URI as in s3://bucket/file, or - for standard input.",
    ),
]


@app.callback()
def files() -> None:
    """Look at an input before anything is done with it."""


@app.command("validate")
def validate(
    source: Source,
    model: options.Model = None,
    prompt: options.Prompt = None,
    system: options.System = None,
    variables: options.Variables = None,
    endpoint: options.Endpoint = None,
    id_column: options.IdColumn = None,
    input_format: options.InputFormat = None,
    delimiter: options.Delimiter = None,
    output: options.Shown = None,
    config: options.ConfigFile = None,
) -> None:
    """Check every line as `bide run` would: each problem with its line, its code and its remedy.

    Exit code 1 when there are any. Needs no key.
    """
    loaded = configured(None, None, config)
    defaults = _defaults(loaded, model, prompt, system, variables, endpoint, id_column)
    findings = run_async(_check(loaded, source, defaults, input_format, delimiter))
    if chosen(output) is Output.JSON:
        show_json(
            {
                "requests": findings.requests,
                "refused": findings.refused,
                "problems": [
                    {"line": one.line, "code": str(one.code), "message": one.message, "remedy": one.remedy}
                    for one in findings.problems
                ],
            }
        )
    else:
        for one in findings.problems:
            print(f"line {one.line}: {one.code}: {one.message}; {one.remedy}")
        if findings.refused > len(findings.problems):
            print(f"… and {findings.refused - len(findings.problems):,} more")
        say(f"bide: {many(findings.requests, 'good request')}, {many(findings.refused, 'bad line')}")
    raise typer.Exit(SOME_FAILED if findings.refused else ALL_ANSWERED)


@app.command("stats")
def stats(
    source: Source,
    model: options.Model = None,
    prompt: options.Prompt = None,
    system: options.System = None,
    variables: options.Variables = None,
    endpoint: options.Endpoint = None,
    id_column: options.IdColumn = None,
    input_format: options.InputFormat = None,
    delimiter: options.Delimiter = None,
    output: options.Shown = None,
    config: options.ConfigFile = None,
) -> None:
    """Count an input: requests, tokens and limits by model. Needs no key."""
    loaded = configured(None, None, config)
    defaults = _defaults(loaded, model, prompt, system, variables, endpoint, id_column)
    findings = run_async(_check(loaded, source, defaults, input_format, delimiter))
    rows: list[dict[str, Any]] = [
        {
            "model": name,
            "requests": load.requests,
            "input_tokens": load.input_tokens,
            "longest_input": load.longest_input,
            "with_output_limit": load.capped,
            "output_limit": load.capped_output,
        }
        for (_, name), load in sorted(findings.loads.items())
    ]
    if chosen(output) is Output.JSON:
        show_json({"requests": findings.requests, "refused": findings.refused, "bytes": findings.bytes, "models": rows})
        return
    columns = ("model", "requests", "input tokens", "longest input", "with output limit", "output limit")
    show_table(columns, [[f"{v:,}" if isinstance(v, int) else v for v in row.values()] for row in rows], columns[1:])
    say(f"bide: {many(findings.requests, 'request')}, {findings.bytes:,} bytes; tokens are estimated from the bytes")
    if findings.refused:
        say(f"bide: {many(findings.refused, 'line')} cannot be used; `bide files validate` tells which and why")


def _defaults(
    config: "Config",
    model: str | None,
    prompt: str | None,
    system: str | None,
    variables: list[str] | None,
    endpoint: str | None,
    id_column: str | None,
) -> "Defaults":
    from bide.intake.asked import variable
    from bide.intake.defaults import Defaults

    return Defaults(
        model=model or config.settings.input.model,
        endpoint=endpoint,
        system=system,
        prompt=prompt,
        variables=dict(variable(text) for text in variables or ()),
        id_column=id_column,
    )


async def _check(
    config: "Config", source: str, defaults: "Defaults", input_format: str | None, delimiter: str | None
) -> "Findings":
    from bide.intake.reader import open_input
    from bide.intake.rehearse import inspect
    from bide.ledger.edition import catalogue_of
    from bide.ledger.facts import model_facts

    catalogue = catalogue_of(config.home)
    with open_input(
        source,
        defaults,
        file_format=input_format,
        delimiter=delimiter,
        context_window=lambda model: model_facts("openai", model, catalogue=catalogue).context_window,
    ) as opened:
        return await inspect(opened, config.settings)
