"""`bide estimate`: what work would cost in every lane, of one model and of others, with each step."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from bide.cli import options
from bide.cli.estimate_asked import day_named, listed_model, own_hardware, reported_of, route
from bide.cli.estimate_file import BY, Written, survey
from bide.cli.estimate_view import as_json, show
from bide.cli.exits import BAD_INPUT
from bide.cli.options import Output
from bide.cli.session import configured, run_async
from bide.cli.terminal import chosen, show_json

if TYPE_CHECKING:
    from bide.advise.calculator.text import Weighed


def estimate(
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="[FILE]", help="Requests, as bide run takes them; or say with --tokens-in how much it is."
        ),
    ] = None,
    models: Annotated[
        list[str] | None,
        typer.Option("--model", "-m", metavar="PROVIDER/MODEL", help="What to compare, again and again."),
    ] = None,
    prompt: options.Prompt = None,
    system: options.System = None,
    variables: options.Variables = None,
    parameters: options.Parameters = None,
    endpoint: options.Endpoint = None,
    input_format: options.InputFormat = None,
    delimiter: options.Delimiter = None,
    tokens_in: Annotated[
        str | None, typer.Option("--tokens-in", metavar="NUMBER", help="Input tokens of all requests: 10M, 250K.")
    ] = None,
    tokens_out: Annotated[
        str | None,
        typer.Option("--tokens-out", metavar="NUMBER", help="Output tokens of all requests; a range is written 2M-5M."),
    ] = None,
    requests: Annotated[
        str | None,
        typer.Option("--requests", metavar="NUMBER", help="How many requests that is; price tiers depend on it."),
    ] = None,
    period: Annotated[
        str,
        typer.Option("--per", metavar="PERIOD", help="How often it comes: once, or every hour, day, week or month."),
    ] = "once",
    tokens_of: Annotated[
        str | None,
        typer.Option(
            "--tokens-of",
            metavar="MODEL",
            help="Whose tokenizer counted; the tokens of other models are reckoned from that (default: each its own).",
        ),
    ] = None,
    cached: Annotated[
        str, typer.Option("--cached", metavar="SHARE", help="Input that is read from the provider's prompt cache.")
    ] = "0%",
    answered: Annotated[
        str, typer.Option("--cache-hits", metavar="SHARE", help="Requests that a response cache of your own answers.")
    ] = "0%",
    reasoning: Annotated[
        str,
        typer.Option(
            "--reasoning",
            metavar="SHARE",
            help="Hidden output on top of the visible, as in 10-20%; learned: as in the latest answers on record.",
        ),
    ] = "0%",
    compression: Annotated[
        str, typer.Option("--compression", metavar="SHARE", help="Input that compression leaves out, as in 20-40%.")
    ] = "0%",
    batch_share: Annotated[
        str | None,
        typer.Option("--batch-share", metavar="SHARE", help="How much of it can wait; the rest is called at once."),
    ] = None,
    routes: Annotated[
        list[str] | None,
        typer.Option(
            "--route",
            metavar="PROVIDER/MODEL=SHARE",
            help="The work divided between models, again and again, as in openai/gpt-4.1-mini=60%; shown as routed.",
        ),
    ] = None,
    hourly: Annotated[
        str | None,
        typer.Option(
            "--hourly",
            metavar="PRICE",
            help="An instance of your own, to be shown beside: its price by the hour, or its name, as in ml.g5.xlarge.",
        ),
    ] = None,
    instances: Annotated[str, typer.Option("--instances", metavar="NUMBER", help="How many of them.")] = "1",
    hours_a_day: Annotated[
        str | None,
        typer.Option("--hours-a-day", metavar="NUMBER", help="How long they run (default: always, 730 hours a month)."),
    ] = None,
    busy: Annotated[
        str | None, typer.Option("--busy", metavar="SHARE", help="How much of that time they work; the rest is idle.")
    ] = None,
    discounts: Annotated[
        list[str] | None,
        typer.Option(
            "--discount", metavar="NAME=SHARE", help="Off their price, again and again: spot=60-90%, commitment=30%."
        ),
    ] = None,
    month_days: Annotated[str, typer.Option("--month-days", metavar="NUMBER", help="Days in a month.")] = "30",
    day: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help="The day whose prices hold (default: today).")
    ] = None,
    steps: Annotated[
        bool, typer.Option("--steps", help="Show every step of the arithmetic in the table, too.")
    ] = False,
    output: options.Shown = None,
    database: options.Database = None,
    assignments: options.Assignments = None,
    config: options.ConfigFile = None,
) -> None:
    """What work would cost in batches, in flex and in real time, at one model or several. Nothing is sent anywhere.

    \b
    bide estimate --model openai/gpt-4.1 --tokens-in 10M --tokens-out 5M
    bide estimate -m openai/gpt-5 -m anthropic/claude-sonnet-4-6 --requests 10K --tokens-in 8M --tokens-out 2M --per day
    bide estimate tickets.jsonl --model openai/gpt-5-mini --model anthropic/claude-haiku-4-5 --steps
    bide estimate tickets.csv -m openai/gpt-5-mini --prompt "Which queue? {text}" --param max_tokens=20
    bide estimate --route openai/gpt-4.1=40% --route openai/gpt-4.1-mini=60% --tokens-in 10M --tokens-out 5M --hourly 1.408
    """
    from bide.advise.calculator.month import Convention
    from bide.advise.calculator.offers import Asked, offers, routed_offer
    from bide.advise.calculator.quantity import exact, given
    from bide.advise.calculator.question import LEARNED, work_of
    from bide.advise.calculator.workload import NOTHING
    from bide.core.errors import InputError
    from bide.ledger.edition import catalogue_of
    from bide.ledger.prices import Prices

    loaded = configured(database, assignments, config)
    facts, listed = None, [listed_model(loaded, name) for name in models or []]
    weighed: Mapping[str, Weighed] = {}
    if source is not None:
        if tokens_in is not None or requests is not None or tokens_of is not None:
            raise InputError("a file says itself what goes in; leave --tokens-in, --requests and --tokens-of out")
        written = Written(prompt, system, variables or (), parameters or (), endpoint, input_format, delimiter)
        found = run_async(survey(loaded, source, models or [], written))
        if found is None:
            raise typer.Exit(BAD_INPUT)
        facts, tokens_of, weighed, listed = found.facts, BY, found.weighed, found.models
        work = work_of(found.input_tokens, given(tokens_out) if tokens_out else found.output_tokens, found.requests)
    elif (models or routes) and tokens_in is not None:
        work = work_of(given(tokens_in), given(tokens_out or "0"), given(requests) if requests else None)
    else:
        raise InputError("name a FILE of requests, or say --model PROVIDER/MODEL, --tokens-in and --tokens-out")
    asked = Asked(
        work=replace(
            work,
            period=period,
            cached=given(cached),
            answered=given(answered),
            reasoning=NOTHING if reasoning == LEARNED else given(reasoning),
            compression=given(compression),
        ),
        day=day_named(day),
        counted_by=tokens_of,
        batch_share=given(batch_share) if batch_share else None,
        month=Convention(days=exact(month_days)),
        reported=run_async(reported_of(loaded)) if reasoning == LEARNED else None,
        weighed=weighed,
    )
    prices = Prices(loaded.settings.prices, catalogue=catalogue_of(loaded.home))
    told = list(offers(asked, listed, prices))
    if routes:
        told.append(routed_offer(asked, [route(loaded, text) for text in routes], prices))
    beside = own_hardware(loaded, hourly, instances, hours_a_day, busy, discounts or [], told, asked)
    if chosen(output) is Output.JSON:
        show_json(as_json(told, asked, facts, beside))
    else:
        show(told, asked, facts, beside, steps)
