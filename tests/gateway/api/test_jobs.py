"""Jobs over HTTP: those of files and those that gather single calls."""

import json
from pathlib import Path

from bide.core.clock import HOUR
from bide.core.deadline import OnMiss
from bide.embedded import LOCAL_OWNER
from bide.intake.defaults import Defaults
from bide.intake.hand_in import FileRequest, hand_in
from tests.gateway.api.ask import defer, get, post
from tests.gateway.place import CHAT, Place


async def test_a_job_of_gathered_calls_is_shown_with_its_progress(at: Place) -> None:
    name = await defer(at)
    told = await get(at, f"/requests/{name}?wait=60")
    job = await get(at, f"/jobs/{told['job']}")
    assert (job["object"], job["kind"], job["requests"]) == ("bide.job", "calls", 1)
    assert job["progress"] == {"batch": 1}
    assert job["money"]["paid"] == told["amount_usd"]
    assert [batch["requests"] for batch in job["batches"]] == [1]


async def test_a_job_that_the_command_line_handed_in_is_there_too(at: Place, tmp_path: Path) -> None:
    job = await _file(at, tmp_path)
    [listed] = (await get(at, "/jobs?kind=run"))["data"]
    assert (listed["id"], listed["name"], listed["requests"]) == (job, "requests-0.jsonl", 3)
    receipt = await get(at, f"/jobs/{job}/receipt")
    assert (receipt["job"], receipt["promised"]["requests"]) == (job, 3)


async def test_a_cancelled_job_spends_no_more(at: Place, tmp_path: Path) -> None:
    job = await _file(at, tmp_path)
    told = await post(at, f"/jobs/{job}/cancel")
    assert told["status"] in ("cancelling", "done")
    assert (await post(at, f"/jobs/{job}/cancel"))["id"] == job
    while (told := await get(at, f"/jobs/{job}"))["status"] != "done":
        pass
    assert told["progress"].get("cancelled", 0) + told["progress"].get("batch", 0) == 3


async def test_jobs_are_listed_newest_first_page_by_page(at: Place, tmp_path: Path) -> None:
    made = [await _file(at, tmp_path, number) for number in range(3)]
    first = await get(at, "/jobs?limit=2")
    rest = await get(at, f"/jobs?limit=2&after={first['last_id']}")
    assert [job["id"] for job in first["data"] + rest["data"]] == made[::-1]
    assert (first["has_more"], rest["has_more"]) == (True, False)


async def test_what_is_no_job_says_so(at: Place) -> None:
    assert (await get(at, "/jobs/job_nobody", 404))["error"]["code"] == "not_found"
    assert (await get(at, "/jobs?after=job_nobody", 404))["error"]["param"] == "after"
    assert (await get(at, "/jobs?status=accepting", 400))["error"]["param"] == "status"
    assert (await post(at, "/jobs/job_nobody/cancel", status=404))["error"]["code"] == "not_found"


async def _file(at: Place, folder: Path, number: int = 0) -> str:
    path = folder / f"requests-{number}.jsonl"
    lines = [
        {"custom_id": f"{number}-{line}", "method": "POST", "url": "/v1/chat/completions", "body": dict(CHAT)}
        for line in range(3)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    context = at.bide.context
    now = context.clock.now()
    request = FileRequest(
        owner=LOCAL_OWNER,
        source=str(path),
        defaults=Defaults(),
        deadline=now + HOUR,
        on_miss=OnMiss.RESCUE,
        priority_source="within",
    )
    handed = await hand_in(context, request, lambda findings, opened: None)
    at.gateway.wake()
    return handed.job.external_id
