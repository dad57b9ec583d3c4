"""Runs in the environment of Together's SDK: every method that bide depends on, once. Prints what came as one JSON object.

``python drive.py URL FILE``, with the base URL of the simulator's Together and a batch file.
"""

import json
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import together


def main(url: str, file: Path) -> dict[str, object]:
    client = together.Together(api_key="simulated", base_url=url, max_retries=0)
    uploaded = client.files.upload(file=str(file), purpose="batch-api", check=False)
    again = client.files.upload(file=str(file), purpose="batch-api", check=False)
    created = client.batches.create(input_file_id=uploaded.id, endpoint="/v1/chat/completions").job
    listed = [batch.id for batch in client.batches.list()]
    batch = client.batches.retrieve(created.id)
    while batch.status not in ("COMPLETED", "FAILED", "CANCELLED", "EXPIRED"):
        time.sleep(0.05)  # noqa: TID251 - another environment, without a clock of ours
        batch = client.batches.retrieve(created.id)
    rows = [json.loads(line) for line in client.files.content(batch.output_file_id).read().split(b"\n") if line]
    errors = [json.loads(line) for line in client.files.content(batch.error_file_id).read().split(b"\n") if line]
    try:
        client.batches.cancel(created.id)
        late = 200
    except together.ConflictError as error:
        late = error.status_code
    with tempfile.TemporaryDirectory() as folder:
        slow = Path(folder) / "slow.jsonl"
        slow.write_text(file.read_text().replace("r-", "slow-").replace("hello", "[slow] hello"))
        second = client.batches.create(
            input_file_id=client.files.upload(file=str(slow), purpose="batch-api", check=False).id,
            endpoint="/v1/chat/completions",
        ).job
    cancelled = client.batches.cancel(second.id).status
    model = "meta-llama/Llama-3.3-70B-Instruct-Turbo"
    asked = [{"role": "user", "content": "hello there"}]
    answer = client.chat.completions.create(model=model, messages=asked, max_tokens=60)
    chunks = list(client.chat.completions.create(model=model, messages=asked, max_tokens=60, stream=True))
    said = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    try:
        together.Together(api_key="invalid", base_url=url, max_retries=0).batches.retrieve(created.id)
        refused = "let in"
    except together.AuthenticationError:
        refused = "refused"
    return {
        "same_file": uploaded.id == again.id,
        "filename": client.files.retrieve(uploaded.id).filename,
        "listed": created.id in listed,
        "status": batch.status,
        "rows": sorted(row["custom_id"] for row in rows),
        "errors": sorted(row["custom_id"] for row in errors),
        "late_cancel": late,
        "cancelled": cancelled,
        "answer": answer.choices[0].message.content,
        "tokens": answer.usage.completion_tokens,
        "streamed": said,
        "deleted": client.files.delete(uploaded.id).deleted,
        "files": len(client.files.list().data),
        "invalid_key": refused,
    }


if __name__ == "__main__":
    with urllib.request.urlopen(sys.argv[1].removesuffix("/together") + "/sim/healthz"):
        print(json.dumps(main(sys.argv[1], Path(sys.argv[2]))))
