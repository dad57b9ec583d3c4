"""Files in object stores: requests streamed from one, answers into another, as with files of this machine."""

import csv
import gzip
import io
import json
from pathlib import Path
from typing import Any, cast

import boto3
import pytest
from pyarrow import parquet

from tests.buckets.servers import Server, moto_environment
from tests.system.harness import Machine, text_of, wait_until, write_requests

COUNT = 20


class Bucket:
    """What lies in the store, as its own client sees it."""

    def __init__(self, server: Server) -> None:
        keys = {"aws_access_key_id": "a", "aws_secret_access_key": "s", "region_name": "us-east-1"}
        self._client = cast(Any, boto3).client("s3", endpoint_url=server.url, **keys)

    def put(self, key: str, data: bytes) -> None:
        self._client.put_object(Bucket="bide", Key=key, Body=data)

    def get(self, key: str) -> bytes:
        return self._client.get_object(Bucket="bide", Key=key)["Body"].read()

    def listed(self) -> list[str]:
        return [found["Key"] for found in self._client.list_objects_v2(Bucket="bide").get("Contents", [])]

    def clear(self) -> None:
        for key in self.listed():
            self._client.delete_object(Bucket="bide", Key=key)


@pytest.fixture
def bucket(moto: Server) -> Bucket:
    bucket = Bucket(moto)
    bucket.clear()
    return bucket


@pytest.fixture
def afar(here: Machine, moto: Server) -> Machine:
    """A machine that is led to the store."""
    here.extra = moto_environment(moto)
    return here


def requests(folder: Path, count: int = COUNT) -> bytes:
    write_requests(folder / "made.jsonl", count)
    return (folder / "made.jsonl").read_bytes()


def test_from_one_store_into_another(afar: Machine, bucket: Bucket) -> None:
    bucket.put("in/questions.jsonl.gz", gzip.compress(requests(afar.folder)))

    done = afar.run("run", "s3://bide/in/questions.jsonl.gz", "--within", "2h", "-o", "gs://bide/out/answers.jsonl")

    assert done.code == 0, done.err
    lines = [json.loads(line) for line in bucket.get("out/answers.jsonl").splitlines()]
    assert [line["custom_id"] for line in lines] == [f"q-{number}" for number in range(COUNT)]
    assert all(f"What is {number} plus {number}?" in text_of(line) for number, line in enumerate(lines))
    assert bucket.listed() == ["in/questions.jsonl.gz", "out/answers.jsonl"]


def test_the_same_object_is_the_same_job(afar: Machine, bucket: Bucket) -> None:
    bucket.put("questions.jsonl", requests(afar.folder))
    command = ("run", "s3://bide/questions.jsonl", "--within", "2h", "-o", "s3://bide/answers.jsonl")
    assert afar.run(*command).code == 0
    answers = bucket.get("answers.jsonl")
    billed = afar.billed

    again = afar.run(*command)
    assert again.code == 0
    assert "handed in before" in again.err

    bucket.clear()
    bucket.put("questions.jsonl", requests(afar.folder))
    assert afar.run(*command).code == 0, "what was there once is written again"
    assert bucket.get("answers.jsonl") == answers
    assert afar.billed == billed
    assert len(afar.status()) == 1


def test_a_changed_object_with_an_open_job_explains_itself(afar: Machine, bucket: Bucket) -> None:
    bucket.put("questions.jsonl", requests(afar.folder))
    command = ("s3://bide/questions.jsonl", "--within", "2h", "-o", "s3://bide/answers.jsonl")
    assert afar.run("submit", *command, "--no-guard").code == 0
    bucket.put("questions.jsonl", requests(afar.folder, COUNT + 1))

    changed = afar.run("submit", *command, "--no-guard")

    assert changed.code == 2
    assert "its content was different" in changed.err


