"""What a file of requests weighs, for `bide estimate FILE`: read as `bide run --dry-run` reads it, and forgotten."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bide.cli.dry_run import rehearsed
from bide.cli.reading import show_problems
from bide.cli.terminal import many, say
from bide.intake.asked import Asked

if TYPE_CHECKING:
    from bide.advise.calculator.quantity import Quantity
    from bide.config import Config
    from bide.intake.ingest import Reading
    from bide.ledger.estimate import Load
    from bide.providers.port import Provider
    from bide.settings import RealtimeSettings

BY_SIZE = "gpt-4o"
"""Sizes are turned into tokens as they are with o200k, this model's tokenizer."""

ENVELOPE = 200
"""Bytes around a body in a batch file: its id, method and URL."""


@dataclass(frozen=True, slots=True)
class Survey:
    """The whole file in tokens, the models to compare, and how it stands to the accounts that would serve it."""

    requests: "Quantity"
    input_tokens: "Quantity"
    output_tokens: "Quantity"
    models: Sequence[str]
    counted_by: str
    facts: Mapping[str, Any]


async def survey(config: "Config", source: str, models: Sequence[str]) -> Survey | None:
    """Read a file; None when its lines cannot be used, which has been said then. Lines that name no model get the first.

    Raises:
        InputError: it cannot be read, or asks several models and nobody says which to compare.
    """
    from bide.advise.calculator.quantity import quantity
    from bide.core.errors import InputError
    from bide.embedded import opened

    async with opened(config) as bide:
        found = await rehearsed(bide, config, _asked(source, models[0] if models else None))
        if found is None:
            return None
        _, reading = found
        if reading.findings.refused:
            show_problems(reading.findings.problems, reading.findings.refused)
            say(f"bide: estimated without {many(reading.findings.refused, 'bad line')}")
        loads, providers = reading.findings.loads, bide.context.providers
        low, high = _output(loads.values(), config.settings.realtime)
        if not models and len(loads) > 1:
            raise InputError(
                f"{source} asks {len(loads)} models; say --model to compare all of it at one, or see its plan with"
                f" `bide run {source} --dry-run`"
            )
        own = [f"{account}/{model}" for account, model in sorted(loads)]
        return Survey(
            requests=quantity(sum(load.requests for load in loads.values())),
            input_tokens=quantity(sum(load.input_tokens for load in loads.values())),
            output_tokens=quantity((low, high)),
            models=list(models) or own,
            counted_by=BY_SIZE,
            facts=_facts(reading, providers),
        )


def _asked(source: str, model: str | None) -> Asked:
    return Asked(
        source=source,
        model=model,
        prompt=None,
        system=None,
        variables=[],
        parameters=[],
        endpoint=None,
        id_column=None,
        input_format=None,
        delimiter=None,
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


def _facts(reading: "Reading", providers: "Mapping[str, Provider]") -> Mapping[str, Any]:
    """Files, quotas and time, as JSON; seconds are None where a day is not enough."""
    from bide.core.clock import SECOND

    promise, findings = reading.promise, reading.findings
    late = promise.predicted.provider_p95
    mean = promise.bytes // max(1, findings.requests) + ENVELOPE
    return {
        "requests": findings.requests,
        "input_tokens": sum(load.input_tokens for load in findings.loads.values()),
        "refused_lines": findings.refused,
        "accounts": [
            {"account": account, "model": model, **_fits(providers[account], load, mean)}
            for (account, model), load in sorted(findings.loads.items())
        ],
        "seconds": {
            "waits_for_hours": promise.predicted.queue / SECOND,
            "typical": promise.predicted.provider / SECOND,
            "slow": None if late is None else late / SECOND,
            "all_in_realtime": promise.predicted.rescue / SECOND,
        },
    }


def _fits(provider: "Provider", load: "Load", mean: int) -> Mapping[str, Any]:
    """The batch files that requests of `mean` bytes make, and whether an account's documented quotas hold all of them at once."""
    from bide.advise.calculator.timing import fit
    from bide.core.quota import Resource

    per_file = max(1, min(provider.limits.max_requests, provider.limits.max_bytes // mean))
    weights = {Resource.ENQUEUED_TOKENS: load.input_tokens, Resource.ENQUEUED_REQUESTS: load.requests}
    return {
        "files": fit(load.requests, load.input_tokens, per_file=per_file).files,
        "quotas": [
            {
                "resource": str(one.resource),
                "limit": one.limit,
                "varies": one.varies,
                "fits": fit(load.requests, weights[one.resource], quota=one.limit).fits,
            }
            for one in provider.limits.quotas
            if one.limit is not None and one.resource in weights
        ],
    }
