"""What bide is measured against: orjson line by line, and the script one writes by hand with the official SDK.

``python -m bench.yardsticks FILE URL OUT`` runs the script.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

ENDPOINTS = {"/v1/chat/completions", "/v1/responses", "/v1/embeddings"}


def orjson_validates(path: Path) -> int:
    """Parse and validate a batch file line by line, and nothing else: no copy, no store."""
    import orjson

    seen: set[str] = set()
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            request: Any = orjson.loads(line)
            if not isinstance(request, dict):
                raise ValueError(number)
            name: Any = request.get("custom_id")  # type: ignore[reportUnknownMemberType]
            if not isinstance(name, str) or not name or name in seen:
                raise ValueError(number)
            seen.add(name)
            if request.get("method") != "POST" or request.get("url") not in ENDPOINTS:  # type: ignore[reportUnknownMemberType]
                raise ValueError(number)
            body: Any = request.get("body")  # type: ignore[reportUnknownMemberType]
            if not isinstance(body, dict) or not isinstance(body.get("model"), str) or body.get("stream"):  # type: ignore[reportUnknownMemberType]
                raise ValueError(number)
            messages: Any = body.get("messages")  # type: ignore[reportUnknownMemberType]
            if not isinstance(messages, list) or not messages:
                raise ValueError(number)
            for message in messages:  # type: ignore[reportUnknownVariableType]
                if not isinstance(message, dict) or "role" not in message:
                    raise ValueError(number)
    return len(seen)


def sdk_script(source: Path, url: str, out: Path) -> None:
    """Upload, create, poll, download, and write the results in the order of the input."""
    from openai import OpenAI

    client = OpenAI(base_url=url, api_key="simulated")
    with source.open("rb") as file:
        uploaded = client.files.create(file=file, purpose="batch")
    batch = client.batches.create(input_file_id=uploaded.id, endpoint="/v1/chat/completions", completion_window="24h")
    while batch.status not in ("completed", "failed", "expired", "cancelled"):
        time.sleep(0.1)  # noqa: TID251
        batch = client.batches.retrieve(batch.id)
    assert batch.output_file_id is not None
    results: dict[str, str] = {}
    for line in client.files.content(batch.output_file_id).text.split("\n"):
        if line:
            results[json.loads(line)["custom_id"]] = line
    with source.open(encoding="utf-8") as file, out.open("w", encoding="utf-8") as answers:
        for line in file:
            answers.write(results[json.loads(line)["custom_id"]] + "\n")


if __name__ == "__main__":
    sdk_script(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
