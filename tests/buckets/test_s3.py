"""Where S3's credentials, region and endpoint come from."""

from pathlib import Path
from typing import Any, cast

import boto3
import pytest

from bide.buckets import s3
from bide.buckets.cloud import CloudBuckets
from bide.buckets.port import NoCredentialsError
from bide.testing.buckets_conformance import pieces
from tests.buckets.servers import Server

CONFIG = """
[default]
region = eu-central-1
[profile work]
region = eu-west-1
endpoint_url = {url}
[profile single]
sso_session = office
"""
CREDENTIALS = """
[work]
aws_access_key_id = simulated
aws_secret_access_key = simulated
"""


@pytest.fixture
def home(tmp_path: Path, moto: Server, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A person's home with AWS files, and nothing in the environment: obstore looks there as well."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_ENDPOINT_URL", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / ".aws"
    folder.mkdir()
    (folder / "config").write_text(CONFIG.format(url=moto.url), "utf-8")
    (folder / "credentials").write_text(CREDENTIALS, "utf-8")
    return {"HOME": str(tmp_path), "AWS_EC2_METADATA_DISABLED": "true"}


async def test_a_profile_is_enough(home: dict[str, str], folder_name: str) -> None:
    buckets = CloudBuckets({**home, "AWS_PROFILE": "work"})

    await buckets.put(f"s3://bide/{folder_name}", pieces(b"there"))

    assert await buckets.size(f"s3://bide/{folder_name}") == 5


async def test_the_environment_comes_before_the_profile(home: dict[str, str]) -> None:
    closed = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "s", "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
    store = s3.open_s3("bide", {**home, **closed, "AWS_PROFILE": "work", "AWS_REGION": "us-west-2"})

    assert store.config.get("access_key_id") == "a"
    assert store.config.get("region") == "us-west-2"
    assert store.config.get("endpoint") == "http://127.0.0.1:1"


def test_the_region_of_the_default_profile(home: dict[str, str]) -> None:
    store = s3.open_s3("bide", {**home, "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "s"})

    assert store.config.get("region") == "eu-central-1"


async def test_without_credentials_nobody_waits_for_a_metadata_service(home: dict[str, str]) -> None:
    with pytest.raises(NoCredentialsError, match="no credentials for s3://bide; set AWS_ACCESS_KEY_ID"):
        await CloudBuckets(home).size("s3://bide/one")


def test_a_profile_that_signs_in_elsewhere_needs_boto3(home: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(name: str) -> None:
        assert name == "boto3"

    monkeypatch.setattr(s3, "find_spec", nothing)

    with pytest.raises(NoCredentialsError, match=r"the AWS profile single signs in elsewhere, .* pip install boto3"):
        s3.open_s3("bide", {**home, "AWS_PROFILE": "single"})


async def test_a_profile_may_sign_in_by_a_process(
    home: dict[str, str], moto: Server, folder_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """boto3 does it, and reads the files that the process's own environment names."""
    config = Path(home["HOME"]) / ".aws" / "config"
    found = '{"Version": 1, "AccessKeyId": "found", "SecretAccessKey": "out"}'
    (Path(home["HOME"]) / "found.json").write_text(found, "utf-8")
    more = f"[profile process]\ncredential_process = cat {home['HOME']}/found.json\nregion = us-east-1\nendpoint_url = {moto.url}\n"
    config.write_text(f"{config.read_text('utf-8')}{more}", "utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    buckets = CloudBuckets({**home, "AWS_PROFILE": "process"})

    await buckets.put(f"s3://bide/{folder_name}", pieces(b"there"))

    assert await buckets.size(f"s3://bide/{folder_name}") == 5


def test_a_damaged_file_is_told_by_name(home: dict[str, str]) -> None:
    (Path(home["HOME"]) / ".aws" / "config").write_text("no section\n", "utf-8")

    with pytest.raises(NoCredentialsError, match="config cannot be understood"):
        s3.open_s3("bide", home)


def test_boto3_finds_the_same(home: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS's own library, as the judge of what a profile means."""
    monkeypatch.setenv("AWS_CONFIG_FILE", f"{home['HOME']}/.aws/config")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", f"{home['HOME']}/.aws/credentials")
    session = cast(Any, boto3).Session(profile_name="work")
    theirs = session.get_credentials()

    ours = s3.open_s3("bide", {**home, "AWS_PROFILE": "work"}).config

    assert (theirs.access_key, session.region_name) == (ours.get("access_key_id"), ours.get("region"))
