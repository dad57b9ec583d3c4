"""What is open by account, model and lane."""

from bide.core.bucket import Bucket, Phase, Tally
from bide.core.clock import MINUTE, SECOND
from bide.core.deadline import OnMiss
from bide.core.states import JobState
from bide.gateway.api.queue import depths
from tests.gateway.api.ask import defer, get
from tests.gateway.place import Place

NOW = 1_800_000_000 * SECOND


def bucket(model: str, slack: int, **tallies: int) -> Bucket:
    return Bucket(
        id=1,
        owner="local",
        job_id=1,
        job_state=JobState.RUNNING,
        on_miss=OnMiss.RESCUE,
        account="openai",
        model=model,
        endpoint="/v1/chat/completions",
        accepted_at=NOW,
        deadline=NOW + slack,
        protected=True,
        longest=10,
        batchable=True,
        tallies={Phase(name): Tally(count, 10 * count) for name, count in tallies.items()},
    )


def test_depths_are_told_by_lane_with_the_slack_of_the_most_urgent() -> None:
    found = depths(
        [
            bucket("small", 5 * MINUTE, waiting=2, batched=3),
            bucket("small", -MINUTE, stubborn=1, calling=4, batch=100),
            bucket("large", MINUTE, batched=1),
            bucket("none", MINUTE, failed=1),
        ],
        NOW,
    )
    assert [(one.model, one.requests) for one in found] == [("large", 1), ("small", 10)]
    lanes = {one.lane: (one.requests, one.tokens, one.oldest_slack_seconds) for one in found[1].lanes}
    assert lanes == {"waiting": (3, 30, -60.0), "batch": (3, 30, 300.0), "realtime": (4, 40, -60.0)}
    assert [one.oldest_slack_seconds for one in found[0].lanes] == [None, 60.0, None]


async def test_the_queue_has_what_is_open(at: Place) -> None:
    empty = await get(at, "/queue")
    assert (empty["requests"], empty["data"], empty["held"]["connections"]) == (0, [], 0)
    assert empty["pressure"]["reasons"] == []
    for _ in range(3):
        await defer(at, **{"Bide-Within": "24h"})
    full = await get(at, "/queue")
    assert full["requests"] == 3
    [model] = full["data"]
    assert (model["account"], model["model"]) == ("openai", "gpt-4.1-mini")
    assert sum(lane["requests"] for lane in model["lanes"]) == 3
    assert min(lane["oldest_slack_seconds"] or 1 for lane in model["lanes"]) > 0
