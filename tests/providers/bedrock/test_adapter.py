"""The Bedrock adapter does what every adapter has to do, and what only this one has to."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from bide.buckets.memory import MemoryBuckets
from bide.core.clock import DAY, HOUR, MINUTE, ManualClock
from bide.core.errors import SettingError
from bide.core.states import BatchOutcome
from bide.providers.bedrock.kind import BEDROCK, connect
from bide.providers.failures import MissingError, RejectedError, SlotsError
from bide.providers.port import BATCH_REFUSED, TOO_FEW, Call, Lines, Provider, Remote, Submission, Verdict
from bide.providers.setup import Tools
from bide.providers.translate import UntranslatableError
from bide.providers.transport import Transport
from bide.simulator.bedrock.create import Asked
from bide.simulator.bedrock.protocol import Bedrock
from bide.simulator.bedrock.view import asked_of
from bide.simulator.books import Books
from bide.simulator.bucket import Bucket, SharedBucket
from bide.simulator.faults import Site
from bide.simulator.inprocess import InProcessTransport
from bide.simulator.script import parse_script
from bide.testing.provider.case import SCRIPT, TURNAROUND, Account
from bide.testing.provider_conformance import Connect, ProviderConformance, setup_for

ADDRESS = "http://simulated/bedrock"
CHAT = "/v1/chat/completions"
ROLE = "arn:aws:iam::123456789012:role/bide"
FOLDER = "s3://bide/batches"
CLAUDE = "us.anthropic.claude-haiku-4-5-20251001-v1:0"
NOVA = "amazon.nova-lite-v1:0"
TOOLS: Any = [{"type": "function", "function": {"name": "look", "parameters": {"type": "object", "properties": {}}}}]


def bedrock(transport: Transport, buckets: MemoryBuckets, key: str = "simulated", **more: Any) -> Provider:
    setup = setup_for(BEDROCK, ADDRESS, key, runtime_url=ADDRESS, region="us-east-1")
    return connect(replace(setup, **{"role": ROLE, "bucket": FOLDER, **more}), Tools(transport, buckets))


class Case(ProviderConformance):
    """What is different at Bedrock. A job may be of one record here, so that the cases need not have a hundred."""

    tells_created = False
    tells_expiry = False
    names_not_run = False
    protocol = Bedrock(least=1)
    model = NOVA
    sites = ("create", "retrieve", "list", "cancel")
    validates = False
    tells_rates = False
    tells_wait = False
    tells_credit = False
    quota_statuses = (400,)
    full_queue = SlotsError
    serves_results = False

    @pytest.fixture
    def buckets(self) -> MemoryBuckets:
        return MemoryBuckets()

    @pytest.fixture
    def bucket(self, buckets: MemoryBuckets) -> Bucket | None:
        return SharedBucket(buckets)

    @pytest.fixture
    def connect(self, buckets: MemoryBuckets) -> Connect:
        return lambda transport, key: bedrock(transport, buckets, key)


class TestChat(Case):
    """Callers who speak OpenAI's format."""


class TestMessages(Case):
    """Callers who speak Anthropic's."""

    endpoint = "/v1/messages"


class TestClaude(Case):
    """Callers who speak Anthropic's format to a model of Anthropic's, which is its own."""

    endpoint = "/v1/messages"
    model = CLAUDE


@dataclass(frozen=True)
class Own(Account):
    """An account of which the bucket can be looked into."""

    objects: dict[str, bytes] = field(default_factory=dict[str, bytes])

    async def submit_bodies(self, bodies: Sequence[bytes]) -> Remote:
        """A batch of these bodies, ``t-0`` on."""

        async def lines() -> AsyncIterator[Lines]:
            yield [(f"t-{number}", body) for number, body in enumerate(bodies)]

        submission = Submission("t", self.model, self.endpoint, len(bodies), 0, lines)
        return await self.provider.submit(submission, await self.provider.stage(submission))

    def job(self, remote: Remote) -> Asked:
        """What the provider was asked for."""
        return asked_of(self.books.batches.get(remote.provider_id.rpartition("/")[2], self.clock.now()))


Open = Callable[..., Own]


@pytest.fixture
def open_account() -> Open:
    """An account; `batch` and `more` are parts of its script, `least` the smallest job, the rest is the account's setup."""

    def opened(
        batch: str = "", more: str = "", least: int = 1, model: str = NOVA, window: int = DAY, **setup: Any
    ) -> Own:
        clock, buckets = ManualClock(), MemoryBuckets()
        script = parse_script(SCRIPT.format(batch=batch, answers="", more=more))
        books = Books(script, 7, clock.now(), protocol=Bedrock(least))
        transport = InProcessTransport(books, clock, SharedBucket(buckets))
        if window != DAY:
            setup["limits"] = replace(BEDROCK.limits, window=window)
        return Own(bedrock(transport, buckets, **setup), books, clock, CHAT, model, objects=buckets.objects)

    return opened


