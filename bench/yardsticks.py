"""What bide is measured against: orjson line by line, and the script one writes by hand with the official SDK.

``python -m bench.yardsticks FILE URL OUT`` runs the script.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any, cast

MEMBERS = {"custom_id", "method", "url", "body"}
CONTENTS = {"/v1/chat/completions": "messages", "/v1/responses": "input", "/v1/embeddings": "input"}
COUNTS = ("max_completion_tokens", "max_tokens", "max_output_tokens", "n")
CUSTOM_ID_LENGTH = 512
CONTEXT_WINDOW = 400_000


def orjson_validates(path: Path) -> int:
    """Parse a batch file line by line and hold it to the rules that bide holds it to, and nothing else: no copy, no store."""
    import orjson

    seen: set[str] = set()
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            request: Any = orjson.loads(line)
            problem = (
                _problem(cast(dict[str, Any], request), len(line), seen)
                if isinstance(request, dict)
                else "not an object"
            )
            if problem:
                raise ValueError(f"line {number}: {problem}")
    return len(seen)


def orjson_parses(path: Path) -> int:
    """Parse a batch file line by line and look at nothing: what no reader of it can do without."""
    import orjson

    with path.open("rb") as file:
        return sum(1 for line in file if orjson.loads(line) is not None)


def _problem(request: dict[str, Any], size: int, seen: set[str]) -> str | None:
    """What is wrong with a request; `seen` are the ids before it."""
    if request.keys() != MEMBERS:
        return "not the members of a batch line"
    name: Any = request["custom_id"]
    if not isinstance(name, str) or not 0 < len(name) <= CUSTOM_ID_LENGTH or "\0" in name:
        return "custom_id"
    if name in seen:
        return "custom_id is there already"
    seen.add(name)
    if request["method"] != "POST":
        return "method"
    content = CONTENTS.get(request["url"])
    if content is None:
        return "url"
    body: Any = request["body"]
    if not isinstance(body, dict):
        return "body"
    return _body_problem(cast(dict[str, Any], body), content, size)


def _body_problem(body: dict[str, Any], content: str, size: int) -> str | None:
    model: Any = body.get("model")
    if not isinstance(model, str) or not model or "\0" in model:
        return "model"
    question: Any = body.get(content)
    if not isinstance(question, list if content == "messages" else (str, list)) or not question:
        return content
    if body.get("stream"):
        return "stream"
    output = 0
    for field in COUNTS:
        count: Any = body.get(field)
        if count is None:
            continue
        if type(count) is not int or not 0 < count < 1 << 31:
            return field
        output = max(output, count)
    return "too long" if size + output > CONTEXT_WINDOW else None


def sdk_script(source: Path, url: str, out: Path) -> None:
    """Load the requests, build a batch of them, upload, create, poll, download, and write the results in their order."""
    from openai import OpenAI

    client = OpenAI(base_url=url, api_key="simulated")
    with source.open(encoding="utf-8") as file:
        requests: list[dict[str, Any]] = [json.loads(line) for line in file]
    lines = [json.dumps(request) for request in requests]
    uploaded = client.files.create(file=("batch.jsonl", "\n".join(lines).encode()), purpose="batch")
    batch = client.batches.create(input_file_id=uploaded.id, endpoint="/v1/chat/completions", completion_window="24h")
    while batch.status not in ("completed", "failed", "expired", "cancelled"):
        time.sleep(0.1)  # noqa: TID251
        batch = client.batches.retrieve(batch.id)
    assert batch.output_file_id is not None
    results: dict[str, Any] = {}
    for line in client.files.content(batch.output_file_id).text.split("\n"):
        if line:
            result = json.loads(line)
            results[result["custom_id"]] = result
    with out.open("w", encoding="utf-8") as answers:
        for request in requests:
            answers.write(json.dumps(results[request["custom_id"]]) + "\n")


if __name__ == "__main__":
    sdk_script(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
