"""What the SDK does not show of the protocol: ends of jobs, refusals, and that the same run comes out the same."""

import asyncio
import json
from typing import Any
from urllib.parse import quote

import pytest

from bide.core.clock import DAY, HOUR, MINUTE, SECOND, ManualClock
from bide.simulator.bedrock.protocol import Bedrock
from bide.simulator.books import Books
from bide.simulator.bucket import MemoryBucket
from bide.simulator.exchange import Reply, Request
from bide.simulator.house import House
from bide.simulator.script import parse_script

PLAIN = """
[batch]
turnaround = "10m"
begins = 0.0
validation = "0s"
finalizing = "0s"
"""
SIGNED = "AWS4-HMAC-SHA256 Credential={}/20261121/us-east-1/bedrock/aws4_request, SignedHeaders=host, Signature=0"
ROLE = "arn:aws:iam::123456789012:role/bide"


class Account:
    """An account, used as a client would."""

    def __init__(self, script: str = PLAIN, least: int = 1, seed: int = 1) -> None:
        self.clock, self.bucket = ManualClock(), MemoryBucket()
        self.books = Books(parse_script(script), seed, self.clock.now(), protocol=Bedrock(least))
        self.house = House.of(self.books, self.bucket)

    def send(self, method: str, path: str, value: object = None, authorization: str = "Bearer key") -> Reply:
        path, _, query = path.partition("?")
        pairs = dict(pair.split("=") for pair in query.split("&") if pair)
        body = b"" if value is None else json.dumps(value).encode()
        request = Request(method, path, pairs, {"authorization": authorization}, body)
        reply = asyncio.run(self.house.handle(request, self.clock))
        assert isinstance(reply, Reply)
        return reply

    def json(self, method: str, path: str, value: object = None) -> Any:
        reply = self.send(method, path, value)
        assert reply.status == 200, bytes(reply.body)
        return json.loads(reply.body)

    def create(self, *prompts: str, **fields: Any) -> str:
        lines = [
            {"recordId": f"r{place}", "modelInput": {"messages": [{"role": "user", "content": [{"text": prompt}]}]}}
            for place, prompt in enumerate(prompts)
        ]
        self.bucket.objects["s3://bide/in.jsonl"] = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
        return self.json("POST", "/model-invocation-job", wanted(**fields))["jobArn"]

    def job(self, arn: str, after: int = 0) -> Any:
        self.clock.advance(after)
        return self.json("GET", f"/model-invocation-job/{quote(arn, safe='')}")

    def results(self, arn: str) -> list[Any]:
        text = self.bucket.objects.get(f"s3://bide/out/{arn.rpartition('/')[2]}/in.jsonl.out", b"")
        return [json.loads(line) for line in text.split(b"\n") if line]


def wanted(**fields: Any) -> dict[str, Any]:
    return {
        "jobName": "job",
        "roleArn": ROLE,
        "modelId": "amazon.nova-lite-v1:0",
        "modelInvocationType": "Converse",
        "inputDataConfig": {"s3InputDataConfig": {"s3Uri": "s3://bide/in.jsonl"}},
        "outputDataConfig": {"s3OutputDataConfig": {"s3Uri": "s3://bide/out"}},
        **fields,
    }


def test_a_job_is_found_by_its_arn_and_by_its_short_id() -> None:
    account = Account()
    arn = account.create("a")

    assert account.job(arn) == account.job(arn.rpartition("/")[2])
    assert len(arn.rpartition("/")[2]) == 12


@pytest.mark.parametrize(
    ("share", "status", "rows"),
    [
        pytest.param(0.0, "Expired", 0, id="before it began"),
        pytest.param(0.5, "PartiallyCompleted", 2, id="while it ran: what was not run is in no file"),
    ],
)
def test_time_runs_out(share: float, status: str, rows: int) -> None:
    account = Account(f"{PLAIN}expires = {share}\n")
    arn = account.create(*"abcd", timeoutDurationInHours=48)

    assert account.job(arn, 2 * DAY - HOUR)["status"] in ("InProgress", "Scheduled")
    job = account.job(arn, HOUR)
    assert (job["status"], job["totalRecordCount"], job["processedRecordCount"]) == (status, 4, rows)
    assert len(account.results(arn)) == rows
    assert any("manifest" in uri for uri in account.bucket.objects) is bool(rows)


def test_a_record_that_fails_says_so_in_its_line() -> None:
    account = Account()
    arn = account.create("a", "[poison:row-error]", "[poison:row-busy]")
    account.job(arn, HOUR)

    rows = {row["recordId"]: row for row in account.results(arn)}
    assert set(rows["r0"]) == {"recordId", "modelInput", "modelOutput"}
    assert (rows["r1"]["error"]["errorCode"], rows["r2"]["error"]["errorCode"]) == (400, 429)


def test_a_record_without_an_id_is_given_one() -> None:
    account = Account()
    arn = account.create("a")
    account.bucket.objects["s3://bide/in.jsonl"] = b'{"modelInput": {"messages": []}}\n'
    arn = account.json("POST", "/model-invocation-job", wanted(jobName="two"))["jobArn"]
    account.job(arn, HOUR)

    assert [row["recordId"] for row in account.results(arn)] == ["CORE00000000"]


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ('refuses = 400\n', "ServiceQuotaExceededException"),
        ('[[limit]]\nopen_batches = 0\nover_quota = "400"\n', "ServiceQuotaExceededException"),
        ("[account]\nbatches_per_hour = 0\n", "ThrottlingException"),
    ],
)  # fmt: skip
def test_a_full_quota_is_a_400_and_a_reached_rate_a_429(script: str, error: str) -> None:
    account = Account(PLAIN + script)
    account.bucket.objects["s3://bide/in.jsonl"] = b'{"recordId": "a", "modelInput": {}}\n'
    reply = account.send("POST", "/model-invocation-job", wanted())

    assert reply.status == (400 if error.startswith("Service") else 429)
    assert reply.headers["x-amzn-errortype"].startswith(f"{error}:")
    assert set(json.loads(reply.body)) == {"message"}
    assert "retry-after" not in reply.headers


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        ("Bearer key", 200),
        ("Bearer invalid", 403),
        (SIGNED.format("AKID"), 200),
        (SIGNED.format("invalid"), 403),
        (SIGNED.format("AKID").replace("/bedrock/", "/s3/"), 403),
        ("", 403),
    ],
)
def test_who_is_let_in(authorization: str, status: int) -> None:
    reply = Account().send("GET", "/model-invocation-jobs", authorization=authorization)

    assert reply.status == status


def test_the_same_seed_is_the_same_run() -> None:
    def run(seed: int) -> tuple[str, dict[str, bytes]]:
        account = Account(seed=seed)
        arn = account.create(*"abcdefgh")
        account.job(arn, 11 * MINUTE + SECOND)
        return arn, account.bucket.objects

    assert run(1) == run(1)
    assert run(1) != run(2)
