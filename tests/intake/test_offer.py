"""What a cost cap holds back or refuses before anything is sent, what is said then, and what hours do to a promise."""

import re
from pathlib import Path
from typing import Any

import pytest
from tests.system.harness import write_lines

from bide.config import load
from bide.core.budget import CapExhaustedError
from bide.core.clock import HOUR, MINUTE, SystemClock, to_datetime
from bide.core.deadline import OnMiss, Priority
from bide.core.errors import RefusedError
from bide.core.job import Job
from bide.embedded import LOCAL_OWNER, opened
from bide.intake.defaults import Defaults
from bide.intake.hand_in import FileRequest, hand_in
from bide.ledger.promise import decode_promise

DOLLAR = 10**12

STANDARD = ("prices.openai/mine.input=0", "prices.openai/mine.output=1000")
BATCH = ("prices.openai/mine.batch=0.5",)

NO_BATCH_LANE = ("providers.openai.batch=false",)


async def capped(folder: Path, *settings: str, within: int = 2 * HOUR, **changes: Any) -> Job:
    """Fifty requests, which cost at most 1.25 USD in batches and 2.50 USD in real time, under a cap of 2 USD."""
    body = {"model": "mine", "messages": [{"role": "user", "content": "?"}], "max_completion_tokens": 50}
    path = folder / "questions.jsonl"
    line = {"method": "POST", "url": "/v1/chat/completions", "body": body}
    write_lines(path, *({"custom_id": f"q-{number}", **line} for number in range(50)))
    config = load({"BIDE_HOME": str(folder), "OPENAI_API_KEY": "none"}, assignments=settings)
    async with opened(config) as bide:
        values: dict[str, Any] = {"on_miss": OnMiss.RESCUE, "max_cost": 2 * DOLLAR, "priority_source": "within"}
        request = FileRequest(
            owner=LOCAL_OWNER,
            source=str(path),
            defaults=Defaults(),
            deadline=bide.context.clock.now() + within,
            **(values | changes),
        )
        return (await hand_in(bide.context, request, lambda findings, source: None)).job


@pytest.mark.parametrize(
    ("settings", "changes"),
    [
        pytest.param((), {"on_miss": OnMiss.LATE}, id="batches alone"),
        pytest.param((), {"on_miss": OnMiss.EXPIRE}, id="batches, or nothing"),
        pytest.param((), {"within": 2 * MINUTE, "on_miss": OnMiss.LATE}, id="hardly time, and not to be rescued"),
        pytest.param((), {"max_cost": 3 * DOLLAR}, id="a rescue under a higher cap"),
        pytest.param(NO_BATCH_LANE, {"max_cost": 3 * DOLLAR}, id="calls under a higher cap"),
    ],
)
async def test_a_job_under_its_cap_is_taken(tmp_path: Path, settings: tuple[str, ...], changes: dict[str, Any]) -> None:
    assert (await capped(tmp_path, *STANDARD, *BATCH, *settings, **changes)).requests == 50