class TestBatches:
    """Jobs, on a simulator that demands what AWS demands."""

    async def test_too_few_records_fail_in_validation_and_it_is_told(self, open_account: Open) -> None:
        account = open_account(least=100)
        ended = await account.ended("a", "b")
        assert (ended.outcome, ended.status) == (BatchOutcome.FAILED, "Failed")
        [error] = ended.errors
        assert (error.code, error.line) == (TOO_FEW, None)
        assert "(2)" in error.message
        assert "100" in error.message

    async def test_records_of_converse_are_the_rule(self, open_account: Open) -> None:
        account = open_account()
        created = await account.submit("a", tag="t")
        [(uri, content)] = account.objects.items()
        assert uri == f"{FOLDER}/t/input.jsonl"
        assert json.loads(content) == {
            "recordId": "tZ0",
            "modelInput": {"messages": [{"role": "user", "content": [{"text": "a"}]}]},
        }
        job = account.job(created)
        assert (job.name, job.token, job.kind, job.hours) == ("bide-t", "bide-t", "Converse", 24)
        assert (job.role, job.model, job.output) == (ROLE, NOVA, f"{FOLDER}/t/amazon.nova-lite-v1!3A0/")

    async def test_claude_with_tools_has_records_of_its_own(self, open_account: Open) -> None:
        account = open_account(model=CLAUDE)
        lines = [account.body("a"), account.body("b", tools=TOOLS, temperature=0.5, service_tier="flex")]
        created = await account.submit_bodies(lines)
        record = json.loads(account.objects[f"{FOLDER}/t/native.jsonl"].splitlines()[1])["modelInput"]
        assert record["anthropic_version"] == "bedrock-2023-05-31"
        assert record["max_tokens"] == 8_192
        assert record["temperature"] == 0.5
        assert record["tools"][0]["name"] == "look"
        assert {"model", "stream", "service_tier"}.isdisjoint(record)
        assert account.job(created).kind == "InvokeModel"

        account.clock.advance(TURNAROUND)
        rows = await account.rows(await account.provider.poll(created.provider_id))
        assert {row.custom_id: row.verdict for row in rows} == {"t-0": Verdict.ANSWERED, "t-1": Verdict.ANSWERED}
        assert all(json.loads(row.response)["body"]["object"] == "chat.completion" for row in rows)

    async def test_a_caller_who_speaks_claudes_format_gets_what_it_writes(self, open_account: Open) -> None:
        account = replace(open_account(model=CLAUDE), endpoint="/v1/messages")
        asked: dict[str, Any] = {
            "max_tokens": 20,
            "top_k": 7,
            "metadata": {"user_id": "u"},
            "context_management": {"edits": []},
        }
        created = await account.submit_bodies([account.body("hello", service_tier="auto", stream=False, **asked)])
        record = json.loads(account.objects[f"{FOLDER}/t/native.jsonl"])["modelInput"]
        said = [{"role": "user", "content": "hello"}]
        assert record == {"anthropic_version": "bedrock-2023-05-31", "messages": said, **asked}
        assert account.job(created).kind == "InvokeModel"
        account.clock.advance(TURNAROUND)
        [row] = await account.rows(await account.provider.poll(created.provider_id))
        body = json.loads(row.response)["body"]
        assert (body["type"], body["id"][:9]) == ("message", "msg_bdrk_")
        assert "hello" in body["content"][0]["text"]

    async def test_other_models_with_tools_have_no_batch(self, open_account: Open) -> None:
        account = open_account()
        with pytest.raises(RejectedError, match="no tools") as caught:
            await account.submit_bodies([account.body("a"), account.body("b", tools=TOOLS)])
        assert caught.value.code == BATCH_REFUSED
        assert [error.code for error in caught.value.errors] == [BATCH_REFUSED], "it is about the file"
        assert account.objects == {}

    async def test_what_claudes_own_format_cannot_say_has_no_batch_beside_tools(self, open_account: Open) -> None:
        account = open_account(model=CLAUDE)
        with pytest.raises(RejectedError, match="metadata"):
            await account.submit_bodies([account.body("a", tools=TOOLS), account.body("b", metadata={"k": "v"})])
        assert account.objects == {}
        await account.submit_bodies([account.body("b", metadata={"k": "v"})])

    async def test_a_deployment_stands_for_the_model(self, open_account: Open) -> None:
        account = open_account(model="haiku", deployments={"haiku": CLAUDE}, batch_deployments={"haiku": f"eu{CLAUDE}"})
        ended = await account.ended("a")
        assert account.job(ended).model == f"eu{CLAUDE}"
        [row] = await account.rows(ended)
        assert json.loads(row.response)["body"]["model"] == "haiku", "as the caller knows it"

    async def test_time_that_runs_out_leaves_what_is_finished(self, open_account: Open) -> None:
        account = open_account(batch="expires = 0.5")
        ended = await account.ended(*"abcdefgh", after=DAY)
        assert (ended.status, ended.outcome) == ("PartiallyCompleted", BatchOutcome.EXPIRED)
        rows = await account.rows(ended)
        assert [row.verdict for row in rows] == [Verdict.ANSWERED] * 4, "the others are in no file"

    async def test_a_job_that_never_began_has_no_results_and_nobody_waits_for_them(self, open_account: Open) -> None:
        account = open_account(batch="expires = 0.0")
        ended = await account.ended("a", after=DAY)
        assert (ended.status, ended.outcome) == ("Expired", BatchOutcome.EXPIRED)
        assert ended.output_file is not None
        assert await account.rows(ended) == []

    async def test_a_job_that_is_stopped_before_it_begins_has_none_either(self, open_account: Open) -> None:
        account = open_account('cancelling = "1m"\nin_flight = "0s"', more="[[when]]\nshare = 1.0\nbegins = 1.0")
        created = await account.submit("a")
        account.clock.advance(MINUTE)
        assert (await account.provider.poll(created.provider_id)).status == "Scheduled"
        assert (await account.provider.cancel(created.provider_id)).status == "Stopping"
        account.clock.advance(5 * MINUTE)
        ended = await account.provider.poll(created.provider_id)
        assert (ended.status, ended.outcome) == ("Stopped", BatchOutcome.CANCELLED)
        assert await account.rows(ended) == []

    async def test_results_that_were_deleted_are_missing(self, open_account: Open) -> None:
        account = open_account()
        ended = await account.ended("a")
        for uri in list(account.objects):
            if uri.endswith(".out"):
                del account.objects[uri]
        with pytest.raises(MissingError):
            await account.rows(ended)

    async def test_everything_of_a_batch_can_be_discarded_and_nothing_else(self, open_account: Open) -> None:
        account = open_account()
        ended = await account.ended("a")
        account.objects["s3://bide/other/input.jsonl"] = b""
        for file in (f"{FOLDER}/tag1/input.jsonl", ended.output_file, "s3://bide/other/input.jsonl"):
            await account.provider.discard(str(file))
        assert list(account.objects) == ["s3://bide/other/input.jsonl"]

    async def test_a_create_that_is_sent_again_makes_no_second_job(self, open_account: Open) -> None:
        account = open_account()
        submission = account.submission("a")
        staged = await account.provider.stage(submission)
        first, second = [await account.provider.submit(submission, staged) for _ in range(2)]
        assert first.provider_id == second.provider_id
        assert len(account.books.batches) == 1

    async def test_a_quota_of_jobs_is_no_fault_of_the_batch(self, open_account: Open) -> None:
        account = open_account(more='[[limit]]\nopen_batches = 1\nover_quota = "400"')
        await account.submit("a", tag="one")
        with pytest.raises(SlotsError):
            await account.submit("b", tag="two")
        account.clock.advance(TURNAROUND)
        await account.submit("b", tag="two")

    async def test_a_longer_window_is_a_longer_timeout(self, open_account: Open) -> None:
        account = open_account(window=100 * HOUR)
        created = await account.submit("a")
        shown = await account.provider.poll(created.provider_id)
        assert account.job(created).hours == 100
        assert (
            shown.expires_at == account.clock.now() + account.provider.limits.window == account.clock.now() + 100 * HOUR
        )

    async def test_a_role_that_is_none_is_told_at_once(self, open_account: Open) -> None:
        account = open_account(role="bide")
        with pytest.raises(RejectedError) as caught:
            await account.submit("a")
        assert caught.value.code == BATCH_REFUSED
        assert account.books.faults.calls[Site.CREATE] == 1


