"""The results of a batch, as the Gemini API writes their lines: there are some only where it has come to its natural end."""

from bide.simulator.account import Account
from bide.simulator.answers import Answers
from bide.simulator.batch import Batch
from bide.simulator.exchange import encode
from bide.simulator.gemini.answer import answer_object
from bide.simulator.gemini.body import Body, read_body
from bide.simulator.gemini.create import Asked
from bide.simulator.gemini.embeddings import answer_to_text
from bide.simulator.gemini.error import row_error
from bide.simulator.results import Fate, Tell, write
from bide.simulator.rows import Row
from bide.simulator.status import Status

RESULTS = "results"
INLINE = "inline"
"""Where the results of a batch are: in a file, or in the batch itself where its requests came with the create."""


def publish(account: Account, batch: Batch) -> None:
    """Write the results. What has expired has none, and what was cancelled is taken to have none."""
    if batch.status(batch.ended_at) is not Status.COMPLETED:
        return
    asked = batch.asked
    assert isinstance(asked, Asked)
    is_inline = asked.file is None
    content = write(batch, teller(asked, batch, account.answers)).get(RESULTS, b"")
    identifier = batch.id.replace("batches/", "inline-" if is_inline else "batch-")
    account.keep_result(batch, identifier, f"{identifier}.jsonl", content)
    batch.files = {INLINE: identifier} if is_inline else {RESULTS: f"files/{identifier}"}


def teller(asked: Asked, batch: Batch, answers: Answers) -> Tell:
    """Writes the lines of a batch."""
    is_inline = asked.file is None
    prefix = f"{batch.chance.number('rows') >> 16:012x}"

    def tell(row: Row, custom_id: str, place: int, rank: int, fate: Fate) -> tuple[str, bytes] | None:
        line: dict[str, object] = {"metadata": {"key": custom_id}} if is_inline else {"key": custom_id}
        if not custom_id:
            line.clear()
        if fate is Fate.ANSWERED:
            key = f"{prefix}{place:06x}"
            line["response"] = answer_to_text(row) if asked.embeds else answer_to(row, answers, asked.model, key)
        elif fate is Fate.FAILED and row.failure is not None:
            line["error"] = row_error(row.failure)
        else:
            return None
        return RESULTS, encode(line)

    return tell


def answer_to(row: Row, answers: Answers, model: str, key: str, **more: object) -> dict[str, object]:
    """The answer to a row."""
    body = read_body(row.raw or b"{}")
    if not isinstance(body, Body):
        raise TypeError("a row whose body cannot be read has a failure, and is never answered")
    return answer_object(key, model, answers.answer(body.words, row.digest, row.usage), **more)
