"""OpenAI's usage and bill, as the API gives them and as the dashboard exports them."""

from typing import Any

import pytest

from bide.audit.readers import openai_costs, openai_usage
from bide.audit.readers.known import reader_of
from bide.audit.readers.reader import Skipped
from bide.audit.readers.record import Record
from bide.core.clock import DAY, MINUTE, SECOND
from bide.core.money import DOLLAR

START = 1_730_419_200


def page(*results: dict[str, Any]) -> dict[str, Any]:
    """A page with one day's bucket."""
    bucket = {"object": "bucket", "start_time": START, "end_time": START + 86_400, "results": list(results)}
    return {"object": "page", "data": [bucket], "has_more": False, "next_page": None}


USED = {
    "object": "organization.usage.completions.result", "input_tokens": 1_000, "output_tokens": 500, "input_cached_tokens": 800,
    "input_cache_write_tokens": 50, "input_audio_tokens": 0, "output_audio_tokens": 0, "num_model_requests": 5, "project_id": "proj_a",
    "user_id": None, "api_key_id": "key_1", "model": "gpt-4o-mini-2024-07-18", "batch": False, "service_tier": None,
}  # fmt: skip

BILLED = {
    "object": "organization.costs.result", "amount": {"value": 0.06, "currency": "usd"}, "line_item": "gpt-4o-2024-08-06, input",
    "project_id": "proj_a", "api_key_id": None, "quantity": None,
}  # fmt: skip


def test_a_result_of_the_usage_api_is_a_record_of_its_bucket() -> None:
    assert reader_of("it", [page(USED)], {}) is openai_usage.READER
    (part,) = openai_usage.READER.parts(page(USED))

    assert openai_usage.record(part) == Record(
        at=START * SECOND,
        period=DAY,
        requests=5,
        provider="openai",
        model="gpt-4o-mini-2024-07-18",
        workflow="proj_a",
        named_by="project_id",
        lane="standard",
        input=1_000,
        cached=800,
        cache_write=50,
        output=500,
        caller="key_1",
    )


@pytest.mark.parametrize(
    ("more", "lane"),
    [
        pytest.param({"batch": True}, "batch", id="a batch"),
        pytest.param({"service_tier": "flex"}, "flex", id="flex"),
        pytest.param({"service_tier": "default"}, "standard", id="the default"),
        pytest.param({"service_tier": "scale"}, None, id="a tier without a price"),
        pytest.param({"batch": None}, None, id="not grouped by it"),
        pytest.param({"batch": "True"}, "batch", id="as the table writes it"),
        pytest.param({"batch": "False"}, "standard", id="no batch, as the table writes it"),
    ],
)
def test_the_lane_is_what_it_was_grouped_by(more: dict[str, Any], lane: str | None) -> None:
    (part,) = openai_usage.READER.parts(page(USED | more))
    found = openai_usage.record(part)

    assert isinstance(found, Record)
    assert found.lane == lane


def test_a_row_of_the_export_stands_for_its_minute() -> None:
    row = {
        "start_time": "1761523440", "end_time": "1761523500", "start_time_iso": "2025-10-27T00:04:00+00:00",
        "end_time_iso": "2025-10-27T00:05:00+00:00", "project_id": "proj_a", "num_model_requests": "3.0", "user_id": "", "api_key_id": "key_1",
        "model": "gpt-5-nano", "batch": "", "service_tier": "", "input_tokens": "7162", "output_tokens": "1673.0", "input_cached_tokens": "1280",
        "input_uncached_tokens": "5882", "project_name": "Nightly reports",
    }  # fmt: skip
    found = openai_usage.record(row)

    assert reader_of("it", [row], {}) is openai_usage.READER
    assert isinstance(found, Record)
    assert (found.at, found.period, found.requests) == (1_761_523_440 * SECOND, MINUTE, 3)
    assert (found.input, found.cached, found.output) == (7_162, 1_280, 1_673)
    assert (found.workflow, found.named_by, found.lane) == ("Nightly reports", "project_name", None)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        pytest.param(
            {"object": "organization.usage.images.result", "images": 5, "num_model_requests": 2, "start_time": START},
            "it is not billed by the token",
            id="images",
        ),
    ],
)
def test_what_has_no_tokens_is_left_out_with_a_reason(row: dict[str, Any], why: str) -> None:
    assert reader_of("it", [row], {}) is openai_usage.READER
    assert openai_usage.record(row) == Skipped(why)


