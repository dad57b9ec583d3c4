"""Files of all kinds into one profile."""

import csv
import gzip
import importlib
import io
import json
from pathlib import Path
from typing import Any

import pytest

from bide.audit.profile.reading import TOLD_EVERY, read_files
from bide.audit.profile.taking import SHOWN, Defaults
from bide.core.clock import DAY, HOUR, SECOND
from bide.core.errors import InputError
from bide.core.money import DOLLAR
from bide.core.usage import Usage
from bide.logs.moment import instant

USAGE: dict[str, Any] = {
    "object": "page",
    "data": [
        {
            "object": "bucket", "start_time": 1_786_060_800, "end_time": 1_786_147_200,
            "results": [
                {
                    "object": "organization.usage.completions.result", "input_tokens": 10, "output_tokens": 5, "num_model_requests": 2,
                    "model": "gpt-4o", "batch": False, "project_id": "p",
                },
                {"object": "organization.usage.completions.result", "input_tokens": -1, "num_model_requests": 1},
                {"object": "organization.usage.images.result", "num_model_requests": 1, "images": 1},
            ],
        }
    ],
}  # fmt: skip
COSTS = {
    "object": "page",
    "data": [
        {
            "object": "bucket", "start_time": 1_786_060_800, "end_time": 1_786_147_200,
            "results": [
                {"amount": {"value": 2.0, "currency": "usd"}, "line_item": "gpt-4o, input", "project_id": "p"},
                {"amount": {"value": 0.5, "currency": "usd"}, "line_item": "vector storage", "project_id": "p"},
            ],
        }
    ],
}  # fmt: skip
ROWS = [
    {
        "at": f"2026-08-0{day}T10:00:00Z",
        "model": "gpt-4o",
        "task": "sort",
        "input_tokens": 100 * day,
        "output_tokens": day,
    }
    for day in range(1, 8)
]


