"""Options that several commands share."""

import enum
from typing import Annotated

import typer


class Output(enum.StrEnum):
    """How a command shows what it found."""

    TABLE = "table"
    JSON = "json"


Database = Annotated[
    str | None,
    typer.Option(
        "--db", metavar="URL", help="Where state lives: sqlite:///path or postgresql://… (default: BIDE_HOME)."
    ),
]
Assignments = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="Any setting, as in --set engine.poll_interval=5s; `bide config show` lists them.",
    ),
]
ConfigFile = Annotated[
    str | None,
    typer.Option("--config", metavar="FILE", help="The configuration file (default: ./bide.toml, then BIDE_HOME)."),
]
Shown = Annotated[
    Output | None, typer.Option("--output", help="table or json; by default a table on a terminal and JSON when piped.")
]
Owner = Annotated[str, typer.Option("--owner", metavar="NAME", help="Whose: the name of an owner.")]
JobId = Annotated[str, typer.Argument(metavar="JOB", help="The job's id, as in job_kq3…; a unique beginning will do.")]

Model = Annotated[str | None, typer.Option("--model", "-m", help="The model of lines that name none.")]
Prompt = Annotated[
    str | None,
    typer.Option("--prompt", "-p", metavar="TEMPLATE", help='A prompt over columns: "Which of {labels}? {text}".'),
]
System = Annotated[str | None, typer.Option("--system", metavar="TEXT", help="A system prompt for every line.")]
Variables = Annotated[
    list[str] | None,
    typer.Option(
        "--var", metavar="NAME=TEXT", help="A value for the template; @file reads it, @labels.json joins a JSON list."
    ),
]
Parameters = Annotated[
    list[str] | None,
    typer.Option("--param", metavar="NAME=VALUE", help="A parameter of every request, as in temperature=0."),
]
Endpoint = Annotated[
    str | None, typer.Option("--endpoint", help="chat, responses or embeddings (default: by the line).")
]
IdColumn = Annotated[str | None, typer.Option("--id-column", metavar="NAME", help="The column of the custom_id.")]
InputFormat = Annotated[
    str | None, typer.Option("--format", help="jsonl, csv, tsv or parquet (default: by name and content).")
]
Delimiter = Annotated[
    str | None,
    typer.Option(
        "--delimiter", metavar="CHAR", help="What separates the cells of a CSV, as in ';' (default: a comma)."
    ),
]

Within = Annotated[str | None, typer.Option("--within", metavar="TIME", help="How long it may take: 15m, 8h, 2d.")]
By = Annotated[
    str | None,
    typer.Option("--by", metavar="TIME", help="By when: 06:00, tomorrow 06:00, 2026-12-01T06:00+01:00."),
]
Priority = Annotated[str | None, typer.Option("--priority", help="urgent (now), standard (15 min) or low (24 h).")]
OnMiss = Annotated[
    str | None,
    typer.Option(
        "--on-miss",
        help="What batches will not answer in time: rescue calls it; late waits for batches, only what no batch can take is "
        "called; expire does so until the deadline and then gives it up.",
    ),
]
Strict = Annotated[bool, typer.Option("--strict", help="Refuse the job unless every request of it can be guaranteed.")]
MaxCost = Annotated[
    str | None,
    typer.Option(
        "--max-cost",
        metavar="USD",
        help="What the job may cost at most: each request is reserved for at list price, or the batch price with --on-miss late or "
        "expire; what does not fit waits until answers turn out cheaper, and fails if they do not. With --strict all has to fit.",
    ),
]
OnBadLine = Annotated[
    str | None,
    typer.Option("--on-bad-line", help="stop: refuse the input before anything is spent; skip: go on without them."),
]
Workflow = Annotated[
    str | None, typer.Option("--workflow", metavar="NAME", help="What this work is, for the money report.")
]
Account = Annotated[str | None, typer.Option("--account", metavar="NAME", help="The provider account to use.")]
Cache = Annotated[
    str | None,
    typer.Option(
        "--cache",
        metavar="TIME",
        help="Answer exact repeats with answers up to this old, and keep these for as long: 1h, 7d, or no (default: [cache]).",
    ),
]
Destination = Annotated[
    str | None,
    typer.Option(
        "-o",
        "--out",
        metavar="FILE",
        help="Where the answers go: a path, or a URI as in s3://bucket/file (default: standard output).",
    ),
]
OutputFormat = Annotated[
    str | None,
    typer.Option("--output-format", help="batch, jsonl, csv or parquet (default: by the names of output and input)."),
]
New = Annotated[bool, typer.Option("--new", help="Run it again, although the same was handed in before.")]
NoGuard = Annotated[bool, typer.Option("--no-guard", help="Leave no guard process behind.")]
