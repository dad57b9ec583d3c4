"""Where things are at Vertex AI."""

import pytest

from bide.core.errors import SettingError
from bide.providers.vertex.place import Folder, Place, host_of, tier_headers

PLACE = Place("v1", "p", "us-central1")


@pytest.mark.parametrize(
    ("location", "host"),
    [
        ("global", "https://aiplatform.googleapis.com"),
        ("us-central1", "https://us-central1-aiplatform.googleapis.com"),
        ("eu", "https://aiplatform.eu.rep.googleapis.com"),
    ],
)
def test_hosts(location: str, host: str) -> None:
    assert host_of(location) == host


@pytest.mark.parametrize(
    ("model", "path"),
    [
        ("gemini-3.8-flash", "/v1/projects/p/locations/us-central1/publishers/google/models/gemini-3.8-flash"),
        ("meta/llama", "/v1/projects/p/locations/us-central1/publishers/meta/models/llama"),
        ("projects/7/locations/l/endpoints/5", "/v1/projects/7/locations/l/endpoints/5"),
    ],
)
def test_models(model: str, path: str) -> None:
    assert PLACE.model(model) == path


def test_folders() -> None:
    folder = Folder.of("vertex", "gs://bucket/some/folder/")
    assert folder.input("tag") == "gs://bucket/some/folder/bide-tag/input.jsonl"
    assert folder.is_ours(folder.input("tag"))
    assert folder.is_ours(f"{folder.output('tag')}/prediction-model-1")
    for other in ("gs://bucket/some/folder/mine.jsonl", "gs://other/bide-tag", f"{folder.uri}/bide-tag/../mine.jsonl"):
        assert not folder.is_ours(other)


@pytest.mark.parametrize(
    ("bucket", "why"),
    [("bq://p.d.t", "BigQuery"), ("s3://bucket", "gs://bucket"), ("gs://", "gs://bucket"), ("b", "gs://")],
)
def test_what_is_no_folder(bucket: str, why: str) -> None:
    with pytest.raises(SettingError, match=why):
        Folder.of("vertex", bucket)


def test_tiers_are_headers() -> None:
    assert tier_headers("flex")["X-Vertex-AI-LLM-Shared-Request-Type"] == "flex"
    assert tier_headers("standard") == tier_headers(None) == {}
