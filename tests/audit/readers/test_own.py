"""bide's own record as records."""

from typing import Any

import pytest
from tests.audit.given import MONDAY

from bide.audit.readers.own import records
from bide.audit.readers.record import Record
from bide.core.clock import HOUR, SECOND

ROW: dict[str, Any] = {
    "at": MONDAY, "workflow": "reports", "account": "work", "model": "gpt-4.1", "provider": "openai", "mode": "batch", "lane": "batch",
    "amount": 77, "input": 100, "cached": 10, "cache_write": 0, "cache_write_1h": 0, "output": 20, "reasoning": 5,
    "sent_at": MONDAY + SECOND, "finished_at": MONDAY + HOUR, "stream": None, "digest": None, "caller": None, "job": "job_1",
}  # fmt: skip


def record(**changes: Any) -> Record:
    rows: Any = [ROW | changes]
    [found] = records(rows, lambda account: f"{account}'s list")
    return found


def test_an_answer_is_a_record_with_everything_that_was_billed() -> None:
    assert record() == Record(
        at=MONDAY, provider="openai", model="gpt-4.1", workflow="reports", named_by="workflow", lane="batch", input=100, cached=10,
        cache_write=0, cache_write_1h=0, output=20, reasoning=5, cost=77, succeeded=True, from_cache=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        pytest.param({"mode": None, "provider": None}, "provider", "work's list", id="no price: the account's list"),
        pytest.param({"mode": None, "lane": "realtime"}, "lane", "standard", id="no price: by the lane"),
        pytest.param({"mode": "unknown"}, "lane", "batch", id="a tier without a price"),
        pytest.param({"lane": "realtime", "mode": "standard"}, "latency", HOUR - SECOND, id="a call took so long"),
        pytest.param({"lane": "realtime", "finished_at": None}, "latency", None, id="nobody knows how long"),
        pytest.param({"lane": "cache", "mode": "standard"}, "from_cache", True, id="answered before"),
        pytest.param({"lane": "cache", "mode": None}, "lane", "standard", id="answered before, by a call"),
        pytest.param({"stream": 1}, "streamed", True, id="streamed"),
        pytest.param({"workflow": None, "caller": "mail"}, "named_by", "caller: key", id="named for its key"),
        pytest.param({"workflow": None}, "workflow", "", id="nobody"),
        pytest.param({"digest": b"\1" * 32}, "prompt", 0x0101010101010101, id="a digest"),
        pytest.param({"amount": None}, "cost", None, id="an unknown price"),
    ],
)
def test_what_is_unknown_is_told_from_what_is_known_or_left_so(changes: dict[str, Any], field: str, value: Any) -> None:
    assert getattr(record(**changes), field) == value
