"""The output of a job that has ended: a folder by its id, an object for each of its input, and a summary."""

from bisect import bisect_right
from collections.abc import Sequence

from bide.simulator.answers import Answers
from bide.simulator.anthropic.message import message
from bide.simulator.batch import Batch
from bide.simulator.bedrock.answer import converse
from bide.simulator.bedrock.body import is_claude
from bide.simulator.bedrock.create import Asked
from bide.simulator.bedrock.error import status_of
from bide.simulator.bedrock.records import words_of
from bide.simulator.exchange import encode
from bide.simulator.results import Fate, Tell, write
from bide.simulator.rows import Row

MANIFEST = "manifest.json.out"


def objects(batch: Batch, asked: Asked, answers: Answers) -> Sequence[tuple[str, bytes]]:
    """What a job leaves in its output. A record that was never worked on is in none of it."""
    folder = f"{asked.output.rstrip('/')}/{batch.id}"
    made = write(batch, teller(asked, answers))
    if not made:
        return ()
    found = [(f"{folder}/{name}", bytes(content)) for name, content in made.items()]
    tally, usage = batch.tally(batch.ended_at), batch.answered_usage()
    manifest = {
        "totalRecordCount": tally.total,
        "processedRecordCount": tally.answered + tally.failed,
        "successRecordCount": tally.answered,
        "errorRecordCount": tally.failed,
        "inputTokenCount": usage.input,
        "outputTokenCount": usage.output,
    }
    return [*found, (f"{folder}/{MANIFEST}", encode(manifest))]


def teller(asked: Asked, answers: Answers) -> Tell:
    """Writes the lines of a job."""
    starts = [first for first, _ in asked.files]
    names = [f"{uri.rpartition('/')[2]}.out" for _, uri in asked.files]

    def tell(row: Row, custom_id: str, place: int, rank: int, fate: Fate) -> tuple[str, bytes] | None:
        line: dict[str, object] = {"recordId": custom_id, "modelInput": row.raw}
        if fate is Fate.ANSWERED:
            line["modelOutput"] = _output(row, asked, answers)
        elif fate is Fate.FAILED and row.failure is not None:
            line["error"] = {"errorCode": status_of(row.failure), "errorMessage": row.failure.message}
        else:
            return None
        return names[bisect_right(starts, place) - 1], encode(line)

    return tell


def _output(row: Row, asked: Asked, answers: Answers) -> object:
    raw = row.raw or b"{}"
    answer = answers.answer(lambda: words_of(raw, asked.model, asked.kind), row.digest, row.usage)
    if asked.kind == "InvokeModel" and is_claude(asked.model):
        return message(f"bdrk_{row.digest:016x}", asked.model, answer, "standard")
    return converse(answer, "default", 1)
