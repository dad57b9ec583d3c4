"""An account at a simulated Vertex AI."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.simulator.google import Client, saying

from bide.simulator.vertex.protocol import VERTEX

PARENT = "projects/p/locations/us-central1"


class Account(Client):
    """With what its jobs need."""

    def __init__(self, more: str = "") -> None:
        super().__init__(VERTEX, {"authorization": "Bearer token"}, more)

    async def create(
        self, *prompts: str, content: bytes = b"", version: str = "v1", status: int = 200, **fields: Any
    ) -> Any:
        """A job on an object with a line for each prompt, labelled ``r-0`` on."""
        lines = [
            {"request": {**saying(prompt), "labels": {"rid": f"r-{number}"}}} for number, prompt in enumerate(prompts)
        ]
        content = content or b"".join(json.dumps(line).encode() + b"\n" for line in lines)
        await self.bucket.write("gs://b/in.jsonl", content)
        job = {
            "displayName": "bide-1",
            "model": "publishers/google/models/gemini-3.8-flash",
            "inputConfig": {"instancesFormat": "jsonl", "gcsSource": {"uris": ["gs://b/in.jsonl"]}},
            "outputConfig": {"predictionsFormat": "jsonl", "gcsDestination": {"outputUriPrefix": "gs://b/out"}},
            "labels": {"tag": "t-1"},
            **fields,
        }
        return await self.json("POST", f"/{version}/{PARENT}/batchPredictionJobs", job, status)


@pytest.fixture
def account() -> Account:
    return Account()


@pytest.fixture
def opened() -> Callable[[str], Account]:
    return Account
