"""Every driver against the one suite."""

from pathlib import Path

import pytest

from bide.buckets.cloud import CloudBuckets
from bide.buckets.memory import MemoryBuckets
from bide.buckets.port import Buckets
from bide.testing.buckets_conformance import BucketsConformance
from tests.buckets.servers import ACCOUNT, Server, azurite_environment, moto_environment


class TestMemory(BucketsConformance):
    @pytest.fixture
    def buckets(self) -> Buckets:
        return MemoryBuckets()

    @pytest.fixture
    def folder(self) -> str:
        return "s3://bide/folder"


class TestLocal(BucketsConformance):
    @pytest.fixture
    def buckets(self) -> Buckets:
        return CloudBuckets({})

    @pytest.fixture
    def folder(self, tmp_path: Path) -> str:
        return tmp_path.as_uri()


class TestS3(BucketsConformance):
    @pytest.fixture
    def buckets(self, moto: Server) -> Buckets:
        return CloudBuckets(moto_environment(moto))

    @pytest.fixture
    def folder(self, folder_name: str) -> str:
        return f"s3://bide/{folder_name}"


class TestGoogle(BucketsConformance):
    exclusive = False  # moto does not know Google's preconditions

    @pytest.fixture
    def buckets(self, moto: Server) -> Buckets:
        return CloudBuckets(moto_environment(moto))

    @pytest.fixture
    def folder(self, folder_name: str) -> str:
        return f"gs://bide/google-{folder_name}"


class TestAzure(BucketsConformance):
    @pytest.fixture
    def buckets(self, azurite: Server) -> Buckets:
        return CloudBuckets(azurite_environment(azurite))

    @pytest.fixture
    def folder(self, folder_name: str) -> str:
        return f"az://{ACCOUNT}/bide/{folder_name}"