class TestCalls:
    async def test_an_answer_has_the_id_of_its_reply_and_the_callers_model(self, open_account: Open) -> None:
        account = open_account()
        row = (await account.provider.send(account.call("hello"))).row
        body = json.loads(row.response)["body"]
        assert (body["model"], body["object"]) == (NOVA, "chat.completion")
        assert body["id"] == f"chatcmpl-{json.loads(row.response)['request_id']}" != "chatcmpl-"
        assert body["created"] * 1_000_000 == account.clock.now()

    async def test_a_stream_is_spoken_in_the_callers_format(self, open_account: Open) -> None:
        account = open_account()
        call = account.call("hello", stream=True, stream_options={"include_usage": True})
        text = b"".join([chunk async for chunk in account.provider.stream(call)]).decode()
        chunks = [json.loads(line[6:]) for line in text.split("\n\n") if line.startswith("data: {")]
        assert text.endswith("data: [DONE]\n\n")
        assert "hello" in "".join(one["choices"][0]["delta"].get("content") or "" for one in chunks if one["choices"])
        assert chunks[-1]["usage"]["completion_tokens"] == 20
        assert {one["model"] for one in chunks} == {NOVA}

    @pytest.mark.parametrize("tier", ["flex", "priority"])
    async def test_a_tier_is_asked_for_and_told(self, open_account: Open, tier: str) -> None:
        account = open_account(more='flex_refused = 0.0\nflex_wait = "0s"')
        row = (await account.provider.send(account.call("hello", service_tier=tier))).row
        assert (row.verdict, row.tier) == (Verdict.ANSWERED, tier)

    async def test_a_stream_in_claudes_own_format_has_its_own_events(self, open_account: Open) -> None:
        account = replace(open_account(model=CLAUDE), endpoint="/v1/messages")
        call = account.call("hello", max_tokens=20, stream=True)
        text = b"".join([chunk async for chunk in account.provider.stream(call)]).decode()
        events = [event.split("\n") for event in text.removesuffix("\n\n").split("\n\n")]
        told = [json.loads(data.removeprefix("data: ")) for _, data in events]
        assert [name.removeprefix("event: ") for name, _ in events] == [one["type"] for one in told]
        assert [one["type"] for one in told if "delta" not in one["type"]] == [
            "message_start",
            "content_block_start",
            "content_block_stop",
            "message_stop",
        ]
        assert "hello" in "".join(one["delta"].get("text", "") for one in told if "delta" in one)
        assert told[-1]["amazon-bedrock-invocationMetrics"]["outputTokenCount"] == 20

    async def test_a_tier_of_a_body_in_claudes_own_format_goes_into_a_header(self, open_account: Open) -> None:
        account = replace(open_account(model=CLAUDE), endpoint="/v1/messages")
        row = (await account.provider.send(account.call("hello", max_tokens=9, service_tier="priority"))).row
        assert (row.verdict, row.tier) == (Verdict.ANSWERED, "priority")
        flex = (await account.provider.send(account.call("hello", max_tokens=9, service_tier="flex"))).row
        assert (flex.verdict, flex.status, flex.permanent) == (Verdict.ERRORED, 400, True)
        error = json.loads(flex.response)["body"]
        assert (error["type"], "flex is not supported" in error["error"]["message"]) == ("error", True)
        account.provider.check(account.endpoint, account.body("a", service_tier="standard_only"))
        with pytest.raises(UntranslatableError, match="service_tier"):
            account.provider.check(account.endpoint, account.body("a", service_tier="gold"))

    async def test_claude_in_another_format_and_another_model_in_claudes_go_by_converse(
        self, open_account: Open
    ) -> None:
        chat, nova = open_account(model=CLAUDE), replace(open_account(), endpoint="/v1/messages")
        for account, kind in ((chat, "chat.completion"), (nova, "message")):
            body = json.loads((await account.provider.send(account.call("hello", max_tokens=9))).row.response)["body"]
            assert (body.get("object") or body["type"]) == kind
            assert "bdrk" not in body["id"], "Converse tells no id"

    async def test_callers_of_responses_are_answered_in_it(self, open_account: Open) -> None:
        account = open_account()
        body = json.dumps({"model": NOVA, "input": "hello", "max_output_tokens": 20}).encode()
        row = (await account.provider.send(Call("/v1/responses", body, "attempt-1", NOVA))).row
        answer = json.loads(row.response)["body"]
        assert (answer["object"], answer["model"]) == ("response", NOVA)
        assert "hello" in json.dumps(answer["output"])

    async def test_a_tool_can_be_called_for_in_real_time(self, open_account: Open) -> None:
        account = open_account()
        assert (await account.provider.send(account.call("hello", tools=TOOLS))).row.verdict is Verdict.ANSWERED

    def test_what_cannot_be_said_is_refused_beforehand(self, open_account: Open) -> None:
        account = open_account()
        account.provider.check(account.endpoint, account.body("a"))
        with pytest.raises(UntranslatableError, match="seed"):
            account.provider.check(account.endpoint, account.body("a", seed=1))


@pytest.mark.parametrize("bucket", ["gs://bide/x", "s3://", "bide"])
def test_a_bucket_has_to_be_in_s3(bucket: str) -> None:
    nowhere: Any = None
    with pytest.raises(SettingError, match="s3://bucket/folder"):
        bedrock(nowhere, MemoryBuckets(), bucket=bucket)
