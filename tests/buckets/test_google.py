"""Where Google's credentials and endpoint come from."""

from pathlib import Path

import pytest

from bide.buckets import google
from bide.buckets.cloud import CloudBuckets
from bide.buckets.port import BucketError


@pytest.mark.parametrize("host", ["127.0.0.1:4443", "http://127.0.0.1:4443"])
def test_an_emulator_needs_no_credentials(host: str) -> None:
    config = google.open_gcs("bide", {"STORAGE_EMULATOR_HOST": host}).config

    assert config.get("base_url") == "http://127.0.0.1:4443"
    assert config.get("bearer_token")


async def test_a_key_file_that_is_missing_is_told(tmp_path: Path) -> None:
    environment = {"GOOGLE_APPLICATION_CREDENTIALS": str(tmp_path / "key.json")}

    with pytest.raises(BucketError, match=r"gs://bide/one cannot be used: .*key\.json"):
        await CloudBuckets(environment).size("gs://bide/one")
