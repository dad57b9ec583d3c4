"""OpenAI's usage: the Usage API (``/v1/organization/usage/completions`` and ``…/embeddings``) as JSON, and the dashboard's export as CSV.

Both name their fields alike. A row stands for a minute, an hour or a day of a project, key, model and tier, as far as it was grouped by
them. `input_tokens` has cached ones and those written to a cache in it (OpenAI's reference of the Usage API).
"""

from bide.audit.readers import cell
from bide.audit.readers.bucket import holds, results
from bide.audit.readers.reader import Reader, Skipped, Values
from bide.audit.readers.record import NOT_NAMED, Record
from bide.ledger.rates import STANDARD, Mode

NO_USE = {"start_time", "end_time", "start_time_iso", "end_time_iso"}
"""The columns of an export of a time in which nothing was used."""

TIERS: dict[str, Mode] = {"flex": "flex", "priority": "priority", "default": STANDARD, "standard": STANDARD}


def takes(values: Values) -> bool:
    return (
        holds(values, "num_model_requests", "start_time")
        or holds(values, "num_model_requests", "start_time_iso")
        or set(values) == NO_USE
        or values.get("object") in ("page", "bucket")
    )


def record(values: Values) -> Record | Skipped:
    requests, read = cell.tokens(values, "num_model_requests"), cell.tokens(values, "input_tokens")
    if requests is None and read is None:
        return Skipped("nothing was used then", covers=times(values))
    if read is None:
        return Skipped("it is not billed by the token")
    at, end = times(values)
    workflow, named_by = owner(values)
    output = cell.tokens(values, "output_tokens")
    if output is None and "embeddings" in str(values.get("object", "")):
        output = 0  # embeddings have no output, and the API no field for it
    return Record(
        at=at,
        period=max(0, end - at),
        requests=requests,
        provider="openai",
        model=cell.text(values, "model") or NOT_NAMED,
        workflow=workflow,
        named_by=named_by,
        lane=_lane(values),
        input=read,
        cached=cell.tokens(values, "input_cached_tokens"),
        cache_write=cell.tokens(values, "input_cache_write_tokens"),
        output=output,
        caller=cell.text(values, "api_key_id", "user_id"),
    )


def times(values: Values) -> tuple[int, int]:
    """The bucket of a result: when it begins and ends."""
    start = cell.moment(values, "start_time") or cell.moment(values, "start_time_iso")
    end = cell.moment(values, "end_time") or cell.moment(values, "end_time_iso")
    return cell.needed(start, "start_time"), cell.needed(end, "end_time")


def owner(values: Values) -> tuple[str, str]:
    """Whose usage it is: the project's, else the key's or the user's; and which field says so."""
    for name, by in (
        ("project_name", "project_name"),
        ("project_id", "project_id"),
        ("api_key_name", "caller: api_key_name"),
        ("api_key_id", "caller: api_key_id"),
        ("user_email", "caller: user_email"),
        ("user_id", "caller: user_id"),
    ):
        if (found := cell.text(values, name)) is not None:
            return found, by
    return NOT_NAMED, NOT_NAMED


def _lane(values: Values) -> Mode | None:
    """What is no batch and names no tier was sold as standard: other tiers are asked for by name."""
    batch, tier = cell.flag(values, "batch"), cell.text(values, "service_tier")
    if batch or tier == "batch":
        return "batch"
    if tier is not None:
        return TIERS.get(tier)
    return None if batch is None else STANDARD


READER = Reader("OpenAI's usage", takes, record, results)
