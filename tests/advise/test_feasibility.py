"""What is warned of: lanes that are too slow, providers that cannot, hardware that has its price."""

import pytest
from tests.advise.advised import codes, on

from bide.advise.advisor import Basis, advise
from bide.advise.workload import Workload
from bide.providers.kinds import KINDS


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        pytest.param({"within": "300ms", "blocking": True}, "no_lane_is_so_fast", id="faster than any model"),
        pytest.param({"within": "74s", "deferrable": True}, "below_batches", id="shorter than the fastest batch"),
        pytest.param({"within": "8h"}, "below_the_window", id="a batch for less than its window"),
        pytest.param({"within": "10m"}, "below_the_window", id="a queue of minutes"),
        pytest.param({"priority": "standard"}, "below_the_window", id="a queue without a deadline"),
        pytest.param({"within": "24h", "hard_deadline": True}, "window_is_a_target", id="as long as the window, and hard"),
        pytest.param({"deferrable": True, "model": "compatible/x"}, "unknown_price", id="no price"),
        pytest.param({"deferrable": True, "model": "openai/undiscounted"}, "no_batch_price", id="no batch price"),
        pytest.param({"deferrable": True, "requests_per_batch": 50_001, "model": "openai/priced"}, "several_files", id="more than a file"),
        pytest.param({"deferrable": True, "requests_per_batch": 99, "model": "bedrock/priced"}, "too_small", id="less than the least"),
        pytest.param({"deferrable": True, "model": "openai/priced", "tokens_per_day": 90_001}, "quota", id="more than may wait"),
        pytest.param({"data_stays": True, "self_hosting": False}, "no_hardware", id="own hardware that is not there"),
        pytest.param({"user_waiting": True, "deferrable": True}, "both_said", id="two things at a time"),
    ],
)  # fmt: skip
def test_it_is_warned_of(fields: dict[str, object], code: str) -> None:
    assert code in codes(on(**({"input_tokens_per_day": 1} | fields)))


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        pytest.param({"within": "301ms", "blocking": True}, "no_lane_is_so_fast", id="just possible"),
        pytest.param({"within": "75s", "deferrable": True}, "below_batches", id="as long as the fastest batch"),
        pytest.param({"within": "24h"}, "below_the_window", id="the whole window"),
        pytest.param({"within": "10m", "user_waiting": True}, "below_the_window", id="real time"),
        pytest.param({"deferrable": True, "off_peak": True}, "below_the_window", id="the quiet hours"),
        pytest.param({"within": "25h", "hard_deadline": True}, "window_is_a_target", id="more than the window"),
        pytest.param({"deferrable": True, "requests_per_batch": 50_000, "model": "openai/priced"}, "several_files", id="a full file"),
        pytest.param({"deferrable": True, "requests_per_batch": 100, "model": "bedrock/priced"}, "too_small", id="the least"),
        pytest.param({"user_waiting": True, "model": "openai/priced", "tokens_per_day": 90_001}, "quota", id="no batch"),
        pytest.param({"deferrable": True, "model": "openai/priced", "tokens_per_day": 90_000}, "quota", id="it may all wait"),
    ],
)  # fmt: skip
def test_it_is_not_warned_of(fields: dict[str, object], code: str) -> None:
    assert code not in codes(on(**fields))


def test_a_provider_without_batches_saves_nothing() -> None:
    import dataclasses

    openai = KINDS["openai"]
    without = dataclasses.replace(openai, capabilities=dataclasses.replace(openai.capabilities, batch=False))
    work = Workload(model="openai/priced", deferrable=True)
    assert "no_batches" in codes(advise(work, Basis(kinds={"openai": without})))
    assert "no_batches" not in codes(advise(work, Basis(kinds=KINDS)))


def test_how_many_batches_it_takes_is_said() -> None:
    found = on(deferrable=True, requests_per_batch="120k", model="openai/priced")
    [said] = [one.says for one in found.warnings if one.code == "several_files"]
    assert "50,000 requests a batch" in said
    assert "3 batches" in said
