"""An account at a simulated Gemini API."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.simulator.google import Client, saying

from bide.simulator.gemini.protocol import GEMINI


class Account(Client):
    """With what its batches need."""

    def __init__(self, more: str = "") -> None:
        super().__init__(GEMINI, {"x-goog-api-key": "key"}, more)

    async def upload(self, content: bytes, version: str = "v1beta") -> str:
        """A file with this content; its name."""
        begun = await self.reply(
            "POST",
            f"/upload/{version}/files",
            {"file": {"display_name": "in.jsonl"}},
            x_goog_upload_protocol="resumable",
            x_goog_upload_command="start",
        )
        path = begun.headers["x-goog-upload-url"].removeprefix("http://here")
        done = await self.json(
            "POST", path, content, x_goog_upload_command="upload, finalize", x_goog_upload_offset="0"
        )
        return done["file"]["name"]

    async def create(self, *prompts: str, version: str = "v1beta", status: int = 200, content: bytes = b"") -> Any:
        """A batch of an uploaded file, with keys ``r-0`` on."""
        lines = [{"key": f"r-{number}", "request": saying(prompt)} for number, prompt in enumerate(prompts)]
        content = content or b"".join(json.dumps(line).encode() + b"\n" for line in lines)
        file = await self.upload(content, version)
        return await self.named(file, version=version, status=status)

    async def named(self, file: str, *, version: str = "v1beta", status: int = 200) -> Any:
        """A batch of a file."""
        batch = {"batch": {"displayName": "bide-1", "inputConfig": {"fileName": file}}}
        return await self.json("POST", f"/{version}/models/gemini-3.8-flash:batchGenerateContent", batch, status)


@pytest.fixture
def account() -> Account:
    return Account()


@pytest.fixture
def opened() -> Callable[[str], Account]:
    return Account