@pytest.mark.parametrize(
    ("settings", "changes", "bound"),
    [
        pytest.param((), {"within": 0, "priority": Priority.URGENT}, 250, id="urgent"),
        pytest.param(NO_BATCH_LANE, {"on_miss": OnMiss.LATE}, 250, id="an account without batches"),
        pytest.param((), {}, 250, id="it may be rescued"),
        pytest.param((), {"max_cost": DOLLAR, "on_miss": OnMiss.LATE}, 125, id="too dear even in batches"),
    ],
)
async def test_a_cap_is_about_the_dearest_lane_that_may_be_taken(
    tmp_path: Path, settings: tuple[str, ...], changes: dict[str, Any], bound: int
) -> None:
    job = await capped(tmp_path, *STANDARD, *BATCH, *settings, **changes)

    promise = decode_promise(job.admission or "")
    assert promise.capped is not None
    assert (promise.capped.requests, promise.held, promise.capped.bound) == (40, 10, bound * DOLLAR // 100)
    assert promise.guaranteed == 0


async def test_a_job_of_which_nothing_fits_is_refused_and_says_what_helps(tmp_path: Path) -> None:
    says = r"holds 0 of 50 requests: all of them may cost up to \$2\.50, .* Keep to batches with --on-miss late, set max_comp"
    with pytest.raises(CapExhaustedError, match=says) as refused:
        await capped(tmp_path, *STANDARD, *BATCH, max_cost=DOLLAR // 100)

    assert (refused.value.code, refused.value.fit) == ("budget_exhausted", 0)


@pytest.mark.parametrize(
    ("settings", "changes", "missing", "remedy"),
    [
        pytest.param(
            (),
            {},
            "batch",
            'input = "0.25", output = "2", batch = "0.5" (in USD per million tokens, batch as a multiplier of',
            id="nothing is known",
        ),
        pytest.param(STANDARD, {}, "batch", 'batch = "0.5" (a multiplier of', id="the batch price is missing"),
        pytest.param(
            ("prices.openai/mine.batch.input=0", "prices.openai/mine.batch.output=1"),
            {},
            "standard",
            'input = "0.25", output = "2" (in USD per million tokens), keep to batches with --on-miss late, or leave out',
            id="a rescue needs the standard price",
        ),
        pytest.param(
            (),
            {"within": 0, "priority": Priority.URGENT},
            "standard",
            'input = "0.25", output = "2" (in USD per million tokens), or',
            id="a call needs no batch price",
        ),
    ],
)
async def test_a_cap_says_which_price_it_needs_and_how_to_give_it(
    tmp_path: Path, settings: tuple[str, ...], changes: dict[str, Any], missing: str, remedy: str
) -> None:
    says = (
        f"the {missing} price of openai/mine is unknown; give it in bide.toml under"
        f' [prices."openai/mine"], as in {remedy}'
    )
    with pytest.raises(RefusedError, match=re.escape(says)):
        await capped(tmp_path, *settings, **changes)


async def test_a_rescue_s_price_is_not_needed_where_there_is_none(tmp_path: Path) -> None:
    batch = ("prices.openai/mine.batch.input=0", "prices.openai/mine.batch.output=1")

    assert (await capped(tmp_path, *batch, on_miss=OnMiss.LATE)).requests == 50


async def test_a_cap_holds_where_the_api_has_no_batches(tmp_path: Path) -> None:
    """Azure takes no embeddings in batches, so they are called, at the standard price, whatever a batch would cost."""
    path = tmp_path / "texts.jsonl"
    line = {"method": "POST", "url": "/v1/embeddings", "body": {"model": "mine", "input": "What is it?"}}
    write_lines(path, *({"custom_id": f"t-{number}", **line} for number in range(50)))
    azure = {"AZURE_OPENAI_ENDPOINT": "http://azure.invalid", "AZURE_OPENAI_API_KEY": "none"}
    prices = [f"prices.azure-openai/mine.{name}" for name in ("input=1000", "output=1000", "batch=0.000001")]
    config = load({"BIDE_HOME": str(tmp_path), **azure}, assignments=prices)
    async with opened(config) as bide:
        request = FileRequest(
            owner=LOCAL_OWNER,
            source=str(path),
            defaults=Defaults(),
            deadline=bide.context.clock.now() + 2 * HOUR,
            on_miss=OnMiss.LATE,
            max_cost=DOLLAR // 100,
            priority_source="within",
        )
        with pytest.raises(CapExhaustedError, match=r"holds 0 of 50 requests: all of them may cost up to \$2\.05"):
            await hand_in(bide.context, request, lambda findings, source: None)


@pytest.mark.parametrize(
    ("on_miss", "says"),
    [
        pytest.param(OnMiss.LATE, "50 of 50 requests have no rescue: they are sent when it ends", id="late"),
        pytest.param(OnMiss.EXPIRE, "50 of 50 requests have no rescue: they expire unsent", id="expires"),
        pytest.param(OnMiss.RESCUE, "", id="rescued"),
    ],
)
async def test_what_a_blackout_makes_late_is_kept_with_the_promise(tmp_path: Path, on_miss: OnMiss, says: str) -> None:
    hour = to_datetime(SystemClock().now()).hour
    blackout = f"{(hour - 1) % 24:02}:00-{(hour + 4) % 24:02}:00 UTC"
    job = await capped(tmp_path, f"providers.openai.blackout={blackout}", max_cost=None, on_miss=on_miss)
    assert job.admission is not None
    [admitted] = decode_promise(job.admission).admitted
    assert admitted.notice.startswith(f"only rescues are sent in the blackout {blackout}, which ends in ")
    assert says in admitted.notice
    assert ("have no rescue" in admitted.notice) is bool(says)
