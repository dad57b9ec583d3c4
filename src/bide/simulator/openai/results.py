"""The output and the error file of a batch that has ended, as OpenAI writes their lines."""

from bide.core.clock import SECOND
from bide.simulator.answers import Answers
from bide.simulator.batch import Batch
from bide.simulator.exchange import encode
from bide.simulator.openai import endpoints
from bide.simulator.openai.body import Body, read_body
from bide.simulator.openai.error import error_body
from bide.simulator.openai.wire import RowError, RowLine, RowResponse
from bide.simulator.results import Fate, Tell
from bide.simulator.rows import Row

NOT_RUN = {
    Fate.EXPIRED: RowError("batch_expired", "This request could not be executed before the completion window expired."),
    Fate.CANCELLED: RowError("batch_cancelled", "This request was not executed because the batch was cancelled."),
}
"""What the error file says of rows that were never worked on."""


def teller(batch: Batch, answers: Answers) -> Tell:
    """Writes the lines of a batch."""
    key = f"{batch.chance.number('rows') >> 16:012x}"

    def tell(row: Row, custom_id: str, place: int, rank: int, fate: Fate) -> tuple[str, bytes]:
        line = RowLine(f"batch_req_{key}{place:06x}", custom_id, None)
        name = "error"
        if fate is Fate.ANSWERED:
            created = batch.finished_at(rank) // SECOND
            made = _answer(batch, row, answers, f"{key}{place:06x}", created)
            line.response = RowResponse(200, f"req_{key}{place:06x}", made)
            name = "output"
        elif fate is Fate.FAILED and row.failure is not None:
            line.response = RowResponse(row.failure.status, f"req_{key}{place:06x}", error_body(row.failure))
        else:
            line.error = NOT_RUN[fate]
        return name, encode(line)

    return tell


def _answer(batch: Batch, row: Row, answers: Answers, key: str, created: int) -> object:
    body = read_body(row.raw or b"{}")
    if not isinstance(body, Body):
        raise TypeError("a row whose body cannot be read has a failure, and is never answered")
    answer = answers.answer(body.words, row.digest, row.usage)
    return endpoints.whole(batch.endpoint, key, created, body, answer, "default")
