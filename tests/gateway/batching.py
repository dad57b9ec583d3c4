"""Batches handed in at a gateway, for tests."""

import asyncio
import json
from pathlib import Path
from typing import Any

QUICK = """
[batch]
turnaround = "30s"
validation = "1s"
"""
"""A provider that answers batches within half a minute."""

NEVER = """
[batch]
stuck = "in_progress"
"""
"""A provider that ends no batch."""

GPT, CLAUDE = "gpt-4.1-mini", "claude-sonnet-4-6"

CHAT = "/v1/chat/completions"

ENDS = {"failed", "completed", "expired", "cancelled"}


def line(number: int, model: str = GPT, prompt: str = "hello", **changes: Any) -> dict[str, Any]:
    """A line of an input file."""
    body = {
        "model": model,
        "messages": [{"role": "user", "content": f"{prompt} {number}"}],
        "max_completion_tokens": 20,
    }
    return {"custom_id": f"row-{number}", "method": "POST", "url": CHAT, "body": body, **changes}


def written(*lines: dict[str, Any]) -> bytes:
    """An input file, without an end of its last line."""
    return "\n".join(json.dumps(one) for one in lines).encode()


def some(count: int, *models: str) -> bytes:
    """An input file of so many lines, whose models take turns."""
    names = models or (GPT,)
    return written(*(line(number, names[number % len(names)]) for number in range(count)))


def script(folder: Path, text: str = QUICK) -> str:
    """A script for the simulator, in a file."""
    path = folder / "script.toml"
    path.write_text(text)
    return str(path)


async def create(client: Any, content: bytes, window: str = "1h", **options: Any) -> Any:
    """Upload a file and create a batch of it."""
    file = await client.files.create(file=("input.jsonl", content), purpose="batch")
    return await client.batches.create(input_file_id=file.id, endpoint=CHAT, completion_window=window, **options)


async def until(client: Any, batch: Any, *statuses: str) -> Any:
    """The batch, once its status is one of these; by default, once it has ended."""
    wanted = set(statuses) or ENDS
    while batch.status not in wanted:
        assert batch.status not in ENDS, batch
        await asyncio.sleep(0.02)
        batch = await client.batches.retrieve(batch.id)
    return batch


async def rows(client: Any, file: str | None) -> dict[str, Any]:
    """The lines of a file of results, by their custom_id."""
    if file is None:
        return {}
    text = (await client.files.content(file)).text
    found = [json.loads(one) for one in text.split("\n") if one]
    assert len({one["custom_id"] for one in found}) == len(found)
    return {one["custom_id"]: one for one in found}
