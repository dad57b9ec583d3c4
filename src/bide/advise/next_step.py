"""How an advice is taken with bide: what to type, to send or to set."""

from bide.advise.rulebook import Action, Rule
from bide.advise.workload import Workload
from bide.core.duration import exact_duration

AFTER: dict[Action, str] = {
    "flush": "submit what is there; `gather.requests` and `gather.longest` set the two limits",
    "wait": "leave it; bide submits it when one of the two limits is reached, or its deadline wants it",
    "serverless": "move the endpoint to one that is paid by use, and put its address into [providers.NAME]",
    "batch_spot": "run the server on spot machines and let bide call it (`base_url` in [providers.NAME]): what is lost is asked again",
    "migrate_deferrable_to_batch_or_serverless": "say what can wait with `Bide-Within`, at an account whose provider has batches",
    "increase_frequency_or_capacity": "lower `gather.longest`, ask for a higher quota, or look at `bide providers show NAME --turnaround`",
    "add_capacity": "ask for a higher rate limit, or name other accounts in `gateway.failover`; `realtime.kept_for_urgent` keeps room free",
    "reclassify": "say by workflow or key what can wait, in [classes.NAME]",
}


def next_step(rule: Rule, workload: Workload) -> str:
    """What to do first."""
    if rule.action is not None:
        return AFTER[rule.action]
    if rule.mode == "realtime":
        return "call it as ever: what says nothing is urgent"
    if rule.mode == "hybrid":
        return "send what can wait with `Bide-Within`, or say it by workflow or key in [classes.NAME]; the rest stays as it is"
    if rule.mode == "self-hosted":
        return "put the server's address into [providers.NAME] as `base_url`, and send the work with its deadline"
    if rule.id == "quiet-hours":
        return (
            'set `deadline.low` to the quiet hours, as in "night Europe/Berlin", and send it with `Bide-Priority: low`'
        )
    within = _within(workload)
    if within is not None:
        return f"send it with `Bide-Within: {within}`, or as a file: `bide run FILE --within {within}`"
    priority = "standard" if rule.mode == "queue" else "low"
    return f"send it with `Bide-Priority: {priority}`, or as a file: `bide run FILE --priority {priority}`"


def _within(workload: Workload) -> str | None:
    """The deadline as bide reads it: of a range the shorter end."""
    span = workload.span("within")
    return exact_duration(int(span.low)).replace(" ", "") if span is not None and span.low else None
