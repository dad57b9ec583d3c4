"""`bide run --dry-run` and `bide files`: the plan of an input, without sending anything."""

from typing import TYPE_CHECKING, Any

from bide.cli.exits import ALL_ANSWERED, BAD_INPUT
from bide.cli.options import Output
from bide.cli.reading import held, show_problems
from bide.cli.record import reckoning
from bide.cli.terminal import chosen, say, show_json, show_pairs, show_table
from bide.intake.asked import Asked, file_request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bide.config import Config
    from bide.embedded import Embedded
    from bide.intake.entry import Chunk
    from bide.intake.hand_in import FileRequest
    from bide.intake.ingest import Reading
    from bide.ledger.estimate import Load
    from bide.providers.port import Provider

LANES = {"batch": "batch, then real time", "realtime": "real time"}


async def dry_run(config: "Config", asked: Asked, output: Output | None) -> int:
    """Show the batches, lanes, cost and time of a run, and what is refused and why."""

    async with reckoning(config) as bide:
        found = await rehearsed(bide, config, asked)
        if found is None:
            return BAD_INPUT
        request, reading = found
        plan = _plan(reading, bide.context.providers)
        if chosen(output) is Output.JSON:
            show_json(plan)
        else:
            _show(plan)
        if reading.promise.capped:
            say(f"bide: {held(reading.promise)}")
        show_problems(reading.findings.problems, reading.findings.refused)
        stops = bool(reading.findings.refused) and not request.skip_bad_lines
        if stops:
            say("bide: as it stands the run would stop at these lines; mend them, or use --on-bad-line skip")
        return BAD_INPUT if stops else ALL_ANSWERED


async def rehearsed(
    bide: "Embedded", config: "Config", asked: Asked, see: "Callable[[Chunk], None]" = lambda chunk: None
) -> "tuple[FileRequest, Reading] | None":
    """What was asked for and what reading it finds; None when no line can be used, which has been said then. `see` is shown what is
    read."""
    from bide.embedded import LOCAL_OWNER
    from bide.intake.findings import BadLinesError
    from bide.intake.hand_in import open_request, order_of
    from bide.intake.rehearse import rehearse

    request = file_request(asked, config.settings, LOCAL_OWNER, bide.context.clock.now())
    routing, source = open_request(bide.context, request)
    with source:
        try:
            order = order_of(request)
            return request, await rehearse(bide.context, order, lambda model: routing.to(model).route, source, see=see)
        except BadLinesError as error:
            show_problems(error.findings.problems, error.findings.refused)
            say(f"bide: {error}")
            return None


def _plan(reading: "Reading", providers: "Mapping[str, Provider]") -> dict[str, Any]:
    """The plan as JSON."""
    from bide.cli.progress import clock_time
    from bide.core.clock import SECOND, to_datetime
    from bide.ledger.promise import SLOW_TURNAROUND

    job, promise, findings = reading.job, reading.promise, reading.findings
    mean = promise.bytes // max(1, findings.requests) + 200
    models = [
        {"account": account, "model": model, "requests": load.requests, "input_tokens": load.input_tokens}
        | _lane(providers[account], load, mean, job.priority == "urgent")
        for (account, model), load in sorted(findings.loads.items())
    ]
    batch, realtime = promise.forecast.batch, promise.forecast.realtime
    return {
        "requests": findings.requests,
        "refused_lines": findings.refused,
        "bytes": promise.bytes,
        "models": models,
        "deadline": to_datetime(job.deadline).isoformat().replace("+00:00", "Z"),
        "deadline_local": clock_time(job.deadline, job.created_at),
        "on_miss": str(job.on_miss),
        "urgent": job.priority == "urgent",
        "guaranteed": promise.guaranteed,
        "held_by_cap": promise.held,
        "arithmetic": [one.arithmetic for one in promise.admitted],
        "cost": {"currency": "USD", "batch": _estimate(batch), "realtime": _estimate(realtime)},
        "seconds": {
            "typical": promise.predicted.provider / SECOND,
            "slow": SLOW_TURNAROUND / SECOND,
            "all_in_realtime": promise.predicted.rescue / SECOND,
        },
        "problems": [
            {"line": one.line, "code": str(one.code), "message": one.message, "remedy": one.remedy}
            for one in findings.problems
        ],
    }


def _lane(provider: "Provider", load: "Load", mean: int, urgent: bool) -> dict[str, Any]:
    """The lane of requests of `mean` bytes, and the batches they make."""
    limits, requests = provider.limits, load.requests
    has_batches = any(map(provider.capabilities.batches, load.endpoints))
    if urgent or not has_batches or requests < limits.min_requests:
        return {"lane": "realtime", "batches": 0}
    per_batch = max(1, min(limits.max_requests, limits.max_bytes // mean))
    return {"lane": "batch", "batches": -(-requests // per_batch)}


def _estimate(estimate: Any) -> dict[str, str] | None:
    from bide.core.money import to_decimal

    if estimate is None:
        return None
    return {name: format(to_decimal(getattr(estimate, name)).normalize(), "f") for name in ("low", "expected", "upper")}


def _show(plan: dict[str, Any]) -> None:
    from bide.core.clock import SECOND
    from bide.core.duration import format_duration

    show_table(
        ("account", "model", "requests", "input tokens", "batches", "lane"),
        [
            (
                one["account"],
                one["model"],
                f"{one['requests']:,}",
                f"{one['input_tokens']:,}",
                one["batches"],
                LANES[one["lane"]],
            )
            for one in plan["models"]
        ],
        numbers=("requests", "input tokens", "batches"),
    )
    seconds, cost, batched = plan["seconds"], plan["cost"], any(one["lane"] == "batch" for one in plan["models"])
    times = {name: format_duration(int(value * SECOND)) for name, value in seconds.items()}
    pairs: dict[str, str] = {
        "deadline": f"{plan['deadline_local']}, on miss: {plan['on_miss']}",
        "guaranteed": f"{plan['guaranteed']:,} of {plan['requests']:,}\n" + "\n".join(plan["arithmetic"]),
        "cost": _cost(cost["batch"], "in batches"),
        "list price": _cost(cost["realtime"], "in real time"),
        "time": f"half of all batches take {times['typical']}, nine in ten {times['slow']};"
        f" all of it in real time: {times['all_in_realtime']}",
    }
    if plan["urgent"]:
        pairs["deadline"] = "none: as soon as possible"
        del pairs["guaranteed"]
    if not batched:
        pairs |= {"cost": pairs.pop("list price"), "time": f"about {times['all_in_realtime']} at the rate limit"}
    show_pairs(pairs)


def _cost(estimate: dict[str, str] | None, where: str) -> str:
    if estimate is None:
        return "unknown: a price is not in the catalogue"
    return f"about ${float(estimate['expected']):,.4f} {where}, ${float(estimate['upper']):,.4f} at most"