def test_an_empty_bucket_says_that_nothing_was_used_in_its_time() -> None:
    row = {"start_time": "1761523200", "end_time": "1761526800", "start_time_iso": "", "end_time_iso": ""}

    assert reader_of("it", [row], {}) is openai_usage.READER
    assert openai_usage.record(row) == Skipped(
        "nothing was used then", covers=(1_761_523_200 * SECOND, 1_761_526_800 * SECOND)
    )


def test_embeddings_have_no_output() -> None:
    used = {"object": "organization.usage.embeddings.result", "input_tokens": 9, "num_model_requests": 1}
    (part,) = openai_usage.READER.parts(page(used))
    found = openai_usage.record(part)

    assert isinstance(found, Record)
    assert (found.input, found.output, found.model, found.workflow) == (9, 0, "", "")


def test_a_line_of_the_bill_is_money_without_requests() -> None:
    assert reader_of("it", [page(BILLED)], {}) is openai_costs.READER
    (part,) = openai_costs.READER.parts(page(BILLED))

    assert openai_costs.record(part) == Record(
        at=START * SECOND,
        period=DAY,
        requests=0,
        provider="openai",
        model="gpt-4o-2024-08-06",
        workflow="proj_a",
        named_by="project_id",
        cost=6 * DOLLAR // 100,
        bill=True,
    )


@pytest.mark.parametrize(
    ("item", "model", "lane"),
    [
        pytest.param("gpt-4o-mini, cached input", "gpt-4o-mini", None, id="cached"),
        pytest.param("gpt-5-nano, input_tokens", "gpt-5-nano", None, id="with an underscore"),
        pytest.param("gpt-4o-mini batch, output", "gpt-4o-mini", "batch", id="in a batch"),
        pytest.param("o3, batch output", "o3", "batch", id="in a batch, said behind"),
        pytest.param("ft-gpt-4o-2024-08-06, output", "ft-gpt-4o-2024-08-06", None, id="fine-tuned"),
        pytest.param(None, "", None, id="not grouped by it"),
    ],
)
def test_a_line_names_its_model(item: str | None, model: str, lane: str | None) -> None:
    row = {
        "start_time": "1790553600", "end_time": "1790640000", "amount_value": "0.003835980000000000000000000000", "amount_currency": "usd",
        "line_item": item,
    }  # fmt: skip
    found = openai_costs.record(row)

    assert reader_of("it", [row], {}) is openai_costs.READER
    assert isinstance(found, Record)
    assert (found.model, found.lane, found.cost) == (model, lane, 3_835_980_000)


def test_bills_for_other_things_are_left_out_with_what_they_cost() -> None:
    row = {
        "start_time": "1790553600",
        "end_time": "1790640000",
        "amount_value": "12.5",
        "line_item": "web search tool calls",
    }

    assert openai_costs.record(row) == Skipped("it is the bill for web search tool calls", 25 * DOLLAR // 2)
    assert openai_costs.record(row | {"amount_value": ""}) == Skipped("nothing was billed then")


def test_another_currency_is_refused() -> None:
    row = {"start_time": "1790553600", "end_time": "1790640000", "amount_value": "1", "amount_currency": "eur"}
    with pytest.raises(ValueError, match="amount_currency: 'eur' is not usd"):
        openai_costs.record(row)


def test_an_empty_first_page_does_not_hide_the_bill_after_it() -> None:
    assert reader_of("it", [page(), page(BILLED)], {}) is openai_costs.READER
    assert reader_of("it", [page(), page(USED)], {}) is openai_usage.READER
