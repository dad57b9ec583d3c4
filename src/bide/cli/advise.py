"""`bide advise`: what to do with a workload, by which rule, and what it is worth."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bide.cli import options
from bide.cli.advice_view import show_all, show_fields, show_rules
from bide.cli.options import Output
from bide.cli.session import configured
from bide.cli.terminal import chosen, show_json

if TYPE_CHECKING:
    from bide.advise.advisor import Basis
    from bide.advise.rulebook import PresetName
    from bide.advise.workload import Workload


def advise(
    file: Annotated[
        str | None, typer.Argument(metavar="[FILE]", help="Workloads: TOML with [[workload]] tables, or JSON.")
    ] = None,
    name: Annotated[str | None, typer.Option("--name", metavar="TEXT", help="What to call the workload.")] = None,
    within: Annotated[
        str | None, typer.Option("--within", metavar="TIME", help="How long an answer may take: 24h, '<5s', '>5m'.")
    ] = None,
    waiting: Annotated[
        bool | None, typer.Option("--user-waiting/--nobody-waiting", help="Whether a person waits for the answer.")
    ] = None,
    blocking: Annotated[bool, typer.Option("--blocking", help="A decision or a transaction waits for it.")] = False,
    streaming: Annotated[bool, typer.Option("--streaming", help="Answers are watched as they arrive.")] = False,
    deferrable: Annotated[bool, typer.Option("--deferrable", help="It may wait, however long.")] = False,
    model: Annotated[
        str | None,
        typer.Option("--model", "-m", metavar="PROVIDER/MODEL", help="With it and the tokens a day there is money."),
    ] = None,
    tokens: Annotated[
        str | None, typer.Option("--tokens-per-day", metavar="AMOUNT", help="Input and output: 12M, '<100k'.")
    ] = None,
    tokens_in: Annotated[int | None, typer.Option("--input-tokens-per-day", min=0, help="Of these, the input.")] = None,
    tokens_out: Annotated[
        int | None, typer.Option("--output-tokens-per-day", min=0, help="Of these, the output.")
    ] = None,
    requests: Annotated[
        str | None, typer.Option("--requests-per-day", metavar="AMOUNT", help="So many: 500, '>10k'.")
    ] = None,
    facts: Annotated[
        list[str] | None,
        typer.Option(
            "--fact", metavar="NAME=VALUE", help="Anything else, again and again; --fields lists what there is."
        ),
    ] = None,
    preset: Annotated[
        str | None,
        typer.Option("--preset", metavar="NAME", help="deadline, volume, latency or patience (default: the config's)."),
    ] = None,
    fields: Annotated[bool, typer.Option("--fields", help="List the fields of a workload, and leave.")] = False,
    rules: Annotated[
        bool, typer.Option("--rules", help="List the rules of the preset in their order, and leave.")
    ] = False,
    output: options.Shown = None,
    assignments: options.Assignments = None,
    config: options.ConfigFile = None,
) -> None:
    """Say whether work belongs in real time, a queue, a batch, both, or on hardware of your own, and by which rule.

    \b
    bide advise --within 24h --tokens-per-day 12M
    bide advise --user-waiting --fact revenue_critical=true
    bide advise --deferrable -m openai/gpt-4.1-mini --input-tokens-per-day 10000000 --output-tokens-per-day 2000000
    bide advise workloads.toml --preset latency --output json
    bide advise --rules
    """
    from bide.advise.advisor import advise as advice_on
    from bide.core.errors import InputError

    basis = _basis(assignments, config, preset)
    if fields:
        show_fields(chosen(output))
        return
    if rules:
        show_rules(basis.rulebook, basis.preset, chosen(output))
        return
    given: dict[str, Any] = {
        "name": name,
        "within": within,
        "user_waiting": waiting,
        "blocking": blocking or None,
        "streaming": streaming or None,
        "deferrable": deferrable or None,
        "model": model,
        "tokens_per_day": _number(tokens),
        "input_tokens_per_day": tokens_in,
        "output_tokens_per_day": tokens_out,
        "requests_per_day": _number(requests),
    }
    told = {key: value for key, value in given.items() if value is not None} | _facts(facts or [])
    if file is not None and told:
        raise InputError("name a file or say what the workload is, not both")
    if file is None and not told:
        raise InputError(
            "say what the workload is, as in --within 24h --tokens-per-day 12M, or name a file; see --help"
        )
    found = [advice_on(one, basis) for one in _workloads(file, told)]
    if chosen(output) is Output.JSON:
        import msgspec

        show_json({"object": "bide.advice", "data": [msgspec.to_builtins(one) for one in found]})
        return
    show_all(found)


def _basis(assignments: Sequence[str] | None, config: str | None, preset: str | None) -> "Basis":
    from typing import cast

    from bide.advise.basis import basis
    from bide.advise.rulebook import bundled_rulebook
    from bide.core.clock import SystemClock
    from bide.core.errors import InputError
    from bide.ledger.edition import catalogue_of
    from bide.ledger.hours import day_of
    from bide.ledger.prices import Prices

    known = bundled_rulebook().presets
    if preset is not None and preset not in known:
        raise InputError(f"there is no preset {preset}; name one of {', '.join(known)}")
    loaded = configured(None, assignments, config)
    prices = Prices(loaded.settings.prices, catalogue=catalogue_of(loaded.home))
    today = day_of(SystemClock().now())
    return basis(loaded.settings, prices.card, today, cast("PresetName | None", preset))


def _workloads(file: str | None, told: dict[str, Any]) -> "Sequence[Workload]":
    from bide.advise.reading import read_workloads, workload

    return [workload(told, "the workload")] if file is None else read_workloads(file)


def _facts(texts: Sequence[str]) -> dict[str, Any]:
    from bide.advise.reading import value_of
    from bide.core.errors import InputError

    found: dict[str, Any] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise InputError(f"--fact {text} has no value; write --fact NAME=VALUE, as in --fact predictable=false")
        found[name.strip()] = value_of(value.strip())
    return found


def _number(text: str | None) -> Any:
    from bide.advise.reading import value_of

    return None if text is None else value_of(text)
