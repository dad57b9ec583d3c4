"""The adapter does what every adapter has to do, in both of Azure's dialects."""

import itertools
from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.buckets.servers import ACCOUNT, Server, azurite_environment, start_azurite

from bide.buckets.cloud import CloudBuckets
from bide.buckets.memory import MemoryBuckets
from bide.buckets.port import Buckets
from bide.core.clock import HOUR, MINUTE, SECOND
from bide.core.quota import Resource, Told
from bide.core.states import BatchOutcome
from bide.lanes.outcome.validation import Bar, Wait, after_failure
from bide.providers.failures import BusyError, QuotaError
from bide.providers.openai.azure import AZURE
from bide.providers.port import Provider
from bide.providers.setup import Tools
from bide.providers.transport import Transport
from bide.simulator.azure import protocol
from bide.simulator.bucket import Bucket, SharedBucket
from bide.simulator.faults import Site
from bide.testing.provider.case import TURNAROUND, Account, OpenAccount, ProviderCase
from bide.testing.provider_conformance import Connect, ProviderConformance, setup_for

RESOURCE = "http://simulated.invalid/azure"

NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def azurite() -> Iterator[Server]:
    server = start_azurite()
    yield server
    server.stop()


def v1(transport: Transport, key: str) -> Provider:
    return AZURE.connect(setup_for(AZURE, RESOURCE, key), Tools(transport))


def dated(version: str) -> Connect:
    """The adapter for this version."""

    def connect(transport: Transport, key: str) -> Provider:
        return AZURE.connect(setup_for(AZURE, RESOURCE, key, api_version=version), Tools(transport))

    return connect


def deployed(transport: Transport, key: str) -> Provider:
    names = {"gpt-6-luna": "luna-sync"}, {"gpt-6-luna": "luna-batch"}
    setup = setup_for(AZURE, RESOURCE, key, deployments=names[0], batch_deployments=names[1])
    return AZURE.connect(setup, Tools(transport))


class AzureCase(ProviderConformance):
    protocol = protocol.AZURE
    quota_statuses = (400,)


class TestV1(AzureCase):
    @pytest.fixture
    def connect(self) -> Connect:
        return v1


class TestDated(AzureCase):
    @pytest.fixture
    def connect(self) -> Connect:
        return dated("2025-04-01-preview")


class TestOldest(AzureCase):
    """Statuses with a capital, and instants as texts."""

    @pytest.fixture
    def connect(self) -> Connect:
        return dated("2024-10-21")


class TestDeployments(AzureCase):
    """A model whose deployment for batches is another one; each of the two refuses the other's work."""

    @pytest.fixture
    def connect(self) -> Connect:
        return deployed


class BlobCase(AzureCase):
    """Files in one's own storage, which both sides reach. A batch keeps no metadata there, and is found by its blob."""

    found_by_input = True
    serves_results = False
    sites = ("create", "retrieve", "list", "cancel")

    @pytest.fixture
    def buckets(self) -> Buckets:
        raise NotImplementedError

    @pytest.fixture
    def folder(self) -> str:
        return "az://acct/jobs/bide"

    @pytest.fixture
    def bucket(self, buckets: Buckets) -> Bucket | None:
        return SharedBucket(buckets)

    @pytest.fixture
    def connect(self, buckets: Buckets, folder: str) -> Connect:
        def connect(transport: Transport, key: str) -> Provider:
            return AZURE.connect(setup_for(AZURE, RESOURCE, key, bucket=folder), Tools(transport, buckets))

        return connect