def written(path: Path, content: str | bytes) -> str:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def table(rows: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def parquet(path: Path, rows: list[dict[str, Any]]) -> str:
    pa: Any = importlib.import_module("pyarrow")
    pq: Any = importlib.import_module("pyarrow.parquet")
    pq.write_table(pa.Table.from_pylist(rows), path)
    return str(path)


def test_the_same_rows_are_the_same_profile_whatever_they_are_written_in(tmp_path: Path) -> None:
    lines = "\n".join(map(json.dumps, ROWS))
    paths = [
        written(tmp_path / "rows.csv", table(ROWS)),
        written(tmp_path / "rows.tsv.gz", gzip.compress(table(ROWS).replace(",", "\t").encode())),
        written(tmp_path / "rows.jsonl", lines),
        written(tmp_path / "rows.json", json.dumps(ROWS, indent=1)),
        parquet(tmp_path / "rows.parquet", ROWS),
    ]
    profiles = [read_files([path]) for path in paths]

    assert [profile.sources[0].reader for profile in profiles] == [
        "a log of requests, table",
        "a log of requests, table",
        "a log of requests, JSON Lines",
        "a log of requests, JSON",
        "a log of requests, Parquet",
    ]
    assert all(profile.groups == profiles[0].groups for profile in profiles)
    assert profiles[0].groups[0].tokens == Usage(2_800, 0, 0, 28)


def test_an_export_and_its_bill_are_one_profile(tmp_path: Path) -> None:
    profile = read_files(
        [
            written(tmp_path / "usage.json", json.dumps(USAGE, indent=2)),
            written(tmp_path / "costs.json", json.dumps(COSTS)),
        ]
    )
    usage, costs = profile.sources

    assert (usage.reader, usage.rows, usage.bad, usage.skipped) == ("OpenAI's usage, JSON", 1, 1, 1)
    assert [str(bad) for bad in usage.examples] == ["line 1: input_tokens: -1 is no whole number (number 2 in it)"]
    assert usage.reasons == {"it is not billed by the token": 1}
    assert (costs.reader, costs.rows, costs.skipped_cost) == ("OpenAI's bill, JSON Lines", 1, DOLLAR // 2)
    assert costs.reasons == {"it is the bill for vector storage": 1}
    assert {(group.lane, group.requests, group.billed) for group in profile.groups} == {
        ("standard", 2, 0),
        (None, 0, 2 * DOLLAR),
    }
    assert profile.overlaps == ()


def test_hours_in_which_nothing_was_used_belong_to_the_time_that_is_covered(tmp_path: Path) -> None:
    head = "start_time,end_time,start_time_iso,end_time_iso,num_model_requests,input_tokens,output_tokens,model\n"
    times = [str(1_786_060_800 + second) for second in (0, 3_600, 7_200, 10_800, 82_800, 86_400)]
    rows = f"{times[0]},{times[1]},,,,,,\n{times[2]},{times[3]},,,1,5,1,gpt-4o\n{times[4]},{times[5]},,,,,,\n"
    profile = read_files([written(tmp_path / "usage.csv", head + rows)])

    assert (profile.rows, profile.end - profile.first) == (1, DAY)
    assert profile.groups[0].end - profile.groups[0].first == HOUR


def test_files_of_the_same_time_are_told(tmp_path: Path) -> None:
    paths = [written(tmp_path / name, table(rows)) for name, rows in (("a.csv", ROWS), ("b.csv", ROWS[3:]))]
    (found,) = read_files(paths).overlaps

    assert (found.one, found.other, found.same, found.models) == (*paths, 1.0, [("openai", "gpt-4o")])


def test_bad_rows_are_named_and_counted_and_their_neighbours_are_kept(tmp_path: Path) -> None:
    text = (
        table(ROWS[:2])
        + "soon,gpt-4o,sort,1,1\n"
        + "1,2\n"
        + "2026-08-05,gpt-4o,sort,x,1\n" * SHOWN
        + table(ROWS[2:]).split("\n", 1)[1]
    )
    (source,) = read_files([written(tmp_path / "rows.csv", text)]).sources

    assert (source.rows, source.bad, len(source.examples)) == (7, SHOWN + 2, SHOWN)
    assert [str(bad) for bad in source.examples[:3]] == [
        "line 4: at: 'soon' is no instant; write seconds, or ISO 8601 as in 2026-11-21T09:30:00Z",
        "line 5: cells in the record: 2, columns in the header: 5",
        "line 6: input_tokens: 'x' is no whole number",
    ]


def test_rows_that_name_no_model_may_be_taken_for_one(tmp_path: Path) -> None:
    rows = [
        {"t_s": 1, "in_tokens": 5, "out_tokens": 1, "model": ""},
        {"t_s": 2, "in_tokens": 5, "out_tokens": 1, "model": "gpt-4o"},
    ]
    profile = read_files([written(tmp_path / "t.csv", table(rows))], defaults=Defaults("anthropic", "claude-haiku-4-5"))

    assert {(group.provider, group.model, group.rows) for group in profile.groups} == {
        ("anthropic", "claude-haiku-4-5", 1), ("openai", "gpt-4o", 1),
    }  # fmt: skip
    assert profile.sources[0].notes[-1] == "rows that name no model (1) are taken to be of claude-haiku-4-5"


def test_what_has_no_name_is_called_by_how_its_prompts_begin(tmp_path: Path) -> None:
    rows = [
        {"at": 1_786_060_800 + number, "input": 50, "messages": [{"role": "system", "content": f"You {do} mail."}, {"role": "user", "content": "x"}]}
        for number, do in enumerate(("sort", "answer", "sort"))
    ]  # fmt: skip
    profile = read_files([written(tmp_path / "t.jsonl", "\n".join(map(json.dumps, rows)))])

    assert {(group.workflow, group.named_by, group.rows) for group in profile.groups} == {
        ("You sort mail.", "how its prompts begin", 2), ("You answer mail.", "how its prompts begin", 1),
    }  # fmt: skip


def test_whoever_waits_hears_how_far_it_is(tmp_path: Path) -> None:
    heard = list[tuple[str, int, float | None]]()
    path = written(tmp_path / "t.csv", "t_s,in_tokens,out_tokens\n" + "1,2,3\n" * (2 * TOLD_EVERY + 1))
    read_files([path], told=lambda name, rows, share: heard.append((name, rows, share)))

    assert [rows for _, rows, _ in heard] == [TOLD_EVERY, 2 * TOLD_EVERY, 2 * TOLD_EVERY + 1]
    assert heard[-1] == (path, 2 * TOLD_EVERY + 1, 1.0)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("", "contains no request", id="empty"),
        pytest.param("t_s,in_tokens\n", "no row that can be read", id="a header alone"),
        pytest.param("{\n", "no row that can be read: line 1: it is no JSON", id="no JSON"),
        pytest.param("t_s,in_tokens\nx,1\n", r"no usable row: .*t.csv \(a log of requests, table\): line 2: t_s: 'x'", id="no good row"),
        pytest.param(json.dumps(USAGE["data"][0] | {"results": []}), "no usable row: .* is empty.*--column", id="an empty page"),
        pytest.param("start_time,end_time,start_time_iso,end_time_iso\n1,2,,\n", "nothing was used then", id="an empty export"),
    ],
)  # fmt: skip
def test_what_says_nothing_is_refused_with_what_it_was_taken_for(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_files([written(tmp_path / "t.csv", text)])


def test_files_of_one_kind_are_one_log_and_those_of_another_speak_of_their_own_time(tmp_path: Path) -> None:
    profile = read_files(
        [
            written(tmp_path / "first.csv", table(ROWS[:3])),
            written(tmp_path / "second.csv", table([row | {"task": "answer"} for row in ROWS[3:]])),
            written(tmp_path / "usage.json", json.dumps(USAGE)),
        ]
    )
    first, last = (instant(f"2026-08-0{day}T10:00:00Z") for day in (1, 7))

    assert {(group.workflow, group.covers) for group in profile.groups} == {
        ("sort", (first, last)),
        ("answer", (first, last)),
        ("p", (1_786_060_800 * SECOND, 1_786_147_200 * SECOND)),
    }
    assert (profile.first, profile.end) == (first, max(last, 1_786_147_200 * SECOND))
