"""`bide results`: the answers of a job, as far as there are any."""

from typing import TYPE_CHECKING, Annotated

import typer

from bide.cli import options
from bide.cli.call import is_call, write_answer
from bide.cli.record import looking
from bide.cli.session import configured, find_job, run_async
from bide.cli.terminal import say
from bide.core.errors import InputError

if TYPE_CHECKING:
    from bide.config import Config


def results(
    job: Annotated[str, typer.Argument(metavar="ID", help="The id of a job or of a call; a unique beginning will do.")],
    out: options.Destination = None,
    output_format: options.OutputFormat = None,
    database: options.Database = None,
    assignments: options.Assignments = None,
    config: options.ConfigFile = None,
) -> None:
    """Write the answers of a job to standard output or a file, in input order, whether or not it is finished.

    \b
    bide results job_kq3 > answers.jsonl
    bide results last --output-format csv -o answers.csv
    bide results req_4fz    the answer of a single call
    """
    run_async(_results(configured(database, assignments, config), job, out, output_format))


async def _results(config: "Config", identifier: str, out: str | None, output_format: str | None) -> None:
    from bide.delivery.file import decode_destination, deliver, write_out
    from bide.delivery.place import parse_place
    from bide.delivery.shape import Format
    from bide.intake.asked import one_of
    from bide.intake.hand_in import destination_of

    if is_call(identifier) and (out not in (None, "-") or output_format):
        raise InputError(
            "-o and --output-format are for jobs; a call's answer goes to standard output, as it came: > FILE keeps it"
        )
    async with looking(config) as bide:
        if is_call(identifier):
            await write_answer(bide, identifier)
            return
        job = await find_job(bide, identifier)
        wanted = Format(one_of("--output-format", output_format, tuple(Format))) if output_format else None
        kept = decode_destination(job.destination) if job.destination else None
        destination = await destination_of(
            bide.store, job, kept, parse_place(out) if out and out != "-" else None, wanted
        )
        if destination.path:
            await deliver(bide.store, job, destination.encode())
        else:
            await write_out(bide.store, job, destination)
        progress = await bide.store.jobs.progress(job.owner, job.id)
        if progress.open:
            say(f"bide: {progress.open:,} of {progress.total:,} requests are not answered yet")
