"""What a file of requests weighs, for `bide estimate FILE`: read as `bide run --dry-run` reads it, and forgotten."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bide.cli.dry_run import rehearsed
from bide.cli.reading import show_problems
from bide.cli.record import reckoning
from bide.cli.terminal import say
from bide.core.count import many
from bide.intake.asked import Asked, file_request

if TYPE_CHECKING:
    from bide.advise.calculator.listing import Listed
    from bide.advise.calculator.quantity import Quantity
    from bide.advise.calculator.text import Weighed
    from bide.config import Config
    from bide.embedded import Embedded
    from bide.intake.findings import Findings
    from bide.intake.sample import Sample
    from bide.ledger.estimate import Load
    from bide.settings import RealtimeSettings

BY = "gpt-4o"
"""By whose tokenizer, o200k, answers are as long as expected; at others they are longer or shorter."""


@dataclass(frozen=True, slots=True)
class Written:
    """How requests are made of lines, as `bide run` is told; None and empty: as the lines themselves say."""

    prompt: str | None = None
    system: str | None = None
    variables: Sequence[str] = ()
    parameters: Sequence[str] = ()
    endpoint: str | None = None
    input_format: str | None = None
    delimiter: str | None = None


@dataclass(frozen=True, slots=True)
class Survey:
    """The whole file in tokens by size, the models to compare with their own tokens, and how it stands to each of them."""

    requests: "Quantity"
    input_tokens: "Quantity"
    output_tokens: "Quantity"
    models: "Sequence[Listed]"
    weighed: "Mapping[str, Weighed]"
    facts: Mapping[str, Any]


async def survey(config: "Config", source: str, models: Sequence[str], written: Written) -> Survey | None:
    """Read a file; None when its lines cannot be used, which has been said then. Lines that name no model get the first.

    Without an account that is switched on it is read all the same, where `models` say what to compare.

    Raises:
        InputError: it cannot be read, or nobody says which models to compare: it asks several, or no account is switched on.
    """
    from bide.advise.calculator.quantity import quantity
    from bide.advise.calculator.text import Text
    from bide.cli.estimate_asked import listed_model
    from bide.cli.estimate_fit import fits
    from bide.core.errors import InputError
    from bide.engine.expectation import weighings
    from bide.intake.sample import Sample

    async with reckoning(config) as bide:
        if not (models or bide.context.providers):
            raise InputError(
                "no provider is switched on, so nobody says whose price it is: name what to compare with --model PROVIDER/MODEL,"
                " or set the key of a provider (`bide providers` lists them)"
            )
        sample = Sample()
        asked = _asked(source, models[0] if models else None, written)
        findings = await _read(bide, config, asked, sample, routed=bool(bide.context.providers or not models))
        if findings is None:
            return None
        sample.leave_out(findings.repeated, findings.repeated_tokens)
        if findings.refused:
            show_problems(findings.problems, findings.refused)
            say(f"bide: estimated without {many(findings.refused, 'bad line')}")
        if not models and len(findings.loads) > 1:
            raise InputError(
                f"{source} asks {len(findings.loads)} models; say --model to compare all of it at one, or see its plan with"
                f" `bide run {source} --dry-run`"
            )
        low, high = _output(findings.loads.values(), config.settings.realtime)
        names = list(models) or [f"{account}/{model}" for account, model in sorted(findings.loads)]
        listed = [listed_model(config, name) for name in names]
        text = Text(sample, await weighings(bide.store, bide.context.clock.now()))
        weighed = text.weigh(listed)
        requests = max(1, sample.requests)
        return Survey(
            requests=quantity(sample.requests),
            input_tokens=quantity(sample.by_size),
            output_tokens=quantity((low, high)),
            models=listed,
            weighed=weighed,
            facts={
                "requests": sample.requests,
                "refused_lines": findings.refused,
                "input_tokens_by_size": sample.by_size,
                "parts_guessed": text.guessed,
                "models": [
                    await fits(
                        bide, of.name, sample.requests, findings.bytes // requests, weighed[of.name], low // requests
                    )
                    for of in listed
                ],
            },
        )


async def _read(
    bide: "Embedded", config: "Config", asked: Asked, sample: "Sample", *, routed: bool
) -> "Findings | None":
    """What is in the file; None when nothing of it can be used, which has been said then. `routed`: as the accounts take it."""
    if routed:
        found = await rehearsed(bide, config, asked, sample.see)
        return None if found is None else found[1].findings
    from bide.embedded import LOCAL_OWNER
    from bide.intake.reader import open_input
    from bide.intake.rehearse import inspect

    request = file_request(asked, config.settings, LOCAL_OWNER, bide.context.clock.now())
    given = open_input(request.source, request.defaults, file_format=request.input_format, delimiter=request.delimiter)
    with given as opened:
        findings = await inspect(opened, config.settings, sample.see)
    if findings.requests:
        return findings
    show_problems(findings.problems, findings.refused)
    say(f"bide: {many(findings.refused, 'line')} of {asked.source} cannot be used, and no other is there")
    return None


def _asked(source: str, model: str | None, written: Written) -> Asked:
    return Asked(
        source=source,
        model=model,
        prompt=written.prompt,
        system=written.system,
        variables=written.variables,
        parameters=written.parameters,
        endpoint=written.endpoint,
        id_column=None,
        input_format=written.input_format,
        delimiter=written.delimiter,
        within=None,
        by=None,
        priority=None,
        on_miss=None,
        strict=False,
        max_cost=None,
        on_bad_line=None,
        workflow=None,
        account=None,
        out=None,
        output_format=None,
        new=True,
    )


def _output(loads: "Iterable[Load]", settings: "RealtimeSettings") -> tuple[int, int]:
    """Output tokens as they are expected, and at most: an answer's cap, or what is assumed where it has none."""
    expected = most = 0
    for load in loads:
        uncapped = load.requests - load.capped
        typical = settings.typical_output_tokens
        expected += min(load.capped_output, load.capped * typical) + uncapped * typical
        most += load.capped_output + uncapped * settings.assumed_output_tokens
    return expected, most