def test_the_guard_delivers(afar: Machine, bucket: Bucket) -> None:
    bucket.put("questions.jsonl", requests(afar.folder))

    handed = afar.run("submit", "s3://bide/questions.jsonl", "--within", "2h", "-o", "s3://bide/answers.jsonl")

    assert handed.code == 0, handed.err
    wait_until(lambda: "answers.jsonl" in bucket.listed())
    assert len(bucket.get("answers.jsonl").splitlines()) == COUNT


@pytest.mark.parametrize("name", ["out.csv.gz", "out.parquet"])
def test_tables_come_and_go(afar: Machine, bucket: Bucket, name: str) -> None:
    bucket.put("rows.csv", b"key,text\n" + b"".join(b"%d,row %d\n" % (number, number) for number in range(COUNT)))
    template = ("--prompt", "Say {text}", "--model", "gpt-5-mini", "--param", "max_completion_tokens=40")

    done = afar.run("run", "s3://bide/rows.csv", *template, "--within", "2h", "-o", f"s3://bide/{name}")

    assert done.code == 0, done.err
    data = bucket.get(name)
    if name.endswith(".parquet"):
        rows = cast(Any, parquet).read_table(io.BytesIO(data)).to_pylist()
    else:
        rows = list(csv.DictReader(io.StringIO(gzip.decompress(data).decode())))
    assert [row["text"] for row in rows] == [f"row {number}" for number in range(COUNT)]
    assert all(f"Say {row['text']}" in row["answer"] for row in rows)

    # And what was written can be read: Parquet from its end, by ranges.
    stats = afar.run(
        "files", "stats", f"s3://bide/{name}", "--prompt", "{text}", "-m", "gpt-5-mini", "--output", "json"
    )
    assert stats.last["requests"] == COUNT, stats.err


def test_validate_and_results(afar: Machine, bucket: Bucket) -> None:
    bucket.put("questions.jsonl", requests(afar.folder, 2) + b"{bad\n")
    checked = afar.run("files", "validate", "s3://bide/questions.jsonl", "--output", "json")
    assert checked.code == 1
    assert [problem["line"] for problem in checked.last["problems"]] == [3]

    skip = ("--on-bad-line", "skip", "--no-guard")
    assert afar.run("run", "s3://bide/questions.jsonl", "--within", "2h", *skip).code == 0
    assert afar.run("results", "last", "-o", "s3://bide/later.jsonl").code == 0
    assert len(bucket.get("later.jsonl").splitlines()) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(("s3://bide/none.jsonl",), "there is no s3://bide/none.jsonl; check the bucket", id="no object"),
        pytest.param(("s3://bide/folder/",), "names no object but a folder", id="a folder"),
        pytest.param(("ftp://host/in.jsonl",), "is of no kind bide knows; write s3://", id="an unknown kind"),
        pytest.param(("s3://bide/in.jsonl", "-o", "s3://bide/in.jsonl"), "would replace the input", id="the input"),
        pytest.param(("in.jsonl", "-o", "s3://bidden/out"), "there is no bucket s3://bidden; make it", id="no bucket"),
        pytest.param(("in.jsonl", "-o", "s3://bide/out.jsonl"), "there are no credentials for s3://", id="no key"),
    ],
)
def test_errors_name_the_object(afar: Machine, bucket: Bucket, arguments: tuple[str, ...], message: str) -> None:
    bucket.put("in.jsonl", requests(afar.folder, 2))
    write_requests(afar.folder / "in.jsonl", 2)
    if "no credentials" in message:
        afar.extra = {"HOME": str(afar.folder), "AWS_EC2_METADATA_DISABLED": "true"}

    done = afar.run("run", *arguments, "--within", "2h", "--no-guard")

    assert done.code == 2
    assert message in done.err
    assert afar.books()["billed"]["modes"] == {}


def test_a_file_uri_is_a_path(here: Machine) -> None:
    write_requests(here.folder / "in file.jsonl", 2)
    source = (here.folder / "in file.jsonl").as_uri()

    done = here.run("run", source, "--within", "2h", "-o", (here.folder / "out file.jsonl").as_uri())

    assert done.code == 0, done.err
    assert len((here.folder / "out file.jsonl").read_text("utf-8").splitlines()) == 2