class TestBlobsInMemory(BlobCase):
    @pytest.fixture
    def buckets(self) -> Buckets:
        return MemoryBuckets()

    async def test_what_lies_where(self, account: Account, buckets: MemoryBuckets) -> None:
        created = await account.submit("a", "[poison:row-error]")
        assert list(buckets.objects) == ["az://acct/jobs/bide/bide-tag1.jsonl"]
        account.clock.advance(TURNAROUND)
        ended = await account.provider.poll(created.provider_id)
        folder = f"https://acct.blob.core.windows.net/jobs/bide/{created.provider_id.removeprefix('batch_')}"
        assert (ended.output_file, ended.error_file) == (f"{folder}/results.jsonl", f"{folder}/errors.jsonl")
        assert len(await account.rows(ended)) == 2
        for file in (
            "https://acct.blob.core.windows.net/jobs/bide/bide-tag1.jsonl",
            ended.output_file,
            ended.error_file,
        ):
            await account.provider.discard(str(file))
        assert buckets.objects == {}

    async def test_a_file_that_nobody_wrote_is_no_file(self, account: Account) -> None:
        ended = await account.ended("a")
        assert (ended.output_file is None, ended.error_file) == (False, None)

    async def test_a_blob_that_cannot_be_read_leaves_its_requests_to_calls(
        self, account: Account, buckets: MemoryBuckets
    ) -> None:
        submission = account.submission("a")
        staged = await account.provider.stage(submission)
        buckets.objects.clear()
        created = await account.provider.submit(submission, staged)
        account.clock.advance(TURNAROUND)
        failed = await account.provider.poll(created.provider_id)
        assert (failed.outcome, failed.output_file, failed.error_file) == (BatchOutcome.FAILED, None, None)
        assert isinstance(after_failure(failed.errors, 1, 0), Bar)


class TestDatedBlobsInMemory(TestBlobsInMemory):
    """The other dialect."""

    @pytest.fixture
    def connect(self, buckets: Buckets, folder: str) -> Connect:
        def connect(transport: Transport, key: str) -> Provider:
            setup = setup_for(AZURE, RESOURCE, key, bucket=folder, api_version="2025-04-01-preview")
            return AZURE.connect(setup, Tools(transport, buckets))

        return connect


class TestBlobsInAzurite(BlobCase):
    """The same through Azure's protocol for blobs."""

    @pytest.fixture
    def buckets(self, azurite: Server) -> Buckets:
        return CloudBuckets(azurite_environment(azurite))

    @pytest.fixture
    def folder(self) -> str:
        return f"az://{ACCOUNT}/bide/batches-{next(NUMBERS)}"


class TestWhatAzureDoes(ProviderCase):
    """Beside what all do."""

    protocol = protocol.AZURE

    @pytest.fixture
    def connect(self) -> Connect:
        return v1

    async def test_a_job_runs_on_after_its_window(self, open_account: OpenAccount) -> None:
        account = open_account(more='[[when]]\nnth = 1\nturnaround = "30h"')
        created = await account.submit("a")
        account.clock.advance(25 * HOUR)
        assert (await account.provider.poll(created.provider_id)).outcome is None
        account.clock.advance(6 * HOUR)
        assert (await account.provider.poll(created.provider_id)).outcome is BatchOutcome.COMPLETED

    async def test_a_file_without_rows_is_no_matter(self, open_account: OpenAccount) -> None:
        account = open_account()
        ended = await account.ended("a")
        assert ended.error_file is not None
        assert await account.harvest(ended.error_file) == []

    @pytest.mark.parametrize(("over", "late"), [("400", False), ("late", True)])
    async def test_a_full_queue_is_told_at_once_or_late(self, open_account: OpenAccount, over: str, late: bool) -> None:
        account = open_account(more=f'[[limit]]\nenqueued_tokens = 2000\nover_quota = "{over}"')
        prompt = "word " * 800
        await account.submit(prompt)
        if not late:
            with pytest.raises(QuotaError) as caught:
                await account.submit(prompt, prompt, tag="tag2")
            assert caught.value.told == Told(Resource.ENQUEUED_TOKENS, 2_000)
            return
        refused = await account.submit(prompt, prompt, tag="tag2")
        account.clock.advance(MINUTE)
        ended = await account.provider.poll(refused.provider_id)
        assert ended.outcome is BatchOutcome.FAILED
        assert after_failure(ended.errors, 2, 0) == Wait(2_000)

    async def test_a_file_that_is_still_read_holds_the_create_back(self, open_account: OpenAccount) -> None:
        account = open_account(more='[files]\nprocessing = "20s"')
        submission = account.submission("a")
        staged = await account.provider.stage(submission)
        with pytest.raises(BusyError):
            await account.provider.submit(submission, staged)
        assert account.books.faults.calls[Site.CREATE] == 0
        account.clock.advance(20 * SECOND)
        assert (await account.provider.submit(submission, staged)).outcome is None

    async def test_a_deployment_for_calls_has_no_batches(self, open_account: OpenAccount) -> None:
        account = replace(open_account(), model="luna-sync")
        ended = await account.ended("a")
        assert isinstance(after_failure(ended.errors, 1, 0), Bar)
